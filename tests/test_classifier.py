"""SimpleMLPClassifier: what it accepts, what it learns, and what it answers to bad input."""

import re
import signal
import threading
from functools import partial

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.base import clone
from sklearn.datasets import load_digits, make_classification
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import get_scorer, log_loss
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, StandardScaler

from sknn import PLAIN, SimpleMLPClassifier
from sknn.network.activations import ACTIVATIONS
from sknn.network.losses import LOSSES
from sknn.training.schedules import SCHEDULES


def quick(hidden_layer_sizes=(8,), activation="relu", **parameters):
    """Return a small classifier that trains fast."""
    defaults = {"max_iter": 30, "learning_rate": 0.01, "random_state": 0}
    return SimpleMLPClassifier(hidden_layer_sizes, activation, **(defaults | parameters))


def plain(hidden_layer_sizes=(8,), activation="relu", **parameters):
    """Return a small classifier that trains fast, without the recipe: a network of textbooks."""
    settings = {
        "hidden_layer_sizes": hidden_layer_sizes,
        "activation": activation,
        "scaling": "standard",
        "learning_rate_schedule": "cosine",
        "batch_size": 128,
        "max_iter": 30,
        "learning_rate": 0.01,
        "random_state": 0,
    }
    return SimpleMLPClassifier(**(PLAIN | settings | parameters))


# ------------------------------------------------------------------------ learning


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("loss", LOSSES)
def test_learns_digits(solver, loss):
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    rate = {"adam": 0.003, "sgd": 0.1, "lbfgs": 1.0}[solver]
    model = plain((64,), "tanh", solver=solver, loss=loss, learning_rate=rate, max_iter=40)
    assert model.fit(X_train, y_train).score(X_test, y_test) > 0.95


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_learns_with_every_activation(activation, iris):
    assert quick((16,), activation, max_iter=200).fit(*iris).score(*iris) > 0.95


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_learns_with_every_schedule(schedule, iris):
    model = plain((16,), learning_rate_schedule=schedule, learning_rate=0.05)
    assert model.fit(*iris).score(*iris) > 0.95


def test_no_hidden_layer_is_logistic_regression(iris):
    X, y = iris
    model = plain((), solver="lbfgs", max_iter=500).fit(X, y)
    X_scaled = StandardScaler().fit_transform(X)
    raw = X_scaled @ model.coefs_[0] + model.intercepts_[0]
    np.testing.assert_allclose(model.predict_proba(X), softmax(raw, axis=1), rtol=1e-9)
    assert model.n_layers_ == 2


@pytest.mark.parametrize("sizes", [8, (8,), [8], np.array([8]), np.int64(8)])
def test_hidden_layer_sizes_may_be_a_number_or_a_sequence(sizes, iris):
    model = quick(sizes, numeric_embedding=None).fit(*iris)
    assert [weight.shape for weight in model.coefs_] == [(4, 8), (8, 3)]


def test_the_classic_network_has_13002_parameters():
    rng = np.random.default_rng(0)
    X, y = rng.random((100, 784)), np.arange(100) % 10
    classic = SimpleMLPClassifier(
        (16, 16), "logistic", loss="squared_error", solver="sgd", learning_rate=3.0, scaling=None
    )
    classic.set_params(max_iter=1, random_state=0).fit(X, y)
    assert classic.n_parameters_ == 13002
    assert sum(weight.size for weight in classic.coefs_) == 12960
    assert sum(bias.size for bias in classic.intercepts_) == 42
    assert [weight.shape for weight in classic.coefs_] == [(784, 16), (16, 16), (16, 10)]
    assert classic.n_layers_ == 4
    assert classic.n_outputs_ == 10
    assert classic.out_activation_ == "logistic"


def test_parameters_that_stay_as_drawn_are_not_counted(iris):
    model = SimpleMLPClassifier(activation="tanh", max_iter=2, random_state=0).fit(*iris)
    before = model.network_.parameters.values.copy()
    model.partial_fit(*iris)
    n_changed = np.count_nonzero(model.network_.parameters.values != before)
    frozen = 4 * 2 * 16  # frequencies and phases of 16 cosines, for each of 4 numbers
    assert model.n_parameters_ == model.network_.parameters.values.size - frozen
    assert model.n_parameters_ * 0.9 < n_changed <= model.n_parameters_


@pytest.mark.parametrize(
    ("X", "parameters"),
    [
        ("iris", {}),
        ("two_classes", {}),
        ("iris", {"loss": "squared_error"}),
        ("iris", {"n_members": 1}),
    ],
    ids=str,
)
def test_raw_predictions_of_members_are_those_of_their_mean(X, parameters, request):
    X, y = request.getfixturevalue(X)
    model = SimpleMLPClassifier(max_iter=1, random_state=0, **parameters).fit(X, y)
    raw, outputs = model.decision_function(X), model.activations(X)[-1]
    hidden = model.activations(X)[1]
    assert hidden.shape == ((len(X), 64) if parameters.get("n_members") else (8, len(X), 64))
    if model.out_activation_ == "logistic":
        expected = np.log(outputs / (1 - outputs))
        np.testing.assert_allclose(raw, expected[:, 0] if raw.ndim == 1 else expected, rtol=1e-5)
    else:
        difference = raw - np.log(outputs)
        np.testing.assert_allclose(difference, difference[:, :1] + 0 * raw, atol=1e-5)


def test_label_smoothing_makes_predictions_less_sure(iris):
    sure = plain((32,), max_iter=200).fit(*iris).predict_proba(iris[0]).max(axis=1)
    smooth = plain((32,), max_iter=200, label_smoothing=0.3).fit(*iris)
    assert smooth.predict_proba(iris[0]).max(axis=1).mean() < sure.mean() - 0.1


def test_weight_decay_shrinks_weights_for_every_solver(iris):
    for solver in ("adam", "sgd", "lbfgs"):
        norms = [
            np.linalg.norm(
                quick(solver=solver, weight_decay=decay, learning_rate=0.1, max_iter=100)
                .fit(*iris)
                .coefs_[0]
            )
            for decay in (0.0, 0.1)
        ]
        assert norms[1] < 0.8 * norms[0], solver


def test_dropout_changes_training_and_not_prediction(iris):
    X, y = iris
    model = quick((32,), dropout=0.5).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))
    assert not np.array_equal(model.coefs_[0], quick((32,)).fit(X, y).coefs_[0])


