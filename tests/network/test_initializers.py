import math

import numpy as np
import pytest
from scipy.stats import kstest, norm, uniform

from sknn.network.initializers import INITIALIZERS, standard_normal, zeros

N_INPUTS, N_OUTPUTS = 300, 100
N_MEMBERS = 4

VARIANCES = {
    "glorot_uniform": 2 / (N_INPUTS + N_OUTPUTS),
    "he_normal": 2 / N_INPUTS,
    "lecun_normal": 1 / N_INPUTS,
    "standard_normal": 1,
}
DRAWN = {**INITIALIZERS, "standard_normal": standard_normal}

# One matrix or those of several members.
each_initializer = pytest.mark.parametrize("name", DRAWN)
each_shape = pytest.mark.parametrize("members", [(), (N_MEMBERS,)], ids=["one", "members"])


def draw(name, members=(), seed=0):
    return DRAWN[name](np.random.default_rng(seed), (*members, N_INPUTS, N_OUTPUTS))


@each_shape
def test_zeros_leave_the_generator_alone(members):
    rng = np.random.default_rng(0)
    weight = zeros(rng, (*members, N_INPUTS, N_OUTPUTS))
    assert weight.shape == (*members, N_INPUTS, N_OUTPUTS)
    assert weight.dtype == np.float64
    assert not weight.any()
    assert rng.random() == np.random.default_rng(0).random()


@each_shape
@each_initializer
def test_mean_is_zero_and_variance_as_the_paper_says(name, members):
    weight = draw(name, members)
    std = math.sqrt(VARIANCES[name])
    assert abs(weight.mean()) < 4 * std / math.sqrt(weight.size)
    assert weight.var() == pytest.approx(VARIANCES[name], rel=0.04)  # 5 standard errors


@each_shape
@each_initializer
def test_distribution_is_what_the_name_says(name, members):
    weight = draw(name, members)
    std = math.sqrt(VARIANCES[name])
    if name.endswith("uniform"):
        bound = math.sqrt(3) * std  # of variance bound² / 3
        assert np.abs(weight).max() <= bound
        expected = uniform(-bound, 2 * bound)
    else:
        expected = norm(0, std)
    assert kstest(weight.ravel(), expected.cdf).pvalue > 0.01


@each_shape
@each_initializer
def test_shape_and_precision(name, members):
    weight = draw(name, members)
    assert weight.shape == (*members, N_INPUTS, N_OUTPUTS)
    assert weight.dtype == np.float64


@each_initializer
def test_members_start_from_different_weights(name):
    weight = draw(name, (N_MEMBERS,))
    assert np.all(weight[0] != weight[1:])


@each_initializer
def test_weights_come_from_the_generator(name):
    np.testing.assert_array_equal(draw(name, seed=1), draw(name, seed=1))
    assert np.all(draw(name, seed=1) != draw(name, seed=2))
