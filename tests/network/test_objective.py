import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from examples.naive_network import ACTIVATIONS as REFERENCE_ACTIVATIONS
from examples.naive_network import binary_log_loss, log_loss, squared_error
from sknn.network.activations import ACTIVATIONS
from sknn.network.embedding import Basis
from sknn.network.losses import LOSSES, make_loss
from sknn.network.objective import Objective
from sknn.network.perceptron import MultilayerPerceptron
from sknn.network.scaling import InputScaler
from tests.reference import flat, naive

SIZES = (3, 5, 4, 3)
N_ROWS = 6
STEP = 1e-5

REFERENCE_LOSSES = {
    ("log_loss", "exclusive"): log_loss,
    ("log_loss", "independent"): binary_log_loss,
    ("squared_error", "exclusive"): squared_error,
    ("squared_error", "independent"): squared_error,
}

each_loss = pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, kinds in LOSSES.items() for kind in kinds]
)


def mean_loss(network, loss, X, targets, sample_weight=None):
    """Return the weighted mean loss of what the members predict together."""
    return loss.mean(network.predict_raw(X, loss.link.merge), targets, sample_weight)


def make_network(activation="tanh", dropout=0.0, scaler=None):
    """Return a network whose weights and biases are all different from zero."""
    network = MultilayerPerceptron(SIZES, activation, dropout, np.float64, scaler)
    rng = np.random.default_rng(9)
    network.parameters.values[...] = rng.normal(scale=0.7, size=network.parameters.values.size)
    return network


def make_inputs(n_rows=N_ROWS):
    inputs = np.random.default_rng(1).normal(size=(n_rows, SIZES[0]))
    inputs.flags.writeable = False
    return inputs


def make_targets(kind, n_rows=N_ROWS):
    """Return rows of zeros and ones: one-hot if the classes are exclusive."""
    rng = np.random.default_rng(2)
    if kind == "exclusive":
        return np.eye(SIZES[-1])[rng.integers(SIZES[-1], size=n_rows)]
    return rng.integers(2, size=(n_rows, SIZES[-1])).astype(float)


def make_weights(n_rows=N_ROWS):
    """Return weights of mean 1; one of them is 0."""
    weights = np.random.default_rng(3).exponential(size=n_rows)
    weights[1] = 0
    return weights / weights.mean()


def loss_of(name, kind, label_smoothing=0.0):
    return make_loss(name, exclusive=kind == "exclusive", label_smoothing=label_smoothing)


def numerical_gradient(network, value):
    """Return central differences of `value()` with respect to each of the network's parameters."""
    values = network.parameters.values
    gradient = np.empty_like(values)
    for i, theta in enumerate(values.copy()):
        values[i] = theta + STEP
        above = value()
        values[i] = theta - STEP
        below = value()
        values[i] = theta
        gradient[i] = (above - below) / (2 * STEP)
    return gradient


def assert_gradient_is_numerical(network, value):
    value()
    gradient = network.parameters.gradient.copy()
    assert np.abs(gradient).max() > 0.01  # there is something to compare
    assert_allclose(gradient, numerical_gradient(network, value), rtol=1e-6, atol=1e-8)


class TestGradient:
    def test_hidden_neurons_stay_away_from_the_kinks_of_rectifiers(self):
        """The premise of the following tests; no step moves any `z` by more than this margin."""
        for activation, (f, _) in REFERENCE_ACTIVATIONS.items():
            network, a = make_network(activation), make_inputs()
            for layer in network.dense_layers()[:-1]:
                z = a @ layer.weight + layer.bias
                assert np.abs(z).min() > 100 * STEP
                a = f(z)

    @pytest.mark.parametrize("activation", ACTIVATIONS)
    @each_loss
    @pytest.mark.parametrize("label_smoothing", [0, 0.1])
    @pytest.mark.parametrize("weighted", [False, True])
    @pytest.mark.parametrize("l2", [0, 0.1])
    def test_agrees_with_central_differences(
        self, activation, name, kind, label_smoothing, weighted, l2
    ):
        network, loss = make_network(activation), loss_of(name, kind, label_smoothing)
        objective, targets = Objective(network, loss, l2), loss.smooth(make_targets(kind))
        weights = make_weights() if weighted else None
        assert_gradient_is_numerical(
            network, lambda: objective.value_and_gradient(make_inputs(), targets, weights)
        )

    @pytest.mark.parametrize("activation", ACTIVATIONS)
    def test_agrees_with_central_differences_under_a_fixed_dropout_mask(self, activation):
        network, loss = make_network(activation, dropout=0.3), loss_of("log_loss", "exclusive")

        def value():
            objective = Objective(network, loss, rng=np.random.default_rng(5))
            return objective.value_and_gradient(make_inputs(), make_targets("exclusive"))

        assert_gradient_is_numerical(network, value)

    @pytest.mark.parametrize("csr", [sparse.csr_array, sparse.csr_matrix])
    def test_agrees_with_central_differences_for_sparse_rows(self, csr):
        network = make_network()
        objective = Objective(network, loss_of("log_loss", "exclusive"))
        inputs = csr(np.maximum(make_inputs(), 0))
        assert_gradient_is_numerical(
            network, lambda: objective.value_and_gradient(inputs, make_targets("exclusive"))
        )


