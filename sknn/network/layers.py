"""The layers of a network.  They hold parameters, never data.

Rows of numbers have shape `(n_rows, n_units)`.  A network may have several *members*, networks of
the same form that see the same rows side by side.  From the first dense layer on, a leading axis
counts them: `(n_members, n_rows, n_units)`.  A network of one member has no such axis.  Layers are
given the leading axis as a shape, `members`: `()` or `(n_members,)`.

What a pass remembers, and the memory it writes to, is a `Workspace` that the caller makes once for
each layer and number of rows.  So one network serves many threads, and a step of training allocates
next to nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

import numpy as np

from sknn.network.activations import ACTIVATIONS
from sknn.network.blas import LARGE, matmul
from sknn.network.initializers import Start
from sknn.network.parameters import Shape, Views
from sknn.network.workspace import Rngs, Workspace

# OpenBLAS has kernels of their own for products of up to this many multiplications.  With a second
# factor that is transposed they take up to twice the time, so it is copied first.
_SMALL_PRODUCT = 10**6


class Layer(ABC):
    """One step of a network: rows of numbers in, rows of numbers out.

    Once the layer is bound, its parameters are attributes named after their roles, and their
    gradients attributes named `<role>_gradient`.

    Parameters
    ----------
    shapes : mapping
        The shape of each parameter by its role, such as "weight" or "bias".
    """

    def __init__(self, shapes: Mapping[str, Shape]):
        self.shapes = shapes

    def bind(self, values: Views, gradient: Views) -> None:
        """Make the parameters and their gradients views of flat vectors."""
        vars(self).update(values)
        for role in self.shapes:
            setattr(self, f"{role}_gradient", gradient[role])

    def initialize(self, rng: np.random.Generator) -> None:  # noqa: B027
        """Set the parameters, where there are any, to their starting values."""

    @abstractmethod
    def workspace(self, n_rows: int, dtype: np.dtype, rngs: Rngs | None) -> Workspace:
        """Allocate the memory for passes over `n_rows` rows.

        With generators, one for each member, it is for training, and has room for the backward
        pass.
        """

    @abstractmethod
    def forward(self, inputs: np.ndarray, workspace: Workspace) -> np.ndarray:
        """Return the outputs for `inputs`, which may be overwritten."""

    @abstractmethod
    def backward(self, gradient: np.ndarray, workspace: Workspace) -> np.ndarray | None:
        """Set the parameters' gradients; return the gradient with respect to the inputs.

        `gradient` is that of the cost with respect to the outputs; it may be overwritten.
        """


class Dense(Layer):
    """A layer of weights and biases, `z = a W + b`: each neuron's weighted sum of its inputs.

    The lectures write `z = W a + b` for one sample as a column.  A batch of samples as rows needs
    the transpose, so `weight` has shape `(n_inputs, n_outputs)`.

    Parameters
    ----------
    n_inputs, n_outputs : int
        Numbers of neurons below and above.
    start : Start
        What draws the starting weights and biases.
    members : tuple of int
        Leading axis of the parameters.
    n_data : int
        The first so many inputs are data: no layer needs the gradient with respect to them.
    scales : bool
        Whether each input has a learnt factor, `z = (s a) W + b`: some features deserve to count
        more than others.  The product `s W` is much smaller than `s a` where rows are many.

    References
    ----------
    Holzmüller, Grinsztajn, Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees
    on tabular data", 2024, for the learnt factors.
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
        start: Start,
        members: Shape = (),
        *,
        n_data: int = 0,
        scales: bool = False,
    ):
        shapes = {"weight": (*members, n_inputs, n_outputs), "bias": (*members, n_outputs)}
        if scales:
            shapes["scale"] = (*members, n_inputs)
        super().__init__(shapes)
        self.n_inputs = n_inputs
        self.n_outputs = n_outputs
        self.start = start
        self.members = members
        self.n_data = n_data
        self.scales = scales

    def bind(self, values, gradient):
        """Make the parameters and their gradients views of flat vectors; biases are also a row."""
        super().bind(values, gradient)
        self._bias_row = self.bias[..., np.newaxis, :]

    def initialize(self, rng):
        """Draw the weights, then the biases; factors of inputs start at 1."""
        self.weight[...] = self.start.weight(rng, self.weight.shape)
        self.bias[...] = self.start.bias(rng, self.bias.shape)
        if self.scales:
            self.scale[...] = 1

    def workspace(self, n_rows, dtype, rngs):
        """Allocate `z`, `s W`, and for the backward pass the gradient with respect to `a`."""
        product = np.empty(self.weight.shape if self.scales else 0, dtype)
        outputs = np.empty((*self.members, n_rows, self.n_outputs), dtype)
        workspace = Workspace((product, np.ones(n_rows, dtype)), outputs)
        n_inner = self.n_inputs - self.n_data
        if rngs is None or n_inner == 0:
            return workspace
        # The transpose that the gradient with respect to `a` needs, and that gradient.  Functions
        # of an embedding are rows.
        shapes = [(self.n_outputs, n_inner), (n_rows, n_inner)]
        if self.n_data > 0:
            shapes = [(self.n_outputs, n_rows), (n_inner, n_rows)]
        is_small = n_rows * n_inner * self.n_outputs <= _SMALL_PRODUCT
        transpose, workspace.input_gradient = (
            np.empty((*self.members, *shape), dtype) for shape in shapes
        )
        workspace.cache += (transpose if is_small else np.empty(0, dtype),)
        return workspace

    def forward(self, inputs, workspace):
        """Return `z = a W + b`, with `s W` for `W` if there are factors."""
        z = workspace.outputs
        workspace.inputs = inputs
        if isinstance(inputs, np.ndarray):
            weight = self.weight
            if self.scales:
                weight = np.multiply(self.scale[..., np.newaxis], weight, out=workspace.cache[0])
            _product(inputs, weight, z)
        else:
            self._sparse_product(inputs, z)
        z += self._bias_row
        return z

    def _sparse_product(self, inputs, z):
        """Write `a W`, or `(s a) W`, member by member: SciPy's products make arrays of their own.

        Sparse rows have fewer numbers than there are weights, so here `s a` is what is computed.
        """
        if not self.scales:
            for its_z, its_weight in self._by_member(z, self.weight):
                its_z[...] = inputs @ its_weight
            return
        a = inputs.copy()
        for its_z, its_weight, its_scale in self._by_member(z, self.weight, self.scale):
            np.multiply(inputs.data, its_scale[inputs.indices], out=a.data)
            its_z[...] = a @ its_weight

    def backward(self, gradient, workspace):
        """Set `∂C/∂W = aᵀ ∂C/∂z` and `∂C/∂b = Σ ∂C/∂z`; return `∂C/∂a = ∂C/∂z Wᵀ`.

        This is the chain rule for `z = a W + b`.  Inputs that are data have no gradient.  With
        factors, the product `P = s W` takes the place of `W`; then `∂C/∂s = Σ W ∂C/∂P` over the
        outputs, and `∂C/∂W = s ∂C/∂P`.
        """
        a = workspace.inputs
        product, ones, *_ = workspace.cache
        weight = product if self.scales else self.weight
        # A product with ones sums the rows 3 times faster than `gradient.sum(axis=-2)`.
        _product(ones, gradient, self.bias_gradient)
        if not isinstance(a, np.ndarray):
            self._sparse_gradients(a, gradient)
        else:
            _product(a.mT, gradient, self.weight_gradient)
            if self.scales:
                np.vecdot(self.weight_gradient, self.weight, out=self.scale_gradient)
                self.weight_gradient *= self.scale[..., np.newaxis]
        if workspace.input_gradient is None:
            return None
        transpose = workspace.cache[2]
        if self.n_data == 0:
            return _product(gradient, _transpose(weight, transpose), workspace.input_gradient)
        # Of the functions of an embedding, with a row for each function.
        weight = weight[..., self.n_data :, :]
        _product(weight, _transpose(gradient, transpose), workspace.input_gradient)
        return workspace.input_gradient.mT

    def _sparse_gradients(self, a, gradient):
        """Set the gradients of weights and factors member by member, each while it is in cache."""
        arrays = [gradient, self.weight, self.weight_gradient]
        arrays += [self.scale, self.scale_gradient] if self.scales else []
        transpose = a.T
        for its_gradient, weight, weight_gradient, *scales in self._by_member(*arrays):
            product = transpose @ its_gradient
            if self.scales:
                scale, scale_gradient = scales
                np.vecdot(product, weight, out=scale_gradient)
                np.multiply(product, scale[:, np.newaxis], out=weight_gradient)
            else:
                weight_gradient[...] = product

    def _by_member(self, *arrays: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
        """Yield the arrays of each member, or the arrays themselves if there is one member."""
        return zip(*arrays, strict=True) if self.members else iter([arrays])


class Nonlinearity(Layer):
    """The activation function of the neurons below, `a = f(z)`, in place.

    Parameters
    ----------
    activation : str
        Key in `ACTIVATIONS`.
    n_units : int
        Number of neurons.
    members : tuple of int
        Leading axis of the rows.
    """

    def __init__(self, activation: str, n_units: int, members: Shape = ()):
        super().__init__({})
        self.activation = ACTIVATIONS[activation]
        self.n_units = n_units
        self.members = members

    def workspace(self, n_rows, dtype, rngs):
        """Allocate the activation function's cache."""
        shape = (self.activation.n_cached, *self.members, n_rows, self.n_units)
        return Workspace(tuple(np.zeros(shape, dtype)))

    def forward(self, inputs, workspace):
        """Overwrite `z` with `a = f(z)` and return it."""
        self.activation.forward(inputs, workspace.cache)
        workspace.outputs = inputs
        return inputs

    def backward(self, gradient, workspace):
        """Return `∂C/∂z = ∂C/∂a f'(z)`, in place."""
        self.activation.backward(gradient, workspace.outputs, workspace.cache)
        return gradient


class Dropout(Layer):
    """Training silences each neuron with probability `rate` and strengthens the others to match.

    The surviving activations are divided by `1 - rate`, so that prediction needs no change.

    Parameters
    ----------
    rate : float
        Probability in [0, 1).
    n_units : int
        Number of neurons.
    members : tuple of int
        Leading axis of the rows.

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
    """

    def __init__(self, rate: float, n_units: int, members: Shape = ()):
        super().__init__({})
        self.rate = rate
        self.n_units = n_units
        self.members = members

    def workspace(self, n_rows, dtype, rngs):
        """Allocate the mask and the outputs; prediction needs neither."""
        if rngs is None:
            return Workspace()
        mask, outputs = np.empty((2, *self.members, n_rows, self.n_units), dtype)
        return Workspace((mask,), outputs, rngs=rngs)

    def forward(self, inputs, workspace):
        """Multiply by a random mask; return the inputs as they are when not training.

        The inputs stay whole: the activation function below needs them for its derivative.
        """
        if workspace.rngs is None:
            return inputs
        (mask,) = workspace.cache
        by_member = mask.reshape(len(workspace.rngs), -1)
        for rng, its_mask in zip(workspace.rngs, by_member, strict=True):
            rng.random(out=its_mask, dtype=mask.dtype)
        np.greater_equal(mask, self.rate, out=mask)
        mask *= 1 / (1 - self.rate)
        return np.multiply(inputs, mask, out=workspace.outputs)

    def backward(self, gradient, workspace):
        """Multiply by the same mask, in place."""
        gradient *= workspace.cache[0]
        return gradient


def _transpose(matrix: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Return the transpose, copied to `out` unless that is empty."""
    if out.size == 0:
        return matrix.mT
    np.copyto(out, matrix.mT)
    return out


def _product(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Write the matrix product to `out`, member by member where there are several.

    NumPy's `dot` knows no members, but starts 0.4 µs sooner than `matmul`; and of a column and a
    row, below a single output neuron, it makes a matrix 8 times faster.
    """
    if out.size * a.shape[-1] >= LARGE and min(a.ndim, a.shape[-1]) > 1:
        return matmul(a, b, out)
    if b.ndim == 2 and a.ndim <= 2:
        return np.dot(a, b, out=out)
    if a.ndim > 1 and a.shape[-1] == 1:
        return np.multiply(a, b, out=out)
    return np.matmul(a, b, out=out)
