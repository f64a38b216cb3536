"""The embedding of categories: against one-hot inputs, and numerical gradients."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn.network.categories import N_DIMENSIONS, CategoryEmbedding
from sknn.network.embedding import Basis
from sknn.network.losses import make_loss
from sknn.network.objective import Objective
from sknn.network.perceptron import MultilayerPerceptron

SIZES = (3, 5)


def network_of(n_members=1, n_numbers=2, *, embeds_numbers=True, hidden=(4,)):
    """Return a network of numbers and two columns of codes, in float64."""
    rng = np.random.default_rng(0)
    basis = Basis.draw(n_numbers, np.dtype(float), rng) if embeds_numbers else None
    network = MultilayerPerceptron(
        (n_numbers, *hidden, 2),
        "tanh",
        dtype=np.float64,
        n_members=n_members,
        basis=basis,
        n_categories=SIZES,
        input_scale=True,
    )
    network.initialize(rng)
    network.parameters.values += rng.normal(0, 0.1, network.parameters.values.shape)
    return network


def rows_of(n_rows=7, n_numbers=2):
    """Return rows of numbers and codes."""
    rng = np.random.default_rng(1)
    codes = [rng.integers(size + 1, size=n_rows) for size in SIZES]
    return np.column_stack([rng.normal(size=(n_rows, n_numbers)), *codes])


def embedding_of(network):
    """Return the embedding of categories of a network."""
    (found,) = (layer for layer in network.layers if isinstance(layer, CategoryEmbedding))
    return found


@pytest.mark.parametrize("n_members", [1, 3])
@pytest.mark.parametrize("embeds_numbers", [False, True])
def test_outputs_are_one_hot_rows_times_vectors(n_members, embeds_numbers):
    network, X = network_of(n_members, embeds_numbers=embeds_numbers), rows_of()
    network.predict_raw(X)
    embedding, below = embedding_of(network), network.inputs(X)
    workspaces = network.workspaces(len(X))
    for layer, workspace in zip(network.layers, workspaces, strict=True):
        if layer is embedding:
            break
        below = layer.forward(below, workspace)
    outputs = embedding.forward(below, workspaces[network.layers.index(embedding)])
    one_hot = np.hstack([np.eye(size + 1)[X[:, 2 + j].astype(int)] for j, size in enumerate(SIZES)])
    vectors = np.zeros((*network.members, one_hot.shape[1], 2 * N_DIMENSIONS))
    vectors[..., :4, :N_DIMENSIONS] = embedding.table[..., :4, :]
    vectors[..., 4:, N_DIMENSIONS:] = embedding.table[..., 4:, :]
    expected = np.broadcast_to(X[:, :2], (*network.members, len(X), 2))
    assert_array_equal(outputs[..., :2], expected)
    functions = outputs[..., 2 : -2 * N_DIMENSIONS]
    assert_array_equal(functions, np.broadcast_to(below[..., 4:], functions.shape))
    assert_allclose(outputs[..., -2 * N_DIMENSIONS :], one_hot @ vectors)


@pytest.mark.parametrize("n_members", [1, 3])
@pytest.mark.parametrize("embeds_numbers", [False, True])
@pytest.mark.parametrize("hidden", [(), (4,)])
@pytest.mark.parametrize("n_numbers", [0, 2])
def test_gradients_are_those_of_differences(n_members, embeds_numbers, hidden, n_numbers):
    network = network_of(
        n_members, n_numbers, embeds_numbers=embeds_numbers and n_numbers > 0, hidden=hidden
    )
    X = rows_of(n_numbers=n_numbers)
    targets = np.eye(2)[np.arange(len(X)) % 2]
    loss = make_loss("log_loss", exclusive=True)
    objective = Objective(network, loss, 0.0, np.random.default_rng(0))
    inputs, values = network.inputs(X), network.parameters.values

    def value():
        return objective.value_and_gradient(inputs, targets, None)

    value()
    found, expected = network.parameters.gradient.copy(), np.empty(values.size)
    for i in range(values.size):
        before, costs = values[i], []
        for step in (1e-6, -1e-6):
            values[i] = before + step
            costs.append(np.sum(value()))
        values[i] = before
        expected[i] = (costs[0] - costs[1]) / 2e-6
    assert_allclose(found, expected, atol=1e-8)


def test_vectors_of_missing_categories_start_at_zero():
    network = MultilayerPerceptron((1, 3, 2), n_members=2, n_categories=SIZES)
    network.initialize(np.random.default_rng(0))
    table = embedding_of(network).table
    assert_array_equal(table[:, [0, 4]], 0)
    assert (np.delete(table, [0, 4], axis=1) != 0).all()


@pytest.mark.parametrize("n_members", [1, 2])
def test_a_definition_makes_the_same_network(n_members):
    network, X = network_of(n_members), rows_of()
    copied = MultilayerPerceptron.from_definition(network.definition())
    assert_array_equal(copied.predict_raw(X), network.predict_raw(X))


@pytest.mark.parametrize("n_categories", [(-1,), (3, -2)])
def test_sizes_that_cannot_be_are_refused(n_categories):
    with pytest.raises(ValueError, match="n_categories="):
        MultilayerPerceptron((1, 2), n_categories=n_categories)
    with pytest.raises(ValueError, match="sizes="):
        MultilayerPerceptron((0, 2))


def test_a_group_of_members_computes_the_same():
    network, X = network_of(3), rows_of()
    group, _ = network.group(slice(1, 3))
    assert_array_equal(group.predict_raw(X), network.predict_raw(X)[1:])
