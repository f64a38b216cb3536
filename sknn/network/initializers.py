"""Starting weights: random numbers whose spread keeps signals of equal size from layer to layer.

An initializer is a function `(rng, shape) -> array` of that shape, float64.  The shape of weights
ends in `n_inputs, n_outputs`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

Shape = tuple[int, ...]
Initializer = Callable[[np.random.Generator, Shape], np.ndarray]


class Start(NamedTuple):
    """The initializers of the weights and of the biases of a dense layer."""

    weight: Initializer
    bias: Initializer


def glorot_uniform(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Draw uniform weights of variance `2 / (n_inputs + n_outputs)`, for sigmoids and the like.

    Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010.
    """
    bound = (6 / (shape[-2] + shape[-1])) ** 0.5
    return rng.uniform(-bound, bound, shape)


def he_normal(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Draw normal weights of variance `2 / n_inputs`, for rectifiers and their kin.

    Source: He et al., "Delving deep into rectifiers", 2015.
    """
    return rng.normal(0.0, (2 / shape[-2]) ** 0.5, shape)


def lecun_normal(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Draw normal weights of variance `1 / n_inputs`, for self-normalizing networks.

    Source: LeCun et al., "Efficient backprop", 1998.
    """
    return rng.normal(0.0, shape[-2] ** -0.5, shape)


def standard_normal(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Draw normal numbers of mean 0 and variance 1."""
    return rng.normal(size=shape)


def zeros(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Return zeros; nothing is drawn."""
    return np.zeros(shape)


#: The starting weights that suit activation functions, by name.
INITIALIZERS: Mapping[str, Initializer] = {
    "glorot_uniform": glorot_uniform,
    "he_normal": he_normal,
    "lecun_normal": lecun_normal,
}
