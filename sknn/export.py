"""The export to ONNX: a fitted model as a graph, which runs where there is no Python.

The graph does what `predict` and `predict_proba` do with raw features: fills gaps, encodes
categories, scales in float64, computes the layers in the network's own precision, and merges the
members and takes probabilities in float64 again.  Each part of a model has an *emitter*, which adds
its nodes to a `Graph`.  Of the graph `to_onnx` makes a model; skl2onnx takes it into its own.

All operators are used in the form that they have had since opset 13, and all but one have float64
kernels in ONNX Runtime; so activation functions are made of simple ones.
"""

from collections.abc import Callable, Sequence
from functools import singledispatch
from typing import Any, Final, NamedTuple

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sknn.atomic import replacing
from sknn.network import activations, layers
from sknn.network.losses import Loss
from sknn.network.scaling import InputScaler
from sknn.tables import kind_of
from sknn.version import __version__

# Opset 18 (December 2022) runs in ONNX Runtime 1.14 and later, opset 13 is the least that will do.
_OPSET, _LEAST_OPSET = 18, 13
_ML_DOMAIN, _ML_OPSET = "ai.onnx.ml", 2

_TINY: Final = float(np.finfo(np.float64).tiny)


class Input(NamedTuple):
    """A tensor that goes into a graph, of shape (n_rows, n_columns)."""

    name: str
    kind: str  # "numbers" or "strings"
    n_columns: int | None  # None if nobody knows


class Graph:
    """The nodes and constants of an ONNX graph, in the order in which they were added.

    Parameters
    ----------
    unique : callable, optional
        Returns a name like the one given that nothing else has.

    Attributes
    ----------
    nodes : list of NodeProto
        The nodes.
    constants : list of TensorProto
        The constants.
    dtype : dtype
        Type of the numbers at hand, and of Python's floats among the inputs of a node.
    """

    def __init__(self, unique: Callable[[str], str] | None = None):
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.dtype = np.dtype(np.float64)
        self._names: set[str] = set()
        self.unique = self._unique if unique is None else unique

    def _unique(self, name: str) -> str:
        """Return the name, with a number if it is taken."""
        names = (name, *(f"{name}_{i}" for i in range(1, len(self._names) + 1)))
        free = next(each for each in names if each not in self._names)
        self._names.add(free)
        return free

    def add(
        self, op: str, *inputs: Any, output: str = "", domain: str = "", **attributes: Any
    ) -> str:
        """Add a node and return the name of its output.

        Parameters
        ----------
        op : str
            The operator.
        *inputs : str, ndarray or float
            Names of values, and constants.
        output : str, optional
            The name of the output, if it must have a certain one.
        domain : str, optional
            The domain of the operator.
        **attributes : object
            Attributes of the node.

        Returns
        -------
        str
            The name.
        """
        from onnx import helper

        names = [each if isinstance(each, str) else self._constant(each) for each in inputs]
        output = output or self.unique(op)
        node = helper.make_node(op, names, [output], f"/sknn/{output}", domain=domain, **attributes)
        self.nodes.append(node)
        return output

    def _constant(self, value: Any) -> str:
        """Add a constant and return its name."""
        from onnx import numpy_helper

        array = np.asarray(value, self.dtype if isinstance(value, float) else None)
        name = self.unique("constant")
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def cast(self, x: str, dtype: Any, output: str = "") -> str:
        """Add a cast and return the name of its output.

        Parameters
        ----------
        x : str
            Name of what is cast.
        dtype : dtype
            Type to cast to; ONNX Runtime leaves out casts that change nothing.
        output : str, optional
            The name of the output, if it must have a certain one.

        Returns
        -------
        str
            The name.
        """
        from onnx import helper

        to = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return self.add("Cast", x, to=to, output=output)


# ------------------------------------------------------------------------- emitters


@singledispatch
def emit(part: Any, graph: Graph, x: str) -> str:
    """Add the nodes of a part of a network.

    Parameters
    ----------
    part : InputScaler, Layer or Activation
        The part.
    graph : Graph
        Where the nodes go.
    x : str
        Name of the part's inputs.

    Returns
    -------
    str
        Name of its outputs.
    """
    name = type(part).__name__
    raise NotImplementedError(
        f"{name} has no emitter: write a function of ({name}, Graph, str) in sknn/export.py and "
        "register it with @emit.register."
    )


