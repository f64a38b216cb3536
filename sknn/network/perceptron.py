"""The layered network: neurons in layers, each connected with every neuron of the layer below."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import index
from typing import Any

import numpy as np

from sknn.network.activations import ACTIVATIONS
from sknn.network.layers import (
    Dense,
    Dropout,
    Layer,
    Nonlinearity,
    PeriodicEmbedding,
    Scratch,
)
from sknn.network.parameters import ParameterVector
from sknn.network.scaling import InputScaler

# Prediction goes through the rows in chunks of this many: the buffers of common widths then stay
# in the processor's cache, and predicting needs little memory however many rows there are.
_CHUNK_ROWS = 1024

_DEFINITION = (
    "sizes",
    "activation",
    "dropout",
    "n_members",
    "parametrization",
    "n_embedded",
    "input_scale",
)


class MultilayerPerceptron:
    """A stack of layers over one parameter vector.

    Between two layers of neurons lie weights and biases, `z = a W + b`; the hidden neurons then
    apply their activation function, `a = f(z)`.  The last layer stays linear: its `z` are the
    *raw* predictions, of which the loss makes probabilities.

    Parameters
    ----------
    sizes : sequence of int
        Number of neurons in each layer, from inputs to outputs: `[784, 16, 16, 10]`.
    activation : str
        Key in `ACTIVATIONS`, for the hidden layers.
    dropout : float in [0, 1)
        Probability with which training silences a hidden neuron.
    dtype : dtype
        Precision of all arithmetic, float32 or float64.
    scaler : InputScaler, optional
        What is done to the features first.
    n_members : int
        Number of networks of this form that compute side by side, each with its own weights.
    parametrization : {"standard", "ntk"}
        Starting weights and sizes of steps.  "standard": those that suit the activation function,
        and equal steps.  "ntk": the neural tangent parametrization, `z = a W / √n_inputs + b` with
        weights and biases of size 1, whose dividing is done once and for all, in the starting
        weights and in the steps (`step_factors`); the last layer starts at zero.
    n_embedded : int
        The first so many inputs get a `PeriodicEmbedding`.
    input_scale : bool
        Whether each input of the first dense layer has a learnt factor.
    values : ndarray of shape (n_parameters,), optional
        The values of all parameters, which are not copied; zeros if not given.

    Attributes
    ----------
    layers : list of Layer
        In the order of the forward pass: a `PeriodicEmbedding` if asked for, then `Dense`,
        `Nonlinearity` and `Dropout` layers.
    parameters : ParameterVector
        The memory that the layers share.

    References
    ----------
    Jacot, Gabriel, Hongler, "Neural tangent kernel", 2018, for "ntk".

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.network.perceptron import MultilayerPerceptron
    >>> network = MultilayerPerceptron([784, 16, 16, 10], activation="logistic")
    >>> network.initialize(np.random.default_rng(0))
    >>> network
    MultilayerPerceptron(784-16-16-10, 13,002 parameters)
    >>> network.predict_raw(np.zeros((3, 784))).shape
    (3, 10)
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str = "relu",
        dropout: float = 0.0,
        dtype: Any = np.float32,
        scaler: InputScaler | None = None,
        *,
        n_members: int = 1,
        parametrization: str = "standard",
        n_embedded: int = 0,
        input_scale: bool = False,
        values: np.ndarray | None = None,
    ):
        self.sizes = tuple(map(index, sizes))
        self.activation = activation
        self.dropout = dropout
        self.dtype = np.dtype(dtype)
        self.scaler = InputScaler() if scaler is None else scaler
        self.n_members = index(n_members)
        self.parametrization = parametrization
        self.n_embedded = index(n_embedded)
        self.input_scale = input_scale
        self._check()
        if values is not None:
            self._check_size(values)
        self.layers = self._stack()
        shapes = [layer.shapes for layer in self.layers]
        self.parameters = ParameterVector(shapes, self.dtype, values)
        self._bind()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.summary()})"

    def summary(self) -> str:
        """Return the sizes of the layers and the numbers of members and parameters, for people."""
        members = f" × {self.n_members}" if self.n_members > 1 else ""
        n_parameters = self.parameters.values.size
        return f"{'-'.join(map(str, self.sizes))}{members}, {n_parameters:,} parameters"

    def _check(self) -> None:
        """Raise ValueError unless there is such a network."""
        legal = {
            "sizes": len(self.sizes) >= 2 and min(self.sizes) >= 1,
            "activation": self.activation in ACTIVATIONS,
            "dropout": 0 <= self.dropout < 1,
            "dtype": self.dtype in (np.float32, np.float64),
            "n_members": self.n_members >= 1,
            "parametrization": self.parametrization in ("standard", "ntk"),
            "n_embedded": 0 <= self.n_embedded <= self.sizes[0],
        }
        for name, is_legal in legal.items():
            if not is_legal:
                raise ValueError(f"No network has {name}={getattr(self, name)!r}.")

    def _check_size(self, values: np.ndarray) -> None:
        """Raise ValueError unless the values are as many as the sizes ask for.

        This is arithmetic, which precedes the layers: the sizes may come from a file.
        """
        n_numbers, n_inputs = self.n_embedded, self.sizes[0]
        n_functions, n_cosines = PeriodicEmbedding.n_functions, PeriodicEmbedding.n_cosines
        embedding = n_numbers * (2 * n_cosines + n_cosines * n_functions + n_functions)
        n_inputs += n_numbers * n_functions
        weights = sum(a * b for a, b in pairwise((n_inputs, *self.sizes[1:])))
        scales = n_inputs if self.input_scale else 0
        size = embedding + self.n_members * (weights + sum(self.sizes[1:]) + scales)
        if np.shape(values) != (size,):
            raise ValueError(
                f"A network of {size} parameters cannot have values of shape {np.shape(values)}."
            )

    @property
    def n_trained(self) -> int:
        """Number of parameters that training changes: all but those whose steps are 0."""
        return sum(
            math.prod(layer.shapes[role])
            for layer in self.layers
            for role, factor in layer.step_factors().items()
            if factor > 0
        )

    def _stack(self) -> list[Layer]:
        """Build the layers."""
        layers: list[Layer] = []
        n_inputs, *hidden, n_outputs = self.sizes
        if self.n_embedded > 0:
            embedding = PeriodicEmbedding(n_inputs, self.n_embedded)
            layers.append(embedding)
            n_inputs = embedding.n_outputs
        first, last = ACTIVATIONS[self.activation].initializer, "glorot_uniform"
        if self.parametrization == "ntk":
            first, last = "ntk", "zeros"
        scales = self.input_scale
        for n_units in hidden:
            layers.append(Dense(n_inputs, n_units, first, self.n_members, scales=scales))
            layers.append(Nonlinearity(self.activation, n_units, self.n_members))
            if self.dropout > 0:
                layers.append(Dropout(self.dropout, n_units, self.n_members))
            n_inputs, scales = n_units, False
        layers.append(Dense(n_inputs, n_outputs, last, self.n_members, scales=scales))
        return layers

    def _bind(self) -> None:
        """Make the layers' parameters views of the parameter vector."""
        values = self.parameters.views(self.parameters.values)
        gradient = self.parameters.views(self.parameters.gradient)
        for layer, its_values, its_gradient in zip(self.layers, values, gradient, strict=True):
            layer.bind(its_values, its_gradient)

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw the starting values from `rng`; biases are 0 unless they are random too ("ntk")."""
        for layer in self.layers:
            layer.initialize(rng)

    def step_factors(self) -> np.ndarray | None:
        """Return for each parameter how large its steps are, or None if all are alike.

        In the neural tangent parametrization the step of a weight goes with `1 / √n_inputs`.  As
        the unit is that of a layer with 256 inputs, learning rates keep their familiar size.
        Optimizers whose steps do not depend on the size of the gradient, like Adam, multiply them
        by these factors, and train as if the forward pass divided by `√n_inputs`.
        """
        if self.parametrization == "standard":
            return None
        factors = np.empty_like(self.parameters.values)
        for layer, views in zip(self.layers, self.parameters.views(factors), strict=True):
            for role, factor in layer.step_factors().items():
                views[role][...] = factor
        return factors

    def raw_shape(self, n_rows: int) -> tuple[int, ...]:
        """Return the shape of the raw predictions for that many rows."""
        members = () if self.n_members == 1 else (self.n_members,)
        return (*members, n_rows, self.sizes[-1])

    def workspace(self, n_rows: int, rng: np.random.Generator | None = None) -> list[Scratch]:
        """Allocate the memory for passes over exactly `n_rows` rows.

        Parameters
        ----------
        n_rows : int
            Number of rows.
        rng : Generator, optional
            Makes the workspace one for training: with a backward pass, and with dropout.

        Returns
        -------
        list of Scratch
            One for each layer.
        """
        return [
            layer.scratch(n_rows, self.dtype, rng, lowest=layer is self.layers[0])
            for layer in self.layers
        ]

    def forward(self, inputs: Any, workspace: list[Scratch]) -> np.ndarray:
        """Return the raw predictions for scaled inputs, as a buffer of the workspace.

        Parameters
        ----------
        inputs : ndarray or CSR matrix of shape (n_rows, n_inputs)
            The activations of the lowest layer, in the network's dtype; never written to.
        workspace : list of Scratch
            Made by `workspace(n_rows)`; it remembers the pass.

        Returns
        -------
        ndarray of shape `raw_shape(n_rows)`
            Raw predictions.
        """
        a = inputs
        for layer, scratch in zip(self.layers, workspace, strict=True):
            a = layer.forward(a, scratch)
        return a

    def backward(self, gradient: np.ndarray, workspace: list[Scratch]) -> None:
        """Set `parameters.gradient`, by the chain rule from the last layer to the first.

        Parameters
        ----------
        gradient : ndarray of shape `raw_shape(n_rows)`
            Gradient of the objective with respect to the raw predictions; it may be overwritten.
        workspace : list of Scratch
            A training workspace, as the forward pass left it.
        """
        for layer, scratch in zip(reversed(self.layers), reversed(workspace), strict=True):
            gradient = layer.backward(gradient, scratch)  # type: ignore[assignment]

    def raw_chunks(self, X: Any, *, scaled: bool = False) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield the raw predictions chunk by chunk, each in memory that the next one overwrites.

        Parameters
        ----------
        X : ndarray, CSR matrix, or rows on demand, of shape (n_samples, n_inputs)
            Real numbers of any dtype.
        scaled : bool
            Whether `X` is what the scaler has made, as the training set is.

        Yields
        ------
        slice
            The rows of the chunk.
        ndarray of shape `raw_shape(n_rows)`
            Their raw predictions.
        """
        workspace, n_rows = [], -1
        for start in range(0, max(1, X.shape[0]), _CHUNK_ROWS):
            rows = slice(start, start + _CHUNK_ROWS)
            chunk = X[rows]
            if chunk.shape[0] != n_rows:
                n_rows = chunk.shape[0]
                workspace = self.workspace(n_rows)
            inputs = chunk if scaled else self.scaler.transform(chunk, self.dtype)
            yield rows, self.forward(inputs, workspace)

    def predict_raw(
        self, X: Any, merge: Callable[[np.ndarray], np.ndarray] | None = None
    ) -> np.ndarray:
        """Return the raw predictions for features in their own units.

        Parameters
        ----------
        X : ndarray, CSR matrix, or rows on demand, of shape (n_samples, n_inputs)
            Real numbers of any dtype.
        merge : callable, optional
            What is done to the raw predictions of a chunk of rows, such as `Loss.merge`.

        Returns
        -------
        ndarray of shape `raw_shape(n_samples)`, or (n_samples, n_outputs) if merged
            Raw predictions.
        """
        chunks = [
            raw.copy() if merge is None else merge(raw).copy() for _, raw in self.raw_chunks(X)
        ]
        return np.concatenate(chunks, axis=-2)

    def hidden_activations(self, X: Any) -> list[Any]:
        """Return the scaled inputs and the activations of each hidden layer.

        Parameters
        ----------
        X : ndarray or CSR matrix of shape (n_samples, n_inputs)
            Real numbers of any dtype.

        Returns
        -------
        list of ndarray of shape (n_samples, n_units) or (n_members, n_samples, n_units)
            From the inputs, which members share, to the last hidden layer.
        """
        workspace = self.workspace(X.shape[0])
        inputs = self.scaler.transform(X, self.dtype)
        self.forward(inputs, workspace)
        return [inputs.copy()] + [  # without scaling they may be the user's own array
            scratch.outputs
            for layer, scratch in zip(self.layers, workspace, strict=True)
            if isinstance(layer, Nonlinearity)
        ]

    def dense_layers(self) -> list[Dense]:
        """Return the layers that hold weights and biases, from inputs to outputs."""
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    def make_writeable(self) -> None:
        """Copy the values if they are read-only, as in a memory-mapped file, to train on."""
        if not self.parameters.values.flags.writeable:
            self.parameters.values = self.parameters.values.copy()
            self._bind()

    def definition(self) -> dict[str, Any]:
        """Return in plain types what defines the network: its values once, nothing of a run."""
        definition = {name: getattr(self, name) for name in _DEFINITION}
        return definition | {
            "dtype": self.dtype.name,
            "scaler": self.scaler.definition(),
            "values": self.parameters.values,
        }

    @classmethod
    def from_definition(cls, definition: Mapping[str, Any]) -> "MultilayerPerceptron":
        """Return the network with that definition, whose values are not copied."""
        network = cls.__new__(cls)
        network.__setstate__(definition)
        return network

    def __getstate__(self) -> dict[str, Any]:
        """Return the definition, for pickle and `copy`."""
        return self.definition()

    def __setstate__(self, definition: Mapping[str, Any]) -> None:
        """Build the layers again, around the values that came.

        Views would arrive as copies, and training would go stale; so they are made anew.
        """
        given = {name: definition[name] for name in (*_DEFINITION, "dtype", "values")}
        if not isinstance(given["sizes"], tuple | list):
            raise ValueError(f"The sizes of a network are integers, not {given['sizes']!r}.")
        if given["values"] is None:
            raise ValueError("The network has no values.")
        scaler = definition["scaler"]
        given["scaler"] = InputScaler(scaler["offset"], scaler["factor"], scaler["bound"])
        self.__init__(**given)  # type: ignore[misc]