# ---------------------------------------------------------------- targets and labels


def test_string_labels_come_back(iris):
    X, y = iris
    names = np.array(["virginica", "setosa", "versicolor"])[y]
    model = quick((16,), max_iter=100).fit(X, names)
    assert list(model.classes_) == ["setosa", "versicolor", "virginica"]
    assert model.score(X, names) > 0.95
    assert quick((16,), max_iter=100).fit(X, names.astype(object)).score(X, names) > 0.95


@pytest.mark.parametrize("loss", LOSSES)
def test_two_classes_share_one_output(two_classes, loss):
    X, y = two_classes
    model = quick(loss=loss).fit(X, y)
    raw = model.decision_function(X)
    assert model.n_outputs_ == 1
    assert raw.shape == (300,)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], expit(raw), rtol=1e-12)
    np.testing.assert_allclose(model.predict_proba(X)[:, 0], expit(-raw), rtol=1e-12)
    np.testing.assert_array_equal(model.predict(X), (raw > 0).astype(int))


@pytest.mark.parametrize("loss", LOSSES)
def test_probabilities_of_exclusive_classes_sum_to_one(iris, loss):
    X, y = iris
    model = quick(loss=loss).fit(X, y)
    p = model.predict_proba(X)
    assert p.dtype == np.float64
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-14)
    raw = model.decision_function(X)
    expected = (
        softmax(raw, axis=1)
        if loss == "log_loss"
        else expit(raw) / expit(raw).sum(axis=1, keepdims=True)
    )
    np.testing.assert_allclose(p, expected, rtol=1e-10)


def test_log_probabilities_are_never_infinite(iris):
    X, y = iris
    model = quick(scaling=None).fit(X, y)
    model.network_.parameters.values *= 1e3
    log_p = model.predict_log_proba(X)
    assert np.isfinite(log_p).all()
    assert log_p.min() < -700  # a probability that would have rounded to 0
    np.testing.assert_allclose(log_p, np.log(model.predict_proba(X)), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix])
def test_multilabel(labels, loss, container):
    X, Y = labels
    model = quick((64,), loss=loss, max_iter=100, batch_size=20).fit(X, container(Y))
    assert model.predict(X).shape == Y.shape
    assert (model.predict(X) == Y).mean() > 0.9
    raw = model.decision_function(X)
    np.testing.assert_allclose(model.predict_proba(X), expit(raw), rtol=1e-12)
    np.testing.assert_array_equal(model.predict(X), model.predict_proba(X) > 0.5)
    np.testing.assert_array_equal(model.classes_, np.arange(4))
    assert model.out_activation_ == "logistic"


def test_one_label_stays_a_matrix(labels):
    X, Y = labels
    Y = np.hstack([Y[:, :1], 1 - Y[:, :1]])
    model = quick().fit(X, Y)
    assert model.decision_function(X).shape == (200, 2)


# ---------------------------------------------------------------- features and scaling


def test_units_do_not_matter(two_classes):
    X, y = two_classes
    shifted = X * np.logspace(-6, 6, X.shape[1]) + 1000.0
    p, q = (quick(dtype="float64").fit(A, y).predict_proba(A) for A in (X, shifted))
    np.testing.assert_allclose(p, q, atol=1e-6)


@pytest.mark.parametrize("container", [sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix])
def test_sparse_features(container):
    X, y = load_digits(return_X_y=True)
    X = np.where(X < 8, 0, X)
    model = plain((32,)).fit(container(X), y)
    assert model.score(container(X), y) > 0.95
    # Scaled without centring: the model of the same features, divided by their deviation, dense.
    deviation = X.std(axis=0)
    scaled = X / np.where(deviation > 0, deviation, np.inf)
    dense = plain((32,), scaling=None).fit(scaled, y)
    np.testing.assert_allclose(
        model.predict_proba(container(X)), dense.predict_proba(scaled), atol=2e-3
    )
    np.testing.assert_allclose(model.predict_proba(X), model.predict_proba(container(X)), atol=1e-5)


def test_a_model_of_dense_features_predicts_sparse_ones(iris):
    X, y = iris
    model = quick().fit(X, y)
    np.testing.assert_allclose(
        model.predict_proba(sparse.csr_matrix(X)), model.predict_proba(X), rtol=1e-6
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float16, np.float32, bool])
def test_features_of_other_types_equal_their_float64_form(dtype):
    X, y = load_digits(return_X_y=True)
    X = X.astype(dtype)
    models = [quick(max_iter=5).fit(A, y) for A in (X, X.astype(np.float64))]
    np.testing.assert_allclose(
        models[0].predict_proba(X), models[1].predict_proba(X.astype(np.float64)), atol=1e-6
    )


def test_precision_depends_on_the_batches(iris):
    X, y = iris
    assert quick(batch_size=150).fit(X, y).coefs_[0].dtype == np.float64
    assert quick(batch_size=149).fit(X, y).coefs_[0].dtype == np.float32
    assert quick(solver="lbfgs", batch_size=10).fit(X, y).coefs_[0].dtype == np.float64
    assert quick(batch_size=10, dtype="float64").fit(X, y).coefs_[0].dtype == np.float64
    assert quick(batch_size=150, dtype="float32").fit(X, y).coefs_[0].dtype == np.float32


def test_activations_are_those_of_every_layer(iris):
    X, y = iris
    model = quick((6, 5), "tanh", scaling=None, dtype="float64").fit(X, y)
    layers = model.activations(X[:7])
    assert [a.shape for a in layers] == [(7, 4), (7, 6), (7, 5), (7, 3)]
    assert not np.shares_memory(layers[0], X)
    for a, weight, bias, above in zip(
        layers[:2], model.coefs_, model.intercepts_, layers[1:], strict=False
    ):
        np.testing.assert_allclose(np.tanh(a @ weight + bias), above, atol=1e-6)
    np.testing.assert_allclose(layers[-1], model.predict_proba(X[:7]), rtol=1e-12)


