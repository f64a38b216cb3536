import copy
import math
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn.network.embedding import N_COSINES, Basis, NumberEmbedding, RowsWithBasis
from sknn.network.losses import make_loss
from sknn.network.objective import Objective
from sknn.network.perceptron import MultilayerPerceptron

N_INPUTS, N_NUMBERS = 4, 2


def make_network(**settings):
    """Return a network above an embedding, with parameters that are all different from zero."""
    rng = np.random.default_rng(0)
    basis = Basis.draw(N_NUMBERS, np.dtype(float), rng)
    basis = basis.with_ramps(
        rng.uniform(-2, 0, (N_NUMBERS, 2)), rng.uniform(0.1, 0.5, (N_NUMBERS, 2))
    )
    network = MultilayerPerceptron(
        (N_INPUTS, 5, 3), "tanh", dtype=np.float64, basis=basis, **settings
    )
    network.initialize(rng)
    network.parameters.values[...] = rng.normal(scale=0.5, size=network.parameters.values.size)
    return network


def make_rows(n_rows=7):
    return np.random.default_rng(1).normal(size=(n_rows, N_INPUTS))


def naive_basis(basis, x, j):
    """Return the basis functions of the number x, which is input j: cosines, then ramps."""
    cosines = [
        math.cos(f * x + phase) for f, phase in zip(basis.frequency[j], basis.phase[j], strict=True)
    ]
    ends = zip(basis.start[j], basis.start[j] + 1 / basis.slope[j], strict=True)
    return [*cosines, *(np.interp(x, edges, [0, 1]) for edges in ends)]


def naive_embedding(basis, amplitude, X):
    """Return the inputs, and the sums of basis functions of each of the numbers, one by one."""
    rows = []
    for x in X:
        functions = [amplitude[j] @ naive_basis(basis, x[j], j) for j in range(N_NUMBERS)]
        rows.append(np.concatenate([x, *functions]))
    return np.array(rows)


@pytest.mark.parametrize("n_members", [1, 3])
def test_each_number_has_sums_of_basis_functions_beside_it(n_members):
    network, X = make_network(n_members=n_members), make_rows()
    layer = network.layers[0]
    assert isinstance(layer, NumberEmbedding)
    found = layer.forward(network.inputs(X), network.workspaces(len(X))[0])
    amplitudes = layer.amplitude.reshape(n_members, *layer.amplitude.shape[-3:])
    expected = [naive_embedding(network.basis, amplitude, X) for amplitude in amplitudes]
    assert found.shape == (*network.members, len(X), layer.n_outputs)
    assert_allclose(found.reshape(np.shape(expected)), expected, rtol=1e-12)


def test_frequencies_and_phases_come_from_the_generator():
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    basis = Basis.draw(N_NUMBERS, np.dtype(float), rng)
    shape = (N_NUMBERS, N_COSINES)
    assert_array_equal(basis.frequency, twin.normal(0, 0.2 * np.pi, shape))
    assert_array_equal(basis.phase, twin.uniform(-np.pi, np.pi, shape))


def test_the_network_starts_with_the_numbers_themselves():
    network = make_network(n_members=3)
    assert network.layers[0].amplitude.all()
    network.initialize(np.random.default_rng(3))
    assert network.layers[0].amplitude.shape == (3, N_NUMBERS, 3, N_COSINES + 2)
    assert not network.layers[0].amplitude.any()


@pytest.mark.parametrize(
    ("n_numbers", "n_functions"), [(1, 3), (16, 3), (17, 2), (24, 2), (25, 1), (200, 1)]
)
def test_wide_tables_have_fewer_functions_of_a_number(n_numbers, n_functions):
    basis = Basis.draw(n_numbers, np.dtype(float), np.random.default_rng(0))
    network = MultilayerPerceptron((n_numbers, 5, 3), dtype=np.float64, basis=basis, n_members=2)
    layer, above = network.layers[:2]
    assert layer.amplitude.shape == (2, n_numbers, n_functions, N_COSINES)
    assert above.n_inputs == n_numbers * (1 + n_functions)


def test_members_share_nothing_that_is_trained():
    network = make_network(n_members=3)
    inputs, targets = network.inputs(make_rows()), np.eye(3)[[0, 1, 2, 0, 1, 2, 0]]
    weight = np.ones((7, 3))
    weight[:, 1] = 0  # the second member has nothing to learn from
    objective = Objective(network, make_loss("log_loss", exclusive=True))
    objective.value_and_gradient(inputs, targets, weight)
    for views in network.parameters.views(network.parameters.gradient):
        for gradient in views.values():
            assert not gradient[1].any()
            assert gradient[0].all()


def test_inputs_keep_their_numbers_and_gain_the_basis():
    network, X = make_network(), make_rows()
    inputs = network.inputs(X)
    assert_array_equal(inputs[:, :N_INPUTS], X)
    for found, x in zip(inputs[:, N_INPUTS:], X, strict=True):
        expected = [naive_basis(network.basis, x[j], j) for j in range(N_NUMBERS)]
        assert_allclose(found, np.concatenate(expected), rtol=1e-12, atol=1e-15)


def test_lazy_inputs_are_the_same_numbers():
    network, X = make_network(), make_rows(3000)
    expected = network.inputs(X)
    for most_bytes in (0, X.nbytes):
        lazy = network.inputs(X, most_bytes=most_bytes)
        assert isinstance(lazy, RowsWithBasis)
        assert_array_equal(lazy, expected)
        assert_array_equal(lazy[[5, 2999]], expected[[5, 2999]])


@pytest.mark.parametrize(
    "make_copy", [copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))]
)
def test_a_copy_has_frozen_values_of_its_own(make_copy):
    network = make_network()
    twin, expected = make_copy(network), network.predict_raw(make_rows())
    network.basis.phase[...] = 0
    assert_array_equal(twin.predict_raw(make_rows()), expected)


def test_frozen_values_may_be_read_only_or_mapped(tmp_path):
    network = make_network()
    basis = network.basis
    np.save(tmp_path / "phase.npy", basis.phase)
    mapped = np.load(tmp_path / "phase.npy", mmap_mode="r")
    given = {**basis.definition(), "phase": mapped}
    twin = MultilayerPerceptron.from_definition(network.definition() | {"basis": given}).copy()
    assert type(twin.basis.phase) is np.ndarray
    assert_array_equal(twin.predict_raw(make_rows()), network.predict_raw(make_rows()))


@pytest.mark.parametrize(
    "phase",
    [
        np.zeros(3),
        np.zeros((3, N_COSINES)),
        np.full((N_NUMBERS, N_COSINES), np.nan),
        np.zeros((N_NUMBERS, N_COSINES), complex),
    ],
)
def test_frozen_values_of_another_form_are_refused(phase):
    definition = make_network().definition()
    definition["basis"] = {"frequency": np.zeros((N_NUMBERS, N_COSINES)), "phase": phase}
    with pytest.raises(ValueError, match="No basis of 2 numbers has phase="):
        MultilayerPerceptron.from_definition(definition)
