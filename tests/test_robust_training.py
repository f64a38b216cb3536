"""Training that is interrupted, diverges, or decays to nothing: what is left, and what is said."""

import pickle
import sys
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, make_moons
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import log_loss
from sklearn.utils.validation import check_is_fitted

from sknn import PLAIN, SimpleMLPClassifier
from sknn.network.scaling import InputScaler


def quick(hidden_layer_sizes=(8,), activation="relu", **parameters):
    """Return a small classifier that trains fast."""
    settings = {"max_iter": 30, "learning_rate": 0.01, "random_state": 0}
    return SimpleMLPClassifier(hidden_layer_sizes, activation, **(settings | parameters))


# ----------------------------------------------------------------- Ctrl-C at any moment


class CtrlC:
    """Raises KeyboardInterrupt at a call that this package makes; counts them until then."""

    def __init__(self, at):
        self.at = at
        self.n_calls = 0

    def __call__(self, frame, event, arg):
        if event == "c_call" and frame.f_globals.get("__name__", "").startswith("sknn."):
            self.n_calls += 1
            if self.n_calls == self.at:
                raise KeyboardInterrupt

    def __enter__(self):
        sys.setprofile(self)
        return self

    def __exit__(self, *exception):
        sys.setprofile(None)


def fit(model, X, y):
    return model.fit(X, y)


def partial_fit(model, X, y):
    return model.partial_fit(X, y, classes=[0, 1, 2])


def is_fitted(model):
    try:
        check_is_fitted(model)
    except NotFittedError:
        return False
    return True


@pytest.mark.parametrize("train", [fit, partial_fit])
def test_an_interrupt_leaves_a_whole_model_or_none(iris, train):
    X, y = iris
    model = quick((3,), max_iter=1, n_members=2, warm_start=True)
    with CtrlC(at=None) as counter:
        expected = train(clone(model), X, y).predict_proba(X)
    left = []
    for at in range(1, counter.n_calls + 1, 5):
        interrupted = clone(model)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Training was interrupted")
            try:
                with CtrlC(at):
                    train(interrupted, X, y)
            except KeyboardInterrupt:
                pass
        copy = pickle.loads(pickle.dumps(interrupted))
        left.append(is_fitted(interrupted))
        assert is_fitted(copy) == left[-1]
        if left[-1]:
            predictions = interrupted.predict_proba(X)
            np.testing.assert_array_equal(copy.predict_proba(X), predictions)
            assert interrupted.n_iter_ == 1
        elif len(left) % 4 == 0:  # it starts afresh
            np.testing.assert_array_equal(train(interrupted, X, y).predict_proba(X), expected)
    assert {*left} == {False, True}


def test_an_interrupt_takes_nothing_from_a_model_that_is_continued(iris):
    X, y = iris
    model = quick((3,), max_iter=1, n_members=2, warm_start=True).fit(X, y)
    before = model.predict_proba(X)
    for at in range(1, 60, 3):
        with pytest.raises(KeyboardInterrupt), CtrlC(at):
            model.set_params(label_smoothing=0.3).fit(X, y)
        np.testing.assert_array_equal(model.predict_proba(X), before)


# -------------------------------------------------------------------------- divergence


@pytest.mark.parametrize("scoring", ["accuracy", None, "f1_macro"])
def test_divergence_that_a_scorer_meets_restores_the_best_epoch(two_classes, scoring):
    X, y = two_classes
    model = quick(
        (16, 16, 16),
        "identity",
        solver="sgd",
        learning_rate=3.0,
        learning_rate_schedule="one_cycle",
        batch_size=300,
        early_stopping=True,
        n_iter_no_change=np.inf,
        scoring=scoring,
    )
    with pytest.warns(ConvergenceWarning, match="The model is the one of epoch"):
        model.fit(X, y)
    assert model.n_iter_ < 30
    assert np.isfinite(model.predict_proba(X)).all()


