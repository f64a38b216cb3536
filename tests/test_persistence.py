"""What a model is after pickle, joblib, a memory map, deepcopy and clone."""

import copy
import pickle
import subprocess
import sys
import tracemalloc

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import InconsistentVersionWarning, NotFittedError

from sknn import SimpleMLPClassifier


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X, y


MODELS = {
    "one network, scaled": {"hidden_layer_sizes": (256, 128), "scaling": "standard"},
    "one network, not scaled": {"hidden_layer_sizes": (256, 128), "scaling": None},
    "members": {"scaling": "standard"},
    "members, factors, embedding": {},
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
    for _ in range(10):
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


@pytest.mark.parametrize("dump", [pickle.dumps, lambda model: _joblib_bytes(model)])
def test_a_file_holds_the_weights_once(model, dump):
    weights = model.network_.parameters.values.nbytes
    assert len(dump(model)) <= 1.2 * weights + 8000


def _joblib_bytes(model):
    import io

    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return buffer.getvalue()


def test_partial_fit_does_not_let_the_file_grow(digits):
    X, y = digits
    model = SimpleMLPClassifier((16,), random_state=0).partial_fit(X, y, classes=range(10))
    first = len(pickle.dumps(model))
    for _ in range(50):
        model.partial_fit(X, y)
    assert abs(len(pickle.dumps(model)) - first) < 100


@pytest.mark.parametrize("sizes", [(16,), "auto"])
def test_a_deep_copy_trains_on_like_its_original(digits, sizes):
    X, y = digits
    model = SimpleMLPClassifier(sizes, dropout=0.2, max_iter=3, random_state=0).fit(X, y)
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


def test_a_file_opens_in_a_new_process(model, digits, tmp_path):
    joblib.dump(model, tmp_path / "model")
    np.save(tmp_path / "X.npy", digits[0])
    script = (
        "import joblib, numpy as np; "
        "model = joblib.load('model', mmap_mode='r'); "
        "np.save('p.npy', model.predict_proba(np.load('X.npy')))"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    np.testing.assert_allclose(
        np.load(tmp_path / "p.npy"), model.predict_proba(digits[0]), rtol=1e-12
    )


def test_an_unfitted_model_can_be_pickled():
    model = pickle.loads(pickle.dumps(SimpleMLPClassifier((3,), dropout=0.5)))
    assert model.get_params()["dropout"] == 0.5


class Annotated(SimpleMLPClassifier):
    note = "none"


def test_a_subclass_and_its_users_may_add_attributes(digits):
    model = Annotated((4,), max_iter=1).fit(*digits)
    model.note, model.origin = "of Monday", {"rows": 1797}
    loaded = pickle.loads(pickle.dumps(model))
    assert (type(loaded), loaded.note, loaded.origin) == (Annotated, "of Monday", {"rows": 1797})


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        ("network_", {"sizes": (64, 9, 10)}, "cannot have values of shape"),
        ("network_", {"activation": "swish"}, "No network has activation='swish'"),
        ("network_", {"scaler": {"offset": None, "factor": None, "bound": 0}}, "No scaling has"),
        ("network_", {"scaler": {"offset": [1], "factor": None, "bound": 3}}, "No scaling has"),
        ("encoder_", {"categories": [["a", "b"]]}, "No table has"),
        ("encoder_", {"fill": np.zeros(63), "is_category": np.zeros(63, bool)}, "Its features"),
        ("_loss", {"name": "hinge"}, "KeyError: 'hinge'"),
    ],
)
def test_what_cannot_be_a_model_is_refused(digits, part, change, message):
    state = SimpleMLPClassifier((8,), max_iter=1).fit(*digits).__getstate__()
    state[part] = state[part] | change
    with pytest.raises(ValueError, match=f"not a model that sknn has written.*{message}"):
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
        SimpleMLPClassifier().__setstate__(state | {"classes_": classes})


def test_one_class_is_not_two(digits):
    X, y = digits
    state = SimpleMLPClassifier((8,), max_iter=1).fit(X, y > 4).__getstate__()
    with pytest.raises(ValueError, match="Its classes cannot be those"):
        SimpleMLPClassifier().__setstate__(state | {"classes_": np.array([True])})


class Unhashable(str):
    __hash__ = None


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("network_", {"values": None}),
        ("network_", {"sizes": range(5, 2, -1)}),
        ("encoder_", {"fill": np.array([1, 2j])}),
        ("encoder_", {"fill": np.array([1, np.inf])}),
        ("encoder_", {"is_category": np.array([0, 0, 1])}),
        ("encoder_", {"has_others": [0]}),
        ("encoder_", {"categories": [["u", "v", "v"]]}),
        ("encoder_", {"categories": [["w", "v", "u"]]}),
        ("encoder_", {"categories": ["uvw"]}),
        ("encoder_", {"categories": [{"u": 0, "v": 1, "w": 2}]}),
        ("encoder_", {"categories": [[Unhashable(name) for name in "uvw"]]}),
        ("_loss", {"exclusive": False}),
        ("_loss", {"label_smoothing": 2}),
    ],
    ids=str,
)
def test_a_part_that_cannot_be(state, part, change):
    with pytest.raises(ValueError, match="not a model that sknn has written"):
        SimpleMLPClassifier().__setstate__(state | {part: state[part] | change})


@pytest.mark.parametrize("name", ["offset", "factor"])
@pytest.mark.parametrize("dtype", [complex, int, object])
def test_a_scaling_with_other_numbers(state, name, dtype):
    scaler = state["network_"]["scaler"]
    scaler = scaler | {name: scaler[name].astype(dtype)}
    with pytest.raises(ValueError, match="No scaling has"):
        SimpleMLPClassifier().__setstate__(
            state | {"network_": state["network_"] | {"scaler": scaler}}
        )


@pytest.mark.parametrize(
    "change", [{"temperature_": 1e-320}, {"temperature_": np.inf}, {"_seed": {0: 1}}, {"_seed": []}]
)
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
    state = state | {"network_": state["network_"] | HUGE[kind]}
    n_bytes = len(pickle.dumps(state))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="not a model that sknn has written"):
            SimpleMLPClassifier().__setstate__(state)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * n_bytes
