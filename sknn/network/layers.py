"""The layers of a network.  They hold parameters, never data.

Rows of numbers have shape `(n_rows, n_units)`.  A network may have several *members*, networks of
the same form that see the same rows side by side; from the first dense layer on, a leading axis
counts them: `(n_members, n_rows, n_units)`.  A network of one member has no such axis.

What a pass needs to remember, and the memory it writes to, is a `Scratch` that the caller makes
once for each layer and number of rows.  So one network serves many threads, and a step of training
allocates next to nothing: the random bits of dropout, and what passes from dense layers to an
embedding.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sknn.network.activations import ACTIVATIONS
from sknn.network.initializers import INITIALIZERS
from sknn.network.parameters import Views


@dataclass
class Scratch:
    """The memory of one layer for passes over a fixed number of rows.

    Attributes
    ----------
    inputs : ndarray of shape (..., n_rows, n_inputs)
        What the layer was last given; the backward pass needs it.
    outputs : ndarray of shape (..., n_rows, n_outputs)
        Where the layer writes, unless it works in place.
    memos : tuple of ndarray
        What the forward pass leaves for the backward pass.
    input_gradient : ndarray of shape (..., n_rows, n_inputs), or None
        Where the backward pass writes, unless it works in place or no layer lies below.
    rng : Generator or None
        The source of a training pass's randomness; None where the passes are for prediction.
    """

    inputs: np.ndarray = field(init=False)
    outputs: np.ndarray = field(init=False)
    memos: tuple[np.ndarray, ...] = ()
    input_gradient: np.ndarray | None = None
    rng: np.random.Generator | None = None


class Layer(ABC):
    """One step of a network: rows of numbers in, rows of numbers out.

    Parameters
    ----------
    shapes : dict
        The shape of each parameter by its role ("weight", "bias"); empty if there are none.
        Once the layer is bound, the parameters are attributes named after their roles, and their
        gradients attributes named `<role>_gradient`.
    """

    def __init__(self, shapes: dict[str, tuple[int, ...]]):
        self.shapes = shapes

    def step_factors(self) -> dict[str, float]:
        """Return by role how large the steps are that suit the parameters, in units of a weight's.

        The unit is the step of a weight in a layer with 256 inputs.  See `MultilayerPerceptron`.
        """
        return dict.fromkeys(self.shapes, 1.0)

    def bind(self, values: Views, gradient: Views) -> None:
        """Make the parameters, and their gradients, views of a `ParameterVector`."""
        for role in self.shapes:
            setattr(self, role, values[role])
            setattr(self, f"{role}_gradient", gradient[role])

    @abstractmethod
    def initialize(self, rng: np.random.Generator) -> None:
        """Set the parameters to their starting values."""

    @abstractmethod
    def scratch(
        self, n_rows: int, dtype: np.dtype, rng: np.random.Generator | None, *, lowest: bool
    ) -> Scratch:
        """Allocate the memory for passes over `n_rows` rows.

        With a generator it is for training and holds what the backward pass needs.  The `lowest`
        layer need not tell anyone the gradient with respect to its inputs.
        """

    @abstractmethod
    def forward(self, inputs: np.ndarray, scratch: Scratch) -> np.ndarray:
        """Return the outputs for `inputs`, which may be overwritten."""

    @abstractmethod
    def backward(self, gradient: np.ndarray, scratch: Scratch) -> np.ndarray | None:
        """Set the parameters' gradients; return the gradient with respect to the inputs.

        `gradient` is that of the objective with respect to the outputs; it may be overwritten.
        """


class Dense(Layer):
    """A layer of weights and biases, `z = a W + b`, one row per sample.

    The lectures write `z = W a + b` for one sample as a column; a batch of samples as rows
    needs the transpose, so `weight` has shape `(n_inputs, n_outputs)`.

    Parameters
    ----------
    n_inputs, n_outputs : int
        Numbers of neurons below and above.
    initializer : str
        Key in `INITIALIZERS` of the starting weights.
    n_members : int
        Number of members of the network; if there are several, their weights have shape
        `(n_members, n_inputs, n_outputs)` and their biases `(n_members, n_outputs)`.
    scales : bool
        Whether each input has a learnt factor, `z = (s a) W + b`: some features deserve to count
        more than others.  The product `s W` is much smaller than `s a` where rows are many.

    References
    ----------
    Holzmüller, Grinsztajn, Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees
    on tabular data", 2024, for the learnt factors and the sizes of steps.
    """

    scale: np.ndarray  # (..., n_inputs)
    weight: np.ndarray  # (..., n_inputs, n_outputs)
    bias: np.ndarray  # (..., n_outputs)
    scale_gradient: np.ndarray  # (..., n_inputs)
    weight_gradient: np.ndarray  # (..., n_inputs, n_outputs)
    bias_gradient: np.ndarray  # (..., n_outputs)

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        initializer: str,
        n_members: int = 1,
        *,
        scales: bool = False,
    ):
        self.members = () if n_members == 1 else (n_members,)
        shapes = {"weight": (*self.members, n_inputs, n_outputs)}
        shapes["bias"] = (*self.members, n_outputs)
        if scales:
            shapes["scale"] = (*self.members, n_inputs)
        super().__init__(shapes)
        self.n_inputs = n_inputs
        self.n_outputs = n_outputs
        self.initializer = initializer
        self.scales = scales

    def step_factors(self):
        """Return those of the neural tangent parametrization, where `z = a W / √n_inputs + b`.

        There all weights are of size 1 and take equal steps, biases a tenth of these, and factors
        of inputs six times these.  A single output neuron stands for the difference of two, and
        moves as fast as they would move apart.
        """
        apart = 2 if self.n_outputs == 1 else 1
        factors = {"weight": apart * (256 / self.n_inputs) ** 0.5, "bias": apart * 1.6}
        return factors | ({"scale": 96.0} if self.scales else {})

    def initialize(self, rng):
        """Draw the weights, and the biases if the initializer has any; else these are 0."""
        initializer = INITIALIZERS[self.initializer]
        self.weight[...] = initializer(rng, self.weight.shape)
        self.bias[...] = rng.normal(size=self.bias.shape) if self.initializer == "ntk" else 0
        if self.scales:
            self.scale[...] = 1

    def scratch(self, n_rows, dtype, rng, *, lowest):
        """Allocate `z`, `s W`, and for the backward pass the gradient with respect to `a`."""
        product = np.empty(self.weight.shape if self.scales else 0, dtype)
        scratch = Scratch(memos=(product, np.ones(n_rows, dtype)))
        scratch.outputs = np.empty((*self.members, n_rows, self.n_outputs), dtype)
        if rng is not None and not lowest:
            scratch.input_gradient = np.empty((*self.members, n_rows, self.n_inputs), dtype)
        return scratch

    def forward(self, inputs, scratch):
        """Return `z = a W + b`, with `s W` for `W` if there are factors."""
        z = scratch.outputs
        scratch.inputs = inputs
        weight = self.weight
        if self.scales:
            weight = np.multiply(self.scale[..., np.newaxis], weight, out=scratch.memos[0])
        if isinstance(inputs, np.ndarray):
            _product(inputs, weight, z)
        else:  # SciPy's sparse products cannot write into a given array
            for its_z, its_weight in self._by_member(z, weight):
                its_z[...] = inputs @ its_weight
        z += self.bias[..., np.newaxis, :]
        return z

    def backward(self, gradient, scratch):
        """Set `∂C/∂W = aᵀ ∂C/∂z` and `∂C/∂b = Σ ∂C/∂z`; return `∂C/∂a = ∂C/∂z Wᵀ`.

        Inputs that the members share have the sum of the members' gradients.  With factors, what
        holds for `W` holds for `s W`, of which follow `∂C/∂s` and, times `s`, `∂C/∂W`.
        """
        a = scratch.inputs
        product, ones = scratch.memos
        weight = product if self.scales else self.weight
        if isinstance(a, np.ndarray):
            _product(a.swapaxes(-1, -2), gradient, self.weight_gradient)
        else:
            for its_gradient, its_weight_gradient in self._by_member(
                gradient, self.weight_gradient
            ):
                its_weight_gradient[...] = a.T @ its_gradient
        # A product with ones sums the rows 3 times faster than `gradient.sum(axis=-2)`.
        _product(ones, gradient, self.bias_gradient)
        if self.scales:
            np.vecdot(self.weight_gradient, self.weight, out=self.scale_gradient)
            self.weight_gradient *= self.scale[..., np.newaxis]
        if scratch.input_gradient is None:
            return None
        if a.ndim < gradient.ndim:
            return np.tensordot(gradient, weight, axes=([0, 2], [0, 2]))
        return _product(gradient, weight.swapaxes(-1, -2), scratch.input_gradient)

    def _by_member(self, *arrays: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
        """Go through the members' parts of arrays, side by side."""
        return zip(*arrays, strict=True) if self.members else iter([arrays])


