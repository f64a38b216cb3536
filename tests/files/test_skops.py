"""Files of skops: one type to trust, the same bits, and nothing to fear from tampered ones.

The extra test-files has what these tests need.
"""

import io
import json
import pickle
import re
import textwrap
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.datasets import load_digits, load_iris, make_multilabel_classification
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import SimpleMLPClassifier

skops = pytest.importorskip("skops.io")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

TRUSTED = ["sknn.classifier.SimpleMLPClassifier"]


def load(data):
    return skops.loads(data, trusted=TRUSTED)


# ------------------------------------------------------------------------- round trips

DIGITS = [part[:300] for part in load_digits(return_X_y=True)]
IRIS = load_iris(return_X_y=True)
LABELS = make_multilabel_classification(n_samples=100, n_classes=3, random_state=0)


def table(values=("a", "b", None, "ä\0")):
    number = np.random.default_rng(0).normal(size=120)
    number[::7] = np.nan
    columns = {"number": number, "category": np.array([*values] * 30, object), "void": np.nan}
    return pd.DataFrame(columns), np.array(["no", "yes"] * 60, object)


MODELS = {
    "default": ({}, DIGITS),
    "one network": ({"hidden_layer_sizes": (16,), "dropout": 0.1}, DIGITS),
    "no hidden layer": ({"hidden_layer_sizes": (), "scaling": None}, DIGITS),
    "strings": ({}, table()),
    "bytes": ({"categorical_features": ["category"]}, table((b"a", b"b\0", b"c", None))),
    "numbers": ({"categorical_features": [1]}, table((1, 2.5, 10**30, None))),
    "booleans": ({"categorical_features": ["category"]}, table((True, False, None, True))),
    "rare categories": (
        {},
        (pd.DataFrame({"c": [str(i % 400) for i in range(800)]}), [0, 1] * 400),
    ),
    "string classes": ({}, (IRIS[0], np.array(["a", "b", "c"])[IRIS[1]])),
    "two classes": ({}, (IRIS[0][:100], IRIS[1][:100])),
    "labels": ({}, LABELS),
    "sparse": ({}, (sparse.csr_matrix(DIGITS[0]), DIGITS[1])),
    "squared error": ({"loss": "squared_error"}, DIGITS),
    "standard scaling": ({"scaling": "standard"}, DIGITS),
    "early stopping": ({"early_stopping": True, "scoring": "accuracy"}, DIGITS),
    "lbfgs": ({"solver": "lbfgs", "max_iter": 5}, IRIS),
    "class weights": ({"class_weight": {0: 1.0, 1: 2.5, 2: 1.0}}, IRIS),
    "RandomState": ({"random_state": np.random.RandomState(0)}, IRIS),
    "numbers of NumPy": (
        {
            "hidden_layer_sizes": np.array([8, 8]),
            "n_members": np.int64(2),
            "dropout": np.float64(0.1),
            "learning_rate": np.float32(0.01),
        },
        IRIS,
    ),
}


@pytest.fixture(scope="module", params=MODELS.values(), ids=MODELS)
def fitted(request):
    parameters, data = request.param
    parameters = {"max_iter": 3, "random_state": 0} | parameters
    return SimpleMLPClassifier(**parameters).fit(*data), data


def assert_same(one, other, X):
    for method in ("predict", "predict_proba", "decision_function"):
        np.testing.assert_array_equal(getattr(one, method)(X), getattr(other, method)(X))


def test_one_type_needs_trust(fitted):
    assert skops.get_untrusted_types(data=skops.dumps(fitted[0])) == TRUSTED


def test_the_loaded_model_is_the_same_bit_for_bit(fitted):
    model, (X, _) = fitted
    loaded = load(skops.dumps(model))
    assert_same(loaded, model, X)
    assert vars(loaded).keys() == vars(pickle.loads(pickle.dumps(model))).keys()
    assert np.shares_memory(loaded.coefs_[0], loaded.network_.parameters.values)
    assert loaded.classes_.dtype == model.classes_.dtype
    for name in ("loss_curve_", "learning_rates_", "validation_scores_", "best_loss_", "n_iter_"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(model, name))


