"""What a model is after pickle, joblib, a memory map, deepcopy and clone."""

import copy
import io
import pickle
import subprocess
import sys
import tracemalloc

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import InconsistentVersionWarning, NotFittedError

from sknn import SimpleMLPClassifier

MODELS = {
    "one network, scaled": {"hidden_layer_sizes": (64, 32), "scaling": "standard"},
    "one network, not scaled": {"hidden_layer_sizes": (64, 32), "scaling": None},
    "members": {"hidden_layer_sizes": (16,), "n_members": 4, "scaling": "standard"},
    "members, factors, embedding": {"hidden_layer_sizes": (16, 16), "n_members": 4},
}


@pytest.fixture(scope="module", params=MODELS.values(), ids=MODELS)
def model(request, digits):
    return SimpleMLPClassifier(max_iter=2, random_state=0, **request.param).fit(*digits)


def through_pickle(model, path):
    return pickle.loads(pickle.dumps(model))


def through_joblib(model, path):
    joblib.dump(model, path)
    return joblib.load(path)


def through_compressed_joblib(model, path):
    joblib.dump(model, path, compress=3)
    return joblib.load(path)


def through_memory_map(model, path):
    joblib.dump(model, path)
    return joblib.load(path, mmap_mode="r")


def through_deepcopy(model, path):
    return copy.deepcopy(model)


WAYS = [
    through_pickle,
    through_joblib,
    through_compressed_joblib,
    through_memory_map,
    through_deepcopy,
]


@pytest.mark.parametrize("way", WAYS)
def test_the_copy_predicts_bit_for_bit_the_same(model, way, digits, tmp_path):
    copied = way(model, tmp_path / "model")
    for method in ("predict", "predict_proba", "decision_function"):
        np.testing.assert_array_equal(
            getattr(copied, method)(digits[0]), getattr(model, method)(digits[0])
        )
    assert copied.get_params() == model.get_params()
    np.testing.assert_array_equal(copied.loss_curve_, model.loss_curve_)
    assert copied.temperature_ == model.temperature_
    assert copied.n_parameters_ == model.n_parameters_


@pytest.mark.parametrize("way", WAYS)
def test_views_are_views_again(model, way, tmp_path):
    network = way(model, tmp_path / "model").network_
    assert [list(layer.shapes) for layer in network.layers] == [
        list(layer.shapes) for layer in model.network_.layers
    ]
    for layer in network.layers:
        for role, shape in layer.shapes.items():
            assert getattr(layer, role).shape == shape
            assert np.shares_memory(getattr(layer, role), network.parameters.values)
            gradient = getattr(layer, f"{role}_gradient")
            assert np.shares_memory(gradient, network.parameters.gradient)
    assert not np.shares_memory(network.parameters.values, model.network_.parameters.values)


@pytest.mark.parametrize("way", WAYS)
def test_the_copy_can_be_trained_further(model, way, digits, tmp_path):
    X, y = digits
    copied = way(model, tmp_path / "model")
    before = copied.score(X, y)
    for _ in range(5):
        copied.partial_fit(X, y)
    assert copied.score(X, y) > before
    network = copied.network_
    assert np.shares_memory(copied.coefs_[0], network.parameters.values)


def test_a_memory_map_stays_in_its_file_until_trained(model, digits, tmp_path):
    mapped = through_memory_map(model, tmp_path / "model")
    values = mapped.network_.parameters.values
    assert not values.flags.writeable
    assert not values.flags.owndata
    mapped.partial_fit(*digits)
    assert mapped.network_.parameters.values.flags.writeable
    reloaded = joblib.load(tmp_path / "model")
    np.testing.assert_array_equal(reloaded.coefs_[0], model.coefs_[0])


def test_a_memory_map_can_be_fitted_with_warm_start(model, digits, tmp_path):
    mapped = through_memory_map(model, tmp_path / "model").set_params(warm_start=True, max_iter=10)
    assert mapped.fit(*digits).score(*digits) > model.score(*digits)


def joblib_bytes(model):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("dump", [pickle.dumps, joblib_bytes])
def test_a_file_holds_the_weights_once(digits, dump):
    model = SimpleMLPClassifier((256, 128), max_iter=1).fit(*digits)
    weights = model.network_.parameters.values.nbytes
    assert len(dump(model)) <= 1.2 * weights + 24_000


