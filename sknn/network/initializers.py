"""Starting weights: random numbers whose spread keeps signals of equal size from layer to layer.

An initializer is a function `(rng, shape) -> weight` of that shape, float64, which ends in
`n_inputs, n_outputs`.
"""

from collections.abc import Callable, Mapping

import numpy as np

Shape = tuple[int, ...]
Initializer = Callable[[np.random.Generator, Shape], np.ndarray]


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


def zeros(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Return zeros: a last layer whose first step is taken from "no idea"."""
    return np.zeros(shape)


INITIALIZERS: Mapping[str, Initializer] = {
    "glorot_uniform": glorot_uniform,
    "he_normal": he_normal,
    "lecun_normal": lecun_normal,
    "ntk": lecun_normal,  # with random biases, see `Dense`
    "zeros": zeros,
}
