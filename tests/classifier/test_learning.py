"""What SimpleMLPClassifier learns, with every solver, loss, activation and kind of target."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax
from sklearn.datasets import load_breast_cancer, load_digits, load_wine, make_moons
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from sknn import SimpleMLPClassifier
from sknn.network.activations import ACTIVATIONS
from sknn.network.losses import LOSSES
from sknn.training.schedules import SCHEDULES
from tests.features import texts
from tests.models import members, plain, quick


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("loss", LOSSES)
def test_learns_digits(solver, loss, digits):
    X, y = digits
    rate = {"adam": 0.01, "sgd": 0.2, "lbfgs": 1.0}[solver]
    model = plain((32,), "tanh", solver=solver, loss=loss, learning_rate=rate, max_iter=25)
    model.set_params(batch_size=32).fit(X[:300], y[:300])
    assert model.score(X[300:], y[300:]) > 0.85


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_learns_texts(solver):
    X, y = texts(300)
    rate = {"adam": 0.01, "sgd": 0.5}[solver]
    model = members(solver=solver, learning_rate=rate, batch_size=8, max_iter=20).fit(
        X[:200], y[:200]
    )
    assert model.score(X[200:], y[200:]) > 0.9


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_learns_with_every_activation(activation, iris):
    model = quick((16,), activation, learning_rate=0.03, batch_size=30, max_iter=30)
    assert model.fit(*iris).score(*iris) > 0.9


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_learns_with_every_schedule(schedule, iris):
    model = plain((16,), learning_rate_schedule=schedule, learning_rate=0.05, max_iter=40)
    assert model.fit(*iris).score(*iris) > 0.95


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("n_members", [1, 3])
def test_every_solver_trains_members(iris, solver, n_members):
    rate = {"adam": 0.03, "sgd": 0.1, "lbfgs": 1.0}[solver]
    model = members(solver=solver, n_members=n_members, learning_rate=rate, max_iter=15)
    assert model.fit(*iris).score(*iris) > 0.9


LOADERS = {"wine": load_wine, "breast_cancer": load_breast_cancer, "digits": load_digits}


@pytest.mark.slow
@pytest.mark.parametrize("name", LOADERS)
def test_the_default_model_learns_as_it_is(name):
    X, y = LOADERS[name](return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
    model = SimpleMLPClassifier(random_state=0).fit(X_train, y_train)
    assert model.score(X_test, y_test) > 0.94
    assert log_loss(y_test, model.predict_proba(X_test)) < 0.25


def test_the_default_model_learns_in_few_epochs(digits):
    X, y = digits
    model = SimpleMLPClassifier(max_iter=12, random_state=0).fit(X[:300], y[:300])
    assert model.score(X[300:], y[300:]) > 0.9


def test_learns_labels(labels):
    X, Y = labels
    model = members(max_iter=60, batch_size=15).fit(X[:150], Y[:150])
    assert (model.predict(X[150:]) == Y[150:]).mean() > 0.7


def test_learns_a_table_with_categories_and_gaps():
    rng = np.random.default_rng(0)
    number, word = rng.normal(size=400), rng.choice(["up", "down"], 400)
    y = np.where(word == "up", number, -number) > 0
    frame = pd.DataFrame({"number": number, "word": pd.Categorical(word)})
    frame.loc[::40, "number"] = np.nan
    model = members(max_iter=20).fit(frame, y)
    assert model.network_.n_embedded == 1
    assert model.score(frame, y) > 0.9


def test_learns_classes_with_names(iris):
    X, y = iris
    names = np.array(["virginica", "setosa", "versicolor"])[y]
    for given in (names, names.astype(object)):
        model = quick(batch_size=30).fit(X, given)
        assert list(model.classes_) == ["setosa", "versicolor", "virginica"]
        assert model.score(X, given) > 0.9


def test_ramps_find_thresholds_that_are_close_together():
    X = np.random.default_rng(0).exponential(size=(1200, 3))
    y = ((X[:, 0] > 0.3) & (X[:, 0] < 0.36)) | ((X[:, 1] > 1.2) & (X[:, 1] < 1.3))
    accuracy = {
        embedding: members(numeric_embedding=embedding, max_iter=60)
        .fit(X[:600], y[:600])
        .score(X[600:], y[600:])
        for embedding in ("auto", "periodic")
    }
    assert accuracy["periodic"] < 0.97
    assert accuracy["auto"] > 0.99


def test_rare_classes_do_no_harm():
    X = np.random.default_rng(0).normal(size=(200, 3))
    y = np.where(np.arange(200) < 2, "rare", np.where(X[:, 0] > 0, "a", "b"))
    model = members(max_iter=15).fit(X, y)
    assert list(model.classes_) == ["a", "b", "rare"]
    assert np.isfinite(model.predict_log_proba(X)).all()
    assert model.score(X, y) > 0.9


def test_no_hidden_layer_is_logistic_regression(iris):
    X, y = iris
    model = plain((), solver="lbfgs", max_iter=100).fit(X, y)
    X_scaled = StandardScaler().fit_transform(X)
    raw = X_scaled @ model.coefs_[0] + model.intercepts_[0]
    np.testing.assert_allclose(model.predict_proba(X), softmax(raw, axis=1), rtol=1e-9)
    assert model.n_layers_ == 2


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_sgd_takes_usual_learning_rates_and_the_others_their_embedding(solver):
    X, y = make_moons(noise=0.3, random_state=0)
    model = SimpleMLPClassifier(
        (16, 16),
        solver=solver,
        learning_rate=0.2 if solver == "sgd" else 0.01,
        learning_rate_schedule="constant",
        max_iter=30,
        random_state=0,
    ).fit(X, y)
    assert model.score(X, y) > 0.8
    assert (model.network_.n_embedded == 0) == (solver == "sgd")


# ------------------------------------------------------------------------ regularization


def test_label_smoothing_makes_predictions_less_sure(iris):
    sure, smooth = (
        plain(max_iter=60, label_smoothing=smoothing, learning_rate=0.03)
        .fit(*iris)
        .predict_proba(iris[0])
        .max(axis=1)
        .mean()
        for smoothing in (0, 0.3)
    )
    assert smooth < sure - 0.1


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_weight_decay_shrinks_weights(iris, solver):
    norms = [
        np.linalg.norm(
            quick(solver=solver, weight_decay=decay, learning_rate=0.1, max_iter=60)
            .fit(*iris)
            .coefs_[0]
        )
        for decay in (0.0, 0.1)
    ]
    assert norms[1] < 0.8 * norms[0]


def test_dropout_changes_training_and_not_prediction(iris):
    X, y = iris
    model = quick((32,), dropout=0.5).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))
    assert not np.array_equal(model.coefs_[0], quick((32,)).fit(X, y).coefs_[0])


def test_lbfgs_treats_all_samples_alike(iris):
    model = members(solver="lbfgs").fit(*iris)
    assert model.temperature_ == 1
    assert model.network_.parametrization == "standard"
    assert model.coefs_[0].dtype == np.float64
    assert not np.allclose(model.coefs_[-1][0], model.coefs_[-1][1])
    assert np.all(np.diff(model.loss_curve_) <= 0)
