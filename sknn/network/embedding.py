"""The embedding of numbers: learnt functions of each feature that is no category."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sknn.network.layers import Layer
from sknn.network.rows import LazyRows, Rows, blocks, to_dense
from sknn.network.workspace import Workspace

N_COSINES = 8

# A number has up to three learnt functions; all numbers of a wide table together have about 48.
# Three functions of each of many numbers would take twice the time, and be no better.
_MOST_FUNCTIONS, _MOST_FUNCTIONS_OF_ALL = 3, 48

# In periods per unit of the scaled number.
_FREQUENCY_STD = 0.1


class Basis:
    """Frozen functions of each number, of which an embedding learns sums.

    Cosines, `cos(fₚ x + φₚ)`, are smooth.  Ramps, `clip((x - start) · slope, 0, 1)`, are
    thresholds: they tell numbers below from numbers above.

    The functions are never trained, so a training set needs their values once.

    Parameters
    ----------
    frequency, phase : ndarray of shape (n_numbers, n_cosines)
        The frequencies `f` and the phases `φ`, in radians.
    start, slope : ndarray of shape (n_numbers, n_ramps), optional
        Where the ramps begin, and how steep they are.  A slope of 0 makes a ramp that is 0, for
        numbers that have fewer ramps than others.  No ramps if not given.

    Attributes
    ----------
    n_numbers : int
        Number of inputs that are numbers; they come first.
    size : int
        Number of functions of a number.
    n_columns : int
        Number of functions of a row.

    References
    ----------
    Gorishniy, Rubachev, Babenko, "On embeddings for numerical features in tabular deep learning",
    2022, for cosines and for ramps at thresholds of decision trees; Holzmüller, Grinsztajn,
    Steinwart, "Better by default", 2024, for the small frequencies.
    """

    def __init__(
        self,
        frequency: np.ndarray,
        phase: np.ndarray,
        start: np.ndarray | None = None,
        slope: np.ndarray | None = None,
    ):
        # Of a memory map the base array, as in `ParameterVector`.
        self.frequency, self.phase = np.asarray(frequency), np.asarray(phase)
        self.n_numbers = len(self.frequency)
        none = np.empty((self.n_numbers, 0), self.frequency.dtype)
        self.start = none if start is None else np.asarray(start)
        self.slope = none if slope is None else np.asarray(slope)
        n_ramps = self.start.shape[-1]
        self.size = N_COSINES + n_ramps
        self.n_columns = self.n_numbers * self.size
        for name, n_functions in (
            ("frequency", N_COSINES),
            ("phase", N_COSINES),
            ("start", n_ramps),
            ("slope", n_ramps),
        ):
            array = getattr(self, name)
            if not (
                array.dtype.kind == "f"
                and array.shape == (self.n_numbers, n_functions)
                and np.isfinite(array).all()
            ):
                raise ValueError(f"No basis of {self.n_numbers} numbers has {name}={array!r}.")

    @classmethod
    def draw(cls, n_numbers: int, dtype: np.dtype, rng: np.random.Generator) -> "Basis":
        """Return cosines of random frequencies and phases, without ramps."""
        shape = (n_numbers, N_COSINES)
        frequency = rng.normal(0, _FREQUENCY_STD * 2 * np.pi, shape)
        return cls(frequency.astype(dtype), rng.uniform(-np.pi, np.pi, shape).astype(dtype))

    def with_ramps(self, start: np.ndarray, slope: np.ndarray) -> "Basis":
        """Return the same cosines, and these ramps."""
        dtype = self.frequency.dtype
        return Basis(self.frequency, self.phase, start.astype(dtype), slope.astype(dtype))

    def write(self, inputs: np.ndarray, out: np.ndarray) -> None:
        """Write the functions of scaled inputs to `out`, of shape (n_rows, n_columns)."""
        numbers = inputs[:, : self.n_numbers, np.newaxis]
        functions = out.reshape(len(inputs), self.n_numbers, self.size)
        cosines, ramps = functions[..., :N_COSINES], functions[..., N_COSINES:]
        np.multiply(numbers, self.frequency, out=cosines)
        cosines += self.phase
        np.cos(cosines, out=cosines)
        np.subtract(numbers, self.start, out=ramps)
        ramps *= self.slope
        np.clip(ramps, 0, 1, out=ramps)

    @property
    def n_functions(self) -> int:
        """Number of sums that are learnt for each number: see `NumberEmbedding`."""
        affordable = _MOST_FUNCTIONS_OF_ALL // max(1, self.n_numbers)
        return min(max(1, affordable), _MOST_FUNCTIONS)

    def definition(self) -> Mapping[str, Any]:
        """Return the arguments that make this basis."""
        return {name: getattr(self, name) for name in ("frequency", "phase", "start", "slope")}


class RowsWithBasis(LazyRows):
    """Scaled inputs and, after them, the basis functions, made when they are asked for.

    Parameters
    ----------
    inputs : ndarray, CSR matrix or LazyRows of shape (n_rows, n_inputs)
        Scaled inputs.
    basis : Basis
        Whose columns follow.
    dtype : dtype
        Type of the rows.
    """

    def __init__(self, inputs: Rows, basis: Basis, dtype: np.dtype):
        self.inputs = inputs
        self.basis = basis
        self.dtype = dtype
        self.shape = (inputs.shape[0], inputs.shape[1] + basis.n_columns)

    def __getitem__(self, rows: Any) -> "RowsWithBasis":
        return RowsWithBasis(self.inputs[rows], self.basis, self.dtype)

    def write(self, out: np.ndarray) -> None:
        """Make all rows in `out`, block by block."""
        n_inputs = self.inputs.shape[1]
        for rows in blocks(self):
            block = out[rows]
            block[:, :n_inputs] = to_dense(self.inputs[rows])
            self.basis.write(block, block[:, n_inputs:])


class NumberEmbedding(Layer):
    """Learnt functions of each number, beside the number itself.

    A function is a sum of basis functions, `Σₚ bₚ(x) Vₚ`.  Each member has its own amplitudes `V`.
    The basis functions come with the inputs, from `Basis`.

    All arrays have one row for a function and one column for a sample: a product then computes the
    functions of all members of a number, and they are copied in long runs.

    Parameters
    ----------
    n_inputs : int
        Number of inputs, the numbers first, without the basis functions.
    n_numbers : int
        Number of inputs that are numbers.
    n_functions : int
        Number of learnt functions of a number.
    n_basis : int
        Number of basis functions of a number.
    members : tuple of int
        Leading axis of the amplitudes.
    places : tuple of int, optional
        Number of the first member among all, and number of all, if these are a group of them.  The
        products have room for all, so that a member gets the same bits in every group.
    """

    amplitude: np.ndarray  # (..., n_numbers, n_functions, n_basis)
    amplitude_gradient: np.ndarray  # (..., n_numbers, n_functions, n_basis)

    def __init__(
        self,
        n_inputs: int,
        n_numbers: int,
        n_functions: int,
        n_basis: int,
        members: tuple[int, ...] = (),
        places: tuple[int, int] | None = None,
    ):
        super().__init__({"amplitude": (*members, n_numbers, n_functions, n_basis)})
        self.n_inputs = n_inputs
        self.n_numbers = n_numbers
        self.n_functions = n_functions
        self.n_basis = n_basis
        self.members = members
        n_members = members[0] if members else 1
        first, self.n_places = places or (0, n_members)
        self._its_places = slice(first, first + n_members)
        self.n_outputs = n_inputs + n_numbers * n_functions

    def initialize(self, rng):
        """Set the amplitudes to 0: the network starts with the numbers themselves."""
        self.amplitude[...] = 0

    def workspace(self, n_rows, dtype, rngs):
        """Allocate the transposed inputs, amplitudes and functions by number, and outputs."""
        columns = np.empty((self.n_inputs + self.n_numbers * self.n_basis, n_rows), dtype)
        amplitude = np.zeros(
            (self.n_numbers, self.n_places * self.n_functions, self.n_basis), dtype
        )
        functions = np.zeros((self.n_numbers, self.n_places * self.n_functions, n_rows), dtype)
        outputs = np.empty((*self.members, self.n_outputs, n_rows), dtype)
        return Workspace((columns, amplitude, functions), outputs.swapaxes(-1, -2))

    def forward(self, inputs, workspace):
        """Return the inputs without the basis, and after them the functions of each number."""
        columns, amplitude, functions = workspace.cache
        workspace.inputs = inputs
        np.copyto(columns, inputs.T)
        self._by_number(amplitude, self.n_basis)[...] = self._by_member(
            self.amplitude, self.n_basis
        )
        n_rows = len(inputs)
        basis = columns[self.n_inputs :].reshape(self.n_numbers, self.n_basis, n_rows)
        np.matmul(amplitude, basis, out=functions)
        outputs = workspace.outputs.swapaxes(-1, -2)
        outputs[..., : self.n_inputs, :] = columns[: self.n_inputs]
        its_functions = self._by_member(outputs[..., self.n_inputs :, :], n_rows)
        its_functions[...] = self._by_number(functions, n_rows)
        return workspace.outputs

    def backward(self, gradient, workspace):
        """Set the gradient of the amplitudes, `∂C/∂V = Σ ∂C/∂a b(x)`.

        `gradient`, (..., n_rows, n_numbers · n_functions), is that of the functions alone.
        """
        _, amplitude, functions = workspace.cache
        n_rows = len(workspace.inputs)
        its_gradient = self._by_member(gradient.swapaxes(-1, -2), n_rows)
        self._by_number(functions, n_rows)[...] = its_gradient
        basis = workspace.inputs[:, self.n_inputs :].reshape(n_rows, self.n_numbers, self.n_basis)
        np.matmul(functions, basis.swapaxes(0, 1), out=amplitude)
        its_amplitude = self._by_member(self.amplitude_gradient, self.n_basis)
        its_amplitude[...] = self._by_number(amplitude, self.n_basis)

    def _by_member(self, array: np.ndarray, n_columns: int) -> np.ndarray:
        """Return a view of shape (n_numbers, n_members, n_functions, n_columns)."""
        shape = (-1, self.n_numbers, self.n_functions, n_columns)
        return array.reshape(shape).swapaxes(0, 1)

    def _by_number(self, array: np.ndarray, n_columns: int) -> np.ndarray:
        """Return a view of the same shape, of memory with room for all members."""
        shape = (self.n_numbers, self.n_places, self.n_functions, n_columns)
        return array.reshape(shape)[:, self._its_places]