def test_activations_of_a_classic_network_are_sigmoids(iris):
    X, y = iris
    model = quick((6,), "logistic", loss="squared_error", max_iter=100).fit(X, y)
    sparse_layers, layers = model.activations(sparse.csr_matrix(X)), model.activations(X)
    np.testing.assert_allclose(layers[-1], expit(model.decision_function(X)), rtol=1e-12)
    for a, b in zip(sparse_layers, layers, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_activations_of_sparse_features_are_dense():
    X, y = load_digits(return_X_y=True)
    model = quick().fit(sparse.csr_matrix(X), y)
    assert isinstance(model.activations(sparse.csr_matrix(X[:3]))[0], np.ndarray)


# ------------------------------------------------------------------------ weights


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("loss", LOSSES)
def test_weights_equal_repeated_samples(two_classes, solver, loss):
    X, y = (part[:60] for part in two_classes)
    weight = np.random.default_rng(0).integers(0, 4, 60)
    model = plain(solver=solver, loss=loss, batch_size=1000, max_iter=50, weight_decay=0.001)
    model.set_params(learning_rate=0.1)
    weighted = clone(model).fit(X, y, sample_weight=weight)
    repeated = clone(model).fit(X.repeat(weight, axis=0), y.repeat(weight))
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), rtol=1e-6)


def test_only_the_proportions_of_weights_matter(two_classes):
    X, y = two_classes
    weight = np.random.default_rng(0).random(300)
    p, q = (quick().fit(X, y, weight * c).predict_proba(X) for c in (1, 1024))
    np.testing.assert_array_equal(p, q)


def test_batches_of_zero_weight_do_no_harm(two_classes):
    X, y = two_classes
    weight = np.where(np.arange(300) < 250, 0.0, 1.0)
    model = quick(batch_size=10, shuffle=False).fit(X, y, weight)
    assert np.isfinite(model.loss_curve_).all()


def test_class_weight_multiplies_sample_weight(two_classes):
    X, y = two_classes
    weight = np.random.default_rng(0).random(300)
    by_class = quick(class_weight={0: 1, 1: 3}).fit(X, y, weight)
    by_sample = quick().fit(X, y, weight * np.where(y == 1, 3, 1))
    np.testing.assert_allclose(by_class.predict_proba(X), by_sample.predict_proba(X), rtol=1e-5)


def test_balanced_classes_raise_the_recall_of_the_rare_one():
    X, y = make_classification(n_samples=600, weights=[0.9], flip_y=0.1, random_state=0)
    recalls = [
        (model.fit(X, y).predict(X)[y == 1] == 1).mean()
        for model in (quick((), learning_rate=0.1), quick((), class_weight="balanced"))
    ]
    assert recalls[1] > recalls[0] + 0.1


# ------------------------------------------------------------------ early stopping


def test_early_stopping_restores_the_best_epoch(two_classes):
    X, y = two_classes
    X_val, y_val = X[200:], y[200:]
    model = quick((64,), early_stopping=True, n_iter_no_change=5, learning_rate=0.05, max_iter=200)
    model.fit(X[:200], y[:200], X_val=X_val, y_val=y_val)
    assert model.n_iter_ < 200
    assert len(model.validation_scores_) == model.n_iter_ == len(model.loss_curve_)
    assert model.best_iter_ == np.argmax(model.validation_scores_) + 1
    assert model.best_validation_score_ == model.validation_scores_.max()
    assert model.loss_ == model.loss_curve_[model.best_iter_ - 1]
    assert log_loss(y_val, model.predict_proba(X_val)) == pytest.approx(
        -model.best_validation_score_, rel=1e-5
    )


@pytest.mark.parametrize(
    "scoring", ["accuracy", "neg_log_loss", None, get_scorer("balanced_accuracy")]
)
def test_early_stopping_with_a_scorer(iris, scoring):
    X, y = iris
    names = np.array(["a", "b", "c"])[y]
    model = quick(early_stopping=True, scoring=scoring).fit(
        X[::2], names[::2], X_val=X, y_val=names
    )
    scorer = get_scorer(scoring or "accuracy") if not callable(scoring) else scoring
    assert model.best_validation_score_ == pytest.approx(scorer(model, X, names))


def test_early_stopping_weighs_its_scores(two_classes):
    X, y = two_classes
    weight = np.random.default_rng(0).random(100)
    for scoring, expected in (
        ("loss", lambda m: -log_loss(y[200:], m.predict_proba(X[200:]), sample_weight=weight)),
        ("accuracy", lambda m: m.score(X[200:], y[200:], sample_weight=weight)),
    ):
        model = quick(early_stopping=True, scoring=scoring).fit(
            X[:200], y[:200], X_val=X[200:], y_val=y[200:], sample_weight_val=weight
        )
        assert model.best_validation_score_ == pytest.approx(expected(model), rel=1e-5)


@pytest.mark.parametrize("scoring", ["adjusted_rand_score", lambda e, X, y: e.score(X, y)])
def test_scorers_that_take_no_weights_score_without(iris, scoring):
    X, y = iris
    model = quick(early_stopping=True, scoring=scoring, class_weight="balanced")
    model.fit(X, y, np.linspace(0, 1, 150), X_val=X, y_val=y)
    scorer = scoring if callable(scoring) else get_scorer(scoring)
    assert model.best_validation_score_ == pytest.approx(scorer(model, X, y))


def test_a_validation_set_of_ones_own_takes_nothing_from_training(two_classes):
    """What is learnt is what is learnt from the same samples without early stopping."""
    X, y = two_classes
    settings = {"max_iter": 8, "learning_rate_schedule": "constant", "n_iter_no_change": np.inf}
    model = quick(early_stopping=True, **settings)
    model.fit(X[:200], y[:200], X_val=X[200:], y_val=y[200:])
    shorter = quick(**settings | {"max_iter": model.best_iter_}).fit(X[:200], y[:200])
    np.testing.assert_array_equal(model.coefs_[0], shorter.coefs_[0])
    np.testing.assert_array_equal(model.loss_curve_[: model.best_iter_], shorter.loss_curve_)


@pytest.mark.parametrize("names", [None, np.array(["no", "yes"])])
def test_validation_weighs_classes_as_training_does(two_classes, names):
    X, y = two_classes
    y = y if names is None else names[y]
    rows = np.r_[np.flatnonzero(y == np.unique(y)[1])[:40], np.flatnonzero(y == np.unique(y)[0])]
    classes, counts = np.unique(y[rows], return_counts=True)
    weights = dict(zip(classes, len(rows) / (2 * counts), strict=True))
    one, other = (
        quick(early_stopping=True, class_weight=each)
        .fit(X[rows], y[rows], X_val=X, y_val=y)
        .validation_scores_
        for each in ("balanced", weights)
    )
    np.testing.assert_allclose(one, other, rtol=1e-6)


