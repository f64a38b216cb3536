"""The embedding of numbers: smooth functions of each feature that is no category."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sknn.network.layers import Layer
from sknn.network.rows import LazyRows, Rows, blocks, to_dense
from sknn.network.workspace import Workspace

N_COSINES = 16
N_FUNCTIONS = 3

# In periods per unit of the scaled number.
_FREQUENCY_STD = 0.1


class Cosines:
    """Cosines of each number, `cos(fₚ x + φₚ)`, with frozen frequencies and phases.

    They are drawn once and never trained, so a training set needs its cosines once.

    Parameters
    ----------
    frequency, phase : ndarray of shape (n_numbers, n_cosines)
        The frequencies `f` and the phases `φ`, in radians.

    Attributes
    ----------
    n_numbers : int
        Number of inputs that are numbers; they come first.
    n_columns : int
        Number of cosines of a row.

    References
    ----------
    Gorishniy, Rubachev, Babenko, "On embeddings for numerical features in tabular deep learning",
    2022; with the small frequencies of Holzmüller, Grinsztajn, Steinwart, "Better by default",
    2024.
    """

    def __init__(self, frequency: np.ndarray, phase: np.ndarray):
        # Of a memory map the base array, as in `ParameterVector`.
        self.frequency, self.phase = np.asarray(frequency), np.asarray(phase)
        self.n_numbers = len(self.frequency)
        self.n_columns = self.frequency.size
        for array in (self.frequency, self.phase):
            if array.shape != (self.n_numbers, N_COSINES) or not np.isfinite(array).all():
                raise ValueError(f"No cosines have frequency={frequency!r} and phase={phase!r}.")

    @classmethod
    def draw(cls, n_numbers: int, dtype: np.dtype, rng: np.random.Generator) -> "Cosines":
        """Return cosines of random frequencies and phases."""
        shape = (n_numbers, N_COSINES)
        frequency = rng.normal(0, _FREQUENCY_STD * 2 * np.pi, shape)
        return cls(frequency.astype(dtype), rng.uniform(-np.pi, np.pi, shape).astype(dtype))

    def write(self, inputs: np.ndarray, out: np.ndarray) -> None:
        """Write the cosines of scaled inputs to `out`, of shape (n_rows, n_columns)."""
        angles = out.reshape(len(inputs), self.n_numbers, N_COSINES)
        np.multiply(inputs[:, : self.n_numbers, np.newaxis], self.frequency, out=angles)
        angles += self.phase
        np.cos(angles, out=angles)

    def definition(self) -> Mapping[str, Any]:
        """Return the arguments that make these cosines."""
        return {"frequency": self.frequency, "phase": self.phase}


class RowsWithCosines(LazyRows):
    """Scaled inputs and, after them, their cosines, made when they are asked for.

    Parameters
    ----------
    inputs : ndarray, CSR matrix or LazyRows of shape (n_rows, n_inputs)
        Scaled inputs.
    cosines : Cosines
        Whose columns follow.
    dtype : dtype
        Type of the rows.
    """

    def __init__(self, inputs: Rows, cosines: Cosines, dtype: np.dtype):
        self.inputs = inputs
        self.cosines = cosines
        self.dtype = dtype
        self.shape = (inputs.shape[0], inputs.shape[1] + cosines.n_columns)

    def __getitem__(self, rows: Any) -> "RowsWithCosines":
        return RowsWithCosines(self.inputs[rows], self.cosines, self.dtype)

    def write(self, out: np.ndarray) -> None:
        """Make all rows in `out`, block by block."""
        n_inputs = self.inputs.shape[1]
        for rows in blocks(self):
            block = out[rows]
            block[:, :n_inputs] = to_dense(self.inputs[rows])
            self.cosines.write(block, block[:, n_inputs:])


class PeriodicEmbedding(Layer):
    """Learnt smooth functions of each number, beside the number itself.

    A function is a sum of cosines, `Σₚ cos(fₚ x + φₚ) Vₚ`.  Each member has its own amplitudes
    `V`.  The cosines come with the inputs, from `Cosines`.

    All arrays have one row for a function and one column for a sample: a product then computes the
    functions of all members of a number, and they are copied in long runs.

    Parameters
    ----------
    n_inputs : int
        Number of inputs, the numbers first, without the cosines.
    n_numbers : int
        Number of inputs that are numbers.
    members : tuple of int
        Leading axis of the amplitudes.
    places : tuple of int, optional
        Number of the first member among all, and number of all, if these are a group of them.  The
        products have room for all, so that a member gets the same bits in every group.
    """

    amplitude: np.ndarray  # (..., n_numbers, n_functions, n_cosines)
    amplitude_gradient: np.ndarray  # (..., n_numbers, n_functions, n_cosines)

    def __init__(
        self,
        n_inputs: int,
        n_numbers: int,
        members: tuple[int, ...] = (),
        places: tuple[int, int] | None = None,
    ):
        super().__init__({"amplitude": (*members, n_numbers, N_FUNCTIONS, N_COSINES)})
        self.n_inputs = n_inputs
        self.n_numbers = n_numbers
        self.members = members
        n_members = members[0] if members else 1
        first, self.n_places = places or (0, n_members)
        self._its_places = slice(first, first + n_members)
        self.n_outputs = n_inputs + n_numbers * N_FUNCTIONS

    def initialize(self, rng):
        """Draw the amplitudes."""
        bound = N_COSINES**-0.5
        self.amplitude[...] = rng.uniform(-bound, bound, self.amplitude.shape)

    def workspace(self, n_rows, dtype, rngs):
        """Allocate the transposed inputs, amplitudes and functions by number, and outputs."""
        columns = np.empty((self.n_inputs + self.n_numbers * N_COSINES, n_rows), dtype)
        amplitude = np.zeros((self.n_numbers, self.n_places * N_FUNCTIONS, N_COSINES), dtype)
        functions = np.zeros((self.n_numbers, self.n_places * N_FUNCTIONS, n_rows), dtype)
        outputs = np.empty((*self.members, self.n_outputs, n_rows), dtype)
        return Workspace((columns, amplitude, functions), outputs.swapaxes(-1, -2))

    def forward(self, inputs, workspace):
        """Return the inputs without the cosines, and after them the functions of each number."""
        columns, amplitude, functions = workspace.cache
        workspace.inputs = inputs
        np.copyto(columns, inputs.T)
        self._by_number(amplitude, N_COSINES)[...] = self._by_member(self.amplitude, N_COSINES)
        n_rows = len(inputs)
        cosines = columns[self.n_inputs :].reshape(self.n_numbers, N_COSINES, n_rows)
        np.matmul(amplitude, cosines, out=functions)
        outputs = workspace.outputs.swapaxes(-1, -2)
        outputs[..., : self.n_inputs, :] = columns[: self.n_inputs]
        its_functions = self._by_member(outputs[..., self.n_inputs :, :], n_rows)
        its_functions[...] = self._by_number(functions, n_rows)
        return workspace.outputs

    def backward(self, gradient, workspace):
        """Set the gradient of the amplitudes, `∂C/∂V = Σ ∂C/∂a cos(f x + φ)`.

        `gradient`, (..., n_rows, n_numbers · n_functions), is that of the functions alone.
        """
        _, amplitude, functions = workspace.cache
        n_rows = len(workspace.inputs)
        its_gradient = self._by_member(gradient.swapaxes(-1, -2), n_rows)
        self._by_number(functions, n_rows)[...] = its_gradient
        cosines = workspace.inputs[:, self.n_inputs :].reshape(n_rows, self.n_numbers, N_COSINES)
        np.matmul(functions, cosines.swapaxes(0, 1), out=amplitude)
        its_amplitude = self._by_member(self.amplitude_gradient, N_COSINES)
        its_amplitude[...] = self._by_number(amplitude, N_COSINES)

    def _by_member(self, array: np.ndarray, n_columns: int) -> np.ndarray:
        """Return a view of shape (n_numbers, n_members, n_functions, n_columns)."""
        shape = (-1, self.n_numbers, N_FUNCTIONS, n_columns)
        return array.reshape(shape).swapaxes(0, 1)

    def _by_number(self, array: np.ndarray, n_columns: int) -> np.ndarray:
        """Return a view of the same shape, of memory with room for all members."""
        shape = (self.n_numbers, self.n_places, N_FUNCTIONS, n_columns)
        return array.reshape(shape)[:, self._its_places]
