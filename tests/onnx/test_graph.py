"""Graph: names, constants and types of nodes."""

import numpy as np
import pytest

from sknn.onnx.graph import Graph
from tests.onnx.runtime import onnx


def test_names_are_unique():
    graph = Graph()
    assert [graph.unique("x") for _ in range(3)] == ["x", "x_1", "x_2"]
    assert graph.add("Neg", "x") == "Neg"
    assert graph.add("Neg", "Neg") == "Neg_1"
    assert graph.add("Neg", "Neg_1", output="y") == "y"
    assert [list(node.input) for node in graph.nodes] == [["x"], ["Neg"], ["Neg_1"]]


def test_names_may_come_from_another_builder():
    graph = Graph(lambda name: f"scope/{name}")
    assert graph.add("Neg", "x") == "scope/Neg"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_become_constants_of_the_dtype_and_arrays_keep_theirs(dtype):
    graph = Graph()
    graph.dtype = np.dtype(dtype)
    graph.add("Clip", "x", 0.5, np.array([1, 2]))
    number, array = map(onnx.numpy_helper.to_array, graph.constants)
    assert (number.dtype, number) == (dtype, 0.5)
    np.testing.assert_array_equal(array, [1, 2])
    assert array.dtype == np.int64
    assert list(graph.nodes[0].input) == ["x", *(each.name for each in graph.constants)]


def test_cast_names_the_type():
    graph = Graph()
    graph.cast("x", np.float32, output="y")
    (node,) = graph.nodes
    assert (node.op_type, list(node.output)) == ("Cast", ["y"])
    assert node.attribute[0].i == onnx.TensorProto.FLOAT
