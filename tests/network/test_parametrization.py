import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn.network.activations import ACTIVATIONS
from sknn.network.embedding import Basis
from sknn.network.initializers import INITIALIZERS, lecun_normal, standard_normal, zeros
from sknn.network.parametrization import PARAMETRIZATIONS, NeuralTangent, Standard
from sknn.network.perceptron import MultilayerPerceptron


@pytest.mark.parametrize("n_members", [1, 2])
@pytest.mark.parametrize("name", PARAMETRIZATIONS)
def test_networks_start_as_the_parametrization_says(name, n_members):
    network = MultilayerPerceptron(
        (4, 6, 5, 3), "tanh", dtype=np.float64, n_members=n_members, parametrization=name
    )
    network.initialize(np.random.default_rng(0))
    rng, parametrization = np.random.default_rng(0), PARAMETRIZATIONS[name]
    hidden = parametrization.hidden_start(ACTIVATIONS["tanh"])
    starts = [hidden, hidden, parametrization.last_start]
    for layer, start in zip(network.dense_layers(), starts, strict=True):
        assert_array_equal(layer.weight, start.weight(rng, layer.weight.shape))
        assert_array_equal(layer.bias, start.bias(rng, layer.bias.shape))


BASIS = Basis.draw(2, np.dtype(float), np.random.default_rng(0))


class TestStandard:
    @pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
    def test_weights_suit_the_activation_and_biases_are_zero(self, activation):
        start = Standard().hidden_start(activation)
        assert start == (INITIALIZERS[activation.initializer], zeros)
        assert Standard().last_start == (INITIALIZERS["glorot_uniform"], zeros)

    def test_steps_are_all_alike(self):
        network = MultilayerPerceptron((4, 5, 1), basis=BASIS, input_scale=True)
        assert network.step_factors() is None


class TestNeuralTangent:
    def views(self, sizes, **settings):
        """Return the step factors by layer and role."""
        network = MultilayerPerceptron(sizes, parametrization="ntk", **settings)
        return network.parameters.views(network.step_factors())

    def test_steps_of_weights_go_with_the_root_of_the_inputs(self):
        views = self.views((64, 256, 3), input_scale=True)
        assert (views[0]["scale"] == 96).all()
        assert (views[0]["weight"] == 2).all()
        assert (views[0]["bias"] == np.float32(1.6)).all()
        assert (views[2]["weight"] == 1).all()

    def test_single_output_moves_as_fast_as_two_move_apart(self):
        views = self.views((64, 256, 1), input_scale=True)
        assert (views[0]["scale"] == 96).all()
        assert (views[2]["weight"] == 2).all()
        assert (views[2]["bias"] == np.float32(3.2)).all()

    def test_steps_of_an_embedding_are_those_of_biases(self):
        embedding, *_ = self.views((2, 3, 1), basis=BASIS)
        assert set(embedding) == {"amplitude"}
        for factors in embedding.values():
            assert (factors == np.float32(1.6)).all()

    def test_weights_and_biases_are_normal_and_the_last_layer_zero(self):
        parametrization = NeuralTangent()
        for activation in ACTIVATIONS.values():
            assert parametrization.hidden_start(activation) == (lecun_normal, standard_normal)
        assert parametrization.last_start == (zeros, zeros)

    def test_steps_are_those_of_a_network_that_divides(self):
        """Sign descent on `W'` in `z = a W' / √n + b` moves `W` as the factors say."""
        n_inputs, unit = 64, 16  # the step of a weight of size 1, in units of the learning rate
        factor = NeuralTangent().step_factor("weight", (n_inputs, 5))
        assert_allclose(factor, unit / np.sqrt(n_inputs))
        assert_allclose(NeuralTangent().step_factor("bias", (5,)), 0.1 * unit)
