"""The network of the lecture, 784-16-16-10, at eight stages of its training.

`examples/classic_network.npz` holds them, with 100 test digits:

===================  ================  ============================================================
array                shape             meaning
===================  ================  ============================================================
`names`              (8,)              "0 steps", ..., "20 epochs"
`steps`              (8,)              steps of gradient descent so far
`weights_1`, 2, 3    (8, n_in, n_out)  weights of each layer, rounded to int8 (-127 to 127)
`scales`             (8, 3)            a layer's weights are `scales[stage, layer] * weights`
`biases_1`, 2, 3     (8, n_out)        biases, in float32
`cost`               (8,)              mean cost `Σₖ (aₖ - tₖ)²` on the 60,000 training digits
`accuracy`           (8,)              accuracy on the 10,000 test digits
`curve`              (n, 3)            steps, cost and accuracy at more points, before rounding
`images`             (100, 28, 28)     test digits, 10 of each class: 0 is paper and 255 ink
`labels`             (100,)            what they show
`source`             ()                where the digits come from
===================  ================  ============================================================

Cost and accuracy are those of the rounded weights.
"""

from pathlib import Path

import numpy as np

from sknn import SimpleMLPClassifier
from sknn.network.perceptron import MultilayerPerceptron

PATH = Path(__file__).parents[2] / "examples" / "classic_network.npz"
SIZES = (784, 16, 16, 10)
N_STAGES = 8

#: The settings of the lecture: sigmoids, the squared cost, plain gradient descent on raw pixels.
SETTINGS = {
    "hidden_layer_sizes": SIZES[1:-1],
    "activation": "logistic",
    "loss": "squared_error",
    "solver": "sgd",
    "momentum": 0,
    "learning_rate": 1.0,
    "batch_size": 32,
    "label_smoothing": 0,
    "scaling": None,
    "random_state": 0,
}


def load(path=PATH):
    """Return the arrays of the file by name."""
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def weights_and_biases(arrays, stage=-1):
    """Return a stage's weights, of shapes (n_in, n_out), and its biases, in float64."""
    layers = range(1, len(SIZES))
    scales = arrays["scales"][stage]
    weights = [scales[i - 1] * arrays[f"weights_{i}"][stage] for i in layers]
    biases = [arrays[f"biases_{i}"][stage].astype(np.float64) for i in layers]
    return weights, biases


def network(arrays, stage=-1):
    """Return a stage as the package's network, in float64."""
    result = MultilayerPerceptron(SIZES, "logistic", dtype=np.float64)
    _assign(result, arrays, stage)
    return result


def classifier(arrays, stage=-1):
    """Return a stage as a fitted classifier, in float64, for pixels between 0 and 1."""
    settings = SETTINGS | {"dtype": "float64"}
    pixels = arrays["images"].reshape(-1, SIZES[0]) / 255
    model = SimpleMLPClassifier(**settings).partial_fit(pixels, arrays["labels"], np.arange(10))
    _assign(model.network_, arrays, stage)
    return model


def _assign(network, arrays, stage):
    """Give a network the weights and biases of a stage."""
    layers = network.dense_layers()
    for layer, weight, bias in zip(layers, *weights_and_biases(arrays, stage), strict=True):
        layer.weight[...] = weight
        layer.bias[...] = bias