def test_partial_fit_does_not_let_the_file_grow(digits):
    X, y = digits
    model = SimpleMLPClassifier((16,), random_state=0).partial_fit(X, y, classes=range(10))
    first = len(pickle.dumps(model))
    for _ in range(20):
        model.partial_fit(X, y)
    assert abs(len(pickle.dumps(model)) - first) < 100


@pytest.mark.parametrize("n_members", [1, 3])
def test_a_deep_copy_trains_on_like_its_original(digits, n_members):
    X, y = digits
    model = SimpleMLPClassifier(
        (16,), n_members=n_members, dropout=0.2, max_iter=3, random_state=0
    ).fit(X, y)
    twin = copy.deepcopy(model)
    for each in (model, twin):
        each.partial_fit(X, y).partial_fit(X, y)
    np.testing.assert_array_equal(twin.network_.parameters.values, model.network_.parameters.values)


def test_a_clone_is_unfitted(model, digits):
    with pytest.raises(NotFittedError):
        clone(model).predict(digits[0])


def test_another_version_of_sknn_gives_a_warning(model):
    state = model.__getstate__() | {"_sknn_version": "0.0.1"}
    with pytest.warns(InconsistentVersionWarning, match=r"version 0\.0\.1 of sknn"):
        SimpleMLPClassifier().__setstate__(state)
    state.pop("_sknn_version")
    with pytest.warns(InconsistentVersionWarning, match="version unknown of sknn"):
        SimpleMLPClassifier().__setstate__(state)


def test_files_open_in_a_new_process(digits, tmp_path):
    expected = {}
    for name, settings in MODELS.items():
        model = SimpleMLPClassifier(max_iter=1, random_state=0, **settings).fit(*digits)
        joblib.dump(model, tmp_path / f"{name}.model")
        expected[name] = model.predict_proba(digits[0])
    np.save(tmp_path / "X.npy", digits[0])
    script = """
import joblib, numpy as np, pathlib
X = np.load("X.npy")
for path in list(pathlib.Path().glob("*.model")):
    np.save(path.stem, joblib.load(path, mmap_mode="r").predict_proba(X))
"""
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    for name, p in expected.items():
        np.testing.assert_allclose(np.load(tmp_path / f"{name}.npy"), p, rtol=1e-12)


def test_an_unfitted_model_can_be_pickled():
    model = pickle.loads(pickle.dumps(SimpleMLPClassifier((3,), dropout=0.5)))
    assert model.get_params()["dropout"] == 0.5


class Annotated(SimpleMLPClassifier):
    note = "none"


def test_a_subclass_and_its_users_may_add_attributes(digits):
    model = Annotated((4,), max_iter=1).fit(*digits)
    model.note, model.origin = "of Monday", {"rows": 400}
    loaded = pickle.loads(pickle.dumps(model))
    assert (type(loaded), loaded.note, loaded.origin) == (Annotated, "of Monday", {"rows": 400})


def with_part(state, part, change):
    """Return the content of a file with another part of the model."""
    model = state["_model"]
    return state | {"_model": model | {part: model[part] | change}}


def with_model(state, **changes):
    """Return the content of a file with other attributes of the model."""
    return state | {"_model": state["_model"] | changes}


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        ("network", {"sizes": (64, 9, 10)}, "cannot have values of shape"),
        ("network", {"values": None}, "cannot have values of shape"),
        ("network", {"basis": {"frequency": [1.0], "phase": [0.0]}}, "No basis of"),
        ("network", {"activation": "swish"}, "No network has activation='swish'"),
        ("network", {"scaler": {"offset": None, "factor": None, "bound": 0}}, "No scaling has"),
        ("network", {"scaler": {"offset": [1], "factor": None, "bound": 3}}, "No scaling has"),
        ("encoder", {"categories": [["a", "b"]]}, "No table has"),
        (
            "encoder",
            {"imputed_values": np.zeros(63), "is_category": np.zeros(63, bool)},
            "Its features",
        ),
        ("loss", {"name": "hinge"}, "KeyError: 'hinge'"),
    ],
)
def test_what_cannot_be_a_model_is_refused(digits, part, change, message):
    state = SimpleMLPClassifier((8,), max_iter=1).fit(*digits).__getstate__()
    state = with_part(state, part, change)
    with pytest.raises(ValueError, match=f"not a model that sknn has written.*{message}"):
        SimpleMLPClassifier().__setstate__(state)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")
