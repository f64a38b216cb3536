"""Steps on sparse rows, which leave out the inputs that a batch has not."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from sknn.network.losses import make_loss
from sknn.network.objective import Objective
from sknn.network.perceptron import MultilayerPerceptron
from sknn.training.batches import Batches
from sknn.training.descent import SPARSE_STEP
from sknn.training.history import History
from sknn.training.optimizers import Adam, Sgd
from sknn.training.stochastic import train

N_ROWS, N_COLUMNS, BATCH_SIZE, RATE, DECAY, BETA_2 = 12, 120, 4, 0.02, 0.1, 0.6

FORMS = [
    {},
    {"input_scale": True, "parametrization": "ntk"},
    {"n_members": 3, "input_scale": True, "parametrization": "ntk"},
    {"n_members": 3, "dropout": 0.5},
    {"sizes": (N_COLUMNS, 3), "n_members": 2},
]


def make_network(sizes=(N_COLUMNS, 5, 4, 3), **form):
    network = MultilayerPerceptron(sizes, "tanh", dtype=np.float64, **form)
    network.initialize(np.random.default_rng(0))
    return network


def make_data(density=0.015):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(N_ROWS, N_COLUMNS)) * (rng.random((N_ROWS, N_COLUMNS)) < density)
    return X, np.eye(3)[rng.integers(0, 3, N_ROWS)]


def trained(X, targets, form, make_optimizer, n_epochs=3, batch_size=BATCH_SIZE):
    """Return a network after some epochs, and what the optimizer remembers."""
    network = make_network(**form)
    optimizer = make_optimizer(network.step_factors())
    objective = Objective(
        network, make_loss("log_loss", exclusive=True), rng=np.random.default_rng(2)
    )
    batches = Batches(
        X, targets, None, batch_size=batch_size, rng=np.random.default_rng(), shuffle=False
    )
    history = History(n_epochs, len(targets))
    train(objective, batches, optimizer, history, learning_rate=RATE)
    return network, optimizer.state, history


def make_adam(step_factors):
    return Adam(beta_2=BETA_2, weight_decay=DECAY, step_factors=step_factors)


def reference(X, targets, form, n_epochs=3):
    """Return values and moments by the formulas of Adam, with a mask of what a batch touches."""
    network = make_network(**form)
    parameters, factors = network.parameters, network.step_factors()
    factors = np.ones(parameters.values.size) if factors is None else factors
    objective = Objective(
        network, make_loss("log_loss", exclusive=True), rng=np.random.default_rng(2)
    )
    m, v, t = np.zeros(parameters.values.size), np.zeros(parameters.values.size), 0
    first = parameters.views(factors)[0]
    first["weight"] *= SPARSE_STEP
    if "scale" in first:
        first["scale"] *= SPARSE_STEP
    is_weight = np.zeros(parameters.values.size, bool)
    is_weight[parameters.slices["weight"]] = True
    for _ in range(n_epochs):
        objective.begin_epoch()
        for start in range(0, N_ROWS, BATCH_SIZE):
            rows = slice(start, start + BATCH_SIZE)
            objective.value_and_gradient(X[rows], targets[rows])
            touched = np.ones(parameters.values.size, bool)
            first = parameters.views(touched)[0]
            first["weight"][..., ~X[rows].any(axis=0), :] = False
            if "scale" in first:
                first["scale"][..., ~X[rows].any(axis=0)] = False
            t += 1
            g = parameters.gradient
            m = np.where(touched, 0.9 * m + 0.1 * g, m)
            v = np.where(touched, BETA_2 * v + (1 - BETA_2) * g**2, v)
            size = RATE * (1 - BETA_2**t) ** 0.5 / (1 - 0.9**t)
            step = size * m / (np.sqrt(v) + 1e-8) * factors
            decayed = parameters.values * np.where(is_weight, 1 - RATE * DECAY, 1)
            parameters.values[...] = np.where(touched, decayed - step, parameters.values)
    return parameters.values, m, v


@pytest.mark.parametrize("form", FORMS)
def test_inputs_that_a_batch_has_not_keep_values_and_moments(form):
    X, targets = make_data()
    network, state, _ = trained(sparse.csr_array(X), targets, form, make_adam)
    values, m, v = reference(X, targets, form)
    assert_allclose(network.parameters.values, values, rtol=1e-8)
    # The optimizer keeps its moments without their factors.
    assert_allclose(state["m"] * 0.1, m, rtol=1e-8, atol=1e-15)
    assert_allclose(state["v"] * (1 - BETA_2), v, rtol=1e-8, atol=1e-18)
    assert state["t"] == 9


@pytest.mark.parametrize("form", FORMS)
def test_the_first_step_is_that_of_dense_rows_but_longer(form):
    X, targets = make_data()
    start, by_sparse, by_dense = (
        each.parameters.views(each.parameters.values)
        for each in [
            make_network(**form),
            *(
                trained(rows, targets, form, lambda f: Adam(step_factors=f), 1, N_ROWS)[0]
                for rows in (sparse.csr_array(X), X)
            ),
        ]
    )
    for i, views in enumerate(start):
        for role, old in views.items():
            factor = SPARSE_STEP if i == 0 and role != "bias" else 1
            expected = factor * (by_dense[i][role] - old)
            assert_allclose(by_sparse[i][role] - old, expected, rtol=1e-6, atol=1e-12)


def test_inputs_that_never_occur_stay_where_they_start():
    X, targets = make_data()
    X[:, 7] = 0
    form = {"n_members": 2, "input_scale": True}
    network, _, _ = trained(sparse.csr_array(X), targets, form, make_adam)
    layer, start = network.layers[0], make_network(**form).layers[0]
    assert_array_equal(layer.weight[:, 7], start.weight[:, 7])
    assert_array_equal(layer.scale[:, 7], 1)
    assert (layer.weight[:, X.any(axis=0)] != start.weight[:, X.any(axis=0)]).all()


@pytest.mark.parametrize("form", FORMS)
def test_rows_without_entries_train_all_but_the_first_weights(form):
    X, targets = np.zeros((N_ROWS, N_COLUMNS)), make_data()[1]
    network, _, _ = trained(sparse.csr_array(X), targets, form, make_adam)
    values, *_ = reference(X, targets, form)
    assert_allclose(network.parameters.values, values, rtol=1e-8)


@pytest.mark.parametrize(
    ("make_optimizer", "density"),
    [(lambda _: Sgd(0.9), 0.015), (make_adam, 0.3)],
    ids=["momentum moves every weight", "many columns occur in a batch"],
)
def test_other_steps_are_those_of_dense_rows(make_optimizer, density):
    X, targets = make_data(density)
    networks = [
        trained(rows, targets, {"n_members": 2}, make_optimizer)[0]
        for rows in (sparse.csr_array(X), X)
    ]
    assert_allclose(*(each.parameters.values for each in networks), rtol=1e-8)


def test_the_history_is_that_of_the_objective():
    X, targets = make_data()
    first = [
        trained(rows, targets, {"n_members": 2}, make_adam, 1, batch_size=N_ROWS)[2].loss[0]
        for rows in (sparse.csr_array(X), X)
    ]
    assert_allclose(first[0], first[1])
