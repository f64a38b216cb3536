"""The layered network: neurons in layers, each connected with every neuron of the layer below."""

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import index
from threading import get_ident
from typing import Any, TypeVar

import numpy as np
from scipy import sparse

from sknn.network.activations import ACTIVATIONS
from sknn.network.blas import share, threads
from sknn.network.categories import N_DIMENSIONS, CategoryEmbedding
from sknn.network.embedding import Basis, NumberEmbedding, RowsWithBasis
from sknn.network.layers import Dense, Dropout, Layer, Nonlinearity
from sknn.network.parameters import ParameterVector
from sknn.network.parametrization import PARAMETRIZATIONS
from sknn.network.rows import Rows, made
from sknn.network.scaling import InputScaler, ScaledRows
from sknn.network.workspace import Rngs, Workspace

Outcome = TypeVar("Outcome")

# Prediction goes through the rows in chunks of this many: the buffers of common widths then stay
# in the processor's cache, and predicting needs little memory however many rows there are.
CHUNK_ROWS = 1024

# The basis functions of a training set are computed once if they take no more; else each batch
# computes its own.
_MOST_BYTES_OF_BASIS = 2**28

_DEFINITION = ("sizes", "activation", "dropout", "n_members", "parametrization", "input_scale")


class MultilayerPerceptron:
    """A stack of layers over one parameter vector.

    Between two layers of neurons lie weights and biases, which give each neuron its weighted sum
    `z = a W + b`.  The hidden neurons apply their activation function, `a = f(z)`.  The last layer
    stays linear: its `z` are the *raw* predictions, of which the loss makes probabilities.

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
    parametrization : str
        Key in `PARAMETRIZATIONS`, for the starting values and the sizes of steps.
    basis : Basis, optional
        Frozen functions of the inputs that are numbers, whose sums a `NumberEmbedding` learns.
    input_scale : bool
        Whether each input of the first dense layer has a learnt factor.
    n_categories : sequence of int
        For each column of codes, which follow the inputs, the number of categories that get a
        `CategoryEmbedding`.
    values : ndarray of shape (n_parameters,), optional
        The values of all parameters, which are not copied; zeros if not given.

    Attributes
    ----------
    layers : list of Layer
        In the order of the forward pass: a `NumberEmbedding` if there is a basis, a
        `CategoryEmbedding` if there are codes, then `Dense`, `Nonlinearity` and `Dropout` layers.
    parameters : ParameterVector
        The memory that the layers share: all that is trained.
    members : tuple of int
        Leading axis of the arrays that each member has its own of: `()` or `(n_members,)`.

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
        basis: Basis | None = None,
        input_scale: bool = False,
        n_categories: Sequence[int] = (),
        values: np.ndarray | None = None,
    ):
        self.sizes = tuple(map(index, sizes))
        self.activation = activation
        self.dropout = dropout
        self.dtype = np.dtype(dtype)
        self.scaler = InputScaler() if scaler is None else scaler
        self.n_members = index(n_members)
        self.members = () if self.n_members == 1 else (self.n_members,)
        self._places: tuple[int, int] | None = None
        self.parametrization = parametrization
        self.basis = basis
        self.n_embedded = 0 if basis is None else basis.n_numbers
        self.input_scale = input_scale
        self.n_categories = tuple(map(index, n_categories))
        self._check()
        # Sizes from a file may lie: no memory is taken for more layers than there are values.
        if values is not None and np.size(values) < len(self.sizes) + len(self.n_categories):
            raise ValueError(f"A network {self.sizes} cannot have values of shape {values.shape}.")
        self.layers = self._stack()
        self.parameters = ParameterVector([each.shapes for each in self.layers], self.dtype, values)
        self._bind()

    def _bind(self) -> None:
        """Make the parameters of the layers views of the flat vectors."""
        views = (
            self.parameters.views(self.parameters.values),
            self.parameters.views(self.parameters.gradient),
        )
        for layer, *its_views in zip(self.layers, *views, strict=True):
            layer.bind(*its_views)

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
            "sizes": len(self.sizes) >= 2
            and self.sizes[0] >= (0 if self.n_categories else 1)
            and min(self.sizes[1:]) >= 1,
            "activation": self.activation in ACTIVATIONS,
            "dropout": 0 <= self.dropout < 1,
            "dtype": self.dtype in (np.float32, np.float64),
            "n_members": self.n_members >= 1,
            "parametrization": self.parametrization in PARAMETRIZATIONS,
            "n_embedded": self.n_embedded <= self.sizes[0],
            "n_categories": min(self.n_categories, default=0) >= 0,
        }
        for name, is_legal in legal.items():
            if not is_legal:
                raise ValueError(f"No network has {name}={getattr(self, name)!r}.")

    def _stack(self) -> list[Layer]:
        """Build the layers."""
        parametrization, members = PARAMETRIZATIONS[self.parametrization], self.members
        layers: list[Layer] = []
        n_inputs, *hidden, n_outputs = self.sizes
        n_data, n_functions = n_inputs, 0
        if self.basis is not None:
            n_columns, its_functions = n_inputs + len(self.n_categories), self.basis.n_functions
            form = (n_columns, self.n_embedded, its_functions, self.basis.size)
            layers.append(NumberEmbedding(*form, members, self._places))
            n_functions = self.n_embedded * its_functions
            n_inputs += n_functions
        if self.n_categories:
            layers.append(CategoryEmbedding(self.n_categories, n_data, n_functions, members))
            n_inputs += len(self.n_categories) * N_DIMENSIONS
        start = parametrization.hidden_start(ACTIVATIONS[self.activation])
        scales = self.input_scale
        for n_units in hidden:
            layers.append(Dense(n_inputs, n_units, start, members, n_data=n_data, scales=scales))
            layers.append(Nonlinearity(self.activation, n_units, members))
            if self.dropout > 0:
                layers.append(Dropout(self.dropout, n_units, members))
            n_inputs, n_data, scales = n_units, 0, False
        start = parametrization.last_start
        layers.append(Dense(n_inputs, n_outputs, start, members, n_data=n_data, scales=scales))
        return layers

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw the starting values of all parameters from `rng`."""
        for layer in self.layers:
            layer.initialize(rng)

    def step_factors(self) -> np.ndarray | None:
        """Return for each parameter how large its steps are, or None if all are alike.

        Optimizers whose steps do not depend on the size of the gradient, like Adam, multiply their
        steps by these factors: see `Parametrization.step_factor`.
        """
        parametrization = PARAMETRIZATIONS[self.parametrization]
        factors = np.empty_like(self.parameters.values)
        for layer, views in zip(self.layers, self.parameters.views(factors), strict=True):
            for role, shape in layer.shapes.items():
                views[role][...] = parametrization.step_factor(role, shape)
        return None if (factors == 1).all() else factors

    def workspaces(self, n_rows: int, rngs: Rngs | None = None) -> list[Workspace]:
        """Allocate the memory of each layer for passes over exactly `n_rows` rows.

        Generators, one for each member, make the workspaces those of training: with a backward
        pass, and with dropout.
        """
        return [layer.workspace(n_rows, self.dtype, rngs) for layer in self.layers]

    def inputs(self, X: Rows, *, most_bytes: float = math.inf) -> Any:
        """Return what `forward` takes for features: scaled, with the basis of the numbers.

        `X` is an ndarray, CSR matrix or lazy rows; it is never written to.  The inputs are an
        ndarray in the network's dtype, or a CSR matrix of sparse features without offset.  What
        would take more than `most_bytes` becomes lazy rows, which are made batch by batch.
        """
        (n_rows, n_columns), itemsize = X.shape, self.dtype.itemsize
        stays_sparse = sparse.issparse(X) and self.scaler.offset is None
        if n_rows * n_columns * itemsize > most_bytes and not stays_sparse:
            inputs: Rows = ScaledRows(X, self.scaler, self.dtype)
        else:
            inputs = self.scaler.transform(X, self.dtype)
        if self.basis is None:
            return inputs
        inputs = RowsWithBasis(inputs, self.basis, self.dtype)
        if n_rows * inputs.shape[1] * itemsize > min(most_bytes, _MOST_BYTES_OF_BASIS):
            return inputs
        return np.asarray(inputs)

    def forward(self, inputs: Any, workspaces: list[Workspace]) -> np.ndarray:
        """Return the raw predictions for inputs, as memory of the last workspace.

        The inputs, made by `inputs(X)`, are never written to.  The workspaces, made by
        `workspaces(n_rows)`, remember the pass.  The raw predictions have shape (..., n_rows,
        n_outputs).
        """
        a = inputs
        for layer, workspace in zip(self.layers, workspaces, strict=True):
            a = layer.forward(a, workspace)
        return a

    def backward(self, gradient: np.ndarray, workspaces: list[Workspace]) -> None:
        """Set `parameters.gradient`, by the chain rule from the last layer to the first.

        `gradient` is that of the objective with respect to the raw predictions; it may be
        overwritten.  The workspaces of training are as the forward pass left them.
        """
        for layer, workspace in zip(reversed(self.layers), reversed(workspaces), strict=True):
            gradient = layer.backward(gradient, workspace)  # type: ignore[assignment]

    def map_chunks(
        self,
        function: Callable[[slice, np.ndarray], Outcome],
        X: Any,
        *,
        are_inputs: bool = False,
        n_jobs: int = 1,
    ) -> list[Outcome]:
        """Return a function of the raw predictions of each chunk of rows; threads share the chunks.

        It is called with a slice of rows and their raw predictions, (..., n_rows, n_outputs), in
        memory that later chunks overwrite.  `X` is an ndarray, CSR matrix or lazy rows of features,
        or of inputs if `are_inputs`, as the training set is.
        """
        n_rows = X.shape[0]
        workspaces = cache(lambda thread, n_rows: self.workspaces(n_rows))

        def of_chunk(start: int) -> Outcome:
            rows = slice(start, min(start + CHUNK_ROWS, n_rows))
            inputs = made(X[rows]) if are_inputs else self.inputs(X[rows])
            its_workspaces = workspaces(get_ident(), rows.stop - start)
            return function(rows, self.forward(inputs, its_workspaces))

        n_multiplications = self.n_multiplications(n_rows, is_sparse=sparse.issparse(X))
        with threads(n_multiplications, n_jobs):
            return share(of_chunk, range(0, max(1, n_rows), CHUNK_ROWS), n_multiplications)

    def predict_raw(
        self,
        X: Any,
        merge: Callable[[np.ndarray], np.ndarray] = np.copy,
        *,
        are_inputs: bool = False,
    ) -> np.ndarray:
        """Return the raw predictions, (..., n_rows, n_outputs), for features in their own units.

        `merge`, such as `Link.merge`, makes one prediction of those of the members.
        """
        chunks = self.map_chunks(lambda _, raw: merge(raw).copy(), X, are_inputs=are_inputs)
        return np.concatenate(chunks, axis=-2)

    def hidden_activations(self, X: Rows) -> list[Any]:
        """Return the scaled inputs, which members share, and the activations of each hidden layer.

        These have shape (n_samples, n_units) or (n_members, n_samples, n_units).
        """
        workspaces = self.workspaces(X.shape[0])
        inputs = self.inputs(X)
        self.forward(inputs, workspaces)
        # A copy: without scaling they may be the user's own array.
        return [inputs[:, : self.sizes[0]].copy()] + [
            workspace.outputs
            for layer, workspace in zip(self.layers, workspaces, strict=True)
            if isinstance(layer, Nonlinearity)
        ]

    def n_multiplications(self, n_rows: int, *, is_sparse: bool) -> int:
        """Return how many multiplications the largest product has that BLAS computes.

        The product of sparse inputs and the weights of the first layer is SciPy's own.
        """
        layers = self.dense_layers()[1 if is_sparse else 0 :]
        return n_rows * max((layer.n_inputs * layer.n_outputs for layer in layers), default=0)

    def dense_layers(self) -> list[Dense]:
        """Return the layers that hold weights and biases, from inputs to outputs."""
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    def group(self, members: slice) -> tuple["MultilayerPerceptron", np.ndarray]:
        """Return a network of some members, and the places of its parameters among all.

        Its values and gradients are its own.  Also a single member keeps the leading axis.
        """
        first, stop, _ = members.indices(self.n_members)
        group = self._part(
            n_members=stop - first, members=(stop - first,), _places=(first, self.n_members)
        )
        places = np.empty(group.parameters.values.size, int)
        all_places = np.arange(self.parameters.values.size)
        for its_views, views in zip(
            group.parameters.views(places), self.parameters.views(all_places), strict=True
        ):
            for role, view in views.items():
                its_views[role][...] = view[members]
        group.parameters.values[...] = self.parameters.values[places]
        return group, places

    def with_inputs(self, n_inputs: int) -> "MultilayerPerceptron":
        """Return a network for so many of the inputs, with values of its own, to be set.

        There may be none.  What is left out counts as zero, so there is no embedding and no offset.
        """
        return self._part(sizes=(n_inputs, *self.sizes[1:]))

    def _part(self, **differences: Any) -> "MultilayerPerceptron":
        """Return a network with other attributes, and with parameters of its own."""
        part = object.__new__(type(self))
        part.__dict__.update(self.__dict__, **differences)
        part.layers = part._stack()
        part.parameters = ParameterVector([each.shapes for each in part.layers], self.dtype)
        part._bind()
        return part

    def copy(self) -> "MultilayerPerceptron":
        """Return a network with values of its own, which can be written to.

        The two share the memory of gradients, which is of no use after a step.  To build all anew
        would take a fifth of the time of `partial_fit` on 32 rows.
        """
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.parameters = self.parameters.copy()
        other.layers = [copy.copy(layer) for layer in self.layers]
        other._bind()
        return other

    def definition(self) -> dict[str, Any]:
        """Return in plain types what defines the network: its numbers once, nothing of a run."""
        definition = {name: getattr(self, name) for name in _DEFINITION}
        return definition | {
            "n_categories": self.n_categories,
            "dtype": self.dtype.name,
            "scaler": self.scaler.definition(),
            "basis": None if self.basis is None else self.basis.definition(),
            "values": self.parameters.values,
        }

    @classmethod
    def from_definition(cls, definition: Mapping[str, Any]) -> "MultilayerPerceptron":
        """Return the network with that definition, whose values are not copied."""
        given = {name: definition[name] for name in (*_DEFINITION, "n_categories", "dtype")}
        if not isinstance(given["sizes"], tuple | list):
            raise ValueError(f"The sizes of a network are integers, not {given['sizes']!r}.")
        if definition["basis"] is not None:
            given["basis"] = Basis(**definition["basis"])
        # An array, so that no file can leave it out and have memory allocated for its sizes.
        values, scaler = np.asarray(definition["values"]), InputScaler(**definition["scaler"])
        return cls(**given, scaler=scaler, values=values)

    def __reduce__(self) -> tuple:
        """Let pickle and `copy` build the layers again: their views would arrive as copies."""
        return type(self).from_definition, (self.definition(),)
