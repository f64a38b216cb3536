"""The naive twin of a fast network: the truth that tests compare with."""

import numpy as np

from examples.naive_network import Network


def naive(network, **settings):
    """Return the naive twin of a fast network: copies of its weights and biases."""
    layers = network.dense_layers()
    weights = [layer.weight.astype(float) for layer in layers]
    biases = [layer.bias.astype(float) for layer in layers]
    return Network(weights, biases, network.activation, **settings)


def flat(arrays):
    """Return the numbers of all arrays in one vector."""
    return np.concatenate([array.ravel() for array in arrays])
