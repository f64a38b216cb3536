"""The embedding of numbers: a layer below all others, for features that are no categories."""

import numpy as np

from sknn.network.layers import Layer
from sknn.network.workspace import Workspace


class PeriodicEmbedding(Layer):
    """Learnt smooth functions of each number, beside the number itself.

    A function is a sum of cosines, `Σₚ cos(fₚ x + φₚ) Vₚ + c`.  Its frequencies `f` and phases `φ`
    are buffers, which stay as they are drawn; its amplitudes `V` and offset `c` are trained.  All
    members share the embedding.

    Parameters
    ----------
    n_inputs : int
        Number of inputs, the numbers first.
    n_numbers : int
        Number of inputs that are numbers.

    References
    ----------
    Gorishniy, Rubachev, Babenko, "On embeddings for numerical features in tabular deep learning",
    2022; in the form of Holzmüller, Grinsztajn, Steinwart, "Better by default", 2024.
    """

    n_cosines = 16
    n_functions = 3
    frequency_std = 0.1  # in periods per unit of the scaled number

    frequency: np.ndarray  # (n_numbers, 1, n_cosines)
    phase: np.ndarray  # (n_numbers, 1, n_cosines)
    amplitude: np.ndarray  # (n_numbers, n_cosines, n_functions)
    offset: np.ndarray  # (n_numbers, 1, n_functions)
    amplitude_gradient: np.ndarray  # (n_numbers, n_cosines, n_functions)
    offset_gradient: np.ndarray  # (n_numbers, 1, n_functions)

    def __init__(self, n_inputs: int, n_numbers: int):
        cosines = (n_numbers, 1, self.n_cosines)
        shapes = {
            "amplitude": (n_numbers, self.n_cosines, self.n_functions),
            "offset": (n_numbers, 1, self.n_functions),
        }
        super().__init__(shapes, {"frequency": cosines, "phase": cosines})
        self.n_inputs = n_inputs
        self.n_numbers = n_numbers
        self.n_outputs = n_inputs + n_numbers * self.n_functions

    def initialize(self, rng):
        """Draw the frequencies, phases, amplitudes and offsets, in this order."""
        self.frequency[...] = rng.normal(0, self.frequency_std * 2 * np.pi, self.frequency.shape)
        self.phase[...] = rng.uniform(-np.pi, np.pi, self.phase.shape)
        bound = self.n_cosines**-0.5
        self.amplitude[...] = rng.uniform(-bound, bound, self.amplitude.shape)
        self.offset[...] = rng.uniform(-bound, bound, self.offset.shape)

    def workspace(self, n_rows, dtype, rng, *, lowest):
        """Allocate the cosines, the functions' values, and the outputs."""
        cosines = np.empty((self.n_numbers, n_rows, self.n_cosines), dtype)
        values = np.empty((self.n_numbers, n_rows, self.n_functions), dtype)
        outputs = np.empty((n_rows, self.n_outputs), dtype)
        return Workspace((cosines, values, np.ones(n_rows, dtype)), outputs)

    def forward(self, inputs, workspace):
        """Return the inputs, and after them the functions of each number."""
        cosines, values, _ = workspace.cache
        x = inputs[:, : self.n_numbers].T
        np.multiply(x[:, :, np.newaxis], self.frequency, out=cosines)
        cosines += self.phase
        np.cos(cosines, out=cosines)
        np.matmul(cosines, self.amplitude, out=values)
        values += self.offset
        workspace.outputs[:, : self.n_inputs] = inputs
        self._functions(workspace.outputs)[...] = values
        return workspace.outputs

    def backward(self, gradient, workspace):
        """Set the gradients of amplitudes and offsets; the layer is the lowest."""
        cosines, values, ones = workspace.cache
        values[...] = self._functions(gradient)
        np.matmul(cosines.swapaxes(1, 2), values, out=self.amplitude_gradient)
        np.matmul(ones, values, out=self.offset_gradient[:, 0])

    def _functions(self, outputs: np.ndarray) -> np.ndarray:
        """Return the columns of the functions, as `(n_numbers, n_rows, n_functions)`."""
        columns = outputs[:, self.n_inputs :]
        return columns.reshape(len(columns), self.n_numbers, self.n_functions).transpose(1, 0, 2)
