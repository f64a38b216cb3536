"""The layered network: neurons in layers, each connected with every neuron of the layer below."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sknn.network.activations import ACTIVATIONS
from sknn.network.layers import Dense, Dropout, Layer, Nonlinearity, Scratch
from sknn.network.parameters import ParameterVector
from sknn.network.scaling import InputScaler

# Prediction goes through the rows in chunks of this many: the buffers of common widths then stay
# in the processor's cache, and predicting needs little memory however many rows there are.
_CHUNK_ROWS = 1024


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

    Attributes
    ----------
    layers : list of Layer
        `Dense`, `Nonlinearity` and `Dropout` layers in the order of the forward pass.
    parameters : ParameterVector
        The memory that the layers share.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.network.perceptron import MultilayerPerceptron
    >>> network = MultilayerPerceptron([784, 16, 16, 10], activation="logistic")
    >>> network.initialize(np.random.default_rng(0))
    >>> network.parameters.values.size
    13002
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
    ):
        self.sizes = tuple(sizes)
        self.activation = activation
        self.dropout = dropout
        self.dtype = np.dtype(dtype)
        self.scaler = InputScaler() if scaler is None else scaler
        self.layers = self._stack()
        self.parameters = ParameterVector([layer.shapes for layer in self.layers], self.dtype)
        self._bind()

    def _stack(self) -> list[Layer]:
        """Build the layers."""
        layers: list[Layer] = []
        for n_inputs, n_units in zip(self.sizes[:-2], self.sizes[1:-1], strict=True):
            layers.append(Dense(n_inputs, n_units, ACTIVATIONS[self.activation].initializer))
            layers.append(Nonlinearity(self.activation, n_units))
            if self.dropout > 0:
                layers.append(Dropout(self.dropout, n_units))
        layers.append(Dense(self.sizes[-2], self.sizes[-1], "glorot_uniform"))
        return layers

    def _bind(self) -> None:
        """Make the layers' parameters views of the parameter vector."""
        values = self.parameters.views(self.parameters.values)
        gradient = self.parameters.views(self.parameters.gradient)
        for layer, its_values, its_gradient in zip(self.layers, values, gradient, strict=True):
            layer.bind(its_values, its_gradient)

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw starting weights from `rng` and set the biases to 0."""
        for layer in self.layers:
            layer.initialize(rng)

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
        ndarray of shape (n_rows, n_outputs)
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
        gradient : ndarray of shape (n_rows, n_outputs)
            Gradient of the objective with respect to the raw predictions; it may be overwritten.
        workspace : list of Scratch
            A training workspace, as the forward pass left it.
        """
        for layer, scratch in zip(reversed(self.layers), reversed(workspace), strict=True):
            gradient = layer.backward(gradient, scratch)  # type: ignore[assignment]

    def predict_raw(self, X: Any) -> np.ndarray:
        """Return the raw predictions for features in their own units, chunk by chunk.

        Parameters
        ----------
        X : ndarray or CSR matrix of shape (n_samples, n_inputs)
            Real numbers of any dtype.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            Raw predictions in the network's dtype.
        """
        raw = np.empty((X.shape[0], self.sizes[-1]), self.dtype)
        workspace, n_rows = [], -1
        for start in range(0, X.shape[0], _CHUNK_ROWS):
            chunk = X[start : start + _CHUNK_ROWS]
            if chunk.shape[0] != n_rows:
                n_rows = chunk.shape[0]
                workspace = self.workspace(n_rows)
            inputs = self.scaler.transform(chunk, self.dtype)
            raw[start : start + n_rows] = self.forward(inputs, workspace)
        return raw

    def hidden_activations(self, X: Any) -> list[Any]:
        """Return the scaled inputs and the activations of each hidden layer.

        Parameters
        ----------
        X : ndarray or CSR matrix of shape (n_samples, n_inputs)
            Real numbers of any dtype.

        Returns
        -------
        list of ndarray of shape (n_samples, n_units)
            From the inputs to the last hidden layer.
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

    def __getstate__(self) -> dict[str, Any]:
        """Return what defines the network: its values once, and nothing of a run."""
        state = {name: getattr(self, name) for name in ("sizes", "activation", "dropout", "dtype")}
        return state | {"scaler": self.scaler, "values": self.parameters.values}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Build the layers again and bind them to the values that came.

        Views would arrive as copies, and training would go stale; so they are made anew.
        """
        values = state.pop("values")
        self.__init__(**state)  # type: ignore[misc]
        # A memory map's base array: its views are plain arrays, which NumPy handles faster.
        self.parameters.values = np.asarray(values)
        self._bind()
