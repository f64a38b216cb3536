import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from sknn.network.activations import ACTIVATIONS
from sknn.network.initializers import Start, he_normal, standard_normal, zeros
from sknn.network.layers import Dense, Dropout, Nonlinearity
from sknn.network.parameters import ParameterVector

START = Start(he_normal, zeros)

both_sparse_types = pytest.mark.parametrize("csr", [sparse.csr_array, sparse.csr_matrix])


def bound(layer, dtype=np.float64):
    """Give the layer memory of its own, filled with random numbers."""
    parameters = ParameterVector([layer.shapes], dtype)
    layer.bind(*parameters.views(parameters.values), *parameters.views(parameters.gradient))
    rng = np.random.default_rng(0)
    parameters.values[...] = rng.normal(size=parameters.values.size)
    parameters.gradient[...] = np.nan  # must be set, not added to
    return layer


def make_rows(n_rows=6, n_columns=5):
    """Return rows of numbers that may not be written to; about half are zeros."""
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(n_rows, n_columns)) * rng.integers(2, size=(n_rows, n_columns))
    rows.flags.writeable = False
    return rows


class TestDense:
    def workspace(self, layer):
        return layer.workspace(6, np.dtype(float), [np.random.default_rng(0)])

    def test_forward_is_a_times_weight_plus_bias(self):
        layer, a = bound(Dense(5, 3, START)), make_rows()
        z = layer.forward(a, self.workspace(layer))
        for sample in range(6):
            for unit in range(3):
                terms = [a[sample, k] * layer.weight[k, unit] for k in range(5)]
                assert z[sample, unit] == pytest.approx(sum(terms) + layer.bias[unit])

    def test_backward_sums_over_samples(self):
        layer, a = bound(Dense(5, 3, START)), make_rows()
        workspace = self.workspace(layer)
        layer.forward(a, workspace)
        gradient = np.random.default_rng(2).normal(size=(6, 3))
        input_gradient = layer.backward(gradient, workspace)
        assert_allclose(layer.weight_gradient, sum(map(np.outer, a, gradient)))
        assert_allclose(layer.bias_gradient, sum(gradient))
        assert_allclose(input_gradient, [layer.weight @ row for row in gradient])

    def test_inputs_that_are_data_have_no_gradient(self):
        layer = bound(Dense(5, 3, START, n_data=5))
        workspace = self.workspace(layer)
        layer.forward(make_rows(), workspace)
        assert layer.backward(np.ones((6, 3)), workspace) is None
        assert_allclose(layer.weight_gradient, np.tile(sum(make_rows())[:, None], 3))

    @both_sparse_types
    def test_sparse_rows_give_what_dense_rows_give(self, csr):
        dense, thin = bound(Dense(5, 3, START, n_data=5)), bound(Dense(5, 3, START, n_data=5))
        workspace, thin_workspace = self.workspace(dense), self.workspace(thin)
        gradient = np.random.default_rng(2).normal(size=(6, 3))
        z = dense.forward(make_rows(), workspace)
        assert_allclose(thin.forward(csr(make_rows()), thin_workspace), z, rtol=1e-14)
        dense.backward(gradient, workspace)
        assert thin.backward(gradient, thin_workspace) is None
        assert_allclose(thin.weight_gradient, dense.weight_gradient, rtol=1e-13)
        assert_allclose(thin.bias_gradient, dense.bias_gradient, rtol=1e-13)

    def test_outputs_are_written_to_the_workspace(self):
        layer = bound(Dense(5, 3, START))
        workspace = self.workspace(layer)
        outputs = workspace.outputs
        assert layer.forward(make_rows(), workspace) is outputs

    @pytest.mark.parametrize("members", [(), (4,)])
    @pytest.mark.parametrize("scales", [False, True])
    @pytest.mark.parametrize("draw_bias", [zeros, standard_normal])
    def test_parameters_start_as_the_initializers_say(self, draw_bias, scales, members):
        """The biases are drawn after the weights; factors of inputs start at 1."""
        layer = bound(Dense(5, 3, Start(he_normal, draw_bias), members, scales=scales))
        layer.initialize(np.random.default_rng(7))
        rng = np.random.default_rng(7)
        assert_array_equal(layer.weight, he_normal(rng, (*members, 5, 3)))
        assert_array_equal(layer.bias, draw_bias(rng, (*members, 3)))
        if scales:
            assert_array_equal(layer.scale, np.ones((*members, 5)))

    @pytest.mark.parametrize("members", [(), (4,)])
    def test_scale_multiplies_each_input(self, members):
        layer = bound(Dense(5, 3, START, members, scales=True))
        z = layer.forward(make_rows(), self.workspace(layer))
        expected = (make_rows() * layer.scale[..., np.newaxis, :]) @ layer.weight
        assert_allclose(z, expected + layer.bias[..., np.newaxis, :], rtol=1e-12)

    @pytest.mark.parametrize("scales", [False, True])
    def test_workspace_for_prediction_holds_nothing_for_a_backward_pass(self, scales):
        layer = bound(Dense(5, 3, START, scales=scales))
        workspace = layer.workspace(6, np.dtype("float32"), None)
        assert workspace.outputs.shape == (6, 3)
        assert workspace.outputs.dtype == np.float32
        assert workspace.input_gradient is None
        # No more than `s W`, and ones for the rows.
        assert sum(array.size for array in workspace.cache) == 5 * 3 * scales + 6