def test_a_file_of_the_first_release_says_so():
    state = SimpleMLPClassifier().__getstate__() | {"network_": {}, "_sknn_version": "0.1.0"}
    with pytest.raises(ValueError, match=r"sknn 0\.1\.0 has written it.*fit anew"):
        SimpleMLPClassifier().__setstate__(state)


def test_parameters_and_methods_are_those_of_the_class():
    state = SimpleMLPClassifier().__getstate__()
    del state["dropout"]
    with pytest.raises(ValueError, match=r"lacks \['dropout'\], and would hide \['fit'\]"):
        SimpleMLPClassifier().__setstate__(state | {"fit": None})


@pytest.fixture(scope="module")
def state(digits):
    """The content of a file: three classes with names, and a table with categories."""
    X, y = digits
    X = pd.DataFrame({"a": X[:90, 3], "b": X[:90, 4], "c": np.array(["u", "v", "w"] * 30, object)})
    y = np.array(["x", "y", "z"], object)[y[:90] % 3]
    return SimpleMLPClassifier((8,), max_iter=1, random_state=0).fit(X, y).__getstate__()


CLASSES = {
    "too few": ["x", "y"],
    "twice": ["x", "y", "y"],
    "not sorted": ["z", "y", "x"],
    "of several types": ["x", "y", 3],
    "lists": [["x"], ["y"], ["z"]],
}


@pytest.mark.parametrize("kind", CLASSES)
def test_classes_that_cannot_be(state, kind):
    classes = np.empty(len(CLASSES[kind]), object)
    classes[:] = CLASSES[kind]
    with pytest.raises(ValueError, match="not a model that sknn has written"):
        SimpleMLPClassifier().__setstate__(with_model(state, classes=classes))


def test_one_class_is_not_two(digits):
    X, y = digits
    state = SimpleMLPClassifier((8,), max_iter=1).fit(X, y > 4).__getstate__()
    with pytest.raises(ValueError, match="Its classes cannot be those"):
        SimpleMLPClassifier().__setstate__(with_model(state, classes=np.array([True])))


class Unhashable(str):
    __hash__ = None


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("network", {"values": None}),
        ("network", {"sizes": range(5, 2, -1)}),
        ("encoder", {"imputed_values": np.array([1, 2j])}),
        ("encoder", {"imputed_values": np.array([1, np.inf])}),
        ("encoder", {"is_category": np.array([0, 0, 1])}),
        ("encoder", {"has_others": [0]}),
        ("encoder", {"categories": [["u", "v", "v"]]}),
        ("encoder", {"categories": [["w", "v", "u"]]}),
        ("encoder", {"categories": ["uvw"]}),
        ("encoder", {"categories": [{"u": 0, "v": 1, "w": 2}]}),
        ("encoder", {"categories": [[Unhashable(name) for name in "uvw"]]}),
        ("loss", {"exclusive": False}),
        ("loss", {"label_smoothing": 2}),
        ("settings", {"n_members": 2}),
    ],
    ids=str,
)
def test_a_part_that_cannot_be(state, part, change):
    with pytest.raises(ValueError, match="not a model that sknn has written"):
        SimpleMLPClassifier().__setstate__(with_part(state, part, change))


@pytest.fixture(scope="module")
def crowded():
    """A model with an embedding of categories and target statistics, and its features."""
    rng = np.random.default_rng(0)
    names = [f"c{i}" for i in (80 * rng.random(1200) ** 2).astype(int)]
    X, y = pd.DataFrame({"a": names, "b": rng.random(1200)}), rng.integers(3, size=1200)
    model = SimpleMLPClassifier((8,), max_iter=1, n_members=2, random_state=0).fit(X, y)
    assert len(model.encoder_.rare_categories[0]) > 0
    return model, X