class PeriodicEmbedding(Layer):
    """Beside each number, learnt smooth functions of it, so that the network need not be steep.

    A function is a sum of cosines, `Σₚ cos(fₚ x + φₚ) Vₚ + c`, with random frequencies and phases,
    which stay as they are drawn, and learnt amplitudes `V` and offset `c`.

    Parameters
    ----------
    n_inputs : int
        Number of inputs, the numbers first.
    n_numbers : int
        How many of them are numbers.

    References
    ----------
    Gorishniy, Rubachev, Babenko, "On embeddings for numerical features in tabular deep learning",
    2022; in the form of Holzmüller, Grinsztajn, Steinwart, "Better by default", 2024.
    """

    n_cosines = 16
    n_functions = 3

    frequency: np.ndarray  # (n_numbers, 1, n_cosines)
    phase: np.ndarray  # (n_numbers, 1, n_cosines)
    amplitude: np.ndarray  # (n_numbers, n_cosines, n_functions)
    offset: np.ndarray  # (n_numbers, 1, n_functions)
    frequency_gradient: np.ndarray
    phase_gradient: np.ndarray
    amplitude_gradient: np.ndarray
    offset_gradient: np.ndarray

    def __init__(self, n_inputs: int, n_numbers: int):
        super().__init__(
            {
                "frequency": (n_numbers, 1, self.n_cosines),
                "phase": (n_numbers, 1, self.n_cosines),
                "amplitude": (n_numbers, self.n_cosines, self.n_functions),
                "offset": (n_numbers, 1, self.n_functions),
            }
        )
        self.n_inputs = n_inputs
        self.n_numbers = n_numbers
        self.n_outputs = n_inputs + n_numbers * self.n_functions

    def step_factors(self):
        """Return the source's: a tenth of the step of a weight of size 1."""
        return {"frequency": 0.0, "phase": 0.0, "amplitude": 1.6, "offset": 1.6}

    def initialize(self, rng):
        """Draw frequencies of 0.1 periods in a unit, phases, amplitudes and offsets."""
        self.frequency[...] = rng.normal(0, 0.1 * 2 * np.pi, self.frequency.shape)
        self.phase[...] = rng.uniform(-np.pi, np.pi, self.phase.shape)
        bound = self.n_cosines**-0.5
        self.amplitude[...] = rng.uniform(-bound, bound, self.amplitude.shape)
        self.offset[...] = rng.uniform(-bound, bound, self.offset.shape)

    def scratch(self, n_rows, dtype, rng, *, lowest):
        """Allocate the cosines, the functions' values, and the outputs."""
        cosines = np.empty((self.n_numbers, n_rows, self.n_cosines), dtype)
        values = np.empty((self.n_numbers, n_rows, self.n_functions), dtype)
        scratch = Scratch(memos=(cosines, values, np.ones(n_rows, dtype)))
        scratch.outputs = np.empty((n_rows, self.n_outputs), dtype)
        return scratch

    def forward(self, inputs, scratch):
        """Return the inputs, and after them the functions of each number."""
        cosines, values, _ = scratch.memos
        x = inputs[:, : self.n_numbers].T
        np.multiply(x[:, :, np.newaxis], self.frequency, out=cosines)
        cosines += self.phase
        np.cos(cosines, out=cosines)
        np.matmul(cosines, self.amplitude, out=values)
        values += self.offset
        scratch.outputs[:, : self.n_inputs] = inputs
        self._functions(scratch.outputs)[...] = values
        return scratch.outputs

    def backward(self, gradient, scratch):
        """Set the gradients of amplitudes and offsets; the layer is the lowest."""
        cosines, values, ones = scratch.memos
        values[...] = self._functions(gradient)
        np.matmul(cosines.swapaxes(1, 2), values, out=self.amplitude_gradient)
        np.matmul(ones, values, out=self.offset_gradient[:, 0])
        self.frequency_gradient[...] = 0
        self.phase_gradient[...] = 0

    def _functions(self, outputs: np.ndarray) -> np.ndarray:
        """Return the functions' part of the outputs, as `(n_numbers, n_rows, n_functions)`."""
        part = outputs[:, self.n_inputs :]
        return part.reshape(len(part), self.n_numbers, self.n_functions).transpose(1, 0, 2)


