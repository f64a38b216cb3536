import math

import numpy as np
import pytest
from scipy.stats import kstest, norm, uniform

from sknn.network.initializers import INITIALIZERS

N_INPUTS, N_OUTPUTS = 300, 100

VARIANCES = {
    "glorot_uniform": 2 / (N_INPUTS + N_OUTPUTS),
    "he_normal": 2 / N_INPUTS,
    "lecun_normal": 1 / N_INPUTS,
}

each_initializer = pytest.mark.parametrize("name", INITIALIZERS)


def draw(name, seed=0):
    return INITIALIZERS[name](np.random.default_rng(seed), N_INPUTS, N_OUTPUTS)


@each_initializer
def test_mean_is_zero_and_variance_as_the_paper_says(name):
    weight = draw(name)
    std = math.sqrt(VARIANCES[name])
    assert abs(weight.mean()) < 4 * std / math.sqrt(weight.size)
    assert weight.var() == pytest.approx(VARIANCES[name], rel=0.04)  # 5 standard errors


@each_initializer
def test_distribution_is_what_the_name_says(name):
    weight = draw(name)
    std = math.sqrt(VARIANCES[name])
    if name.endswith("uniform"):
        bound = math.sqrt(3) * std  # of variance bound² / 3
        assert np.abs(weight).max() <= bound
        expected = uniform(-bound, 2 * bound)
    else:
        expected = norm(0, std)
    assert kstest(weight.ravel(), expected.cdf).pvalue > 0.01


@each_initializer
def test_shape_and_precision(name):
    weight = draw(name)
    assert weight.shape == (N_INPUTS, N_OUTPUTS)
    assert weight.dtype == np.float64


@each_initializer
def test_weights_come_from_the_generator(name):
    np.testing.assert_array_equal(draw(name, seed=1), draw(name, seed=1))
    assert np.all(draw(name, seed=1) != draw(name, seed=2))
