import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn.network.parameters import ParameterVector

SHAPES = [
    {"weight": (3, 4), "bias": (4,)},
    {},
    {"scale": (4,)},
    {"weight": (4, 2), "bias": (2,)},
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_both_vectors_hold_one_number_for_each_parameter(dtype):
    parameters = ParameterVector(SHAPES, dtype)
    for vector in (parameters.values, parameters.gradient):
        assert vector.shape == (12 + 4 + 4 + 8 + 2,)
        assert vector.dtype == dtype
        assert_array_equal(vector, 0)
    assert not np.shares_memory(parameters.values, parameters.gradient)


def test_roles_are_contiguous_in_the_order_of_their_first_mention():
    parameters = ParameterVector(SHAPES, np.float64)
    assert parameters.slices == {
        "weight": slice(0, 20),
        "bias": slice(20, 26),
        "scale": slice(26, 30),
    }


def test_views_have_their_shapes_and_share_the_memory():
    parameters = ParameterVector(SHAPES, np.float32)
    views = parameters.views(parameters.values)
    assert [{role: view.shape for role, view in layer.items()} for layer in views] == SHAPES
    for layer in views:
        for view in layer.values():
            assert np.shares_memory(view, parameters.values)
            assert view.flags.c_contiguous


def test_views_split_the_vector_by_role_and_then_by_layer():
    parameters = ParameterVector(SHAPES, np.float64)
    first, nothing, third, fourth = parameters.views(np.arange(30))
    assert nothing == {}
    assert_array_equal(first["weight"], np.arange(12).reshape(3, 4))
    assert_array_equal(fourth["weight"], np.arange(12, 20).reshape(4, 2))
    assert_array_equal(first["bias"], np.arange(20, 24))
    assert_array_equal(fourth["bias"], np.arange(24, 26))
    assert_array_equal(third["scale"], np.arange(26, 30))


def test_what_is_written_to_a_view_lies_in_the_slice_of_its_role():
    parameters = ParameterVector(SHAPES, np.float64)
    for layer in parameters.views(parameters.values):
        for role, view in layer.items():
            view[...] = {"weight": 1, "bias": 2, "scale": 3}[role]
    assert_array_equal(parameters.values, [1] * 20 + [2] * 6 + [3] * 4)


def test_network_without_parameters_has_empty_vectors():
    parameters = ParameterVector([{}, {}], np.float64)
    assert parameters.values.size == parameters.gradient.size == 0
    assert parameters.slices == {}
    assert parameters.views(parameters.values) == [{}, {}]
