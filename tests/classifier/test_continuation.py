"""Seeds, `warm_start` and `partial_fit`: what is drawn, and what goes on where it stood."""

import copy
import pickle

import numpy as np
import pytest

from sknn import SimpleMLPClassifier
from tests.models import members, plain, quick, values


@pytest.mark.parametrize(
    "extra", [{}, {"dropout": 0.3}, {"early_stopping": True}, {"n_members": 3}], ids=str
)
def test_a_seed_fixes_every_bit_and_another_does_not(two_classes, extra):
    runs = [quick(random_state=seed, **extra).fit(*two_classes) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(values(runs[0]), values(runs[1]))
    np.testing.assert_array_equal(runs[0].loss_curve_, runs[1].loss_curve_)
    assert runs[0].temperature_ == runs[1].temperature_
    assert not np.array_equal(values(runs[0]), values(runs[2]))


def test_random_state_may_be_a_generator_of_numpy_or_nothing(iris):
    p, q = (
        quick(random_state=np.random.RandomState(5)).fit(*iris).predict_proba(iris[0])
        for _ in range(2)
    )
    np.testing.assert_array_equal(p, q)
    p, q = (quick(random_state=None).fit(*iris).predict_proba(iris[0]) for _ in range(2))
    assert not np.array_equal(p, q)


def test_fit_without_warm_start_starts_anew(two_classes):
    X, y = two_classes
    model = quick().fit(X, y)
    first = values(model).copy()
    np.testing.assert_array_equal(values(model.fit(X, y)), first)


# ---------------------------------------------------------------------------- warm_start


def test_warm_start_continues_optimizer_and_random_stream(two_classes):
    X, y = two_classes
    settings = {"learning_rate_schedule": "constant", "dropout": 0.2}
    whole = members(max_iter=10, **settings).fit(X, y)
    warm = members(max_iter=4, warm_start=True, **settings).fit(X, y)
    warm.set_params(max_iter=6).fit(X, y)
    np.testing.assert_array_equal(values(warm), values(whole))
    assert len(warm.loss_curve_) == warm.n_iter_ == 6


def test_warm_start_goes_on_learning(iris):
    model = members(max_iter=3, warm_start=True).fit(*iris)
    loss = model.loss_
    assert model.set_params(max_iter=20).fit(*iris).loss_ < loss
    assert model.temperature_ != 1


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("hidden_layer_sizes", (9,)),
        ("activation", "tanh"),
        ("dropout", 0.5),
        ("scaling", None),
        ("dtype", "float64"),
        ("n_members", 2),
        ("parametrization", "standard"),
        ("numeric_embedding", None),
    ],
)
def test_a_continued_network_cannot_change_its_form(iris, parameter, value):
    model = quick(max_iter=1, warm_start=True).fit(*iris).set_params(**{parameter: value})
    with pytest.raises(ValueError, match=f"{parameter} is .*built with"):
        model.fit(*iris)
    with pytest.raises(ValueError, match=f"{parameter} is .*built with"):
        model.partial_fit(*iris)


@pytest.mark.parametrize(
    ("parameter", "value", "was"),
    [
        ("n_members", 4, 16),
        ("numeric_embedding", None, "'periodic.ramps'"),
        ("parametrization", "standard", "'ntk'"),
        ("hidden_layer_sizes", (64,), r"\(64, 64\)"),
        ("solver", "sgd", "'ntk'"),
    ],
)
def test_what_auto_stood_for_is_named_where_it_changes(iris, parameter, value, was):
    model = SimpleMLPClassifier(max_iter=1, warm_start=True, random_state=0).fit(*iris)
    before = model.predict_proba(iris[0])
    model.set_params(**{parameter: value})
    for train in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match=f"the model to be continued was built with {was}"):
            train(*iris)
    np.testing.assert_array_equal(model.predict_proba(iris[0]), before)


def test_what_auto_stands_for_may_be_named_later(iris):
    model = SimpleMLPClassifier(max_iter=1, warm_start=True).fit(*iris)
    model.set_params(n_members=16, parametrization="ntk", hidden_layer_sizes=(64, 64))
    assert model.fit(*iris).n_iter_ == 1


def test_warm_start_refuses_new_classes(iris):
    X, y = iris
    model = quick(warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=r"contains the class 3, .*\[0, 1, 2\]"):
        model.fit(X, y + 3)