@pytest.mark.parametrize("activation", REFERENCE_ACTIVATIONS)
@each_loss
@pytest.mark.parametrize("l2", [0, 0.1])
def test_value_and_gradient_agree_with_reference(activation, name, kind, l2):
    network, targets = make_network(activation), make_targets(kind)
    reference = naive(network, loss=REFERENCE_LOSSES[name, kind], l2=l2)
    expected, gradients = reference.value_and_gradients(make_inputs(), targets)
    objective = Objective(network, loss_of(name, kind), l2)
    value = objective.value_and_gradient(make_inputs(), targets)
    assert value == pytest.approx(expected, rel=1e-12)
    assert_allclose(network.parameters.gradient, flat(gradients), rtol=1e-10, atol=1e-14)


@each_loss
@pytest.mark.parametrize("l2", [0, 0.1])
def test_weighting_is_repeating_rows(name, kind, l2):
    counts = np.array([1, 3, 0, 2, 1, 5])
    network, targets = make_network(), make_targets(kind)
    objective = Objective(network, loss_of(name, kind), l2)
    repeated = objective.value_and_gradient(
        make_inputs().repeat(counts, axis=0), targets.repeat(counts, axis=0)
    )
    gradient = network.parameters.gradient.copy()
    weighted = objective.value_and_gradient(make_inputs(), targets, counts / counts.mean())
    assert weighted == pytest.approx(repeated, rel=1e-12)
    assert_allclose(network.parameters.gradient, gradient, rtol=1e-10, atol=1e-14)


def test_rows_without_weight_leave_only_the_penalty():
    network = make_network()
    objective = Objective(network, loss_of("log_loss", "exclusive"), l2=0.1)
    value = objective.value_and_gradient(make_inputs(), make_targets("exclusive"), np.zeros(N_ROWS))
    weights = [layer.weight for layer in network.dense_layers()]
    assert value == pytest.approx(0.05 * sum(np.sum(weight**2) for weight in weights))
    slices = network.parameters.slices
    assert_allclose(network.parameters.gradient[slices["weight"]], 0.1 * flat(weights))
    assert_array_equal(network.parameters.gradient[slices["bias"]], 0)


def test_there_is_no_penalty_unless_asked_for():
    network, loss = make_network(), loss_of("log_loss", "exclusive")
    targets = make_targets("exclusive")
    value = Objective(network, loss).value_and_gradient(make_inputs(), targets)
    assert value == pytest.approx(mean_loss(network, loss, make_inputs(), targets), rel=1e-12)


def test_evaluations_of_different_size_do_not_disturb_each_other():
    network, loss = make_network(), loss_of("log_loss", "exclusive")
    objective = Objective(network, loss)
    for n_rows in (6, 2, 6, 5, 2):
        data = make_inputs(n_rows), make_targets("exclusive", n_rows)
        value = objective.value_and_gradient(*data)
        gradient = network.parameters.gradient.copy()
        assert value == Objective(network, loss).value_and_gradient(*data)
        assert_array_equal(gradient, network.parameters.gradient)


def test_dropout_takes_its_randomness_from_the_generator():
    def values(seed):
        rng = np.random.default_rng(seed)
        network = make_network(dropout=0.5)
        objective = Objective(network, loss_of("log_loss", "exclusive"), rng=rng)
        data = make_inputs(), make_targets("exclusive")
        return [objective.value_and_gradient(*data) for _ in range(10)]

    assert values(seed=0) == values(seed=0)
    assert values(seed=0) != values(seed=1)
    assert len(set(values(seed=0))) == 10