@emit.register
def _emit_scaler(part: InputScaler, graph: Graph, x: str) -> str:
    """`z = (x - offset) · factor`, and `z / √(1 + (z / bound)²)` with a bound."""
    if part.offset is not None:
        x = graph.add("Sub", x, part.offset)
    if part.factor is not None:
        x = graph.add("Mul", x, part.factor)
    if part.bound is not None:
        size = graph.add("Div", x, part.bound)
        square = graph.add("Mul", size, size)
        x = graph.add("Div", x, graph.add("Sqrt", graph.add("Add", square, 1.0)))
    return x


@emit.register
def _emit_dense(part: layers.Dense, graph: Graph, x: str) -> str:
    """`z = a W + b`, with `s W` for `W` if there are factors; members are a leading axis."""
    weight = part.scale[..., np.newaxis] * part.weight if part.scales else part.weight
    return graph.add("Add", graph.add("MatMul", x, weight), part.bias[..., np.newaxis, :])


@emit.register
def _emit_periodic_embedding(part: layers.PeriodicEmbedding, graph: Graph, x: str) -> str:
    """Concatenate the inputs and, for each number, `Σₚ cos(fₚ x + φₚ) Vₚ + c`."""
    numbers = x
    if part.n_numbers < part.n_inputs:
        numbers = graph.add("Slice", x, np.array([0]), np.array([part.n_numbers]), np.array([1]))
    columns = graph.add("Unsqueeze", graph.add("Transpose", numbers, perm=[1, 0]), np.array([2]))
    # cos(x) = sin(x + π/2): ONNX Runtime 1.19 has Sin in float64, but not Cos.
    phase = (part.phase + np.float64(np.pi / 2)).astype(part.phase.dtype)
    angles = graph.add("Add", graph.add("Mul", columns, part.frequency), phase)
    functions = graph.add("MatMul", graph.add("Sin", angles), part.amplitude)
    functions = graph.add("Add", functions, part.offset)  # (n_numbers, n_rows, n_functions)
    functions = graph.add("Transpose", functions, perm=[1, 0, 2])
    shape = np.array([0, part.n_numbers * part.n_functions])  # 0 for as many rows as there are
    functions = graph.add("Reshape", functions, shape)
    return graph.add("Concat", x, functions, axis=1)


@emit.register
def _emit_nonlinearity(part: layers.Nonlinearity, graph: Graph, x: str) -> str:
    """Apply the activation function, `a = f(z)`."""
    return emit(part.activation, graph, x)


@emit.register
def _emit_dropout(part: layers.Dropout, graph: Graph, x: str) -> str:
    """Add nothing: dropout is for training."""
    return x


@emit.register
def _emit_identity(part: activations.Identity, graph: Graph, x: str) -> str:
    """`f(z) = z`."""
    return x


@emit.register
def _emit_logistic(part: activations.Logistic, graph: Graph, x: str) -> str:
    """`f(z) = σ(z)`."""
    return graph.add("Sigmoid", x)


@emit.register
def _emit_tanh(part: activations.Tanh, graph: Graph, x: str) -> str:
    """`f(z) = tanh(z)`."""
    return graph.add("Tanh", x)


@emit.register
def _emit_relu(part: activations.Relu, graph: Graph, x: str) -> str:
    """`f(z) = max(z, 0)`."""
    return graph.add("Relu", x)


@emit.register
def _emit_leaky_relu(part: activations.LeakyRelu, graph: Graph, x: str) -> str:
    """`f(z) = max(z, αz)`."""
    return graph.add("Max", x, graph.add("Mul", x, part.alpha))


@emit.register
def _emit_exponential_linear(part: activations.ExponentialLinear, graph: Graph, x: str) -> str:
    """`f(z) = λ (max(z, 0) + α (exp(min(z, 0)) - 1))`."""
    negative = graph.add("Sub", graph.add("Exp", graph.add("Min", x, 0.0)), 1.0)
    negative = graph.add("Mul", negative, part.alpha)
    return graph.add("Mul", graph.add("Add", graph.add("Relu", x), negative), part.scale)


