"""The export to ONNX: a fitted model as a graph, which other languages and runtimes can run.

The graph computes `predict` and `predict_proba` from raw features.  It imputes missing values,
encodes categories, scales in float64, computes the layers in the dtype of the network, and merges
the members in float64.

Each part of a model has an *emitter*, a function that adds its nodes to a `Graph`.  Two builders
call them: `to_onnx` makes a file, and `sknn.onnx.skl2onnx` converts a step of a pipeline.
"""

from sknn.onnx.model import to_onnx

__all__ = ["to_onnx"]