@pytest.mark.parametrize("scoring", ["accuracy", None, "loss"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_divergence_in_the_first_epoch_leaves_no_model(iris, scoring, dtype):
    rate = 1e40 if dtype == "float32" else 1e308
    model = quick(
        (),
        solver="sgd",
        learning_rate=rate,
        batch_size=300,
        early_stopping=True,
        scoring=scoring,
        dtype=dtype,
        learning_rate_schedule="constant",
    )
    with pytest.raises((FloatingPointError, ConvergenceWarning), match="diverged"):
        model.fit(*iris)


def test_weights_that_are_not_finite_are_no_model(iris):
    model = quick(
        (),
        solver="sgd",
        learning_rate=1e40,
        learning_rate_schedule="constant",
        batch_size=300,
        early_stopping=True,
        scoring=None,
        dtype="float32",
    )
    with pytest.raises(FloatingPointError, match="diverged in epoch 1: a weight is"):
        model.fit(*iris)
    assert not is_fitted(model)


@pytest.mark.parametrize("n_batches", [1, 3])
def test_a_last_step_that_explodes_is_not_silent(iris, n_batches):
    model = quick(
        solver="sgd",
        learning_rate=1e12,
        learning_rate_schedule="constant",
        batch_size=150 // n_batches,
        max_iter=1,
    )
    with pytest.raises((FloatingPointError, ConvergenceWarning), match="diverged"):
        model.fit(*iris)  # warnings are errors here


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_sgd_takes_usual_learning_rates_and_the_others_their_embedding(solver):
    for seed in range(4):
        X, y = make_moons(noise=0.3, random_state=seed)
        model = SimpleMLPClassifier(
            solver=solver,
            learning_rate=0.2 if solver == "sgd" else 0.0025,
            learning_rate_schedule="constant",
            max_iter=40,
            random_state=seed,
        ).fit(X, y)
        assert model.score(X, y) > 0.8
        assert (model.network_.n_embedded == 0) == (solver == "sgd")


@pytest.mark.parametrize(
    ("settings", "scale", "cause"),
    [
        ({"solver": "sgd", "learning_rate": 1e9}, 1, ["learning_rate smaller than 1e+09"]),
        (
            {"solver": "sgd", "learning_rate": 1e9, "scaling": None},
            1,
            ["learning_rate smaller than 1e+09"],
        ),
        ({"solver": "sgd", "scaling": None}, 1e6, ["scaling='robust', as the features go up to"]),
        (
            {"solver": "sgd", "learning_rate": 1e9, "scaling": None},
            1e6,
            ["learning_rate smaller than 1e+09", "scaling='robust', as the features go up to"],
        ),
        (
            {"solver": "sgd", "learning_rate": 1.0, "scaling": None},
            10,
            ["learning_rate smaller than 1", "scaling='robust'"],
        ),
        (
            {"solver": "sgd", "learning_rate": 0.5, "weight_decay": 1e30},
            1,
            ["learning_rate smaller than 0.5", "weight_decay smaller than 1e+30"],
        ),
        ({"solver": "lbfgs", "weight_decay": 1e308}, 1, ["weight_decay smaller than 1e+308"]),
    ],
)
def test_the_advice_against_divergence_names_its_cause(iris, settings, scale, cause):
    X, y = iris
    model = quick((8, 8, 8), "identity", learning_rate_schedule="constant", batch_size=30)
    model.set_params(**settings)
    with pytest.raises(FloatingPointError, match="diverged") as caught:
        model.fit(X * scale, y)
    advice = str(caught.value).partition("To help: ")[2]
    assert all(what in advice for what in cause)
    assert advice.count(" or ") == len(cause) - 1


# ---------------------------------------------------------------------- validation scores


@pytest.mark.parametrize("scoring", ["loss", "neg_log_loss"])
def test_the_best_score_is_that_of_the_model_that_is_kept(two_classes, scoring):
    X, y = two_classes
    model = quick(n_members=4, max_iter=20, early_stopping=True, scoring=scoring)
    model.fit(X[:200], y[:200], X_val=X[200:], y_val=y[200:])
    assert model.temperature_ != pytest.approx(0.6, abs=0.01)
    expected = -log_loss(y[200:], model.predict_proba(X[200:]))
    assert model.best_validation_score_ == pytest.approx(expected, rel=1e-5)
    # What each epoch was seen with is the temperature that was expected.
    assert model.validation_scores_.max() == model.validation_scores_[model.best_iter_ - 1]


def test_a_scorer_that_takes_any_keyword_gets_the_weights(iris):
    X, y = iris
    weight = np.random.default_rng(0).random(150)
    seen = []

    def scorer(estimator, X, y, **keywords):
        seen.append(keywords)
        return estimator.score(X, y, **keywords)

    model = quick(early_stopping=True, scoring=scorer, max_iter=2)
    model.fit(X, y, X_val=X, y_val=y, sample_weight_val=weight)
    assert seen
    for keywords in seen:
        given = keywords["sample_weight"]
        np.testing.assert_allclose(given / given.sum(), weight / weight.sum())


def test_errstate_holds_in_the_threads_that_scale_large_inputs():
    X = np.broadcast_to(np.array([[1e30]]), (1 << 24, 1))
    scaler = InputScaler(np.zeros(1), np.full(1, 1e30))
    with np.errstate(over="ignore"):
        scaled = scaler.transform(X, np.dtype(np.float32))
    assert scaled[0] == np.inf
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        scaler.transform(X, np.dtype(np.float32))


# ------------------------------------------------------------------------- weight decay


@pytest.mark.parametrize(
    "settings",
    [
        {"solver": "lbfgs", "weight_decay": 1.0},
        {"solver": "sgd", "weight_decay": 5.0, "learning_rate": 0.02},
        {"solver": "adam", "weight_decay": 100.0, "max_iter": 60},
        {"solver": "lbfgs", "weight_decay": 1.0, "n_members": 3},
    ],
)
def test_a_model_that_weight_decay_made_constant_gives_a_warning(settings):
    X, y = make_moons(noise=0.3, random_state=0)
    model = SimpleMLPClassifier(
        **PLAIN | {"scaling": "standard", "max_iter": 40, "random_state": 0}
    )
    model.set_params(hidden_layer_sizes=(20, 20), batch_size=50, **settings)
    decay = settings["weight_decay"]
    n_rows = 100 if settings["solver"] == "lbfgs" else 50
    with pytest.warns(ConvergenceWarning) as caught:
        model.fit(X, y)
    assert np.ptp(model.predict_proba(X), axis=0).max() < 0.01
    message = str(caught[0].message)
    assert f"weight_decay={decay:g} has pulled all weights to zero" in message
    assert f"alpha={decay:g} is weight_decay={decay / n_rows:.3g} here" in message
    assert len(caught) == 1


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("recipe", [PLAIN | {"scaling": "standard"}, {}])
def test_noise_and_training_that_has_hardly_begun_are_no_decay(recipe, solver):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 5)), rng.integers(0, 2, 200)
    for max_iter in (1, 20):
        model = SimpleMLPClassifier(**recipe, random_state=0).set_params(
            solver=solver, weight_decay=1e-3, max_iter=max_iter, learning_rate=1e-3
        )
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The training loss ended")
            model.fit(X, y)  # other warnings are errors here


def test_a_last_layer_that_starts_at_zero_is_no_decay():
    X, y = np.zeros((4, 1)), [False, True, False, False]
    model = SimpleMLPClassifier((), max_iter=1, random_state=0)
    model.set_params(weight_decay=1e-4).fit(X, y)  # warnings are errors here
    with pytest.warns(ConvergenceWarning, match="weight_decay=1000 has pulled all weights to zero"):
        model.set_params(weight_decay=1000, max_iter=3).fit(X, y)


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_the_penalty_is_no_failure(solver):
    """The training loss holds the penalty, that of predicting the frequencies does not."""
    X, y = make_moons(noise=0.3, random_state=0)
    model = SimpleMLPClassifier(solver=solver, random_state=0, weight_decay=0.01, max_iter=60)
    model.set_params(learning_rate=0.05).fit(X, y)  # warnings are errors here
    assert model.score(X, y) > 0.8


def test_features_that_tell_something_survive_a_usual_decay(recwarn):
    X, y = load_breast_cancer(return_X_y=True)
    model = quick((16,), solver="lbfgs", weight_decay=0.1).fit(X, y)
    assert model.score(X, y) > 0.9
    assert not recwarn.list
