"""Emitters of scaling, layers and activation functions."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine

from sknn import PLAIN, SimpleMLPClassifier
from sknn.network.activations import ACTIVATIONS
from sknn.onnx.graph import Graph
from sknn.onnx.layers import emit
from tests.onnx.runtime import WARNINGS, assert_agrees, small

pytestmark = WARNINGS


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_activation_function(activation, dtype, iris):
    X, y = iris
    assert_agrees(small(activation, dtype=dtype).fit(X, y), X)


@pytest.mark.parametrize(
    "parameters",
    [
        {"n_members": 1},
        {"hidden_layer_sizes": ()},
        {"scaling": None},
        {"scaling": "standard"},
        {"dropout": 0.5, "numeric_embedding": None},
        {"scaling": "standard", "numeric_embedding": "periodic"},
        {"solver": "lbfgs"},
        PLAIN | {"max_iter": 3},
    ],
    ids=str,
)
def test_every_form_of_network(parameters, iris):
    X, y = iris
    assert_agrees(small(**parameters).fit(X, y), X)


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_digits])
def test_default_model_on_real_numbers(load):
    X, y = load(return_X_y=True)
    assert_agrees(SimpleMLPClassifier(max_iter=4, random_state=0).fit(X, y), X)


def test_numbers_too_large_for_float32_before_scaling_keep_their_meaning():
    rng = np.random.default_rng(0)
    time = 1.7e9 + rng.uniform(0, 600, 500)  # seconds within ten minutes
    X, y = time[:, np.newaxis], (time % 60 > 30).astype(int)
    assert_agrees(small(max_iter=30).fit(X, y), X)


def test_part_without_emitter_is_named():
    with pytest.raises(NotImplementedError, match="object has no emitter"):
        emit(object(), Graph(), "X")
