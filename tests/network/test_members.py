"""Networks of several members: each computes and learns as it would by itself."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.special import expit, softmax

from sknn.network.layers import PeriodicEmbedding
from sknn.network.losses import LOSSES, make_loss
from sknn.network.objective import Objective, mean_loss
from sknn.network.perceptron import MultilayerPerceptron
from tests.network.test_objective import numerical_gradient

N_MEMBERS, SIZES = 3, (4, 5, 6, 3)

each_loss = pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, kinds in LOSSES.items() for kind in kinds]
)


def make_network(n_members=N_MEMBERS, dtype=np.float64, **settings):
    """Return a network whose parameters are all different from zero."""
    network = MultilayerPerceptron(SIZES, "tanh", 0.0, dtype, n_members=n_members, **settings)
    rng = np.random.default_rng(0)
    network.parameters.values[...] = rng.normal(scale=0.5, size=network.parameters.values.size)
    return network


def make_data(kind="exclusive", n_rows=7):
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(n_rows, SIZES[0]))
    if kind == "exclusive":
        return inputs, np.eye(SIZES[-1])[rng.integers(SIZES[-1], size=n_rows)]
    return inputs, rng.integers(2, size=(n_rows, SIZES[-1])).astype(float)


def member(network, i):
    """Return a network that is only the i-th member."""
    single = make_network(1, network.dtype)
    for layer, its_layer in zip(network.dense_layers(), single.dense_layers(), strict=True):
        its_layer.weight[...] = layer.weight[i]
        its_layer.bias[...] = layer.bias[i]
    return single


def weight_gradients(network, i=None):
    """Return the gradients of weights and biases, of one member or of all there are."""
    gradients = []
    for layer in network.dense_layers():
        gradients += [layer.weight_gradient, layer.bias_gradient]
    return gradients if i is None else [gradient[i] for gradient in gradients]


@each_loss
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("l2", [0, 0.1])
def test_each_member_has_the_gradient_it_would_have_by_itself(name, kind, weighted, l2):
    network, (inputs, targets) = make_network(), make_data(kind)
    loss = make_loss(name, exclusive=kind == "exclusive")
    weights = None
    if weighted:
        weights = np.random.default_rng(3).exponential(size=(len(inputs), N_MEMBERS))
    value = Objective(network, loss, l2).value_and_gradient(inputs, targets, weights)
    values = []
    for i in range(N_MEMBERS):
        single = member(network, i)
        its_weights = None if weights is None else weights[:, i]
        objective = Objective(single, loss, l2)
        values.append(objective.value_and_gradient(inputs, targets, its_weights))
        pairs = zip(weight_gradients(network, i), weight_gradients(single), strict=True)
        for found, expected in pairs:
            assert_allclose(found, expected, rtol=1e-12, atol=1e-15)
    assert_allclose(value, np.mean(values), rtol=1e-12)


@pytest.mark.parametrize("n_rows", [1, 7])
@pytest.mark.parametrize("sizes", [(4, 5, 1), (1, 1, 1), (4, 1, 3)])
def test_a_single_row_and_single_neurons_have_their_gradients_too(n_rows, sizes):
    network = MultilayerPerceptron(sizes, "tanh", 0.0, np.float64, n_members=N_MEMBERS)
    rng = np.random.default_rng(0)
    network.parameters.values[...] = rng.normal(size=network.parameters.values.size)
    inputs, targets = rng.normal(size=(n_rows, sizes[0])), np.zeros((n_rows, sizes[-1]))
    targets[:, 0] = 1
    objective = Objective(network, make_loss("log_loss", exclusive=sizes[-1] > 1))

    def sum_over_members():
        return objective.value_and_gradient(inputs, targets) * N_MEMBERS

    sum_over_members()
    gradient = network.parameters.gradient.copy()
    expected = numerical_gradient(network, sum_over_members)
    assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("csr", [sparse.csr_array, sparse.csr_matrix])
@pytest.mark.parametrize("n_members", [1, N_MEMBERS])
def test_sparse_rows_are_dense_rows(csr, n_members):
    network, (inputs, targets) = make_network(n_members), make_data()
    inputs[np.abs(inputs) < 0.7] = 0
    objective = Objective(network, make_loss("log_loss", exclusive=True))
    expected = objective.value_and_gradient(inputs, targets)
    gradient = network.parameters.gradient.copy()
    assert_allclose(objective.value_and_gradient(csr(inputs), targets), expected, rtol=1e-12)
    assert_allclose(network.parameters.gradient, gradient, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("n_members", [1, N_MEMBERS])
@pytest.mark.parametrize("input_scale", [False, True])
@pytest.mark.parametrize("n_embedded", [0, 2, 4])
def test_gradient_agrees_with_central_differences_above_an_input_stage(
    n_members, input_scale, n_embedded
):
    network = make_network(n_members, input_scale=input_scale, n_embedded=n_embedded)
    inputs, targets = make_data()
    objective = Objective(network, make_loss("log_loss", exclusive=True))

    def sum_over_members():
        return objective.value_and_gradient(inputs, targets) * n_members

    sum_over_members()
    gradient = network.parameters.gradient.copy()
    expected = numerical_gradient(network, sum_over_members)
    for role in ("frequency", "phase"):  # they stay as they are drawn
        expected[network.parameters.slices.get(role, slice(0))] = 0
    assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


def test_embedding_is_a_sum_of_cosines_beside_the_number():
    network, (inputs, _) = make_network(n_embedded=2), make_data()
    (layer, *_), (scratch, *_) = network.layers, network.workspace(len(inputs))
    assert isinstance(layer, PeriodicEmbedding)
    found = layer.forward(inputs, scratch)
    assert found.shape == (len(inputs), 4 + 2 * 3)
    assert_array_equal(found[:, :4], inputs)
    for row, x in enumerate(inputs):
        for j in range(2):
            cosines = np.cos(layer.frequency[j, 0] * x[j] + layer.phase[j, 0])
            expected = cosines @ layer.amplitude[j] + layer.offset[j, 0]
            assert_allclose(found[row, 4 + 3 * j : 7 + 3 * j], expected, rtol=1e-12)


@pytest.mark.parametrize("n_members", [1, N_MEMBERS])
def test_scale_multiplies_each_input(n_members):
    network, (inputs, _) = make_network(n_members, input_scale=True), make_data()
    first = network.dense_layers()[0]
    raw = network.predict_raw(inputs)
    first.weight *= first.scale[..., np.newaxis]
    first.scale[...] = 1
    assert_allclose(network.predict_raw(inputs), raw, rtol=1e-12)


@each_loss
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_merging_averages_activations(name, kind, temperature):
    loss = make_loss(name, exclusive=kind == "exclusive")
    raw = np.random.default_rng(0).normal(scale=3, size=(N_MEMBERS, 7, 4))
    activate = expit if loss.link == "logistic" else lambda z: softmax(z, axis=-1)
    expected = activate(raw / temperature).mean(axis=0)
    assert_allclose(activate(loss.merge(raw, temperature)), expected, rtol=1e-12)
    assert_allclose(loss.merge(raw[0], temperature), raw[0] / temperature)


def test_merged_probabilities_are_finite_however_sure_the_members_are():
    loss = make_loss("log_loss", exclusive=True)
    raw = np.array([[[0.0, 2000.0]], [[0.0, 3000.0]]])
    assert np.isfinite(loss.log_proba(loss.merge(raw))).all()
    assert np.isfinite(make_loss("log_loss", exclusive=False).merge(raw)).all()


def test_predictions_come_chunk_by_chunk_member_by_member():
    network = make_network(dtype=np.float32)
    X = np.random.default_rng(0).normal(size=(2500, 4))
    raw = network.predict_raw(X)
    assert raw.shape == network.raw_shape(2500) == (N_MEMBERS, 2500, 3)
    for i in range(N_MEMBERS):
        assert_allclose(raw[i], member(network, i).predict_raw(X), rtol=1e-4, atol=1e-5)
    merge = make_loss("log_loss", exclusive=True).merge
    assert_allclose(network.predict_raw(X, merge), merge(raw), rtol=1e-6)


def test_mean_loss_is_that_of_the_merged_prediction():
    network, (inputs, targets) = make_network(), make_data()
    loss = make_loss("log_loss", exclusive=True)
    p = np.exp(loss.log_proba(network.predict_raw(inputs, loss.merge)))
    expected = -np.mean(np.log(p[targets == 1]))
    assert_allclose(mean_loss(network, loss, inputs, targets), expected, rtol=1e-12)


def test_hidden_activations_are_those_of_each_member():
    network, (inputs, _) = make_network(input_scale=True, n_embedded=4), make_data()
    found = network.hidden_activations(inputs)
    assert [a.shape for a in found] == [(7, 4), (N_MEMBERS, 7, 5), (N_MEMBERS, 7, 6)]


def test_pickle_brings_back_the_whole_form():
    network = make_network(parametrization="ntk", input_scale=True, n_embedded=2)
    loaded = pickle.loads(pickle.dumps(network))
    X = make_data()[0]
    assert_array_equal(loaded.predict_raw(X), network.predict_raw(X))
    assert_array_equal(loaded.step_factors(), network.step_factors())


class TestNeuralTangentParametrization:
    def test_steps_of_weights_go_with_the_root_of_the_inputs(self):
        network = MultilayerPerceptron((64, 256, 3), parametrization="ntk", input_scale=True)
        views = network.parameters.views(network.step_factors())
        assert (views[0]["scale"] == 96).all()
        assert (views[0]["weight"] == 2).all()
        assert (views[0]["bias"] == np.float32(1.6)).all()
        assert (views[2]["weight"] == 1).all()

    def test_single_output_moves_as_fast_as_two_move_apart(self):
        network = MultilayerPerceptron((64, 256, 1), parametrization="ntk")
        views = network.parameters.views(network.step_factors())
        assert (views[2]["weight"] == 2).all()
        assert (views[2]["bias"] == np.float32(3.2)).all()

    def test_frequencies_take_no_steps(self):
        network = MultilayerPerceptron((2, 3, 3), parametrization="ntk", n_embedded=2)
        views = network.parameters.views(network.step_factors())
        assert not views[0]["frequency"].any()
        assert not views[0]["phase"].any()
        assert views[0]["amplitude"].all()

    def test_standard_steps_are_all_alike(self):
        assert make_network().step_factors() is None

    def test_starting_weights(self):
        network = MultilayerPerceptron((400, 300, 3), parametrization="ntk", n_members=2)
        network.initialize(np.random.default_rng(0))
        first, last = network.dense_layers()
        assert_allclose(first.weight.std(), 1 / 20, rtol=0.02)
        assert_allclose(first.bias.std(), 1, rtol=0.1)
        assert not np.array_equal(first.weight[0], first.weight[1])
        assert not last.weight.any()
        assert not last.bias.any()