def test_validation_weighs_labels_as_training_does(labels):
    X, Y = labels
    by_label = []
    for column in Y[:150].T:
        classes, counts = np.unique(column, return_counts=True)
        by_label.append(dict(zip(classes, 150 / (len(classes) * counts), strict=True)))
    one, two, other = (
        quick(early_stopping=True, class_weight=each)
        .fit(X[:150], Y[:150], X_val=X, y_val=Y)
        .validation_scores_
        for each in ("balanced", ["balanced"] * 4, by_label)
    )
    np.testing.assert_allclose(one, other, rtol=1e-6)
    np.testing.assert_allclose(two, other, rtol=1e-6)


def test_a_continued_model_is_kept_if_no_epoch_is_better(two_classes):
    X, y = two_classes
    model = quick(early_stopping=True, warm_start=True, max_iter=60).fit(X, y)
    before, score = model.predict_proba(X), model.best_validation_score_
    model.set_params(learning_rate=0.3, max_iter=3).fit(X, y)
    assert model.best_iter_ == 0
    assert model.best_validation_score_ == pytest.approx(score)
    assert model.validation_scores_.max() < score
    np.testing.assert_array_equal(model.predict_proba(X), before)


def test_moments_go_with_the_parameters_that_they_belong_to():
    """Else a good model, gone back to after a bad run, is spoilt by the next step."""
    X, y = load_digits(return_X_y=True)
    settings = {"max_iter": 20, "learning_rate": 0.05, "warm_start": True}
    settings |= {"numeric_embedding": "periodic"}
    model = quick(early_stopping=True, solver="sgd", **settings).fit(X[:900], y[:900])
    before = model.score(X[900:], y[900:])
    model.set_params(learning_rate=3.0, n_iter_no_change=3).fit(X[:900], y[:900])
    assert model.best_iter_ == 0
    assert model._training.moments == {}
    model.set_params(learning_rate=0.05).partial_fit(X[:900], y[:900])
    assert model.score(X[900:], y[900:]) > before - 0.05


def test_a_model_that_is_kept_is_no_failure(two_classes, recwarn):
    X, y = two_classes
    model = quick(early_stopping=True, warm_start=True, max_iter=60).fit(X, y)
    loss = model.loss_
    model.set_params(learning_rate=0.3, max_iter=3).fit(X, y)
    assert model.best_iter_ == 0
    assert model.loss_ == loss
    assert model.best_loss_ == model.loss_curve_.min()
    assert not recwarn.list


def test_divergence_gives_back_the_attributes_too(iris):
    X, y = iris
    model = quick(warm_start=True, solver="sgd", learning_rate=0.05, batch_size=30).fit(X, y)
    before = {name: value for name, value in vars(model).items() if name.endswith("_")}
    with pytest.raises(FloatingPointError):
        model.set_params(learning_rate=1e30).fit(X, y)
    assert {name: value for name, value in vars(model).items() if name.endswith("_")} == before


def test_a_refit_that_fails_tells_of_no_older_run(iris):
    X, y = iris
    model = quick(solver="sgd").fit(X, y)
    with pytest.raises(FloatingPointError):
        model.set_params(learning_rate=1e30, batch_size=30).fit(X, y)
    for name in ("n_iter_", "loss_", "loss_curve_", "best_iter_", "network_"):
        assert not hasattr(model, name)


def test_a_score_that_is_not_a_number_is_no_divergence(two_classes):
    X, y = two_classes
    one_class = np.flatnonzero(y == 1)

    def nothing(estimator, X, y):
        return np.nan

    with pytest.raises(ValueError, match=r"is nan on the \d+ samples for validation"):
        quick(early_stopping=True, scoring=nothing).fit(
            X, y, X_val=X[one_class], y_val=y[one_class]
        )


def test_class_weights_are_for_classes_of_the_model_not_of_the_portion(iris):
    X, y = iris
    model = quick(class_weight={0: 5.0, 1: 1.0})
    model.partial_fit(X[50:], y[50:], classes=[0, 1, 2]).partial_fit(X, y)
    twin = quick()
    twin.partial_fit(X[50:], y[50:], classes=[0, 1, 2])
    twin.partial_fit(X, y, sample_weight=np.where(y == 0, 5.0, 1.0))
    np.testing.assert_allclose(model.coefs_[0], twin.coefs_[0], rtol=1e-5, atol=1e-7)
    quick(class_weight={0: 5.0}, early_stopping=True).fit(X, y, X_val=X[50:], y_val=y[50:])
    with pytest.raises(ValueError, match=r"class_weight has a weight for 7, .* \[0, 1, 2\]"):
        quick(class_weight={0: 1, 7: 2}).fit(X, y)
    for weights in ({0: 1}, [{0: 1}]):
        with pytest.raises(ValueError, match="a list with a dict for each of the 2 labels"):
            quick(class_weight=weights).fit(X, np.eye(150, 2, dtype=int))
    with pytest.raises(ValueError, match="as a list is for multilabel targets"):
        quick(class_weight=[{0: 1}]).fit(X, y)


def test_what_fails_before_the_first_step_leaves_the_moments(iris):
    X, y = iris
    model, twin = quick(), quick()
    for each in (model, twin):
        each.partial_fit(X, y, classes=[0, 1, 2])

    def fail(estimator, X, y):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        model.set_params(early_stopping=True, scoring=fail).partial_fit(X, y)
    model.set_params(early_stopping=False).partial_fit(X, y)
    twin.partial_fit(X, y)
    np.testing.assert_array_equal(model.coefs_[0], twin.coefs_[0])


@pytest.mark.parametrize("scoring", ["loss", "accuracy"])
@pytest.mark.parametrize("container", [np.asarray, pd.DataFrame, sparse.csr_array])
def test_copies_of_a_few_samples_are_held_out_together(scoring, container):
    """So repeating samples is the same as weighing them, and no score is of a sample learnt."""
    rng = np.random.default_rng(0)
    X, y, counts = rng.normal(size=(30, 3)), np.arange(30) % 3, rng.integers(0, 4, size=30)
    names = list("abc") if container is pd.DataFrame else None
    wrap = partial(container, columns=names) if names else container
    model = quick(early_stopping=True, scoring=scoring, max_iter=20, batch_size=1000)
    weighted = model.fit(wrap(X), y, counts).predict_proba(wrap(X))
    scores = model.validation_scores_
    order = rng.permutation(counts.sum())
    model.fit(wrap(X.repeat(counts, axis=0)[order]), y.repeat(counts)[order])
    np.testing.assert_allclose(model.predict_proba(wrap(X)), weighted, atol=1e-9)
    np.testing.assert_allclose(model.validation_scores_, scores, atol=1e-9)