@emit.register
def _emit_silu(part: activations.Silu, graph: Graph, x: str) -> str:
    """`f(z) = z σ(z) = ½ z (1 + tanh(½ z))`.

    Of `z σ(z)` ONNX Runtime 1.19 makes an operator of its own, which it lacks in float64.
    """
    half = graph.add("Mul", x, 0.5)
    return graph.add("Mul", half, graph.add("Add", graph.add("Tanh", half), 1.0))


@emit.register
def _emit_gelu(part: activations.Gelu, graph: Graph, x: str) -> str:
    """`f(z) = z Φ(z) = ½ z (1 + erf(z / √2))`."""
    z = graph.add("Div", x, 2**0.5)
    # ONNX Runtime has Erf in float32 only.
    erf = graph.cast(graph.add("Erf", graph.cast(z, np.float32)), graph.dtype)
    return graph.add("Mul", graph.add("Mul", x, graph.add("Add", erf, 1.0)), 0.5)


@emit.register
def _emit_mish(part: activations.Mish, graph: Graph, x: str) -> str:
    """`f(z) = z w / (w + 2)` with `w = e (e + 2)` and `e = exp(z)`."""
    e = graph.add("Exp", graph.add("Min", x, 20.0))
    w = graph.add("Mul", e, graph.add("Add", e, 2.0))
    return graph.add("Mul", x, graph.add("Div", w, graph.add("Add", w, 2.0)))


# ------------------------------------------------------------------- the whole model


def emit_model(
    model: Any, graph: Graph, inputs: Sequence[Input], label: str, proba: str, dtype: Any
) -> None:
    """Add the nodes of a whole model, from raw features to labels and probabilities.

    Parameters
    ----------
    model : SimpleMLPClassifier
        A fitted model.
    graph : Graph
        Where the nodes go.
    inputs : sequence of Input
        Where the features come from, in their order.
    label, proba : str
        Names of the outputs.
    dtype : dtype
        Type of the probabilities.
    """
    network = model.network_
    x = _emit_inputs(model, graph, inputs)
    for layer in network.layers:
        x = emit(layer, graph, x)
    if model.temperature_ != 1:
        x = graph.add("Div", x, float(model.temperature_))
    graph.dtype = np.dtype(np.float64)
    x = graph.cast(x, graph.dtype)
    raw = x if network.n_members == 1 else _emit_merge(model._loss, graph, x, network.n_members)
    _emit_label(model, graph, raw, label)
    graph.cast(_emit_proba(model, graph, raw), dtype, output=proba)


def _emit_inputs(model: Any, graph: Graph, inputs: Sequence[Input]) -> str:
    """Make inputs of the network of the features: see `TableEncoder` and `InputScaler`."""
    encoder, dtype = model.encoder_, model.network_.dtype
    names, places = _names(model), _category_columns(model)
    if places:
        columns = _columns(graph, inputs, names, _kinds(model))
        numbers = [column for j, column in enumerate(columns) if j not in places]
    else:
        columns = numbers = [graph.cast(each.name, graph.dtype) for each in inputs]
    parts = []
    if numbers:
        x = _emit_fill(encoder.fill, graph, graph.add("Concat", *numbers, axis=1))
        parts.append(graph.cast(emit(model.network_.scaler, graph, x), dtype))
    graph.dtype = dtype
    for j, known, has_others in zip(places, encoder.categories, encoder.has_others, strict=True):
        parts.append(_emit_categories(graph, columns[j], known, has_others, names[j]))
    return graph.add("Concat", *parts, axis=1)


def _columns(
    graph: Graph, inputs: Sequence[Input], names: list[str], kinds: list[str]
) -> list[str]:
    """Return each feature as a column of its own: numbers in float64, or strings."""
    found = [(each, k) for each in inputs for k in range(each.n_columns or 1)]
    if len(found) != len(names):
        raise ValueError(
            f"The model has {len(names)} features, the graph {len(found)} columns. A model with "
            "categories needs an input for each, of shape [None, 1], in their order."
        )
    columns = []
    for (each, k), name, kind in zip(found, names, kinds, strict=True):
        if each.kind != kind:
            raise ValueError(f"The input for column {name!r} holds {each.kind}, not {kind}.")
        column = each.name
        if each.n_columns != 1:
            column = graph.add("Gather", column, np.array([k]), axis=1)
        columns.append(graph.cast(column, graph.dtype) if kind == "numbers" else column)
    return columns