class TestMeanLoss:
    @each_loss
    @pytest.mark.parametrize("dropout", [0.0, 0.5])
    def test_agrees_with_reference_without_dropout_and_penalty(self, name, kind, dropout):
        scaler = InputScaler(np.ones(3), np.full(3, 2.0))
        network, targets = make_network(dropout=dropout, scaler=scaler), make_targets(kind, 3000)
        X = make_inputs(3000)
        reference = naive(network, loss=REFERENCE_LOSSES[name, kind])
        expected, _ = reference.value_and_gradients((X - 1) * 2, targets)
        value = mean_loss(network, loss_of(name, kind), X, targets)
        assert value == pytest.approx(expected, rel=1e-12)

    @each_loss
    def test_weighting_is_repeating_rows(self, name, kind):
        counts = np.array([1, 3, 0, 2, 1, 5])
        network, loss, targets = make_network(), loss_of(name, kind), make_targets(kind)
        weighted = mean_loss(network, loss, make_inputs(), targets, counts)
        repeated = mean_loss(
            network, loss, make_inputs().repeat(counts, axis=0), targets.repeat(counts, axis=0)
        )
        assert weighted == pytest.approx(repeated, rel=1e-12)

    def test_leaves_the_parameters_and_their_gradient_alone(self):
        network = make_network()
        network.parameters.gradient[...] = 7
        network.parameters.values.flags.writeable = False
        loss = loss_of("log_loss", "exclusive")
        assert mean_loss(network, loss, make_inputs(), make_targets("exclusive")) > 0
        assert_array_equal(network.parameters.gradient, 7)


N_MEMBERS, MEMBER_SIZES = 3, (4, 5, 6, 3)


def make_members(n_members=N_MEMBERS, **settings):
    """Return a network of several members, whose numbers are all different from zero."""
    network = MultilayerPerceptron(
        MEMBER_SIZES, "tanh", dtype=np.float64, n_members=n_members, **settings
    )
    rng = np.random.default_rng(0)
    network.parameters.values[...] = rng.normal(scale=0.5, size=network.parameters.values.size)
    return network


def make_data(kind="exclusive", n_rows=7):
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(n_rows, MEMBER_SIZES[0]))
    if kind == "exclusive":
        return inputs, np.eye(MEMBER_SIZES[-1])[rng.integers(MEMBER_SIZES[-1], size=n_rows)]
    return inputs, rng.integers(2, size=(n_rows, MEMBER_SIZES[-1])).astype(float)


def member(network, i):
    """Return a network that is only the i-th member."""
    single = make_members(1)
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
    network, (inputs, targets) = make_members(), make_data(kind)
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
    assert_allclose(value, values, rtol=1e-12)


def check_gradient(objective, inputs, targets):
    """Compare the gradient of the sum over the members with central differences."""
    network = objective.network

    def sum_over_members():
        return objective.value_and_gradient(inputs, targets).sum()

    sum_over_members()
    gradient = network.parameters.gradient.copy()
    expected = numerical_gradient(network, sum_over_members)
    assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("n_rows", [1, 7])
@pytest.mark.parametrize("sizes", [(4, 5, 1), (1, 1, 1), (4, 1, 3)])
def test_a_single_row_and_single_neurons_have_their_gradients_too(n_rows, sizes):
    network = MultilayerPerceptron(sizes, "tanh", 0.0, np.float64, n_members=N_MEMBERS)
    rng = np.random.default_rng(0)
    network.parameters.values[...] = rng.normal(size=network.parameters.values.size)
    inputs, targets = rng.normal(size=(n_rows, sizes[0])), np.zeros((n_rows, sizes[-1]))
    targets[:, 0] = 1
    check_gradient(
        Objective(network, make_loss("log_loss", exclusive=sizes[-1] > 1)), inputs, targets
    )


@pytest.mark.parametrize("csr", [sparse.csr_array, sparse.csr_matrix])
@pytest.mark.parametrize("n_members", [1, N_MEMBERS])
def test_sparse_rows_are_dense_rows(csr, n_members):
    network, (inputs, targets) = make_members(n_members), make_data()
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
    basis = None
    if n_embedded > 0:
        rng = np.random.default_rng(0)
        basis = Basis.draw(n_embedded, np.dtype(float), rng)
        basis = basis.with_ramps(rng.normal(size=(n_embedded, 2)), np.ones((n_embedded, 2)))
    network = make_members(n_members, input_scale=input_scale, basis=basis)
    X, targets = make_data()
    check_gradient(
        Objective(network, make_loss("log_loss", exclusive=True)), network.inputs(X), targets
    )


def test_mean_loss_is_that_of_the_merged_prediction():
    network, (inputs, targets) = make_members(), make_data()
    loss = make_loss("log_loss", exclusive=True)
    p = np.exp(loss.log_proba(network.predict_raw(inputs, loss.link.merge)))
    expected = -np.mean(np.log(p[targets == 1]))
    assert_allclose(mean_loss(network, loss, inputs, targets), expected, rtol=1e-12)
