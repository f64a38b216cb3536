import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import quad
from scipy.special import expit

from sknn.network.activations import ACTIVATIONS, logistic
from sknn.network.initializers import INITIALIZERS

erf = np.vectorize(math.erf, otypes=[float])

FORMULAS = {
    "identity": lambda z: z,
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "relu": lambda z: np.where(z > 0, z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.exp(z) - 1),
    "selu": lambda z: 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * (np.exp(z) - 1)),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "gelu": lambda z: z * (1 + erf(z / np.sqrt(2))) / 2,
    "mish": lambda z: z * np.tanh(np.log(1 + np.exp(z))),
}

# f(0), f'(0), f(1)
SPECIAL = {
    "identity": (0, 1, 1),
    "logistic": (0.5, 0.25, 0.7310585786300049),
    "tanh": (0, 1, 0.7615941559557649),
    "relu": (0, 0, 1),
    "leaky_relu": (0, 0.01, 1),
    "elu": (0, 1, 1),
    "selu": (0, 1.7580993408473766, 1.0507009873554805),
    "silu": (0, 0.5, 0.7310585786300049),
    "gelu": (0, 0.5, 0.8413447460685429),
    "mish": (0, 0.6, 0.8650983882673103),
}

# f and f' at -10000 and at 10000
EXTREMES = {
    "identity": ([-1e4, 1e4], [1, 1]),
    "logistic": ([0, 1], [0, 0]),
    "tanh": ([-1, 1], [0, 0]),
    "relu": ([0, 1e4], [0, 1]),
    "leaky_relu": ([-100, 1e4], [0.01, 1]),
    "elu": ([-1, 1e4], [0, 1]),
    "selu": ([-1.7580993408473766, 10507.009873554805], [0, 1.0507009873554805]),
    "silu": ([0, 1e4], [0, 1]),
    "gelu": ([0, 1e4], [0, 1]),
    "mish": ([0, 1e4], [0, 1]),
}

each_activation = pytest.mark.parametrize("name", ACTIVATIONS)
both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])

GRID = np.linspace(-6, 6, 240).reshape(12, 20)  # an even number of points: 0 is not among them


def passes(name, z, gradient=1.0):
    """Return `a` and the gradient that a forward and a backward pass leave behind."""
    activation = ACTIVATIONS[name]
    a = np.array(z)
    cache = tuple(np.zeros((activation.n_cached, *a.shape), a.dtype))
    activation.forward(a, cache)
    slope = np.full_like(a, gradient)
    activation.backward(slope, a.copy(), cache)
    return a, slope


@each_activation
def test_values_agree_with_formula(name):
    a, _ = passes(name, GRID)
    assert_allclose(a, FORMULAS[name](GRID), rtol=1e-12, atol=1e-15)


@each_activation
def test_derivative_agrees_with_central_differences_of_formula(name):
    gradient = np.random.default_rng(0).normal(size=GRID.shape)
    _, slope = passes(name, GRID, gradient)
    f, step = FORMULAS[name], 1e-5
    differences = (f(GRID + step) - f(GRID - step)) / (2 * step)
    assert_allclose(slope, gradient * differences, rtol=1e-8, atol=1e-9)


@each_activation
def test_float32_agrees_with_float64(name):
    a, slope = passes(name, GRID.astype(np.float32))
    exact_a, exact_slope = passes(name, GRID)
    assert a.dtype == slope.dtype == np.float32
    assert_allclose(a, exact_a, rtol=2e-6, atol=2e-7)
    assert_allclose(slope, exact_slope, rtol=2e-6, atol=1e-6)


@each_activation
@both_dtypes
def test_special_points(name, dtype):
    a, slope = passes(name, np.array([[0, 1]], dtype))
    at_zero, slope_at_zero, at_one = SPECIAL[name]
    tolerance = 4 * np.finfo(dtype).eps
    assert_allclose(a, [[at_zero, at_one]], rtol=tolerance, atol=0)
    assert_allclose(slope[0, 0], slope_at_zero, rtol=tolerance, atol=0)


@each_activation
@both_dtypes
def test_extreme_inputs_give_the_limits(name, dtype):
    a, slope = passes(name, np.array([[-1e4, 1e4]], dtype))
    limits, slopes = EXTREMES[name]
    assert_allclose(a[0], limits, rtol=1e-6, atol=1e-30)
    assert_allclose(slope[0], slopes, rtol=1e-6, atol=1e-30)


@each_activation
def test_single_values_do_not_depend_on_their_neighbours(name):
    a, slope = passes(name, GRID)
    single = [passes(name, np.array([[z]])) for z in GRID.ravel()[::17]]
    assert_allclose(a.ravel()[::17], [one[0][0, 0] for one in single], rtol=1e-15)
    assert_allclose(slope.ravel()[::17], [one[1][0, 0] for one in single], rtol=1e-14)


@each_activation
def test_initializer_exists(name):
    assert ACTIVATIONS[name].initializer in INITIALIZERS


def test_selu_keeps_mean_0_and_variance_1():
    def moment(power):
        def integrand(z):
            a, _ = passes("selu", np.array([[z]]))
            return a[0, 0] ** power * math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)

        return quad(integrand, -12, 0)[0] + quad(integrand, 0, 12)[0]

    assert moment(1) == pytest.approx(0, abs=1e-12)
    assert moment(2) == pytest.approx(1, abs=1e-12)


@both_dtypes
def test_logistic_agrees_with_scipy(dtype):
    z = np.linspace(-30, 30, 1001, dtype=dtype)
    out = np.empty_like(z)
    logistic(z, out=out)
    assert_allclose(out, expit(z), rtol=0, atol=np.finfo(dtype).eps)


def test_logistic_works_in_place_and_leaves_its_input_alone_otherwise():
    z = np.linspace(-3, 3, 7)
    out = np.empty_like(z)
    logistic(z, out=out)
    assert_array_equal(z, np.linspace(-3, 3, 7))
    logistic(z, out=z)
    assert_array_equal(z, out)
