import copy
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn.network.embedding import PeriodicEmbedding
from sknn.network.losses import make_loss
from sknn.network.objective import Objective
from sknn.network.perceptron import MultilayerPerceptron

N_INPUTS, N_NUMBERS = 4, 2


def make_network(**settings):
    """Return a network above an embedding, with parameters that are all different from zero."""
    network = MultilayerPerceptron(
        (N_INPUTS, 5, 3), "tanh", dtype=np.float64, n_embedded=N_NUMBERS, **settings
    )
    rng = np.random.default_rng(0)
    network.initialize(rng)
    network.parameters.values[...] = rng.normal(scale=0.5, size=network.parameters.values.size)
    return network


def make_inputs(n_rows=7):
    return np.random.default_rng(1).normal(size=(n_rows, N_INPUTS))


def naive_embedding(layer, inputs):
    """Return the inputs, and the sums of cosines of each of the numbers, one by one."""
    rows = []
    for x in inputs:
        functions = [
            np.cos(layer.frequency[j, 0] * x[j] + layer.phase[j, 0]) @ layer.amplitude[j]
            + layer.offset[j, 0]
            for j in range(N_NUMBERS)
        ]
        rows.append(np.concatenate([x, *functions]))
    return np.array(rows)


@pytest.mark.parametrize("n_members", [1, 3])
def test_each_number_has_sums_of_cosines_beside_it(n_members):
    network, inputs = make_network(n_members=n_members), make_inputs()
    layer = network.layers[0]
    assert isinstance(layer, PeriodicEmbedding)
    found = layer.forward(inputs, network.workspaces(len(inputs))[0])
    assert found.shape == (len(inputs), layer.n_outputs)
    assert_array_equal(found[:, :N_INPUTS], inputs)
    assert_allclose(found, naive_embedding(layer, inputs), rtol=1e-12)


def test_starting_values_come_in_order_from_the_generator():
    network, rng = make_network(), np.random.default_rng(3)
    network.initialize(np.random.default_rng(3))
    layer = network.layers[0]
    cosines = (N_NUMBERS, 1, layer.n_cosines)
    assert_array_equal(layer.frequency, rng.normal(0, 0.2 * np.pi, cosines))
    assert_array_equal(layer.phase, rng.uniform(-np.pi, np.pi, cosines))
    bound = 1 / 4
    for learnt in (layer.amplitude, layer.offset):
        assert_array_equal(learnt, rng.uniform(-bound, bound, learnt.shape))


def test_frequencies_and_phases_are_no_parameters():
    network = make_network()
    layer = network.layers[0]
    n_dense = sum(each.weight.size + each.bias.size for each in network.dense_layers())
    assert network.parameters.values.size == n_dense + layer.amplitude.size + layer.offset.size
    assert network.buffers.size == layer.frequency.size + layer.phase.size
    for frozen in (layer.frequency, layer.phase):
        assert np.shares_memory(frozen, network.buffers)
        assert not np.shares_memory(frozen, network.parameters.values)


def test_gradients_leave_the_frozen_values_alone():
    network, before = make_network(), make_network().buffers
    objective = Objective(network, make_loss("log_loss", exclusive=True))
    objective.value_and_gradient(make_inputs(), np.eye(3)[[0, 1, 2, 0, 1, 2, 0]])
    assert network.parameters.gradient.all()
    assert_array_equal(network.buffers, before)


@pytest.mark.parametrize(
    "make_copy", [copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))]
)
def test_a_copy_has_frozen_values_of_its_own(make_copy):
    network = make_network()
    twin, expected = make_copy(network), network.predict_raw(make_inputs())
    network.buffers[...] = 0
    assert_array_equal(twin.predict_raw(make_inputs()), expected)


def test_frozen_values_are_kept_without_a_copy_even_if_read_only():
    network = make_network()
    buffers = network.buffers.copy()
    buffers.flags.writeable = False
    twin = MultilayerPerceptron.from_definition(network.definition() | {"buffers": buffers})
    twin = twin.copy()
    assert np.shares_memory(twin.layers[0].phase, buffers)
    assert_array_equal(twin.predict_raw(make_inputs()), network.predict_raw(make_inputs()))


def test_a_memory_map_becomes_plain_arrays(tmp_path):
    network = make_network()
    np.save(tmp_path / "buffers.npy", network.buffers)
    mapped = np.load(tmp_path / "buffers.npy", mmap_mode="r")
    twin = MultilayerPerceptron.from_definition(network.definition() | {"buffers": mapped})
    assert type(twin.buffers) is type(twin.layers[0].phase) is np.ndarray


@pytest.mark.parametrize(
    "buffers", [None, np.zeros(3), np.zeros(64, np.float32), np.zeros((2, 32))]
)
def test_frozen_values_of_another_form_are_refused(buffers):
    definition = make_network().definition() | {"buffers": buffers}
    with pytest.raises(ValueError, match="64 buffered numbers of type float64 cannot have values"):
        MultilayerPerceptron.from_definition(definition)