def _emit_fill(fill: np.ndarray, graph: Graph, x: str) -> str:
    """Fill the gaps; a column of which nothing is known, whose `fill` is NaN, is 0 throughout."""
    missing = graph.add("IsNaN", x)
    if np.isnan(fill).any():
        missing = graph.add("Or", missing, np.isnan(fill))
    return graph.add("Where", missing, np.nan_to_num(fill), x)


def _emit_categories(
    graph: Graph, column: str, known: list[Any], has_others: bool, name: str
) -> str:
    """Encode a column of categories: -1 or 1 for two of them, else zeros and a one."""
    if not known:
        return graph.cast(_look_up(graph, column, [""], [0.0], 0.0), graph.dtype)
    is_string = kind_of(known[0]) == "strings"
    if is_string:
        places = np.arange(len(known))
        codes = _look_up(graph, column, known, places, -1)
        matches = graph.add("Equal", codes, places[np.newaxis])
    else:
        matches = graph.add("Equal", column, _as_numbers(known, name)[np.newaxis])
    marks = graph.cast(matches, graph.dtype)
    if len(known) == 2 and not has_others:
        return graph.add("MatMul", marks, np.array([[-1], [1]], graph.dtype))
    if not has_others:
        return marks
    # What is neither known nor missing is one of the others.
    others = graph.add("Sub", 1.0, graph.add("ReduceSum", marks, np.array([1]), keepdims=1))
    if not is_string:
        missing = graph.cast(graph.add("IsNaN", column), graph.dtype)
        others = graph.add("Sub", others, missing)
    elif "" not in known:
        missing = graph.cast(_look_up(graph, column, [""], [1.0], 0.0), graph.dtype)
        others = graph.add("Sub", others, missing)
    return graph.add("Concat", marks, others, axis=1)


def _look_up(graph: Graph, column: str, keys: list[str], values: Any, default: Any) -> str:
    """Return what a table has for each string of a column: floats, or integers."""
    kind = "float" if isinstance(default, float) else "int64"
    table = {f"values_{kind}s": list(values), f"default_{kind}": default}
    return graph.add("LabelEncoder", column, domain=_ML_DOMAIN, keys_strings=keys, **table)


def _as_numbers(known: list[Any], name: str) -> np.ndarray:
    """Return categories that are numbers as float64, which must not change them."""
    try:
        numbers = np.array([float(value) for value in known])
    except OverflowError:
        numbers = np.full(len(known), np.inf)
    if not all(number == value for number, value in zip(numbers.tolist(), known, strict=True)):
        raise ValueError(
            f"The categories of column {name!r} are numbers beyond the precision of float64, "
            "which ONNX knows no better. Convert them to strings, and fit anew."
        )
    return numbers


def _emit_merge(loss: Loss, graph: Graph, raw: str, n_members: int) -> str:
    """Merge the raw predictions of the members into one: see `Loss.merge`."""
    merged = _emit_log_mean(loss, graph, raw, n_members)
    if loss.link == "softmax":
        return merged
    opposite = _emit_log_mean(loss, graph, graph.add("Neg", raw), n_members)
    return graph.add("Sub", merged, opposite)


def _emit_log_mean(loss: Loss, graph: Graph, raw: str, n_members: int) -> str:
    """Return the logarithms of the members' mean activations."""
    if loss.link == "softmax":
        a = graph.add("Softmax", raw, axis=-1)
    else:  # Sigmoid is 0 in ONNX Runtime below 1e-16, where the logarithm still tells them apart
        a = graph.add("Exp", _emit_log_sigmoid(graph, raw))
    # Opset 18 has changed how ReduceMean takes its axes; ReduceSum is the same since opset 13.
    total = graph.add("ReduceSum", a, np.array([0]), keepdims=0)
    return graph.add("Log", graph.add("Max", graph.add("Div", total, float(n_members)), _TINY))


def _emit_label(model: Any, graph: Graph, raw: str, output: str) -> None:
    """Add the classes or the indicator matrix: see `SimpleMLPClassifier.predict`."""
    if model._multilabel:
        graph.cast(graph.add("Greater", raw, 0.0), np.int64, output)
        return
    if model.n_outputs_ == 1:
        is_second = graph.cast(graph.add("Greater", raw, 0.0), np.int64)
        codes = graph.add("Squeeze", is_second, np.array([1]))
    else:
        codes = graph.add("ArgMax", raw, axis=1, keepdims=0)
    graph.add("Gather", _classes(model), codes, output=output)