def test_it_trains_on_like_an_unpickled_model(fitted):
    model, (X, y) = fitted
    twins = [load(skops.dumps(model)), pickle.loads(pickle.dumps(model))]
    for twin in twins:
        if model.solver != "lbfgs":
            twin.partial_fit(X, y)
        twin.set_params(warm_start=True).fit(X, y)
    assert_same(*twins, X)


def test_a_file_may_be_written_again_and_again(fitted, tmp_path):
    model, (X, _) = fitted
    joblib.dump(model, tmp_path / "model")
    mapped = joblib.load(tmp_path / "model", mmap_mode="r")
    data = skops.dumps(load(skops.dumps(mapped)))
    assert skops.get_untrusted_types(data=data) == TRUSTED
    assert_same(load(data), model, X)


def test_a_pipeline_needs_no_more_trust():
    X, y = IRIS
    model = make_pipeline(StandardScaler(), SimpleMLPClassifier((8,), max_iter=2)).fit(X, y)
    data = skops.dumps(model)
    assert skops.get_untrusted_types(data=data) == TRUSTED
    np.testing.assert_array_equal(load(data).predict_proba(X), model.predict_proba(X))


def test_a_model_without_a_network_is_its_parameters():
    X, y = IRIS
    unfitted = SimpleMLPClassifier((8,), dropout=0.5)
    diverged = SimpleMLPClassifier((8,), "identity", solver="sgd", learning_rate=1e30)
    with pytest.raises(FloatingPointError):
        diverged.fit(X, y)
    for model in (unfitted, diverged):
        data = skops.dumps(model)
        assert skops.get_untrusted_types(data=data) == TRUSTED
        loaded = load(data)
        assert loaded.get_params() == model.get_params()
        with pytest.raises(NotFittedError):
            loaded.predict(X)
        loaded.set_params(solver="adam", learning_rate=0.01, max_iter=1).fit(X, y)


def test_the_file_holds_the_weights_once():
    model = SimpleMLPClassifier(max_iter=1).fit(*DIGITS)
    weights = model.network_.parameters.values.nbytes
    weights += sum(array.nbytes for array in model.network_.basis.definition().values())
    assert weights < len(skops.dumps(model)) < weights + 60_000


# --------------------------------------------------------------------------- tampering


@pytest.fixture(scope="module")
def data():
    X, y = table()
    return skops.dumps(SimpleMLPClassifier((8,), max_iter=2, random_state=0).fit(X, y))


