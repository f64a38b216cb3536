"""The converter for skl2onnx, which makes one ONNX graph of a whole pipeline."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sknn.fitted import feature_names_of, model_of
from sknn.onnx.graph import LEAST_OPSET, ML_DOMAIN, ML_OPSET, Graph, Input
from sknn.onnx.model import emit_model, to_onnx
from sknn.onnx.outputs import label_shape, onnx_classes


class OnnxMixin:
    """The export of an estimator: what users call, and what skl2onnx looks for in a pipeline."""

    def to_onnx(self, path: Any = None) -> Any:
        """Export the whole model to ONNX: see `sknn.to_onnx`.

        Parameters
        ----------
        path : str or path-like, optional
            A file to write.

        Returns
        -------
        onnx.ModelProto
            The model.
        """
        return to_onnx(self, path)

    def onnx_shape_calculator(self) -> Callable[[Any], None]:
        """Return what skl2onnx calls for types and shapes.

        Returns
        -------
        callable
            The function.
        """
        return calculate_output_shapes

    def onnx_converter(self) -> Callable[[Any, Any, Any], None]:
        """Return what skl2onnx calls for the nodes.

        Returns
        -------
        callable
            The function.
        """
        return convert


def calculate_output_shapes(operator: Any) -> None:
    """Set the types and shapes of an operator's outputs.

    Parameters
    ----------
    operator : skl2onnx.common._topology.Operator
        Holds the fitted classifier, and its inputs and outputs.
    """
    from skl2onnx.common.data_types import (
        DoubleTensorType,
        FloatTensorType,
        Int64TensorType,
        StringTensorType,
    )

    labels = model_of(operator.raw_operator).labels
    classes = onnx_classes(labels)
    label_type = StringTensorType if classes.dtype == object else Int64TensorType
    is_double = any(isinstance(each.type, DoubleTensorType) for each in operator.inputs)
    proba_type = DoubleTensorType if is_double else FloatTensorType
    label, proba = operator.outputs
    label.type = label_type(label_shape(labels))
    proba.type = proba_type([None, len(classes)])


def convert(scope: Any, operator: Any, container: Any) -> None:
    """Add the nodes of a fitted classifier to those of skl2onnx.

    Parameters
    ----------
    scope : skl2onnx.common._topology.Scope
        Makes unused names.
    operator : skl2onnx.common._topology.Operator
        Holds the fitted classifier, and its inputs and outputs.
    container : skl2onnx.common._container.ModelComponentContainer
        Takes the nodes.

    Raises
    ------
    ValueError
        If the opset is too old, the inputs do not match the features, or ONNX cannot express a
        category.
    """
    from skl2onnx.common.data_types import DoubleTensorType

    estimator = operator.raw_operator
    opset = container.target_opset_onnx
    if opset < LEAST_OPSET:
        name = type(estimator).__name__
        raise ValueError(f"{name} needs target_opset >= {LEAST_OPSET}; got {opset}.")
    label, proba = operator.outputs
    graph = Graph(scope.get_unique_variable_name)
    emit_model(
        model_of(estimator),
        feature_names_of(estimator),
        graph,
        [_as_input(variable) for variable in operator.inputs],
        label.full_name,
        proba.full_name,
        np.float64 if isinstance(proba.type, DoubleTensorType) else np.float32,
    )
    container.nodes.extend(graph.nodes)
    container.initializers.extend(graph.constants)
    used = {node.domain for node in graph.nodes}
    versions = {"": opset, ML_DOMAIN: ML_OPSET}
    container.node_domain_version_pair_sets.update((each, versions[each]) for each in used)


def _as_input(variable: Any) -> Input:
    """Return a variable of skl2onnx as an input of a graph."""
    from skl2onnx.common.data_types import StringTensorType

    shape = variable.type.shape
    kind = "strings" if isinstance(variable.type, StringTensorType) else "numbers"
    return Input(variable.full_name, kind, shape[1] if len(shape) == 2 else None)
