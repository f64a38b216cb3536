"""Emitters of the outputs: the members become one, and raw predictions labels and probabilities.

Everything here is computed in float64, by the formulas of `Link` and `Loss`.
"""

from functools import singledispatch
from typing import Any, Final

import numpy as np

from sknn.calibration import Calibration
from sknn.model import Model
from sknn.network import links
from sknn.onnx.graph import Graph, no_emitter
from sknn.preprocessing.labels import Labels

_TINY: Final = float(np.finfo(np.float64).tiny)


def emit_outputs(model: Model, graph: Graph, raw: str, label: str, proba: str, dtype: Any) -> None:
    """Add labels and probabilities, of type `dtype`, as outputs of these names.

    `raw` are the predictions of all members, in the dtype of the network.
    """
    raw = _emit_calibration(model.calibration, graph, raw)
    graph.dtype = np.dtype(np.float64)
    raw = graph.cast(raw, graph.dtype)
    if model.network.n_members > 1:
        raw = emit_raw_of_mean(model.loss.link, graph, raw, model.network.n_members)
    _emit_label(model.labels, graph, raw, label)
    graph.cast(_emit_proba(model, graph, raw), dtype, output=proba)


def _emit_calibration(calibration: Calibration, graph: Graph, raw: str) -> str:
    """Add the calibration: see `Calibration.apply`."""
    if calibration.temperature != 1:
        raw = graph.add("Div", raw, float(calibration.temperature))
    if calibration.offset is not None:
        raw = graph.add("Add", raw, calibration.offset.astype(graph.dtype))
    return raw


@singledispatch
def emit_log_activations(link: links.Link, graph: Graph, raw: str) -> str:
    """Add the logarithms of the output activations: see `Link.log_activations`."""
    raise no_emitter(link, "emit_log_activations", "outputs")


@emit_log_activations.register
def _emit_log_softmax(link: links.Softmax, graph: Graph, raw: str) -> str:
    """`rawₖ - log Σⱼ exp(rawⱼ)`."""
    return graph.add("LogSoftmax", raw, axis=-1)


@emit_log_activations.register
def _emit_log_sigmoid(link: links.Logistic, graph: Graph, raw: str) -> str:
    """`log σ(raw) = min(raw, 0) - log(1 + exp(-|raw|))`; Sigmoid loses what is below 1e-16."""
    exp = graph.add("Exp", graph.add("Neg", graph.add("Abs", raw)))
    log = graph.add("Log", graph.add("Add", exp, 1.0))
    return graph.add("Sub", graph.add("Min", raw, 0.0), log)


@singledispatch
def emit_raw_of_mean(link: links.Link, graph: Graph, raw: str, n_members: int) -> str:
    """Add the merging of the members: see `Link.raw_of_mean`."""
    raise no_emitter(link, "emit_raw_of_mean", "outputs")


@emit_raw_of_mean.register
def _emit_softmax_of_mean(link: links.Softmax, graph: Graph, raw: str, n_members: int) -> str:
    """`log a` of the mean `a`."""
    return _emit_log_mean(link, graph, raw, n_members)


@emit_raw_of_mean.register
def _emit_logistic_of_mean(link: links.Logistic, graph: Graph, raw: str, n_members: int) -> str:
    """`log a - log(1 - a)` of the mean `a`."""
    log_mean = _emit_log_mean(link, graph, raw, n_members)
    log_rest = _emit_log_mean(link, graph, graph.add("Neg", raw), n_members)
    return graph.add("Sub", log_mean, log_rest)


def _emit_log_mean(link: links.Link, graph: Graph, raw: str, n_members: int) -> str:
    """Return the logarithms of the mean activations: see `Link.log_mean_activations`."""
    a = graph.add("Exp", emit_log_activations(link, graph, raw))
    # ReduceMean takes its axes otherwise since opset 18; ReduceSum does not change.
    total = graph.add("ReduceSum", a, np.array([0]), keepdims=0)
    return graph.add("Log", graph.add("Max", graph.add("Div", total, float(n_members)), _TINY))


def _emit_label(labels: Labels, graph: Graph, raw: str, output: str) -> None:
    """Add the classes or the indicator matrix: see `Labels.decide`."""
    if labels.is_multilabel:
        graph.cast(graph.add("Greater", raw, 0.0), np.int64, output)
        return
    if labels.is_exclusive:
        codes = graph.add("ArgMax", raw, axis=1, keepdims=0)
    else:
        is_second = graph.cast(graph.add("Greater", raw, 0.0), np.int64)
        codes = graph.add("Squeeze", is_second, np.array([1]))
    graph.add("Gather", onnx_classes(labels), codes, output=output)


def _emit_proba(model: Model, graph: Graph, raw: str) -> str:
    """Return the probabilities: see `Loss.log_proba`."""
    log_a = emit_log_activations(model.loss.link, graph, raw)
    if model.loss.exclusive:
        return graph.add("Softmax", log_a, axis=-1)  # divides activations by their sum
    a = graph.add("Exp", log_a)
    if model.labels.is_multilabel:
        return a
    opposite = emit_log_activations(model.loss.link, graph, graph.add("Neg", raw))
    return graph.add("Concat", graph.add("Exp", opposite), a, axis=1)


def onnx_classes(labels: Labels) -> np.ndarray:
    """Return the classes as ONNX can express them: strings, of dtype object, or int64.

    Raise ValueError if they are neither.
    """
    classes = labels.classes.tolist()
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


def label_shape(labels: Labels) -> list[int | None]:
    """Return the shape of the labels, with None for the number of rows."""
    return [None, len(labels.classes)] if labels.is_multilabel else [None]