def test_where_there_are_only_copies_one_of_them_is_held_out():
    X, y = np.repeat(np.eye(3), 10, axis=0), np.repeat([0, 1, 2], 10)
    model = quick(early_stopping=True, scoring="accuracy", max_iter=100).fit(X, y)
    assert model.best_validation_score_ == 1


@pytest.mark.parametrize("scoring", ["loss", "accuracy", "neg_log_loss"])
def test_partial_fit_with_early_stopping_scores_before_it_learns(iris, scoring):
    frame = pd.DataFrame(iris[0], columns=list("abcd"))
    order, weight = np.random.default_rng(0).permutation(150), np.linspace(0.1, 1, 150)
    model = quick(early_stopping=True, scoring=scoring, n_iter_no_change=1)
    twin = quick()
    for rows in np.split(order, 5):
        X, y, w = frame.iloc[rows], iris[1][rows], weight[rows]
        if hasattr(twin, "network_"):
            accuracy = twin.score(X, y, w)
            loss = log_loss(y, twin.predict_proba(X), labels=[0, 1, 2], sample_weight=w)
            expected = accuracy if scoring == "accuracy" else -loss
        else:  # before the first call every class is as probable
            expected = None
        model.partial_fit(X, y, classes=[0, 1, 2], sample_weight=w)
        twin.partial_fit(X, y, classes=[0, 1, 2], sample_weight=w)
        if expected is not None:
            np.testing.assert_allclose(model.validation_scores_, [expected], rtol=1e-5)
            assert model.best_validation_score_ == model.validation_scores_[0]
    np.testing.assert_array_equal(model.coefs_[0], twin.coefs_[0])  # it learns as without


def test_early_stopping_takes_samples_of_weight_zero(iris):
    weight = np.zeros(150)
    weight[[0, 1, 60, 61, 120, 121]] = 1
    model = quick(early_stopping=True).fit(*iris, sample_weight=weight)
    assert np.isfinite(model.validation_scores_).all()


def test_the_validation_set_holds_known_classes(iris):
    X, y = iris
    for scoring in ("loss", "accuracy"):
        model = quick(early_stopping=True, scoring=scoring)
        with pytest.raises(ValueError, match="contains the class 2"):
            model.fit(X[:100], y[:100], X_val=X, y_val=y)


def test_a_frame_may_be_validated_on_an_array(iris):
    frame = pd.DataFrame(iris[0], columns=list("abcd"))
    model = quick(early_stopping=True, scoring="accuracy")
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.fit(frame, iris[1], X_val=iris[0], y_val=iris[1])


def test_early_stopping_of_lbfgs_and_of_labels(labels):
    X, Y = labels
    model = quick(solver="lbfgs", early_stopping=True, n_iter_no_change=3, max_iter=300).fit(X, Y)
    assert model.n_iter_ < 300
    assert model.best_iter_ == np.argmax(model.validation_scores_) + 1


def test_early_stopping_asks_the_scorer_with_column_names(iris):
    frame = pd.DataFrame(iris[0], columns=list("abcd"))
    model = quick(early_stopping=True, scoring="accuracy").fit(frame, iris[1])
    assert list(model.feature_names_in_) == list("abcd")
    model.fit(frame, iris[1], X_val=frame, y_val=iris[1])
    assert model.best_validation_score_ == model.score(frame, iris[1])


def test_validation_set_needs_early_stopping_and_both_parts(iris):
    X, y = iris
    with pytest.raises(ValueError, match="early_stopping=True, which is off"):
        quick().fit(X, y, X_val=X, y_val=y)
    with pytest.raises(ValueError, match="only one of them was given"):
        quick(early_stopping=True).fit(X, y, X_val=X)
    with pytest.raises(ValueError, match="sample_weight_val was given without"):
        quick(early_stopping=True).fit(X, y, sample_weight_val=np.ones(150))


def test_a_fit_that_fails_leaves_no_older_model(iris):
    X, y = iris
    model = quick().fit(X, y)
    with pytest.raises(ValueError, match="inf"):
        model.fit(np.full((150, 3), np.inf), y)
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_the_budget_is_spent_without_a_warning(iris):
    model = quick(max_iter=17).fit(*iris)
    assert model.n_iter_ == model.best_iter_ == 17
    assert model.validation_scores_ is None
    assert model.best_validation_score_ is None
    assert model.best_loss_ == model.loss_curve_.min()


# -------------------------------------------------------- randomness and continuation


@pytest.mark.parametrize("extra", [{}, {"dropout": 0.3}, {"early_stopping": True}])
def test_a_seed_fixes_every_bit_and_another_does_not(two_classes, extra):
    X, y = two_classes
    runs = [quick(random_state=seed, **extra).fit(X, y) for seed in (0, 0, 1)]
    values = [run.network_.parameters.values for run in runs]
    np.testing.assert_array_equal(values[0], values[1])
    np.testing.assert_array_equal(runs[0].loss_curve_, runs[1].loss_curve_)
    assert not np.array_equal(values[0], values[2])


def test_random_state_may_be_a_generator_of_numpy_or_nothing(iris):
    p, q = (
        quick(random_state=np.random.RandomState(5)).fit(*iris).predict_proba(iris[0])
        for _ in range(2)
    )
    np.testing.assert_array_equal(p, q)
    p, q = (quick(random_state=None).fit(*iris).predict_proba(iris[0]) for _ in range(2))
    assert not np.array_equal(p, q)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_partial_fit_in_a_row_equals_fit(two_classes, solver):
    X, y = two_classes
    settings = {"learning_rate_schedule": "constant", "dropout": 0.2, "solver": solver}
    whole = quick(max_iter=6, **settings).fit(X, y)
    parts = quick(**settings)
    for _ in range(6):
        parts.partial_fit(X, y, classes=[0, 1])
    np.testing.assert_array_equal(
        parts.network_.parameters.values, whole.network_.parameters.values
    )
    assert parts.n_iter_ == 1


