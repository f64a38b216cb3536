"""The layers of a network.  They hold parameters, never data.

What a pass needs to remember, and the memory it writes to, is a `Scratch` that the caller makes
once for each layer and number of rows.  So one network serves many threads, and a step of training
allocates nothing (but the random bits of dropout).
"""

from abc import ABC, abstractmethod
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
    inputs : ndarray of shape (n_rows, n_inputs)
        What the layer was last given; the backward pass needs it.
    outputs : ndarray of shape (n_rows, n_outputs)
        Where the layer writes, unless it works in place.
    memos : tuple of ndarray
        What the forward pass leaves for the backward pass.
    input_gradient : ndarray of shape (n_rows, n_inputs), or None
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
    """

    weight: np.ndarray  # (n_inputs, n_outputs)
    bias: np.ndarray  # (n_outputs,)
    weight_gradient: np.ndarray  # (n_inputs, n_outputs)
    bias_gradient: np.ndarray  # (n_outputs,)

    def __init__(self, n_inputs: int, n_outputs: int, initializer: str):
        super().__init__({"weight": (n_inputs, n_outputs), "bias": (n_outputs,)})
        self.n_inputs = n_inputs
        self.n_outputs = n_outputs
        self.initializer = initializer

    def initialize(self, rng):
        """Draw the weights; set the biases to 0."""
        self.weight[...] = INITIALIZERS[self.initializer](rng, self.n_inputs, self.n_outputs)
        self.bias[...] = 0

    def scratch(self, n_rows, dtype, rng, *, lowest):
        """Allocate `z`, and for the backward pass the gradient with respect to `a`."""
        scratch = Scratch()
        scratch.outputs = np.empty((n_rows, self.n_outputs), dtype)
        if rng is not None:
            scratch.memos = (np.ones(n_rows, dtype),)
            if not lowest:
                scratch.input_gradient = np.empty((n_rows, self.n_inputs), dtype)
        return scratch

    def forward(self, inputs, scratch):
        """Return `z = a W + b`."""
        z = scratch.outputs
        scratch.inputs = inputs
        if isinstance(inputs, np.ndarray):
            np.dot(inputs, self.weight, out=z)
        else:  # SciPy's sparse products cannot write into a given array
            z[...] = inputs @ self.weight
        z += self.bias
        return z

    def backward(self, gradient, scratch):
        """Set `∂C/∂W = aᵀ ∂C/∂z` and `∂C/∂b = Σ ∂C/∂z`; return `∂C/∂a = ∂C/∂z Wᵀ`."""
        a = scratch.inputs
        (ones,) = scratch.memos
        if isinstance(a, np.ndarray):
            np.dot(a.T, gradient, out=self.weight_gradient)
        else:
            self.weight_gradient[...] = a.T @ gradient
        # A product with ones sums the rows 3 times faster than `gradient.sum(axis=0)`.
        np.dot(ones, gradient, out=self.bias_gradient)
        if scratch.input_gradient is None:
            return None
        return np.dot(gradient, self.weight.T, out=scratch.input_gradient)


class Nonlinearity(Layer):
    """The activation function of the neurons below, `a = f(z)`, in place.

    Parameters
    ----------
    activation : str
        Key in `ACTIVATIONS`.
    n_units : int
        Number of neurons.
    """

    def __init__(self, activation: str, n_units: int):
        super().__init__({})
        self.activation = ACTIVATIONS[activation]
        self.n_units = n_units

    def initialize(self, rng):
        """Do nothing: there are no parameters."""

    def scratch(self, n_rows, dtype, rng, *, lowest):
        """Allocate the activation function's memos."""
        n_memos = self.activation.n_memos
        return Scratch(memos=tuple(np.zeros((n_memos, n_rows, self.n_units), dtype)))

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

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
    """

    def __init__(self, rate: float, n_units: int):
        super().__init__({})
        self.n_units = n_units
        self.threshold = min(round(rate * 65536), 65535)

    def initialize(self, rng):
        """Do nothing: there are no parameters."""

    def scratch(self, n_rows, dtype, rng, *, lowest):
        """Allocate the mask and the outputs; prediction needs neither."""
        if rng is None:
            return Scratch()
        scratch = Scratch(memos=(np.empty((n_rows, self.n_units), dtype),), rng=rng)
        scratch.outputs = np.empty((n_rows, self.n_units), dtype)
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