def test_many_categories_come_back(crowded, tmp_path):
    model, X = crowded
    for way in (through_pickle, through_joblib):
        copied = way(model, tmp_path / "model")
        np.testing.assert_array_equal(copied.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize(
    ("part", "name", "alter"),
    [
        ("encoder", "statistics", lambda of: [of[0][:-1]]),
        ("encoder", "statistics", lambda of: [of[0] + np.inf]),
        ("encoder", "statistics", lambda of: [of[0][:, 1:]]),
        ("encoder", "statistics", lambda of: [of[0].astype(complex)]),
        ("encoder", "statistics", lambda of: []),
        ("encoder", "rare_categories", lambda rare: [rare[0][::-1]]),
        ("encoder", "rare_categories", lambda rare: [[*rare[0][:-1], "c0"]]),
        ("encoder", "rare_categories", lambda rare: [[*rare[0][:-1], 7]]),
        ("encoder", "categories", lambda known: [known[0][1:]]),
        ("network", "n_categories", lambda sizes: [sizes[0] + 1]),
        ("network", "n_categories", lambda sizes: [10**12]),
        ("network", "n_categories", lambda sizes: ["3"]),
    ],
)
def test_categories_and_statistics_that_cannot_be(crowded, part, name, alter):
    state = crowded[0].__getstate__()
    changed = alter(state["_model"][part][name])
    with pytest.raises(ValueError, match="not a model that sknn has written"):
        SimpleMLPClassifier().__setstate__(with_part(state, part, {name: changed}))


@pytest.mark.parametrize("name", ["offset", "factor"])
@pytest.mark.parametrize("dtype", [complex, int, object])
def test_a_scaling_with_other_numbers(state, name, dtype):
    scaler = state["_model"]["network"]["scaler"]
    scaler = scaler | {name: scaler[name].astype(dtype)}
    with pytest.raises(ValueError, match="No scaling has"):
        SimpleMLPClassifier().__setstate__(with_part(state, "network", {"scaler": scaler}))


@pytest.mark.parametrize("temperature", [1e-320, np.inf])
def test_a_temperature_that_cannot_be(state, temperature):
    with pytest.raises(ValueError, match="not a model that sknn has written"):
        SimpleMLPClassifier().__setstate__(with_model(state, temperature=temperature))


@pytest.mark.parametrize("offset", [np.zeros(7), np.full(3, np.nan), 1.0])
def test_an_offset_that_cannot_be(state, offset):
    with pytest.raises(ValueError, match="not a model that sknn has written"):
        SimpleMLPClassifier().__setstate__(with_model(state, offset=offset))


@pytest.mark.parametrize("prior", [np.zeros(3), np.full(7, 0.1), np.full(3, np.nan), "equal"])
def test_a_prior_that_cannot_be(state, prior):
    with pytest.raises(ValueError, match="not a model that sknn has written"):
        SimpleMLPClassifier().__setstate__(with_part(state, "loss", {"prior": prior}))


@pytest.mark.parametrize("change", [{"best_epoch": 2}, {"loss": np.array([["a"]])}])
def test_a_history_that_cannot_be(state, change):
    with pytest.raises(ValueError, match="not a model that sknn has written"):
        SimpleMLPClassifier().__setstate__(state | {"_history": state["_history"] | change})


@pytest.mark.parametrize("change", [{"_seed": {0: 1}}, {"_seed": []}])
def test_an_attribute_that_cannot_be(state, change):
    with pytest.raises(ValueError, match="not a model that sknn has written"):
        SimpleMLPClassifier().__setstate__(state | change)


@pytest.mark.parametrize("nothing", [None, 3, [], "state"], ids=repr)
def test_an_object_without_state(nothing):
    with pytest.raises(ValueError, match="not a model that sknn has written"):
        SimpleMLPClassifier().__setstate__(nothing)


HUGE = {
    "no values": {"sizes": (4000, 1000, 3), "values": None},
    "too few values": {"sizes": (4000, 1000, 3)},
    "many layers": {"sizes": (5, *[1] * 3000, 3)},
    "many members": {"n_members": 10**12},
    "large numbers": {"sizes": (10**12, 10**12, 3)},
}


@pytest.mark.parametrize("kind", HUGE)
def test_loading_takes_memory_in_proportion_to_the_file(state, kind):
    state = with_part(state, "network", HUGE[kind])
    n_bytes = len(pickle.dumps(state))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="not a model that sknn has written"):
            SimpleMLPClassifier().__setstate__(state)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * n_bytes