def _emit_proba(model: Any, graph: Graph, raw: str) -> str:
    """Return the probabilities: see `Loss.log_proba` and `SimpleMLPClassifier.predict_proba`."""
    loss = model._loss
    if not loss.exclusive:
        proba = graph.add("Sigmoid", raw)
        if model._multilabel:
            return proba
        return graph.add("Concat", graph.add("Sigmoid", graph.add("Neg", raw)), proba, axis=1)
    if loss.link == "logistic":
        raw = _emit_log_sigmoid(graph, raw)
    return graph.add("Softmax", raw, axis=-1)


def _emit_log_sigmoid(graph: Graph, raw: str) -> str:
    """Return `log σ(z) = min(z, 0) - log(1 + exp(-|z|))`."""
    exp = graph.add("Exp", graph.add("Neg", graph.add("Abs", raw)))
    log = graph.add("Log", graph.add("Add", exp, 1.0))
    return graph.add("Sub", graph.add("Min", raw, 0.0), log)


def _classes(model: Any) -> np.ndarray:
    """Return the classes as strings or int64."""
    classes = model.classes_.tolist()
    if all(isinstance(each, str) for each in classes):
        return np.array(classes, object)
    try:
        numbers = np.array([int(each) for each in classes], np.int64)
    except (OverflowError, ValueError):
        numbers = np.zeros(0, np.int64)
    if numbers.tolist() != classes:
        raise ValueError(
            "ONNX labels are strings or 64-bit integers; the model's classes, "
            f"{classes}, are neither."
        )
    return numbers


def _names(model: Any) -> list[str]:
    """Return the names of the features; x0, x1, ... if they have none."""
    default = [f"x{j}" for j in range(model.n_features_in_)]
    return list(vars(model).get("feature_names_in_", default))


def _kinds(model: Any) -> list[str]:
    """Return whether each feature holds "numbers", categories included, or "strings"."""
    kinds = ["numbers"] * model.n_features_in_
    for j, known in zip(_category_columns(model), model.encoder_.categories, strict=True):
        # A column that had no category in `fit` may as well be of strings.
        kinds[j] = str(kind_of(known[0])) if known else "strings"
        if kinds[j] == "bytes":
            raise ValueError(
                f"The categories of column {_names(model)[j]!r} are bytes, which ONNX does not "
                "know. Convert them to strings, and fit anew."
            )
    return kinds


def _category_columns(model: Any) -> list[int]:
    """Return the numbers of the columns of categories."""
    return np.flatnonzero(model.encoder_.is_category).tolist()


# --------------------------------------------------------------------- two builders


def to_onnx(model: Any, path: Any = None) -> Any:
    """Export a fitted model to ONNX, whole: filling, encoding, scaling, network, probabilities.

    Parameters
    ----------
    model : SimpleMLPClassifier
        A fitted model.
    path : str or path-like, optional
        A file to write.  One that exists is replaced only by a complete one.

    Returns
    -------
    onnx.ModelProto
        The model.  If no column has strings, its input is `X`, float64 of shape
        (n_rows, n_features).  Else it has one input of shape (n_rows, 1) for each column, with the
        column's name (x0, x1, ... if the columns have none): float64 for numbers, and for
        categories that are numbers, with NaN where they are missing; strings for other
        categories, with "" where they are missing (unless "" is a category itself).  The outputs
        are `label`, strings or int64 of shape (n_rows,) or (n_rows, n_labels), and
        `probabilities`, float64 of shape (n_rows, n_classes).

    Raises
    ------
    ValueError
        If a column, or the classes, cannot be expressed in ONNX; the message says which.

    Notes
    -----
    Inputs are float64 because a float32 is not precise enough for some columns before they are
    scaled, such as times in seconds.  A graph refuses nothing: infinity, for instance, gives an
    answer without meaning, such as probabilities of NaN.
    """
    check_is_fitted(model)
    import onnx
    from onnx import TensorProto, helper

    graph = Graph()
    inputs = [each._replace(name=graph.unique(each.name)) for each in _signature(model)]
    label, proba = graph.unique("label"), graph.unique("probabilities")
    emit_model(model, graph, inputs, label, proba, np.float64)
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_ML_DOMAIN, _ML_OPSET)]
    types = {"numbers": TensorProto.DOUBLE, "strings": TensorProto.STRING}
    label_type = TensorProto.STRING if _has_strings(model) else TensorProto.INT64
    n_classes = len(model.classes_)
    proto = helper.make_model(
        helper.make_graph(
            graph.nodes,
            type(model).__name__,
            [
                helper.make_tensor_value_info(name, types[kind], [None, n_columns])
                for name, kind, n_columns in inputs
            ],
            [
                helper.make_tensor_value_info(label, label_type, _label_shape(model)),
                helper.make_tensor_value_info(proba, TensorProto.DOUBLE, [None, n_classes]),
            ],
            graph.constants,
        ),
        opset_imports=opsets,
        ir_version=helper.find_min_ir_version_for(opsets),
        producer_name="sknn",
        producer_version=__version__,
        doc_string=_description(model),
    )
    onnx.checker.check_model(proto, full_check=True)
    if path is not None:
        with replacing(path) as file:
            file.write(proto.SerializeToString())
    return proto


