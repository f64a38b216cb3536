"""Emitters of the outputs: losses, merging of members, labels and probabilities."""

import numpy as np
import pytest

from sknn.network.losses import LOSSES
from sknn.onnx.graph import Graph
from sknn.onnx.outputs import emit_log_activations, emit_raw_of_mean
from tests.onnx.runtime import WARNINGS, assert_agrees, run, small

pytestmark = WARNINGS


@pytest.mark.parametrize("n_members", [1, 2])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", ["binary", "multiclass", "multilabel"])
def test_every_loss_and_kind_of_target(loss, kind, n_members, data):
    X, y = data[kind]
    assert_agrees(small(loss=loss, n_members=n_members).fit(X, y), X)


def test_rows_far_away(iris):
    X, y = iris
    for loss in LOSSES:
        model = small("relu", loss=loss, scaling="standard", n_members=1).fit(X, y)
        assert_agrees(model, X * 1e5)


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


def test_a_link_without_emitter_is_named():
    with pytest.raises(NotImplementedError, match="register it with @emit_log_activations"):
        emit_log_activations(object(), Graph(), "raw")
    with pytest.raises(NotImplementedError, match="register it with @emit_raw_of_mean"):
        emit_raw_of_mean(object(), Graph(), "raw", 2)