def test_warm_start_continues_optimizer_and_random_stream(two_classes):
    X, y = two_classes
    settings = {"learning_rate_schedule": "constant", "dropout": 0.2}
    whole = quick(max_iter=10, **settings).fit(X, y)
    warm = quick(max_iter=4, warm_start=True, **settings).fit(X, y)
    warm.set_params(max_iter=6).fit(X, y)
    np.testing.assert_array_equal(warm.network_.parameters.values, whole.network_.parameters.values)
    assert len(warm.loss_curve_) == warm.n_iter_ == 6


def test_fit_without_warm_start_starts_anew(two_classes):
    X, y = two_classes
    model = quick().fit(X, y)
    first = model.network_.parameters.values.copy()
    np.testing.assert_array_equal(model.fit(X, y).network_.parameters.values, first)


def test_partial_fit_after_another_solver_starts_its_optimizer_anew(two_classes):
    X, y = two_classes
    model = plain().fit(X, y)
    assert model._training.moments.keys() == {"t", "m", "v"}
    model.set_params(solver="sgd").partial_fit(X, y)
    assert model._training.moments.keys() == {"velocity"}


def test_partial_fit_sees_chunks_without_some_classes(iris):
    X, y = iris
    model = quick((16,), learning_rate=0.05, scaling=None)
    for _ in range(30):
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


def test_warm_start_holds_out_the_same_samples_again(iris):
    X, y = iris
    seen = []

    def scorer(estimator, X, y):
        seen.append(X.tobytes())
        return estimator.score(X, y)

    model = quick(warm_start=True, early_stopping=True, scoring=scorer)
    model.fit(X, y).fit(X, y)
    assert len(seen) > model.n_iter_
    assert len(set(seen)) == 1


def test_partial_fit_of_labels_needs_no_classes(labels):
    X, Y = labels
    model = quick()
    model.set_params(batch_size=20)
    for _ in range(100):
        model.partial_fit(X, Y)
    assert (model.predict(X) == Y).mean() > 0.8


def test_partial_fit_is_hidden_for_lbfgs():
    assert not hasattr(quick(solver="lbfgs"), "partial_fit")
    with pytest.raises(AttributeError):
        quick(solver="lbfgs").partial_fit([[0], [1]], [0, 1])


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
    model = quick(warm_start=True).fit(*iris).set_params(**{parameter: value})
    with pytest.raises(ValueError, match=f"{parameter} is .*built with"):
        model.fit(*iris)
    with pytest.raises(ValueError, match=f"{parameter} is .*built with"):
        model.partial_fit(*iris)


# ------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("parameter", "value", "legal"),
    [
        ("hidden_layer_sizes", (8, 0), "at least 1"),
        ("hidden_layer_sizes", (8, 2.5), "at least 1"),
        ("hidden_layer_sizes", 0, "range"),
        ("hidden_layer_sizes", "wrong", "'auto'"),
        ("activation", "sigmoid", "'relu'"),
        ("n_members", 0, "[1, inf)"),
        ("n_members", "many", "'auto'"),
        ("parametrization", "mup", "'ntk'"),
        ("parametrization", "ntk", "must be 'standard' or 'auto' for solver='lbfgs'"),
        ("calibrate", "isotonic", "bool"),
        ("numeric_embedding", "fourier", "'periodic'"),
        ("loss", "hinge", "'log_loss'"),
        ("solver", "adamm", "'adam'"),
        ("learning_rate", 0, "(0.0, inf)"),
        ("learning_rate_schedule", "exponential", "'cosine'"),
        ("weight_decay", -1, "[0.0, inf)"),
        ("dropout", 1, "[0.0, 1.0)"),
        ("label_smoothing", 1.5, "[0.0, 1.0)"),
        ("batch_size", 0, "[1, inf)"),
        ("max_iter", 0, "[1, inf)"),
        ("max_iter", "forever", "'auto'"),
        ("momentum", 1.0, "[0.0, 1.0)"),
        ("validation_fraction", 0.0, "(0.0, 1.0)"),
        ("n_iter_no_change", 0, "[1, inf)"),
        ("scoring", "speed", "'accuracy'"),
        ("class_weight", "even", "'balanced'"),
        ("scaling", "minmax", "'standard'"),
        ("dtype", "float16", "'float32'"),
        ("dropout", 0.5, "must be 0 for solver='lbfgs'"),
    ],
)
def test_a_parameter_out_of_range_is_named_with_its_legal_values(parameter, value, legal, iris):
    with pytest.raises(ValueError, match=f"'{parameter}' parameter of SimpleMLPClassifier") as info:
        quick(solver="lbfgs").set_params(**{parameter: value}).fit(*iris)
    assert legal in str(info.value)
    assert str(value) in str(info.value)


@pytest.mark.parametrize("method", ["fit", "predict", "partial_fit"])
@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e39, -1e300])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix, "frame"])
def test_numbers_out_of_range_are_refused_by_column(iris, method, value, container):
    X, y = iris
    frame = "frame"
    names = list("abcd")

    def contained(A):
        return pd.DataFrame(A, columns=names) if container == frame else container(A)

    bad = X.copy()
    bad[7, 2] = value
    model = quick().fit(contained(X), y)
    column = "'c'" if container == frame else "2"
    with pytest.raises(ValueError, match=rf"Input X contains.*\(column {column}\)"):
        getattr(model, method)(*((contained(bad),) if method == "predict" else (contained(bad), y)))


def test_large_numbers_within_float32_are_welcome(iris):
    X, y = iris
    assert quick((16,), max_iter=60).fit(X * 1e37, y).score(X * 1e37, y) > 0.9


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.zeros(150), "weight zero|at least one non-zero"),
        (
            np.r_[-1.0, np.ones(149)],
            "sample_weight must be finite and not negative; it contains -1.0",
        ),
        (np.ones(149), "shape"),
    ],
)
def test_bad_sample_weights(iris, weight, message):
    with pytest.raises(ValueError, match=message):
        quick().fit(*iris, sample_weight=weight)


def test_one_class_is_named(iris):
    with pytest.raises(ValueError, match=r"only one class: .*'rose'"):
        quick().fit(iris[0], np.full(150, "rose"))


def test_several_columns_of_classes_are_refused(iris):
    with pytest.raises(ValueError, match="y has 2 columns of classes"):
        quick().fit(iris[0], np.c_[iris[1], iris[1] + 5])


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


def test_labels_take_a_list_of_class_weights(labels):
    X, Y = labels
    p, q = (
        quick(class_weight=[{0: 1, 1: w}] * 4, batch_size=20).fit(X, Y).predict_proba(X).mean()
        for w in (1, 5)
    )
    assert q > p