def _signature(model: Any) -> list[Input]:
    """Return the inputs of a graph: one matrix, or the columns if one has strings."""
    kinds = _kinds(model)
    if "strings" not in kinds:
        return [Input("X", "numbers", model.n_features_in_)]
    return [Input(name, kind, 1) for name, kind in zip(_names(model), kinds, strict=True)]


def _has_strings(model: Any) -> bool:
    """Return whether the classes are strings."""
    return _classes(model).dtype == object


def _label_shape(model: Any) -> list[int | None]:
    """Return the shape of the labels."""
    return [None, len(model.classes_)] if model._multilabel else [None]


def _description(model: Any) -> str:
    """Return the line that describes a model in its file."""
    sizes = "-".join(map(str, model.network_.sizes))
    return (
        f"{type(model).__name__} of sknn {__version__}: {sizes} neurons, "
        f"{model.network_.n_members} member(s). Features: {', '.join(_names(model))}."
    )


def skl2onnx_shapes(operator: Any) -> None:
    """Set the types and shapes of an operator's outputs in skl2onnx.

    Parameters
    ----------
    operator : skl2onnx.common._topology.Operator
        Holds the model, and its inputs and outputs.
    """
    from skl2onnx.common.data_types import (
        DoubleTensorType,
        FloatTensorType,
        Int64TensorType,
        StringTensorType,
    )

    model = operator.raw_operator
    label_type = StringTensorType if _has_strings(model) else Int64TensorType
    is_double = any(isinstance(each.type, DoubleTensorType) for each in operator.inputs)
    proba_type = DoubleTensorType if is_double else FloatTensorType
    label, proba = operator.outputs
    label.type = label_type(_label_shape(model))
    proba.type = proba_type([None, len(model.classes_)])


def skl2onnx_convert(scope: Any, operator: Any, container: Any) -> None:
    """Add the nodes of a model to those of skl2onnx.

    Parameters
    ----------
    scope : skl2onnx.common._topology.Scope
        Gives names.
    operator : skl2onnx.common._topology.Operator
        Holds the model, and its inputs and outputs.
    container : skl2onnx.common._container.ModelComponentContainer
        Takes the nodes.
    """
    from skl2onnx.common.data_types import DoubleTensorType, StringTensorType

    opset = container.target_opset_onnx
    if opset < _LEAST_OPSET:
        raise ValueError(f"SimpleMLPClassifier needs target_opset >= {_LEAST_OPSET}; got {opset}.")
    inputs = [
        Input(
            variable.full_name,
            "strings" if isinstance(variable.type, StringTensorType) else "numbers",
            variable.type.shape[1] if len(variable.type.shape) == 2 else None,
        )
        for variable in operator.inputs
    ]
    label, proba = operator.outputs
    dtype = np.float64 if isinstance(proba.type, DoubleTensorType) else np.float32
    graph = Graph(scope.get_unique_variable_name)
    emit_model(operator.raw_operator, graph, inputs, label.full_name, proba.full_name, dtype)
    container.nodes.extend(graph.nodes)
    container.initializers.extend(graph.constants)
    used = {node.domain for node in graph.nodes}
    versions = {"": opset, _ML_DOMAIN: _ML_OPSET}
    container.node_domain_version_pair_sets.update((each, versions[each]) for each in used)
