"""The graph of a whole model, and `to_onnx`, which writes it to a file."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sknn.files.atomic import replacing
from sknn.fitted import feature_names_of, model_of
from sknn.model import Model
from sknn.onnx.graph import ML_DOMAIN, ML_OPSET, OPSET, Graph, Input
from sknn.onnx.inputs import emit_inputs, inputs_of
from sknn.onnx.layers import emit
from sknn.onnx.outputs import emit_outputs, label_shape, onnx_classes
from sknn.version import __version__


def to_onnx(estimator: Any, path: Any = None) -> Any:
    """Export a fitted classifier to ONNX: imputing, encoding, scaling, network, probabilities.

    Parameters
    ----------
    estimator : SimpleMLPClassifier
        A fitted classifier.
    path : str or path-like, optional
        A file to write.  An existing file is replaced only by a complete one.

    Returns
    -------
    onnx.ModelProto
        The model.  If no column has strings, its input is `X`, float64 of shape
        (n_rows, n_features).  Otherwise it has one input of shape (n_rows, 1) for each column,
        with the column's name (x0, x1, ... if the columns have none).  Numbers are float64, with
        NaN for missing ones, and so are categories that are numbers.  Other categories are
        strings, with "" for missing ones unless "" is a category itself.  The outputs are
        `label`, strings or int64 of shape (n_rows,) or (n_rows, n_labels), and `probabilities`,
        float64 of shape (n_rows, n_classes).

    Raises
    ------
    NotFittedError
        If the classifier is not fitted.
    ValueError
        If ONNX cannot express a column or the classes; the message says which.

    Notes
    -----
    Inputs are float64 because float32 is too coarse for some columns before they are scaled, such
    as times in seconds.  A graph checks nothing: for infinity its probabilities have no meaning
    and may be NaN.
    """
    names = feature_names_of(estimator)
    proto = build(model_of(estimator), names, type(estimator).__name__)
    if path is not None:
        with replacing(path) as file:
            file.write(proto.SerializeToString())
    return proto


def build(model: Model, feature_names: Sequence[str], title: str) -> Any:
    """Return a model as a self-contained ONNX model.

    Parameters
    ----------
    model : Model
        A model.
    feature_names : sequence of str
        Names of the features, for the inputs.
    title : str
        Name of the graph.

    Returns
    -------
    onnx.ModelProto
        See `to_onnx`.

    Raises
    ------
    ValueError
        If ONNX cannot express a column or the classes.
    """
    import onnx
    from onnx import TensorProto, helper

    graph = Graph()
    inputs = [
        each._replace(name=graph.unique(each.name)) for each in inputs_of(model, feature_names)
    ]
    label, proba = graph.unique("label"), graph.unique("probabilities")
    emit_model(model, feature_names, graph, inputs, label, proba, np.float64)

    types = {"numbers": TensorProto.DOUBLE, "strings": TensorProto.STRING}
    classes = onnx_classes(model.labels)
    label_type = TensorProto.STRING if classes.dtype == object else TensorProto.INT64
    tensor = helper.make_tensor_value_info
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML_DOMAIN, ML_OPSET)]
    proto = helper.make_model(
        helper.make_graph(
            graph.nodes,
            title,
            [tensor(each.name, types[each.kind], [None, each.n_columns]) for each in inputs],
            [
                tensor(label, label_type, label_shape(model.labels)),
                tensor(proba, TensorProto.DOUBLE, [None, len(classes)]),
            ],
            graph.constants,
        ),
        opset_imports=opsets,
        ir_version=helper.find_min_ir_version_for(opsets),
        producer_name="sknn",
        producer_version=__version__,
        doc_string=_description(model, feature_names, title),
    )
    onnx.checker.check_model(proto, full_check=True)
    return proto


def emit_model(
    model: Model,
    feature_names: Sequence[str],
    graph: Graph,
    inputs: Sequence[Input],
    label: str,
    proba: str,
    dtype: Any,
) -> None:
    """Add the nodes of a whole model, from raw features to labels and probabilities.

    Parameters
    ----------
    model, feature_names, graph, inputs : object
        As in `emit_inputs`.
    label, proba : str
        Names of the outputs.
    dtype : dtype
        Type of the probabilities.
    """
    x = emit_inputs(model, feature_names, graph, inputs)
    if model.network.basis is not None:
        x = emit(model.network.basis, graph, x)
    for layer in model.network.layers:
        x = emit(layer, graph, x)
    emit_outputs(model, graph, x, label, proba, dtype)


def _description(model: Model, feature_names: Sequence[str], title: str) -> str:
    """Return one line that describes a model in its file."""
    sizes = "-".join(map(str, model.network.sizes))
    return (
        f"{title} of sknn {__version__}: {sizes} neurons, {model.network.n_members} member(s). "
        f"Features: {', '.join(feature_names)}."
    )
