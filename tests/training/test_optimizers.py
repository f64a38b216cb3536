import functools

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from examples.naive_network import adam, sgd
from sknn.network.parameters import ParameterVector
from sknn.training.optimizers import Adam, Sgd
from tests.reference import flat

SHAPES = [{"weight": (3, 4), "bias": (4,)}, {}, {"weight": (4, 2), "bias": (2,)}]

# For each case the optimizer and the same rule in the naive reference.
RULES = {
    "sgd": (lambda: Sgd(momentum=0), sgd),
    "sgd, nesterov without momentum": (lambda: Sgd(momentum=0, nesterov=True), sgd),
    "momentum": (
        lambda: Sgd(momentum=0.8, nesterov=False),
        functools.partial(sgd, momentum=0.8),
    ),
    "nesterov": (
        lambda: Sgd(momentum=0.8, nesterov=True),
        functools.partial(sgd, momentum=0.8, nesterov=True),
    ),
    "sgd by default": (Sgd, functools.partial(sgd, momentum=0.9, nesterov=True)),
    "adam": (Adam, adam),
    "adam with other memories": (
        lambda: Adam(beta_1=0.5, beta_2=0.9, epsilon=1e-3),
        functools.partial(adam, beta_1=0.5, beta_2=0.9, epsilon=1e-3),
    ),
    "adam without memory": (
        lambda: Adam(beta_1=0, beta_2=0, epsilon=1e-3),
        functools.partial(adam, beta_1=0, beta_2=0, epsilon=1e-3),
    ),
    "adam with decay": (
        lambda: Adam(weight_decay=0.3),
        functools.partial(adam, decay=0.3),
    ),
}

each_rule = pytest.mark.parametrize(("make_optimizer", "rule"), RULES.values(), ids=RULES)


def make_parameters(shapes=SHAPES, dtype=np.float64):
    parameters = ParameterVector(shapes, dtype)
    parameters.values[...] = np.random.default_rng(0).normal(size=parameters.values.size)
    return parameters


