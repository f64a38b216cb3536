"""What a fitted model says: classes, probabilities, raw predictions, activations."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.exceptions import NotFittedError

from sknn.network.losses import LOSSES
from tests.models import members, plain, quick


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("calibrate", [True, False])
def test_methods_of_prediction_agree(problem, loss, calibrate):
    X, y = problem
    model = members(loss=loss, calibrate=calibrate).fit(X, y)
    raw, p, found = model.decision_function(X), model.predict_proba(X), model.predict(X)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), p, rtol=1e-12)
    assert p.dtype == raw.dtype == np.float64
    if y.ndim == 2:
        assert raw.shape == p.shape == found.shape == y.shape
        np.testing.assert_allclose(p, expit(raw), rtol=1e-7)
        np.testing.assert_array_equal(found, p > 0.5)
        np.testing.assert_array_equal(model.classes_, np.arange(4))
        assert model.out_activation_ == "logistic"
        return
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_array_equal(found, model.classes_[p.argmax(axis=1)])
    if len(model.classes_) == 2:
        assert raw.shape == (len(X),)
        assert model.n_outputs_ == 1
        np.testing.assert_allclose(p[:, 1], expit(raw), rtol=1e-7)
        np.testing.assert_array_equal(found, raw > 0)
    elif loss == "log_loss":
        np.testing.assert_allclose(p, softmax(raw, axis=1), rtol=1e-7)
    else:
        sigmoids = expit(raw)
        np.testing.assert_allclose(p, sigmoids / sigmoids.sum(axis=1, keepdims=True), rtol=1e-7)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_probabilities_are_the_mean_of_those_of_the_members(iris, dtype):
    X, y = iris
    model = members(dtype=dtype).fit(X, y)
    raw = model.network_.predict_raw(X).astype(float) / model.temperature_ + model.offset_
    assert raw.shape == (3, 150, 3)
    expected = softmax(raw, axis=-1).mean(axis=0)
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-5)


def test_outputs_among_the_activations_are_the_probabilities(problem):
    X, y = problem
    model = members().fit(X, y)
    p = model.predict_proba(X)
    outputs = model.activations(X)[-1]
    np.testing.assert_allclose(outputs, p[:, 1:] if outputs.shape[1] == 1 else p, rtol=1e-10)


def test_targets_may_be_a_sparse_indicator_matrix(labels):
    X, Y = labels
    p = members().fit(X, Y).predict_proba(X)
    np.testing.assert_array_equal(members().fit(X, sparse.csr_matrix(Y)).predict_proba(X), p)


def test_one_label_stays_a_matrix(labels):
    X, Y = labels
    Y = np.hstack([Y[:, :1], 1 - Y[:, :1]])
    model = quick().fit(X, Y)
    assert model.decision_function(X).shape == (200, 2)


def test_log_probabilities_are_never_infinite(iris):
    X, y = iris
    model = quick(scaling=None).fit(X, y)
    model.network_.parameters.values *= 1e3
    log_p = model.predict_log_proba(X)
    assert np.isfinite(log_p).all()
    assert log_p.min() < -700  # a probability that would have rounded to 0
    np.testing.assert_allclose(log_p, np.log(model.predict_proba(X)), rtol=1e-12, atol=1e-15)


# --------------------------------------------------------------------------- activations


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
    model = quick((6,), "logistic", loss="squared_error").fit(X, y)
    sparse_layers, layers = model.activations(sparse.csr_matrix(X)), model.activations(X)
    np.testing.assert_allclose(layers[-1], expit(model.decision_function(X)), rtol=1e-12)
    for a, b in zip(sparse_layers, layers, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_activations_of_sparse_features_are_dense(iris):
    model = quick().fit(sparse.csr_matrix(iris[0]), iris[1])
    assert isinstance(model.activations(sparse.csr_matrix(iris[0][:3]))[0], np.ndarray)


# -------------------------------------------------------------------- errors and threads


def test_a_prediction_that_overflows_is_an_error(iris):
    X, y = iris
    model = plain().fit(X * 1e-10, y)
    far = np.vstack([X[:3] * 1e-10, np.full((1, 4), 3e38)])
    for method in (model.predict, model.predict_proba, model.decision_function):
        with pytest.raises(ValueError, match="row 3 of X overflows"):
            method(far)


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


@pytest.mark.parametrize("method", ["decision_function", "predict_proba", "predict_log_proba"])
@pytest.mark.parametrize("calibrate", [True, False])
def test_many_rows_are_predicted_like_few(iris, method, calibrate):
    model = quick((16,), calibrate=calibrate).fit(*iris)
    predict = getattr(model, method)
    many = predict(np.tile(iris[0], (20, 1)))
    np.testing.assert_allclose(many, np.tile(predict(iris[0]), (20, 1)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("model", [quick((16,)), members()], ids=["one", "members"])
def test_threads_predict_what_one_does(iris, model):
    X = np.tile(iris[0], (10, 1))
    expected = model.fit(*iris).predict_proba(X)
    with ThreadPoolExecutor(8) as pool:
        for p in pool.map(lambda _: model.predict_proba(X), range(20)):
            np.testing.assert_array_equal(p, expected)