class TestNonlinearity:
    @pytest.mark.parametrize("name", ACTIVATIONS)
    def test_passes_are_those_of_the_activation_in_place(self, name):
        layer, f = bound(Nonlinearity(name, 5)), ACTIVATIONS[name]
        workspace = layer.workspace(6, np.dtype(float), [np.random.default_rng(0)])
        z, gradient = make_rows().copy(), np.random.default_rng(2).normal(size=(6, 5))
        expected, cache = z.copy(), np.zeros((f.n_cached, 6, 5))
        expected_gradient = gradient.copy()

        f.forward(expected, cache)
        assert layer.forward(z, workspace) is z
        assert_array_equal(z, expected)
        f.backward(expected_gradient, expected, cache)
        assert layer.backward(gradient, workspace) is gradient
        assert_array_equal(gradient, expected_gradient)

    def test_has_no_parameters(self):
        assert Nonlinearity("relu", 5).shapes == {}


class TestDropout:
    def passes(self, rate, shape, seed=0, dtype=np.float64):
        """Return what a forward and a backward pass make of ones."""
        layer = bound(Dropout(rate, shape[1]))
        rng = np.random.default_rng(seed)
        workspace = layer.workspace(shape[0], np.dtype(dtype), [rng])
        outputs = layer.forward(np.ones(shape, dtype), workspace)
        return outputs, layer.backward(np.ones(shape, dtype), workspace)

    @pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_rate_is_respected_and_survivors_make_up_for_it(self, rate, dtype):
        outputs, _ = self.passes(rate, (1000, 400), dtype=dtype)
        assert outputs.dtype == dtype
        standard_error = np.sqrt(rate * (1 - rate) / outputs.size)
        assert abs(np.mean(outputs == 0) - rate) < 4 * standard_error
        assert_allclose(outputs[outputs != 0], 1 / (1 - rate), rtol=np.finfo(dtype).eps)

    @pytest.mark.parametrize(
        "source", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64]
    )
    def test_rate_is_respected_with_random_bits_of_any_source(self, source):
        layer = Dropout(0.25, 400)
        rng = np.random.Generator(source(0))
        workspace = layer.workspace(1000, np.dtype(np.float32), [rng])
        outputs = layer.forward(np.ones((1000, 400), np.float32), workspace)
        assert abs(np.mean(outputs == 0) - 0.25) < 0.003

    @pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
    def test_mean_is_preserved(self, rate):
        outputs, _ = self.passes(rate, (1000, 400))
        standard_error = np.sqrt(rate / (1 - rate) / outputs.size)
        assert abs(outputs.mean() - 1) < 4 * standard_error

    def test_each_neuron_and_each_sample_has_the_same_chances(self):
        outputs, _ = self.passes(0.5, (1000, 1000))
        silenced = outputs == 0
        for axis in (0, 1):
            # 5 standard errors of a mean of 1000
            assert np.abs(silenced.mean(axis=axis) - 0.5).max() < 5 * 0.5 / np.sqrt(1000)

    def test_neighbours_are_independent(self):
        outputs, _ = self.passes(0.5, (1000, 1000))
        silenced = (outputs == 0) - 0.5
        for lag in range(1, 9):
            correlation = np.mean(silenced[:, lag:] * silenced[:, :-lag]) / 0.25
            assert abs(correlation) < 5 / 1000

    @pytest.mark.parametrize("shape", [(1, 1), (3, 7), (5, 4)])
    def test_backward_uses_the_same_mask(self, shape):
        for seed in range(5):
            outputs, gradient = self.passes(0.5, shape, seed)
            assert_array_equal(gradient, outputs)

    def test_each_pass_draws_a_new_mask(self):
        layer = Dropout(0.5, 50)
        workspace = layer.workspace(10, np.dtype(float), [np.random.default_rng(0)])
        first = layer.forward(np.ones((10, 50)), workspace).copy()
        assert np.any(layer.forward(np.ones((10, 50)), workspace) != first)

    def test_inputs_are_multiplied_by_the_mask(self):
        layer = Dropout(0.5, 5)
        workspace = layer.workspace(6, np.dtype(float), [np.random.default_rng(0)])
        outputs = layer.forward(make_rows().copy(), workspace)
        mask, _ = self.passes(0.5, (6, 5))  # from the same seed
        assert_array_equal(outputs, make_rows() * mask)

    def test_prediction_is_the_identity(self):
        layer, inputs = Dropout(0.5, 5), make_rows()
        workspace = layer.workspace(6, np.dtype(float), None)
        assert layer.forward(inputs, workspace) is inputs
        assert_array_equal(inputs, make_rows())
        assert workspace.cache == ()

    def test_rate_of_nearly_one_leaves_finite_numbers(self):
        outputs, _ = self.passes(1 - 1e-9, (1000, 400), dtype=np.float32)
        assert np.isfinite(outputs).all()