def draw_gradients(n_steps, size, seed=1):
    """Return gradients of very different size, as training meets them."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_steps, size)) * 10.0 ** rng.integers(-6, 3, size=(n_steps, size))


def take_steps(parameters, optimizer, gradients, rates):
    """Return the values after each step."""
    values = []
    for gradient, rate in zip(gradients, rates, strict=True):
        parameters.gradient[...] = gradient
        optimizer.step(parameters, rate)
        values.append(parameters.values.copy())
    return np.array(values)


def naive_steps(parameters, rule, gradients, rates):
    """Return the values after each step of the reference, which goes array by array."""

    def arrays(vector):
        views = parameters.views(vector.copy())
        return [layer[role] for role in parameters.slices for layer in views if role in layer]

    thetas = arrays(parameters.values)
    memories = [{} for _ in thetas]
    values = []
    for gradient, rate in zip(gradients, rates, strict=True):
        groups = zip(thetas, arrays(gradient), memories, strict=True)
        thetas = [rule(theta, g, memory, rate) for theta, g, memory in groups]
        values.append(flat(thetas))
    return np.array(values)


@each_rule
def test_each_step_agrees_with_reference(make_optimizer, rule):
    parameters = make_parameters()
    gradients = draw_gradients(50, parameters.values.size)
    rates = np.linspace(0.1, 0.001, 50)  # the learning rate may change from step to step
    expected = naive_steps(parameters, rule, gradients, rates)
    values = take_steps(parameters, make_optimizer(), gradients, rates)
    assert_allclose(values, expected, rtol=1e-12, atol=1e-12)


@each_rule
def test_long_vectors_are_treated_like_short_ones(make_optimizer, rule):
    parameters = make_parameters([{"weight": (300, 500), "bias": (500,)}])
    gradients = draw_gradients(3, parameters.values.size)
    expected = naive_steps(parameters, rule, gradients, [0.1, 0.01, 0.02])
    values = take_steps(parameters, make_optimizer(), gradients, [0.1, 0.01, 0.02])
    assert parameters.values.size > 2 * 65536  # several blocks and a shorter one
    assert_allclose(values, expected, rtol=1e-12, atol=1e-12)


@each_rule
def test_float32_agrees_with_reference(make_optimizer, rule):
    parameters = make_parameters(dtype=np.float32)
    gradients = draw_gradients(50, parameters.values.size)
    expected = naive_steps(parameters, rule, gradients, [0.01] * 50)
    optimizer = make_optimizer()
    values = take_steps(parameters, optimizer, gradients, [0.01] * 50)
    assert parameters.values.dtype == np.float32
    assert_allclose(values, expected, rtol=1e-4, atol=1e-4)
    for name, number in optimizer.state.items():
        assert name == "t" or number.dtype == np.float32


@each_rule
def test_another_optimizer_continues_from_the_state(make_optimizer, rule):
    gradients = draw_gradients(20, make_parameters().values.size)
    expected = take_steps(make_parameters(), make_optimizer(), gradients, [0.1] * 20)

    parameters, first, second = make_parameters(), make_optimizer(), make_optimizer()
    assert first.state == {}
    take_steps(parameters, first, gradients[:8], [0.1] * 8)
    second.state = first.state
    values = take_steps(parameters, second, gradients[8:], [0.1] * 12)
    assert_array_equal(values, expected[8:])


def test_plain_gradient_descent_remembers_nothing():
    optimizer = Sgd(momentum=0)
    take_steps(make_parameters(), optimizer, draw_gradients(3, 26), [0.1] * 3)
    assert optimizer.state == {}


@each_rule
def test_minimizes_a_quadratic(make_optimizer, rule):
    """The minimum of `½ Σ cᵢ (θᵢ - sᵢ)²` is `s`; decay pulls the weights only towards 0."""
    parameters, optimizer = make_parameters(), make_optimizer()
    size = parameters.values.size
    curvature = np.random.default_rng(2).uniform(0.5, 2, size)
    minimum = np.random.default_rng(3).normal(size=size)
    for rate in np.linspace(0.1, 0, 3000, endpoint=False):
        parameters.gradient[...] = curvature * (parameters.values - minimum)
        optimizer.step(parameters, rate)
    bias = parameters.slices["bias"]
    assert_allclose(parameters.values[bias], minimum[bias], atol=1e-4)
    if getattr(optimizer, "weight_decay", 0) == 0:
        assert_allclose(parameters.values, minimum, atol=1e-4)
    else:
        assert np.linalg.norm(parameters.values) < np.linalg.norm(minimum)


def test_nesterov_looks_one_step_ahead():
    """The values are those where Nesterov's original form evaluates its gradient, `θ + μ v`."""
    parameters, optimizer = make_parameters(), Sgd(momentum=0.8, nesterov=True)
    curvature = np.random.default_rng(2).uniform(0.5, 2, parameters.values.size)
    theta, v = parameters.values.copy(), np.zeros(parameters.values.size)
    for _ in range(30):
        v = 0.8 * v - 0.1 * curvature * (theta + 0.8 * v)
        theta = theta + v
        parameters.gradient[...] = curvature * parameters.values
        optimizer.step(parameters, 0.1)
        assert_allclose(parameters.values, theta + 0.8 * v, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("scale", [1e-3, 1, 1e3])
def test_first_step_of_adam_is_the_learning_rate_for_any_gradient(scale):
    parameters = make_parameters()
    before = parameters.values.copy()
    gradient = scale * (-1.0) ** np.arange(before.size)
    take_steps(parameters, Adam(), [gradient], [0.1])
    assert_allclose(before - parameters.values, 0.1 * np.sign(gradient), rtol=1e-3)


def step_factors(parameters):
    """Return factors of very different size; some are zero."""
    factors = 10.0 ** np.random.default_rng(4).integers(-2, 3, size=parameters.values.size)
    factors[::5] = 0
    return factors.astype(parameters.values.dtype)


@pytest.mark.parametrize("shapes", [SHAPES, [{"weight": (300, 500), "bias": (500,)}]])
def test_step_factors_multiply_the_steps_of_adam(shapes):
    """Line by line the rule of Kingma and Ba, times the factor of each parameter."""
    parameters = make_parameters(shapes)
    factors = step_factors(parameters)
    gradients = draw_gradients(6, parameters.values.size)
    rates = np.linspace(0.1, 0.01, 6)
    theta, m, v, expected = parameters.values.copy(), 0.0, 0.0, []
    for t, (g, rate) in enumerate(zip(gradients, rates, strict=True), start=1):
        m = 0.8 * m + (1 - 0.8) * g
        v = 0.95 * v + (1 - 0.95) * g**2
        corrected = np.sqrt(1 - 0.95**t) / (1 - 0.8**t) * m / (np.sqrt(v) + 1e-6)
        theta = theta - factors * rate * corrected
        expected.append(theta)
    values = take_steps(parameters, Adam(0.8, 0.95, 1e-6, 0.0, factors), gradients, rates)
    assert_allclose(values, expected, rtol=1e-10, atol=1e-12)


def test_parameters_of_factor_zero_stay_where_they_are():
    parameters = make_parameters()
    before, factors = parameters.values.copy(), step_factors(parameters)
    take_steps(parameters, Adam(step_factors=factors), draw_gradients(5, 26), [0.1] * 5)
    assert_array_equal(parameters.values[factors == 0], before[factors == 0])
    assert np.all(parameters.values[factors > 0] != before[factors > 0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_factors_of_one_are_no_factors(dtype):
    values = []
    for factors in (None, np.ones(26, dtype)):
        parameters, gradients = make_parameters(dtype=dtype), draw_gradients(9, 26)
        values.append(take_steps(parameters, Adam(step_factors=factors), gradients, [0.1] * 9))
    assert_array_equal(*values)


def test_the_state_of_adam_knows_no_factors():
    """Another optimizer goes on from it with factors of its own."""
    optimizer = Adam(step_factors=step_factors(make_parameters()))
    take_steps(make_parameters(), optimizer, draw_gradients(3, 26), [0.1] * 3)
    assert optimizer.state.keys() == {"t", "m", "v"}


def test_only_weights_decay():
    parameters = make_parameters()
    weight, bias = (parameters.values[parameters.slices[role]] for role in ("weight", "bias"))
    weight_before, bias_before = weight.copy(), bias.copy()
    no_gradient = np.zeros((10, parameters.values.size))
    take_steps(parameters, Adam(weight_decay=0.3), no_gradient, [0.1] * 10)
    assert_allclose(weight, weight_before * (1 - 0.1 * 0.3) ** 10, rtol=1e-12)
    assert_array_equal(bias, bias_before)


@pytest.mark.parametrize("make_optimizer", [Adam, Sgd])
@pytest.mark.parametrize("n_steps", [900, 1500, 3001])
def test_moments_of_parameters_without_gradient_are_no_denormal_numbers(make_optimizer, n_steps):
    parameters, optimizer = make_parameters(dtype=np.float32), make_optimizer()
    gradients = draw_gradients(n_steps, parameters.values.size)
    gradients[5:, ::2] = 0
    take_steps(parameters, optimizer, gradients, np.full(n_steps, 1e-3))
    moments = [each for each in optimizer.state.values() if isinstance(each, np.ndarray)]
    sizes = np.abs(np.concatenate(moments))
    assert not ((sizes > 0) & (sizes < np.finfo(np.float32).tiny)).any()
