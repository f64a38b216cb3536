"""The memory of a pass: made by the caller, written by layers and losses, never saved."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

Rngs = Sequence[np.random.Generator]


@dataclass
class Workspace:
    """The memory of one layer, or of a loss, for passes over a fixed number of rows.

    Attributes
    ----------
    cache : tuple of ndarray
        Intermediate results, and what the forward pass leaves for the backward pass.
    outputs : ndarray
        Where the results go, unless they overwrite the inputs.
    input_gradient : ndarray of shape (..., n_rows, n_inputs), or None
        Where the gradient with respect to the inputs goes.  None if it overwrites the gradient
        with respect to the outputs, or if no layer below needs it.
    rngs : sequence of Generator, or None
        Sources of the randomness of a training pass, one for each member; None for prediction.
    inputs : ndarray of shape (..., n_rows, n_inputs)
        The last inputs of a layer; its backward pass needs them.
    """

    cache: tuple[np.ndarray, ...] = ()
    outputs: np.ndarray = field(default_factory=partial(np.empty, 0))
    input_gradient: np.ndarray | None = None
    rngs: Rngs | None = None
    inputs: np.ndarray = field(init=False)
