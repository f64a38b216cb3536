"""Starting weights: random numbers whose spread keeps signals of equal size from layer to layer.

An initializer is a function `(rng, n_inputs, n_outputs) -> weight` of shape
`(n_inputs, n_outputs)`, float64.  Biases start at zero.
"""

from collections.abc import Callable, Mapping

import numpy as np

Initializer = Callable[[np.random.Generator, int, int], np.ndarray]


def glorot_uniform(rng: np.random.Generator, n_inputs: int, n_outputs: int) -> np.ndarray:
    """Draw uniform weights of variance `2 / (n_inputs + n_outputs)`, for sigmoids and the like.

    Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010.
    """
    bound = (6 / (n_inputs + n_outputs)) ** 0.5
    return rng.uniform(-bound, bound, (n_inputs, n_outputs))


def he_normal(rng: np.random.Generator, n_inputs: int, n_outputs: int) -> np.ndarray:
    """Draw normal weights of variance `2 / n_inputs`, for rectifiers and their kin.

    Source: He et al., "Delving deep into rectifiers", 2015.
    """
    return rng.normal(0.0, (2 / n_inputs) ** 0.5, (n_inputs, n_outputs))


def lecun_normal(rng: np.random.Generator, n_inputs: int, n_outputs: int) -> np.ndarray:
    """Draw normal weights of variance `1 / n_inputs`, for self-normalizing networks.

    Source: LeCun et al., "Efficient backprop", 1998.
    """
    return rng.normal(0.0, n_inputs**-0.5, (n_inputs, n_outputs))


INITIALIZERS: Mapping[str, Initializer] = {
    "glorot_uniform": glorot_uniform,
    "he_normal": he_normal,
    "lecun_normal": lecun_normal,
}