def test_warm_start_refuses_new_classes(iris):
    X, y = iris
    model = quick(warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=r"contains the class 3, .*\[0, 1, 2\]"):
        model.fit(X, y + 3)


def test_other_features_are_refused(iris):
    X, y = iris
    model = quick().fit(pd.DataFrame(X, columns=list("abcd")), y)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(pd.DataFrame(X, columns=list("abdc")))
    with pytest.raises(ValueError, match="3 features"):
        quick().fit(X, y).predict(X[:, :3])


@pytest.mark.parametrize(
    "method",
    ["predict", "predict_proba", "predict_log_proba", "decision_function", "activations", "score"],
)
def test_unfitted_models_say_so(iris, method):
    arguments = iris if method == "score" else iris[:1]
    with pytest.raises(NotFittedError):
        getattr(quick(), method)(*arguments)


# ------------------------------------------------------------------ divergence, Ctrl-C


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
def test_divergence_never_returns_a_model_silently(settings, scale):
    X, y = load_digits(return_X_y=True)
    model = plain((32,), **settings)
    with pytest.raises((FloatingPointError, ConvergenceWarning, ValueError)) as info:
        model.fit(X * scale, y)  # warnings are errors here
    message = str(info.value)
    assert "diverged" in message or "too large for float32" in message


def test_divergence_of_a_stream_is_not_silent():
    X, y = load_digits(return_X_y=True)
    model = plain((16,), learning_rate=1e6).partial_fit(X[:100], y[:100], classes=range(10))
    with pytest.warns(ConvergenceWarning, match="diverged"):
        model.partial_fit(X, y)


def test_a_prediction_that_overflows_is_an_error(iris):
    X, y = iris
    model = plain().fit(X * 1e-10, y)
    far = np.vstack([X[:3] * 1e-10, np.full((1, 4), 3e38)])
    for method in (model.predict, model.predict_proba, model.decision_function):
        with pytest.raises(ValueError, match="row 3 of X overflows"):
            method(far)


def test_a_model_that_is_given_back_keeps_its_loss_too(iris, monkeypatch):
    X, y = iris
    model = plain(warm_start=True).fit(X, y)
    before = model.predict_proba(X)
    model.set_params(loss="squared_error", solver="sgd", learning_rate=1e30)

    def diverge(*args, **kwargs):
        raise FloatingPointError("Training diverged.")

    monkeypatch.setattr("sknn.run.stochastic.train", diverge)
    with pytest.raises(FloatingPointError):
        model.fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), before)
    assert model.out_activation_ == "softmax"


def test_divergence_says_what_may_help_and_leaves_no_model():
    X, y = load_digits(return_X_y=True)
    model = plain(solver="sgd", learning_rate=1e6)
    with pytest.raises(
        FloatingPointError,
        match=r"epoch 1: the loss is (nan|inf).*To help: a learning_rate smaller than 1e\+06",
    ):
        model.fit(X, y)
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_divergence_of_a_continued_model_gives_its_weights_back(iris):
    X, y = iris
    model = quick(solver="sgd", scaling=None).fit(X, y)
    before = model.predict_proba(X)
    model.set_params(learning_rate=1e30)
    with pytest.raises(FloatingPointError):
        model.partial_fit(X * 1e30, y)
    np.testing.assert_array_equal(model.predict_proba(X), before)


def test_divergence_under_early_stopping_restores_the_best_epoch(two_classes, monkeypatch):
    X, y = two_classes
    model = quick(solver="sgd", early_stopping=True, max_iter=50, learning_rate=0.1)
    schedule = dict(SCHEDULES, constant=lambda progress: 1.0 if progress < 0.5 else 1e20)
    monkeypatch.setattr("sknn.run.SCHEDULES", schedule)
    model.set_params(learning_rate_schedule="constant", n_iter_no_change=np.inf)
    with pytest.warns(ConvergenceWarning) as warned:
        model.fit(X, y)
    assert len(warned) == 1
    assert f"The model is the one of epoch {model.best_iter_}, the best" in str(warned[0].message)
    assert len(model.validation_scores_) == len(model.loss_curve_) == model.n_iter_
    assert model.best_iter_ <= model.n_iter_ < 50
    assert model.score(X, y) > 0.8


class Interrupt:
    """A scorer that sends the process Ctrl-C after some epochs."""

    def __init__(self, after):
        self.after = after
        self.calls = 0

    def __call__(self, estimator, X, y):
        self.calls += 1
        if self.calls > self.after:
            signal.raise_signal(signal.SIGINT)
        return float(self.calls)


def test_ctrl_c_leaves_the_model_of_the_epochs_done(iris):
    model = quick(early_stopping=True, scoring=Interrupt(after=4))
    with pytest.warns(UserWarning, match="interrupted after 5 of 30 epochs"):
        model.fit(*iris)
    assert model.n_iter_ == 5
    assert model.best_iter_ == 4
    assert model.score(*iris) > 0.3


def test_ctrl_c_while_scoring_leaves_curves_of_equal_length(iris):
    class Interrupting(Interrupt):
        def __call__(self, estimator, X, y):
            if self.calls == self.after:
                raise KeyboardInterrupt
            return super().__call__(estimator, X, y)

    model = quick(early_stopping=True, scoring=Interrupting(after=2))
    with pytest.warns(UserWarning, match="interrupted after 3"):
        model.fit(*iris)
    assert len(model.loss_curve_) == len(model.validation_scores_) == 3
    assert np.isnan(model.validation_scores_[2])


def test_ctrl_c_before_the_first_epoch_leaves_no_model(iris, monkeypatch):
    def interrupted(*args, **kwargs):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("sknn.network.objective.Objective.value_and_gradient", interrupted)
    model = quick()
    with pytest.raises(KeyboardInterrupt):
        model.fit(*iris)
    with pytest.raises(NotFittedError):
        model.predict(iris[0])


# ------------------------------------------------------------ at home in scikit-learn


def printed(capsys):
    return capsys.readouterr().out.splitlines()


def heads_of(line):
    return re.split(r"\s{2,}", line.strip())


