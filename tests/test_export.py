"""The export to ONNX: ONNX Runtime says what the model says, from raw features on.

The extra test-files has what these tests need.  Real tables are read from the folder that the
environment variable SKNN_DATASETS names, the one of `python -m benchmarks.accuracy --data`.
"""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import sknn
from benchmarks import accuracy
from sknn import PLAIN, SimpleMLPClassifier, export
from sknn.encoding import TableEncoder
from sknn.network.activations import ACTIVATIONS
from sknn.network.losses import LOSSES

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:(onnx|skl2onnx)"),
]

ROOT = Path(__file__).parent.parent
DATASETS = os.environ.get("SKNN_DATASETS")


def run(proto, feeds):
    """Run a graph and return labels and probabilities."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options)
    return session.run(None, feeds)


def feeds_of(proto, X):
    """Return the features as a graph takes them."""
    feeds = {}
    for j, each in enumerate(proto.graph.input):
        if len(proto.graph.input) == 1 and each.name == "X":
            return {"X": np.asarray(X.toarray() if sparse.issparse(X) else X, np.float64)}
        column = X.iloc[:, j] if hasattr(X, "iloc") else pd.Series(X[:, j])
        is_string = each.type.tensor_type.elem_type == onnx.TensorProto.STRING
        column = column.astype(object).where(column.notna(), "") if is_string else column
        feeds[each.name] = column.to_numpy(object if is_string else np.float64)[:, np.newaxis]
    return feeds


def assert_agrees(model, X, proto=None, feeds=None, dtype=np.float64):
    """Assert that a graph says of each row what the model says."""
    proto = model.to_onnx() if proto is None else proto
    onnx.checker.check_model(proto, full_check=True)
    labels, probabilities = run(proto, feeds_of(proto, X) if feeds is None else feeds)
    expected = model.predict(X)
    np.testing.assert_array_equal(labels, expected)
    assert labels.shape == expected.shape
    assert labels.dtype == (object if expected.dtype.kind in "OU" else np.int64)
    np.testing.assert_allclose(probabilities, model.predict_proba(X), atol=1e-5)
    assert probabilities.dtype == dtype
    return proto


def small(activation="tanh", **parameters):
    """Return a model that trains fast."""
    defaults = {"hidden_layer_sizes": (6, 5), "n_members": 2, "max_iter": 3, "random_state": 0}
    return SimpleMLPClassifier(activation=activation, **defaults | parameters)


@pytest.fixture(scope="module")
def data(iris, two_classes, labels):
    return {"binary": two_classes, "multiclass": iris, "multilabel": labels}


@pytest.fixture(scope="module")
def table():
    """Numbers and categories of each kind, with gaps, and columns that know nothing."""
    rng = np.random.default_rng(0)
    n = 400
    frame = pd.DataFrame(
        {
            "number": rng.normal(50, 20, n).round(1),
            "port": rng.choice(["S", "C", "Q"], n),
            "sex": pd.Categorical(rng.choice(["f", "m"], n)),
            "flag": rng.choice([False, True], n),
            "cabin": [f"{round(i**0.97)}a" for i in rng.permutation(n)],  # more than have an input
            "void": np.full(n, np.nan),
            "nothing": np.full(n, None, object),
            "only": "one",
            "count": rng.integers(5, size=n),
        }
    )
    y = np.where((frame["number"] > 50) ^ (frame["port"] == "S"), "yes", "no")
    for j, name in enumerate(("number", "port", "sex", "cabin")):
        frame.loc[rng.choice(n, 30 + j, replace=False), name] = None
    return frame, y


# ------------------------------------------------------------------ each of everything


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", ["binary", "multiclass", "multilabel"])
def test_every_activation_loss_and_kind_of_target(activation, loss, kind, data):
    X, y = data[kind]
    assert_agrees(small(activation, loss=loss).fit(X, y), X)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "multilabel"])
@pytest.mark.parametrize(
    "parameters",
    [
        {"activation": activation, "dtype": "float64", "scaling": "standard"}
        for activation in ACTIVATIONS
    ]
    + [
        {"n_members": 1},
        {"n_members": 1, "loss": "squared_error"},
        {"hidden_layer_sizes": ()},
        {"scaling": None},
        {"dropout": 0.5, "numeric_embedding": None},
        {"scaling": "standard", "numeric_embedding": "periodic"},
        {"solver": "lbfgs"},
        PLAIN | {"max_iter": 3},
    ],
    ids=str,
)
def test_every_form_of_network(parameters, kind, data):
    X, y = data[kind]
    assert_agrees(small(**parameters).fit(X, y), X)


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_digits])
def test_default_model_on_real_numbers(load):
    X, y = load(return_X_y=True)
    assert_agrees(SimpleMLPClassifier(max_iter=4, random_state=0).fit(X, y), X)


@pytest.mark.skipif(DATASETS is None, reason="needs the folder SKNN_DATASETS")
@pytest.mark.parametrize("name", ["adult", "car", "electricity", "kr_vs_k", "penguins", "titanic"])
def test_default_model_on_real_tables(name):
    X, y = accuracy.load(str(DATASETS), name)
    few = np.random.default_rng(0).permutation(len(X))[:2000]
    assert_agrees(SimpleMLPClassifier(max_iter=2, random_state=0).fit(X.iloc[few], y[few]), X)


# ----------------------------------------------------------------------------- features


def test_gaps_are_filled():
    X, y = load_wine(return_X_y=True)
    gaps = np.random.default_rng(0).random(X.shape) < 0.2
    X = np.where(gaps, np.nan, X)
    X[:, 3] = np.nan
    assert_agrees(small().fit(X, y), X)


def test_gaps_that_come_with_prediction_are_filled(iris):
    X, y = iris
    assert_agrees(small().fit(X, y), np.where(X > 5, np.nan, X))


@pytest.mark.parametrize("scaling", ["robust", "standard", None])
def test_model_of_sparse_features_takes_dense_ones(iris, scaling):
    X, y = iris
    X = sparse.csr_matrix(np.where(X < 2, 0, X))
    model = small(scaling=scaling).fit(X, y)
    proto = assert_agrees(model, X)
    gaps = np.full((2, 4), np.nan)
    assert_agrees(model, gaps, proto)


def test_table_has_an_input_for_each_column(table):
    X, y = table
    model = small().fit(X, y)
    assert model.encoder_.has_others == [False, False, True, False, False]
    proto = assert_agrees(model, X)
    assert [each.name for each in proto.graph.input] == list(X.columns)
    unseen = X.assign(port="Oslo", sex="x", cabin="9999", nothing="thing", only=None)
    assert_agrees(model, unseen, proto)
    assert_agrees(model, X.assign(number=np.nan, port=None, void=3.0, cabin=None), proto)


def test_other_runtimes_agree(table):
    from onnx.reference import ReferenceEvaluator

    X, y = table
    model = small("gelu").fit(X, y)
    proto = model.to_onnx()
    labels, probabilities = ReferenceEvaluator(proto).run(None, feeds_of(proto, X))
    np.testing.assert_array_equal(labels, model.predict(X))
    np.testing.assert_allclose(probabilities, model.predict_proba(X), atol=1e-5)


def test_frame_of_numbers_has_one_input(table):
    X, y = table
    X = X[["number", "flag", "count", "void"]].assign(big=np.float32(7))
    proto = assert_agrees(small().fit(X, y), X)
    assert [each.name for each in proto.graph.input] == ["X"]


@pytest.mark.parametrize("max_categories", [254, 3])
def test_categories_that_are_numbers_need_no_inputs_of_their_own(iris, max_categories, monkeypatch):
    keywords = {"max_categories": max_categories}
    monkeypatch.setattr(TableEncoder.__init__, "__kwdefaults__", keywords)
    X, y = iris
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.choice([0.1, 7, 2**40, 5, 6], len(X)), X, rng.choice([1, 2], len(X))])
    X[::9, 0] = X[::11, 5] = np.nan
    model = small(categorical_features=[0, 5]).fit(X, y)
    assert model.encoder_.has_others == [max_categories == 3, False]
    proto = assert_agrees(model, X)
    assert [each.name for each in proto.graph.input] == ["X"]
    X[:, 0], X[:, 5] = 0.1 + 1e-16, 3  # a neighbour, and nothing known
    X[::2, 0] = 8
    assert_agrees(model, X, proto)


def test_table_of_categories_alone(table):
    X, y = table
    X = X[["port", "sex"]]
    assert_agrees(small().fit(X, y), X)


def test_columns_without_names_are_numbered(table):
    X, y = table
    X = X[["port", "number"]].to_numpy(object)
    model = small(categorical_features=[0]).fit(X, y)
    proto = assert_agrees(model, X)
    assert [each.name for each in proto.graph.input] == ["x0", "x1"]


def test_empty_string_that_is_a_category_is_not_missing():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.choice(["", "b", "c"], 200)})
    proto = assert_agrees(small().fit(X, X["a"] == ""), X)
    names = np.char.add("cabin ", rng.integers(900, size=600).astype(str))
    X = pd.DataFrame({"a": np.where(rng.random(600) < 0.2, "", names)})
    assert_agrees(small().fit(X, X["a"] == ""), X)
    assert proto.graph.input[0].name == "a"


def test_names_of_columns_may_be_those_of_outputs(table):
    X, y = table
    X = X[["port", "number"]].rename(columns={"port": "label", "number": "Add"})
    proto = assert_agrees(small().fit(X, y), X)
    assert [each.name for each in proto.graph.output] == ["label_1", "probabilities"]


def test_numbers_too_large_for_float32_before_scaling_keep_their_meaning():
    rng = np.random.default_rng(0)
    time = 1.7e9 + rng.uniform(0, 600, 500)  # seconds within ten minutes
    X, y = time[:, np.newaxis], (time % 60 > 30).astype(int)
    assert_agrees(small(max_iter=30).fit(X, y), X)


def test_one_row_and_no_row(iris):
    model = small().fit(*iris)
    proto = model.to_onnx()
    for n_rows in (0, 1):
        labels, probabilities = run(proto, {"X": iris[0][:n_rows]})
        assert labels.shape == (n_rows,)
        assert probabilities.shape == (n_rows, 3)


def test_rows_far_away(iris):
    X, y = iris
    for loss in LOSSES:
        model = small("relu", loss=loss, scaling="standard", n_members=1).fit(X, y)
        assert_agrees(model, X * 1e5)


# ------------------------------------------------------------------------------- classes


@pytest.mark.parametrize(
    "classes",
    [["a", "b"], ["x", "ÿ", "zz"], [False, True], [3.0, 5.0], [-1, 2**40, 7]],
    ids=str,
)
def test_classes_are_strings_or_integers(classes, two_classes):
    X, _ = two_classes
    y = np.array(classes)[np.arange(len(X)) % len(classes)]
    model = small().fit(X, y)
    labels, _ = run(model.to_onnx(), {"X": X})
    np.testing.assert_array_equal(labels, model.predict(X))


def test_classes_beyond_integers_are_refused(two_classes):
    X, _ = two_classes
    model = small().fit(X, np.where(X[:, 0] > 0, np.uint64(2**63), np.uint64(2)))
    with pytest.raises(ValueError, match=r"classes, \[2, 9223372036854775808\], are neither"):
        model.to_onnx()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([b"a", b"b", b"c"], "'code' are bytes"),
        ([2**60 + 1, 2, 3], "'code' are numbers beyond the precision"),
        ([10**400, 2, 3], "'code' are numbers beyond the precision"),
    ],
)
def test_categories_that_onnx_does_not_know_are_refused(values, message, iris):
    X, y = iris
    frame = pd.DataFrame({"code": pd.Series((values * 50), dtype=object), "width": X[:, 0]})
    model = small(categorical_features=["code"]).fit(frame, y)
    with pytest.raises(ValueError, match=message):
        model.to_onnx()


# ------------------------------------------------------------------------------ the file


def test_file_is_what_is_returned(tmp_path, iris):
    model = small().fit(*iris)
    proto = model.to_onnx(tmp_path / "model.onnx")
    assert onnx.load(tmp_path / "model.onnx") == proto == sknn.to_onnx(model)
    assert (proto.producer_name, proto.producer_version) == ("sknn", sknn.__version__)
    assert "4-6-5-3 neurons" in proto.doc_string
    assert {each.domain: each.version for each in proto.opset_import}[""] == 18


def test_model_must_be_fitted():
    with pytest.raises(NotFittedError):
        SimpleMLPClassifier().to_onnx()


def test_part_without_emitter_is_named():
    with pytest.raises(NotImplementedError, match="object has no emitter"):
        export.emit(object(), export.Graph(), "X")


# ------------------------------------------------------------------------------ skl2onnx


@pytest.fixture(scope="module")
def skl2onnx():
    return pytest.importorskip("skl2onnx")


@pytest.fixture
def registry(skl2onnx):
    """Let a test register what it wants, and forget it."""
    from skl2onnx import _parse, _supported_operators
    from skl2onnx.common import _registration

    with (
        mock.patch.dict(_parse.sklearn_parsers_map),
        mock.patch.dict(_supported_operators.sklearn_operator_name_map),
        mock.patch.dict(_registration._converter_pool),
        mock.patch.dict(_registration._shape_calculator_pool),
    ):
        yield


@pytest.fixture
def registered(skl2onnx, registry):
    """Register the converter as the user guide says."""
    skl2onnx.update_registered_converter(
        SimpleMLPClassifier,
        "SknnSimpleMLPClassifier",
        export.skl2onnx_shapes,
        export.skl2onnx_convert,
        options={"zipmap": [True, False, "columns"], "nocl": [True, False]},
    )


def types_of(feeds):
    """Return the types of inputs for skl2onnx."""
    from skl2onnx.common import data_types

    types = {"O": "StringTensorType", "f4": "FloatTensorType", "f8": "DoubleTensorType"}
    return [
        (name, getattr(data_types, types[each.dtype.str[1:]])([None, 1]))
        for name, each in feeds.items()
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["binary", "multiclass", "multilabel"])
def test_skl2onnx_converts_the_model(skl2onnx, kind, dtype, data):
    X, y = data[kind]
    X = X.astype(dtype)
    model = small().fit(X, y)
    proto = skl2onnx.to_onnx(model, X[:1])
    assert_agrees(model, X, proto, {"X": X}, dtype)
    assert [each.name for each in proto.graph.output] == ["label", "probabilities"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_skl2onnx_converts_a_pipeline(skl2onnx, iris, dtype):
    X, y = iris[0].astype(dtype), iris[1]
    pipeline = make_pipeline(StandardScaler(), small()).fit(X, y)
    assert_agrees(pipeline, X, skl2onnx.to_onnx(pipeline, X[:1]), {"X": X}, dtype)


def test_skl2onnx_converts_several_models_in_one_graph(skl2onnx, registered, iris):
    X, y = iris[0].astype(np.float32), iris[1]
    models = [("a", small()), ("b", small("relu"))]
    both = VotingClassifier(models, voting="soft", flatten_transform=False).fit(X, y)
    proto = skl2onnx.to_onnx(both, X[:1], options={"zipmap": False})
    assert_agrees(both, X, proto, {"X": X}, np.float32)


def test_skl2onnx_takes_tables(skl2onnx, table):
    X, y = table
    model = small().fit(X, y)
    feeds = feeds_of(model.to_onnx(), X)
    assert_agrees(model, X, skl2onnx.to_onnx(model, initial_types=types_of(feeds)), feeds)


def test_skl2onnx_takes_a_column_transformer(skl2onnx, table):
    X, y = table
    X = X[["number", "count", "port"]].fillna({"number": 0, "port": "?"})
    transformer = make_column_transformer(
        (StandardScaler(), ["number", "count"]), (OneHotEncoder(sparse_output=False), ["port"])
    )
    pipeline = make_pipeline(transformer, small()).fit(X, y)
    feeds = {name: X[[name]].to_numpy(object if name == "port" else np.float32) for name in X}
    proto = skl2onnx.to_onnx(pipeline, initial_types=types_of(feeds))
    assert_agrees(pipeline, X, proto, feeds, np.float32)


def test_skl2onnx_with_inputs_that_do_not_fit(skl2onnx, table):
    X, y = table
    model = small().fit(X[["port", "number"]], y)
    strings = skl2onnx.common.data_types.StringTensorType
    with pytest.raises(ValueError, match="'number' holds strings, not numbers"):
        skl2onnx.to_onnx(model, initial_types=[("X", strings([None, 2]))])
    with pytest.raises(ValueError, match="2 features, the graph 1 columns"):
        skl2onnx.to_onnx(model, initial_types=[("port", strings([None, 1]))])
    with pytest.raises(ValueError, match="needs target_opset >= 13; got 12"):
        skl2onnx.to_onnx(small().fit(X[["number"]], y), np.zeros((1, 1)), target_opset=12)


@pytest.mark.parametrize("opset", [13, 15, 18])
def test_skl2onnx_may_choose_the_opset(skl2onnx, opset, table):
    X, y = table
    model = small("gelu").fit(X, y)
    feeds = feeds_of(model.to_onnx(), X)
    proto = skl2onnx.to_onnx(model, initial_types=types_of(feeds), target_opset=opset)
    assert_agrees(model, X, proto, feeds)
    assert {each.domain: each.version for each in proto.opset_import}[""] == opset


def test_skl2onnx_knows_options_and_searches_once_registered(skl2onnx, registered, iris):
    X, y = iris
    search = GridSearchCV(small(), {"learning_rate": [0.01]}, cv=2).fit(X, y)
    pipeline = make_pipeline(StandardScaler(), small()).fit(X, y)
    for model in (small().fit(X, y), search, pipeline):
        proto = skl2onnx.to_onnx(model, X[:1], options={"zipmap": False})
        assert_agrees(model, X, proto, {"X": X})
        _, dictionaries = run(
            skl2onnx.to_onnx(model, X[:1].astype(np.float32)), {"X": X.astype(np.float32)}
        )
        assert set(dictionaries[0]) == {0, 1, 2}


# ------------------------------------------------------------------------------ the guide


def test_the_user_guide_runs(registry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "user_guide.rst").read_text(encoding="utf-8")
    section = page[page.index(".. _onnx:") : page.index("What is refused")]
    blocks = re.findall(r"\.\. code-block:: python\n\n((?: {3}.*\n|\n)+)", section)
    X, y = load_digits(return_X_y=True)
    table = pd.DataFrame({"age": [22, np.nan] * 60, "fare": 7.0, "port": ["S", "C", None] * 40})
    names = {
        "np": np,
        "make_pipeline": make_pipeline,
        "SimpleMLPClassifier": SimpleMLPClassifier,
        "X_train": X[:500],
        "y_train": y[:500],
        "X_test": X[500:],
        "table": table,
        "survived": np.array(["no", "yes"] * 60),
    }
    assert len(blocks) == 4
    for block in blocks:
        exec(textwrap.dedent(block), names)


# ------------------------------------------------------------------------------- the file


def test_a_disk_that_is_full_leaves_the_old_file(tmp_path):
    resource = pytest.importorskip("resource")
    script = """