# --------------------------------------------------------------------------- partial_fit


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_partial_fit_in_a_row_equals_fit(problem, solver):
    X, y = problem
    settings = {
        "learning_rate_schedule": "constant",
        "learning_rate": {"adam": 0.01, "sgd": 0.1}[solver],
        "calibrate": False,
        "dropout": 0.2,
        "solver": solver,
    }
    whole = members(max_iter=6, **settings).fit(X, y)
    parts = members(**settings)
    for _ in range(6):
        parts.partial_fit(X, y, classes=None if y.ndim == 2 else np.unique(y))
    np.testing.assert_array_equal(values(parts), values(whole))
    assert parts.temperature_ == whole.temperature_ == 1
    assert parts.n_iter_ == 1


def test_partial_fit_learns(iris):
    model = members(batch_size=30)
    for _ in range(25):
        model.partial_fit(*iris, classes=[0, 1, 2])
    assert model.score(*iris) > 0.9


def test_partial_fit_after_another_solver_starts_its_optimizer_anew(two_classes):
    """It does what it does after loading a file, in which there are no moments."""
    trained = plain(shuffle=False).fit(*two_classes).set_params(solver="sgd")
    one, other = copy.deepcopy(trained), pickle.loads(pickle.dumps(trained))
    for _ in range(2):
        one.partial_fit(*two_classes)
        other.partial_fit(*two_classes)
    np.testing.assert_array_equal(values(one), values(other))


def test_partial_fit_sees_chunks_without_some_classes(iris):
    X, y = iris
    model = quick((16,), learning_rate=0.05, scaling=None)
    for _ in range(3):
        for digit in range(3):
            chunk = slice(50 * digit, 50 * digit + 50)  # iris comes sorted by class
            model.partial_fit(X[chunk], y[chunk], classes=[0, 1, 2])
    assert model.predict_proba(X).shape == (150, 3)


def test_a_stream_recovers_from_a_first_portion_without_spread(iris):
    X, y = iris
    model = quick(learning_rate=0.02).partial_fit(X[:1], y[:1], classes=[0, 1, 2])
    for _ in range(100):
        model.partial_fit(X, y)
    assert model.score(X, y) > 0.9


def test_partial_fit_of_labels_needs_no_classes(labels):
    X, Y = labels
    model = quick(batch_size=10)
    for _ in range(40):
        model.partial_fit(X, Y)
    assert (model.predict(X) == Y).mean() > 0.75


def test_partial_fit_is_hidden_for_lbfgs():
    assert not hasattr(quick(solver="lbfgs"), "partial_fit")
    with pytest.raises(AttributeError):
        quick(solver="lbfgs").partial_fit([[0], [1]], [0, 1])


def test_classes_of_a_stream(iris):
    X, y = iris
    with pytest.raises(ValueError, match="classes must be passed in the first call"):
        quick().partial_fit(X, y)
    with pytest.raises(ValueError, match="contains the class 2, which is none of the model's"):
        quick().partial_fit(X, y, classes=[0, 1])
    model = quick().partial_fit(X, y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="not those of the first call"):
        model.partial_fit(X, y, classes=[0, 1, 2, 3])
    with pytest.raises(ValueError, match="contains the class 7,"):
        model.partial_fit(X, np.where(y == 2, 7, y))
    with pytest.raises(ValueError, match="does not fit a model of classes"):
        model.partial_fit(X, np.c_[y == 0, y == 1].astype(int))
    with pytest.raises(ValueError, match="balanced"):
        quick(class_weight="balanced").partial_fit(X, y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="class_weight='balanced' needs all samples at once"):
        quick(class_weight=[{0: 1, 1: 2}, "balanced"]).partial_fit(X, np.eye(150, 2, dtype=int))


def test_labels_of_a_stream_keep_their_number(labels):
    X, Y = labels
    model = quick().partial_fit(X, Y)
    with pytest.raises(ValueError, match="does not fit a model of 4 labels"):
        model.partial_fit(X, Y[:, :3])
    with pytest.raises(ValueError, match="does not fit a model of 4 labels"):
        model.partial_fit(X, Y[:, 0])
    with pytest.raises(ValueError, match="do not fit y, which has 4 labels"):
        quick().partial_fit(X, Y, classes=[0, 1])


def test_what_fails_before_the_first_step_leaves_model_and_moments(iris):
    def fail(estimator, X, y):
        raise ZeroDivisionError

    model, twin = (quick().partial_fit(*iris, classes=[0, 1, 2]) for _ in range(2))
    with pytest.raises(ZeroDivisionError):
        model.set_params(early_stopping=True, scoring=fail).partial_fit(*iris)
    model.set_params(early_stopping=False).partial_fit(*iris)
    np.testing.assert_array_equal(values(model), values(twin.partial_fit(*iris)))