def test_verbose_begins_with_network_and_data_and_ends_with_what_is_kept(iris, capsys):
    model = quick(max_iter=3, n_members=2, verbose=1, batch_size=10).fit(*iris)
    title, head, *lines, kept = printed(capsys)
    assert title == f"{model.network_.summary()}; 150 samples of 4 features, 3 classes"
    assert heads_of(head) == ["epoch", "loss (smoothed)", "learning rate", "time", "left"]
    assert [line.split()[0] for line in lines] == ["1/3", "2/3", "3/3"]
    assert {len(line) for line in lines} == {len(head)}
    assert lines[-1].split()[1] == f"{model.loss_curve_[-1]:.5f}"
    assert kept == f"kept epoch {model.best_iter_} of 3; temperature {model.temperature_:.2f}"


@pytest.mark.parametrize(
    ("scoring", "head", "sign"),
    [
        ("loss", "validation loss", -1),
        (None, "validation accuracy", 1),
        ("f1_macro", "validation f1_macro", 1),
        ("neg_log_loss", "validation log_loss", -1),
        (get_scorer("accuracy"), "validation score", 1),
    ],
)
def test_verbose_says_what_the_validation_score_is(iris, capsys, scoring, head, sign):
    settings = {"max_iter": 4, "label_smoothing": 0, "verbose": 1}
    model = quick(early_stopping=True, scoring=scoring, **settings).fit(*iris)
    _, heads, *lines, kept = printed(capsys)
    assert heads_of(heads)[1:3] == ["loss", head]
    scores = [f"{sign * score:.5f}" for score in model.validation_scores_]
    assert [line.split()[2] for line in lines] == scores
    assert kept.startswith(f"kept epoch {model.best_iter_} of 4")


def test_verbose_of_lbfgs_has_iterations_and_no_learning_rate(two_classes, capsys):
    quick(solver="lbfgs", max_iter=3, label_smoothing=0, verbose=1).fit(*two_classes)
    title, head, *lines, kept = printed(capsys)
    assert title.endswith("; 300 samples of 8 features, 2 classes")
    assert heads_of(head) == ["iteration", "loss", "time", "left"]
    assert [line.split()[0] for line in lines] == ["1/3", "2/3", "3/3"]
    assert kept == "kept iteration 3 of 3"


def test_verbose_has_one_head_in_a_stream(labels, capsys):
    X, y = labels
    model = quick(verbose=1)
    for start in (0, 50, 100, 150):
        model.partial_fit(X[start : start + 50], y[start : start + 50])
    title, head, *lines = printed(capsys)
    assert title.endswith("; 50 samples of 10 features, 4 labels")
    assert heads_of(head) == ["samples", "loss (smoothed)", "learning rate", "time"]
    assert [line.split()[0] for line in lines] == ["50", "100", "150", "200"]


def test_grid_search_in_two_processes_equals_one(tmp_path):
    X, y = load_digits(return_X_y=True)
    joblib.dump(X, tmp_path / "X.joblib")
    X = joblib.load(tmp_path / "X.joblib", mmap_mode="r")
    assert not X.flags.writeable
    grid = {
        "simplemlpclassifier__hidden_layer_sizes": [(8,), (16, 8)],
        "simplemlpclassifier__learning_rate": [0.001, 0.01],
    }
    pipeline = make_pipeline(MaxAbsScaler(), quick(max_iter=20))
    searches = [GridSearchCV(pipeline, grid, cv=3, n_jobs=jobs).fit(X, y) for jobs in (1, 2)]
    np.testing.assert_array_equal(
        searches[0].cv_results_["mean_test_score"], searches[1].cv_results_["mean_test_score"]
    )
    assert searches[0].best_params_ == searches[1].best_params_
    np.testing.assert_array_equal(searches[0].predict_proba(X), searches[1].predict_proba(X))


def test_read_only_input_is_enough(iris):
    X, y = (part.copy() for part in iris)
    weight = np.ones(150)
    for part in (X, y, weight):
        part.flags.writeable = False
    for settings in ({}, {"solver": "lbfgs"}, {"scaling": None, "dtype": "float64"}):
        quick(class_weight="balanced", **settings).fit(X, y, weight).predict(X)


def test_eight_threads_predict_what_one_does():
    X, y = load_digits(return_X_y=True)
    model = quick((64, 32)).fit(X, y)
    serial = model.predict_proba(X)
    answers = [None] * 8

    def predict(k):
        answers[k] = [model.predict_proba(X) for _ in range(10)]

    threads = [threading.Thread(target=predict, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer in (answer for several in answers for answer in several):
        np.testing.assert_array_equal(answer, serial)


def test_fitting_writes_to_nothing_of_the_users(iris):
    X, y = iris
    weight = np.linspace(0, 1, 150)
    copies = X.copy(), y.copy(), weight.copy()
    quick(class_weight="balanced", scaling=None, dtype="float64").fit(X, y, weight)
    for part, copy in zip((X, y, weight), copies, strict=True):
        np.testing.assert_array_equal(part, copy)


def test_squared_error_learns_with_the_default_members_too():
    X, y = load_digits(return_X_y=True)
    model = SimpleMLPClassifier(loss="squared_error", max_iter=16, random_state=0)
    assert model.fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.9


def test_temperature_of_an_earlier_fit_is_forgotten_where_nothing_is_calibrated(iris):
    model = SimpleMLPClassifier(max_iter=5, warm_start=True, random_state=0).fit(*iris)
    assert model.temperature_ != 1
    model.set_params(calibrate=False).fit(*iris)
    assert model.temperature_ == 1


def test_a_model_that_is_given_back_keeps_its_temperature(iris):
    model = SimpleMLPClassifier(max_iter=5, warm_start=True, random_state=0).fit(*iris)
    before = model.temperature_
    model.set_params(learning_rate=1e30, calibrate=False)
    with pytest.raises(FloatingPointError):
        model.fit(*iris)
    assert model.temperature_ == before


def test_weights_of_any_size_are_the_same_weights(iris):
    """Also where the largest is no power of 2: it must not cost a digit."""
    X, y = iris[0][::3], iris[1][::3]
    counts = np.random.default_rng(0).integers(0, 4, size=len(y))
    repeated = np.repeat(np.arange(len(y)), counts)
    expected = SimpleMLPClassifier(random_state=0).fit(X[repeated], y[repeated])
    for unit in (1.0, 0.1, 3e200):
        model = SimpleMLPClassifier(random_state=0).fit(X, y, sample_weight=counts * unit)
        if unit == 1:
            np.testing.assert_array_equal(model.predict_proba(X), expected.predict_proba(X))
        np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X), atol=0.01)