def tampered(data, change):
    """Return a file in which `change` has altered the schema and the arrays, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    schema = json.loads(members.pop("schema.json"))
    change(schema, members)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in {**members, "schema.json": json.dumps(schema)}.items():
            file.writestr(name, content)
    return buffer.getvalue()


def inside(schema, *path):
    """Return the dict of nodes that a path of keys leads to."""
    nodes = schema["content"]["content"]
    for key in path:
        nodes = nodes[key]["content"]
    return nodes


def with_node(data, path, node):
    def change(schema, members):
        nodes = inside(schema, *path[:-1])
        if path[-1] not in nodes:
            schema["content"]["key_types"]["content"].append(named("builtins", "str", "TypeNode"))
        nodes[path[-1]] = node

    return tampered(data, change)


def with_array(data, path, alter):
    def change(schema, members):
        name = inside(schema, *path[:-1])[path[-1]]["file"]
        buffer = io.BytesIO()
        np.save(buffer, alter(np.load(io.BytesIO(members[name]))))
        members[name] = buffer.getvalue()

    return tampered(data, change)


def plain(value):
    return {
        "__class__": "str",
        "__module__": "builtins",
        "__loader__": "JsonNode",
        "content": json.dumps(value),
        "is_json": True,
    }


def named(module, name, loader, content=None):
    return {"__module__": module, "__class__": name, "__loader__": loader, "content": content}


def test_the_tools_of_these_tests_leave_a_good_file_good(data):
    X, _ = table()
    untouched = with_array(data, ("_model", "network", "values"), lambda values: values)
    assert_same(load(with_node(untouched, ("max_iter",), plain(3))), load(data), X)


def arguments(*values):
    nodes = [plain(value) for value in values]
    return {**named("builtins", "tuple", "TupleNode"), "content": nodes}


def code(path):
    """Return nodes that would write a file, were they run."""
    shell, python = f"touch {path}", f"open({str(path)!r}, 'w')"
    function = named("os", "system", "FunctionNode")
    call = {"func": function, "args": arguments(shell), "kwds": plain({}), "namespace": plain({})}
    return {
        "os.system": named("os", "system", "ConstructorFromReduceNode", arguments(shell)),
        "eval": named("builtins", "eval", "ConstructorFromReduceNode", arguments(python)),
        "exec": named("builtins", "exec", "ConstructorFromReduceNode", arguments(python)),
        "a function": function,
        "a partial": named("functools", "partial", "PartialNode", call),
        "an object": named("subprocess", "Popen", "ObjectNode", plain({"args": shell})),
        "the tests' own": named(__name__, "Trap", "ObjectNode", plain({"path": str(path)})),
    }


class Trap:
    """Writes a file when it is built."""

    def __setstate__(self, state):
        open(state["path"], "w").close()


PLACES = [
    ("_model", "network"),
    ("_model", "network", "activation"),
    ("_model", "encoder"),
    ("_model", "loss"),
    ("scoring",),
]


@pytest.mark.parametrize("kind", code(""))
def test_no_code_of_a_file_is_run(data, kind, tmp_path):
    node = code(tmp_path / "trace")[kind]
    files = [with_node(data, place, node) for place in PLACES]
    files.append(tampered(data, lambda schema, members: schema.update(node)))
    for file in files:
        assert set(skops.get_untrusted_types(data=file)) - {*TRUSTED}
        with pytest.raises(skops.exceptions.UntrustedTypesFoundException):
            load(file)
    assert not (tmp_path / "trace").exists()


def test_the_trap_would_have_worked(data, tmp_path):
    node = code(tmp_path / "trace")["the tests' own"]
    with pytest.raises(ValueError, match="not a model"):  # it is no network either
        skops.loads(
            with_node(data, ("_model", "network"), node), trusted=[*TRUSTED, f"{__name__}.Trap"]
        )
    assert (tmp_path / "trace").exists()


@pytest.mark.parametrize("name", ["posix.system", "builtins.eval", "sknn.network.losses.LogLoss"])
def test_another_class_is_not_trusted(data, name):
    module, _, its_name = name.rpartition(".")
    new = {"__module__": module, "__class__": its_name}
    with pytest.raises(skops.exceptions.UntrustedTypesFoundException, match=name):
        load(tampered(data, lambda schema, members: schema.update(new)))


OTHERS = {
    "nothing": plain(None),
    "a list": plain([1, 2]),
    "a dict": plain({"name": "log_loss"}),
    "an estimator": named(LogisticRegression.__module__, "LogisticRegression", "ObjectNode"),
    "a function": named("numpy", "sin", "FunctionNode"),
}


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize(
    "part", ["network", "encoder", "loss", "classes", "temperature", "settings"]
)
def test_a_part_of_a_trusted_type_that_is_no_such_part(data, part, kind):
    with pytest.raises(ValueError, match="not a model that sknn has written, or it is damaged"):
        load(with_node(data, ("_model", part), OTHERS[kind]))


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("part", ["_model", "_history", "_seed"])
def test_what_a_fit_leaves_is_of_its_type(data, part, kind):
    if (part, kind) == ("_seed", "a list"):
        return  # as it is
    with pytest.raises(ValueError, match="not a model that sknn has written, or it is damaged"):
        load(with_node(data, (part,), OTHERS[kind]))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("_model", "network", "activation"), "swish", "No network has activation='swish'"),
        (("_model", "network", "activation"), ["relu"], "unhashable"),
        (("_model", "network", "sizes"), [6, 9, 1], "cannot have values of shape"),
        (("_model", "network", "sizes"), [6, 10**9, 10**9, 1], "cannot have values of shape"),
        (("_model", "network", "sizes"), [6], "No network has sizes"),
        (("_model", "network", "sizes"), [6, 0, 1], "No network has sizes"),
        (("_model", "network", "sizes"), [6, -8, 1], "No network has sizes"),
        (("_model", "network", "sizes"), [6, 8.0, 1], "integer"),
        (("_model", "network", "sizes"), "681", "integer"),
        (("_model", "network", "dropout"), 1.0, "No network has dropout=1.0"),
        (("_model", "network", "dropout"), "0", "not supported"),
        (("_model", "network", "dtype"), "float64", "cannot have values"),
        (("_model", "network", "dtype"), "int32", "No network has dtype"),
        (("_model", "network", "dtype"), "O", "No network has dtype"),
        (("_model", "network", "n_members"), 10**12, "cannot have values of shape"),
        (("_model", "network", "n_members"), 0, "No network has n_members"),
        (("_model", "network", "parametrization"), "other", "No network has parametrization"),
        (("_model", "network", "input_scale"), False, "cannot have values of shape"),
        (("_model", "network", "values"), [1.0, 2.0], "cannot have values of shape"),
        (("_model", "network", "values"), None, "cannot have values of shape"),
        (("_model", "network", "basis", "phase"), [1.0, 2.0], "No basis of"),
        (("_model", "network", "basis"), None, "cannot have values of shape"),
        (("_model", "network", "scaler", "bound"), -1, "No scaling has bound"),
        (("_model", "network", "scaler", "bound"), "3", "not supported"),
        (("_model", "network", "scaler", "factor"), None, "No scaling has offset"),
        (("_model", "encoder", "categories"), [["a", "b"]], "Its inputs cannot be those"),
        (("_model", "encoder", "categories"), [["a", 1, 2]], "No column has the categories"),
        (("_model", "encoder", "categories"), [["a", ["b"]]], "No column has the categories"),
        (("_model", "encoder", "categories"), [], "No table has"),
        (("_model", "encoder", "has_others"), [True], "Its inputs cannot be those"),
        (("_model", "loss", "name"), "hinge", "hinge"),
        (("_model", "is_multilabel"), True, "Its classes and outputs cannot be those"),
        (("n_features_in_",), 4, "Its features cannot be those"),
        (("_model", "temperature"), 0, "Its temperature cannot be those"),
        (("_model", "temperature"), "1", "not supported"),
        (("_history", "best_epoch"), 99, "has kept number 99"),
        (("_seed",), ["a"], "Error"),
        (("_seed",), None, "Error"),
        (("predict",), 1, r"would hide \['predict'\]"),
        (("__setstate__",), 1, "would hide"),
        (("_doc_link_template",), "http://", "would hide"),
    ],
)
def test_a_value_that_cannot_be(data, path, value, message):
    with pytest.raises(ValueError, match=f"not a model that sknn has written.*({message})"):
        load(with_node(data, path, plain(value)))


@pytest.mark.parametrize(
    "path",
    [
        *[
            ("_model", "network", name)
            for name in ("sizes", "activation", "dtype", "scaler", "values")
        ],
        *[
            ("_model", "encoder", name)
            for name in ("is_category", "imputed_values", "categories", "has_others")
        ],
        *[("_model", "loss", name) for name in ("name", "exclusive")],
        *[("_model", name) for name in ("network", "encoder", "loss", "classes", "settings")],
        *[("_model", name) for name in ("temperature", "offset", "is_multilabel")],
        *[(name,) for name in ("_model", "_history", "_seed", "n_features_in_")],
        ("_history", "loss"),
        ("activation",),
    ],
)
def test_a_value_that_is_missing(data, path):
    def drop(schema, members):
        del inside(schema, *path[:-1])[path[-1]]

    with pytest.raises(ValueError, match="not a model that sknn has written, or it is damaged"):
        load(tampered(data, drop))


@pytest.mark.parametrize(
    ("path", "alter"),
    [
        (("_model", "network", "values"), lambda values: values[:-1]),
        (("_model", "network", "values"), lambda values: np.append(values, values)),
        (("_model", "network", "values"), lambda values: values.reshape(1, -1)),
        (("_model", "network", "values"), lambda values: values.astype(np.float64)),
        (("_model", "network", "values"), lambda values: values.view(np.int32)),
        (("_model", "network", "values"), lambda values: values.astype(object)),
        (("_model", "network", "values"), lambda values: values.astype(str)),
        (("_model", "network", "values"), lambda values: np.where(values > 0, np.nan, values)),
        (("_model", "network", "scaler", "factor"), lambda factor: np.append(factor, factor)),
        (("_model", "network", "scaler", "factor"), lambda factor: factor * np.inf),
        (("_model", "network", "scaler", "offset"), lambda offset: offset[:1]),
        (("_model", "network", "scaler", "offset"), lambda offset: offset.astype("U")),
        (("_model", "encoder", "imputed_values"), lambda imputed: imputed[:1]),
        (("_model", "encoder", "imputed_values"), lambda imputed: imputed.reshape(-1, 1)),
        (("_model", "encoder", "is_category"), lambda is_category: ~is_category),
        (("_model", "classes"), lambda classes: np.arange(3)),
        (("_model", "classes"), lambda classes: np.zeros((2, 2))),
        (("_model", "classes"), lambda classes: np.array(1)),
    ],
)
def test_an_array_that_cannot_be(path, alter):
    X, y = table()
    model = SimpleMLPClassifier((8,), max_iter=2, random_state=0).fit(X, y == "yes")
    with pytest.raises(ValueError, match=r"not a model that sknn has written|allow_pickle"):
        load(with_array(skops.dumps(model), path, alter))


def test_a_file_cut_short_or_with_another_byte(data):
    for length in range(0, len(data), len(data) // 20):
        with pytest.raises((zipfile.BadZipFile, OSError, EOFError)):
            load(data[:length])
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        weights = max(file.infolist()[:-1], key=lambda member: member.file_size)
    place = weights.header_offset + 500
    with pytest.raises(zipfile.BadZipFile, match="CRC"):
        load(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])


# ---------------------------------------------------------------------------- the page


@pytest.mark.filterwarnings("ignore::DeprecationWarning:onnx")
@pytest.mark.skipif(
    not hasattr(SimpleMLPClassifier, "set_callbacks"),
    reason="callbacks came with scikit-learn 1.9",
)
def test_the_page_tells_the_truth(tmp_path, monkeypatch, capsys):
    pytest.importorskip("onnxruntime")
    page = (Path(__file__).parents[2] / "docs" / "files.rst").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    X_train, X_test, y_train, _ = train_test_split(*load_digits(return_X_y=True), random_state=0)
    names = {
        "np": np,
        "SimpleMLPClassifier": SimpleMLPClassifier,
        "model": SimpleMLPClassifier(random_state=0).fit(X_train, y_train),
        "X_train": X_train,
        "X_test": X_test,
        "y_train": y_train,
    }
    blocks = re.findall(r"\.\. code-block:: python\n\n((?: {3}.*\n|\n)+)", page)
    assert len(blocks) == 5
    for block in blocks:
        exec(textwrap.dedent(block), names)
    assert capsys.readouterr().out in page.replace("\n   ", "\n")
    sizes = [int(size.replace(",", "")) for size in re.findall(r"     - ([\d,]+) kB", page)]
    paths = [tmp_path / f"digits.{kind}" for kind in ("joblib", "skops", "onnx", "checkpoint")]
    assert [path.stat().st_size / 1000 for path in paths] == pytest.approx(sizes, rel=0.02)