class Nonlinearity(Layer):
    """The activation function of the neurons below, `a = f(z)`, in place.

    Parameters
    ----------
    activation : str
        Key in `ACTIVATIONS`.
    n_units : int
        Number of neurons.
    n_members : int
        Number of members of the network.
    """

    def __init__(self, activation: str, n_units: int, n_members: int = 1):
        super().__init__({})
        self.activation = ACTIVATIONS[activation]
        self.members = () if n_members == 1 else (n_members,)
        self.n_units = n_units

    def initialize(self, rng):
        """Do nothing: there are no parameters."""

    def scratch(self, n_rows, dtype, rng, *, lowest):
        """Allocate the activation function's memos."""
        shape = (self.activation.n_memos, *self.members, n_rows, self.n_units)
        return Scratch(memos=tuple(np.zeros(shape, dtype)))

    def forward(self, inputs, scratch):
        """Overwrite `z` with `a = f(z)` and return it."""
        self.activation.forward(inputs, scratch.memos)
        scratch.outputs = inputs
        return inputs

    def backward(self, gradient, scratch):
        """Return `∂C/∂z = ∂C/∂a f'(z)`, in place."""
        self.activation.backward(gradient, scratch.outputs, scratch.memos)
        return gradient


class Dropout(Layer):
    """Training silences each neuron with probability `rate` and strengthens the others to match.

    The surviving activations are divided by `1 - rate`, so that prediction needs no change.

    Parameters
    ----------
    rate : float
        Probability in [0, 1), kept to a precision of 1 / 65536.
    n_units : int
        Number of neurons.
    n_members : int
        Number of members of the network.

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
    """

    def __init__(self, rate: float, n_units: int, n_members: int = 1):
        super().__init__({})
        self.members = () if n_members == 1 else (n_members,)
        self.n_units = n_units
        self.threshold = min(round(rate * 65536), 65535)

    def initialize(self, rng):
        """Do nothing: there are no parameters."""

    def scratch(self, n_rows, dtype, rng, *, lowest):
        """Allocate the mask and the outputs; prediction needs neither."""
        if rng is None:
            return Scratch()
        mask, outputs = np.empty((2, *self.members, n_rows, self.n_units), dtype)
        scratch = Scratch(memos=(mask,), rng=rng)
        scratch.outputs = outputs
        return scratch

    def forward(self, inputs, scratch):
        """Multiply by a random mask; return the inputs as they are when not training.

        The inputs stay whole: the activation function below needs them for its derivative.
        """
        if scratch.rng is None:
            return inputs
        (mask,) = scratch.memos
        # Four neurons share each 64 random bits: a fraction of the cost of a float for each.
        n_draws = -(-mask.size // 4)
        bits = scratch.rng.integers(2**64, size=n_draws, dtype=np.uint64).view(np.uint16)
        np.greater_equal(bits[: mask.size].reshape(mask.shape), self.threshold, out=mask)
        mask *= 65536 / (65536 - self.threshold)
        return np.multiply(inputs, mask, out=scratch.outputs)

    def backward(self, gradient, scratch):
        """Multiply by the same mask, in place."""
        gradient *= scratch.memos[0]
        return gradient


def _product(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Write the matrix product to `out`, member by member where there are several.

    NumPy's `dot` knows no members, but starts 0.4 µs sooner than `matmul`; and of a column and a
    row, below a single output neuron, it makes a matrix 8 times faster.
    """
    if b.ndim == 2 and a.ndim <= 2:
        return np.dot(a, b, out=out)
    if a.ndim > 1 and a.shape[-1] == 1:
        return np.multiply(a, b, out=out)
    return np.matmul(a, b, out=out)
