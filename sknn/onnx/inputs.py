"""Emitters of the inputs of the network: raw features are imputed, scaled and encoded."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sknn.model import Model
from sknn.onnx.graph import ML_DOMAIN, Graph, Input
from sknn.onnx.layers import emit
from sknn.preprocessing.categories import CategoryEncoder
from sknn.preprocessing.columns import kind_of
from sknn.preprocessing.encoder import TableEncoder


def inputs_of(model: Model, feature_names: Sequence[str]) -> list[Input]:
    """Return the inputs of a graph: one matrix, or one for each column if any has strings.

    They are in the order of the features, which have these names.  Raise ValueError if categories
    are bytes.
    """
    kinds = _kinds(model.encoder, feature_names)
    if "strings" not in kinds:
        return [Input("X", "numbers", len(kinds))]
    return [Input(name, kind, 1) for name, kind in zip(feature_names, kinds, strict=True)]


def emit_inputs(
    model: Model, feature_names: Sequence[str], graph: Graph, inputs: Sequence[Input]
) -> str:
    """Add the encoding and scaling of raw features: see `TableEncoder` and `InputScaler`.

    Parameters
    ----------
    model : Model
        A model.
    feature_names : sequence of str
        Names of the features.
    graph : Graph
        Where the nodes go.
    inputs : sequence of Input
        The features, in their order.

    Returns
    -------
    str
        Name of the inputs of the network, of shape (n_rows, n_inputs + n_codes) and in its dtype.

    Raises
    ------
    ValueError
        If the inputs do not match the features, or ONNX cannot express a category.
    """
    encoder, network = model.encoder, model.network
    columns = _category_columns(encoder)
    if columns:
        values = _split(graph, inputs, feature_names, _kinds(encoder, feature_names))
        numbers = [value for j, value in enumerate(values) if j not in columns]
    else:
        values = numbers = [graph.cast(each.name, graph.dtype) for each in inputs]
    parts = []
    if numbers:
        x = _emit_impute(graph, graph.add("Concat", *numbers, axis=1), encoder.imputed_values)
        parts.append(graph.cast(emit(network.scaler, graph, x), network.dtype))
    graph.dtype = network.dtype
    codes = []
    for j, column in zip(columns, encoder.columns, strict=True):
        code = _emit_code(graph, values[j], column, feature_names[j])
        if column.is_embedded:
            codes.append(code)
        elif column.is_binary:
            one_hot = _emit_one_hot(graph, code, 2)
            parts.append(graph.add("MatMul", one_hot, np.array([[-1], [1]], graph.dtype)))
        else:
            parts.append(_emit_one_hot(graph, code, column.n_one_hot))
        if column.rare:
            parts.append(_emit_statistics(graph, values[j], column, feature_names[j]))
    return graph.add("Concat", *parts, *codes, axis=1)


def _category_columns(encoder: TableEncoder) -> list[int]:
    """Return the indices of the columns of categories."""
    return np.flatnonzero(encoder.is_category).tolist()


def _kinds(encoder: TableEncoder, feature_names: Sequence[str]) -> list[str]:
    """Return for each feature "numbers", also for categories that are numbers, or "strings"."""
    kinds = ["numbers"] * len(feature_names)
    for j, column in zip(_category_columns(encoder), encoder.columns, strict=True):
        # A column without a known category takes strings of any kind.
        kinds[j] = "strings" if column.example is None else str(kind_of(column.example))
        if kinds[j] == "bytes":
            raise ValueError(
                f"The categories of column {feature_names[j]!r} are bytes, which ONNX does not "
                "support. Convert them to strings, and fit anew."
            )
    return kinds


def _split(
    graph: Graph, inputs: Sequence[Input], names: Sequence[str], kinds: list[str]
) -> list[str]:
    """Return each feature as a column of shape (n_rows, 1): numbers in float64, or strings."""
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


def _emit_impute(graph: Graph, x: str, impute_values: np.ndarray) -> str:
    """Replace missing numbers; a column without a known number, which has NaN, becomes 0."""
    missing = graph.add("IsNaN", x)
    if np.isnan(impute_values).any():
        missing = graph.add("Or", missing, np.isnan(impute_values))
    return graph.add("Where", missing, np.nan_to_num(impute_values), x)


def _emit_code(graph: Graph, values: str, column: CategoryEncoder, name: str) -> str:
    """Return 1 to k for the known categories of a column, k + 1 for others, 0 for missing ones."""
    known, codes = column.known, np.arange(1.0, len(column.known) + 1)
    others = float(column.n_codes * column.has_others)
    if kind_of(column.example) != "numbers":
        gaps = [] if "" in known or "" in column.rare else [""]
        code = _emit_lookup(graph, values, [*known, *gaps], [*codes, *[0.0] * len(gaps)], others)
        return graph.cast(code, graph.dtype)
    unknown = graph.add("Where", graph.add("IsNaN", values), 0.0, others)
    is_one = graph.add("Equal", values, _as_float64(known, name)[np.newaxis])
    excess = (codes - others).astype(graph.dtype)[:, np.newaxis]
    return graph.add("Add", unknown, graph.add("MatMul", graph.cast(is_one, graph.dtype), excess))


def _emit_one_hot(graph: Graph, code: str, n_codes: int) -> str:
    """Return a row for each code, 1 in its place from 1 on."""
    codes = np.arange(1, n_codes + 1, dtype=graph.dtype)
    return graph.cast(graph.add("Equal", code, codes[np.newaxis]), graph.dtype)


def _emit_statistics(graph: Graph, values: str, column: CategoryEncoder, name: str) -> str:
    """Return the target statistics of each category, 0 where it has none."""
    rare, statistics = column.rare, column.statistics.astype(graph.dtype)
    if kind_of(rare[0]) == "numbers":
        is_one = graph.add("Equal", values, _as_float64(rare, name)[np.newaxis])
        return graph.add("MatMul", graph.cast(is_one, graph.dtype), statistics)
    place = _emit_lookup(graph, values, rare, np.arange(len(rare)), len(rare))
    table = np.concatenate([statistics, np.zeros_like(statistics[:1])])
    rows = graph.add("Gather", table, place, axis=0)  # (n_rows, 1, n_statistics)
    return graph.add("Reshape", rows, np.array([0, statistics.shape[1]]))


def _emit_lookup(graph: Graph, column: str, keys: list[str], values: Any, default: Any) -> str:
    """Return the value of each string of a column: a float, or an integer."""
    kind = "float" if isinstance(default, float) else "int64"
    table = {f"values_{kind}s": list(values), f"default_{kind}": default}
    return graph.add("LabelEncoder", column, domain=ML_DOMAIN, keys_strings=keys, **table)


def _as_float64(known: list[Any], name: str) -> np.ndarray:
    """Return categories that are numbers as float64; raise ValueError if that changes one."""
    try:
        numbers = np.array([float(value) for value in known])
    except OverflowError:
        numbers = np.full(len(known), np.inf)
    if not all(number == value for number, value in zip(numbers.tolist(), known, strict=True)):
        raise ValueError(
            f"The categories of column {name!r} are numbers beyond the precision of float64, "
            "and ONNX has no wider type. Convert them to strings, and fit anew."
        )
    return numbers