import resource, signal
from sklearn.datasets import load_iris
from sknn import SimpleMLPClassifier
model = SimpleMLPClassifier(max_iter=1).fit(*load_iris(return_X_y=True))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    model.to_onnx("model.onnx")
except OSError as error:
    print(type(error).__name__)
"""
    assert resource.RLIMIT_FSIZE is not None
    (tmp_path / "model.onnx").write_bytes(b"the old model")
    command = [sys.executable, "-W", "ignore", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout == "OSError\n"
    assert (tmp_path / "model.onnx").read_bytes() == b"the old model"
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_a_file_that_is_replaced_keeps_its_link_and_permissions(iris, tmp_path):
    path, link = tmp_path / "model.onnx", tmp_path / "link.onnx"
    path.write_bytes(b"")
    path.chmod(0o600)
    link.symlink_to(path)
    proto = small().fit(*iris).to_onnx(link)
    assert link.is_symlink()
    assert path.read_bytes() == proto.SerializeToString()
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_is_no_file(iris, tmp_path):
    with pytest.raises(IsADirectoryError):
        small().fit(*iris).to_onnx(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("n_members", [1, 3])
@pytest.mark.parametrize("bias", [-30, -50, -300, -600])
def test_outputs_of_a_squared_error_that_are_nearly_zero(iris, bias, n_members):
    parameters = {"loss": "squared_error", "dtype": "float64", "n_members": n_members}
    model = small(hidden_layer_sizes=(), **parameters).fit(*iris)
    model.coefs_[-1][...] = 0
    model.intercepts_[-1][...] = [bias - 2, bias, bias - 10]
    expected = np.exp([-2.0, 0, -10]) / np.exp([-2.0, 0, -10]).sum()
    np.testing.assert_allclose(model.predict_proba(iris[0])[0], expected, rtol=1e-6)
    labels, probabilities = run(model.to_onnx(), {"X": iris[0]})
    np.testing.assert_allclose(probabilities[0], expected, rtol=1e-6)
    assert (labels == 1).all()
