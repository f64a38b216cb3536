"""Training that diverges or decays to nothing: what is said, and which model is left."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, make_moons
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.utils.validation import check_is_fitted

from sknn import PLAIN, SimpleMLPClassifier
from sknn.network.losses import LOSSES
from tests.models import members, plain, quick


@pytest.mark.parametrize(
    ("settings", "scale"),
    [
        ({"solver": "sgd", "learning_rate": 1e6}, 1),
        ({"solver": "adam", "learning_rate": 1e6}, 1),
        ({"solver": "sgd", "learning_rate": 1e6, "loss": "squared_error"}, 1),
        ({"solver": "sgd", "scaling": None}, 1e30),
        ({"solver": "adam", "scaling": None}, 1e30),
        ({"solver": "lbfgs", "scaling": None}, 1e30),
        ({"solver": "lbfgs"}, 1e200),
        ({"solver": "lbfgs", "dtype": "float64", "scaling": None}, 1e200),
        ({"solver": "sgd", "learning_rate": 1e6, "early_stopping": True}, 1),
        *(
            ({"solver": solver, "activation": activation, "loss": loss, "scaling": None}, 1e30)
            for solver in ("adam", "sgd", "lbfgs")
            for activation in ("logistic", "tanh")
            for loss in LOSSES
        ),
    ],
)
def test_divergence_never_returns_a_model_silently(settings, scale, digits):
    X, y = digits
    model = plain((32,), **settings)
    with pytest.raises((FloatingPointError, ConvergenceWarning, ValueError)) as info:
        model.fit(X * scale, y)  # warnings are errors here
    message = str(info.value)
    assert "diverged" in message or "too large for float32" in message


@pytest.mark.parametrize(
    ("settings", "scale"),
    [
        ({"learning_rate": 1e9}, 1),
        ({"solver": "sgd", "learning_rate": 1e6}, 1),
        ({"scaling": None}, 1e30),
        ({"solver": "sgd", "scaling": None}, 1e30),
        ({"solver": "lbfgs", "scaling": None}, 1e30),
        ({"learning_rate": 1e9, "early_stopping": True}, 1),
    ],
    ids=str,
)
def test_divergence_of_members_is_not_silent(settings, scale, digits):
    X, y = digits
    with pytest.raises((FloatingPointError, ConvergenceWarning), match="diverged"):
        members(**settings).fit(X * scale, y)  # warnings are errors here


def test_divergence_of_a_stream_is_not_silent(digits):
    X, y = digits
    model = plain(learning_rate=1e6).partial_fit(X[:100], y[:100], classes=range(10))
    with pytest.warns(ConvergenceWarning, match="diverged"):
        model.partial_fit(X, y)


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
    with pytest.raises(NotFittedError):
        check_is_fitted(model)


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


# ------------------------------------------------------------------- which model is left


def test_divergence_says_what_may_help_and_leaves_no_model(digits):
    model = plain(solver="sgd", learning_rate=1e6)
    with pytest.raises(
        FloatingPointError,
        match=r"epoch [12]: the loss is (nan|inf).*To help: a learning_rate smaller than 1e\+06",
    ):
        model.fit(*digits)
    with pytest.raises(NotFittedError):
        model.predict(digits[0])


@pytest.mark.parametrize("train", ["fit", "partial_fit"])
def test_divergence_of_a_continued_model_gives_all_of_it_back(iris, train):
    X, y = iris
    model = members(solver="sgd", scaling=None, learning_rate=0.05, warm_start=True).fit(X, y)
    names = [name for name in dir(model) if name.endswith("_") and not name.startswith("_")]
    before, p = {name: getattr(model, name) for name in names}, model.predict_proba(X)
    model.set_params(loss="squared_error", learning_rate=1e30, weight_decay=1.0)
    with pytest.raises(FloatingPointError):
        getattr(model, train)(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), p)
    np.testing.assert_equal({name: getattr(model, name) for name in names}, before)


def test_a_refit_that_fails_tells_of_no_older_run(iris):
    X, y = iris
    model = quick(solver="sgd").fit(X, y)
    with pytest.raises(FloatingPointError):
        model.set_params(learning_rate=1e30, batch_size=30).fit(X, y)
    for name in ("n_iter_", "loss_", "loss_curve_", "best_iter_", "network_"):
        assert not hasattr(model, name)


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


def test_divergence_under_early_stopping_restores_the_best_epoch(two_classes):
    X, y = two_classes
    settings = {"learning_rate_schedule": "one_cycle", "n_iter_no_change": np.inf}
    model = quick((16, 16, 16), "identity", solver="sgd", learning_rate=3.0, batch_size=300)
    model.set_params(early_stopping=True, max_iter=30, **settings)
    with pytest.warns(ConvergenceWarning) as warned:
        model.fit(X, y)
    assert len(warned) == 1
    assert f"The model is the one of epoch {model.best_iter_}, the best" in str(warned[0].message)
    assert len(model.validation_scores_) == len(model.loss_curve_) == model.n_iter_
    assert model.best_iter_ <= model.n_iter_ < 30
    assert model.score(X, y) > 0.6


# ----------------------------------------------------------------------- what is advised


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


# -------------------------------------------------------------------------- weight decay


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
        model = SimpleMLPClassifier(
            **{"hidden_layer_sizes": (16,)} | recipe, random_state=0
        ).set_params(solver=solver, weight_decay=1e-3, max_iter=max_iter, learning_rate=1e-3)
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
    model = members(solver=solver, weight_decay=0.01, max_iter=60)
    model.set_params(learning_rate=0.05).fit(X, y)  # warnings are errors here
    assert model.score(X, y) > 0.8


def test_features_that_tell_something_survive_a_usual_decay(recwarn):
    X, y = load_breast_cancer(return_X_y=True)
    model = quick((16,), solver="lbfgs", weight_decay=0.1).fit(X, y)
    assert model.score(X, y) > 0.9
    assert not recwarn.list


def test_constant_features_are_no_decay():
    X, y = np.zeros((4, 1)), [False, True, False, False]
    SimpleMLPClassifier((), max_iter=1, weight_decay=1e-4, random_state=0).fit(X, y)


@pytest.mark.parametrize("sizes", [(), (4,)])
def test_a_stream_that_explodes_is_warned_of_in_its_own_terms(iris, sizes):
    X, y = iris
    model = SimpleMLPClassifier(sizes, solver="sgd", random_state=0, max_iter=5).fit(X, y)
    model.set_params(learning_rate=1e9)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.partial_fit(X, y)
    assert [each.category for each in caught] == [ConvergenceWarning]
    assert "allow it more chunks; if it diverged, a learning_rate smaller" in str(caught[0].message)
