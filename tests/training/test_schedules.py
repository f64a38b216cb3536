import itertools
import math

import numpy as np
import pytest

from sknn.training.schedules import SCHEDULES, cycle_ends, doubling_cycles

# The values at progress 0, 0.3, 0.5 and 1, to ten digits.
KNOWN = {
    "constant": [1, 1, 1, 1],
    "inverse_scaling": [1, 0.1804807189, 1 / math.sqrt(50.5), 0.1],
    "cosine": [1, 0.7938926261, 0.5, 0],
    "coslog4": [0, 0.9838444269, 0.0736189342, 0],
    "one_cycle": [0.04, 1, 0.8117449009, 0],
}

each_schedule = pytest.mark.parametrize("name", SCHEDULES)


@each_schedule
@pytest.mark.parametrize(("point", "progress"), enumerate([0, 0.3, 0.5, 1]))
def test_known_values(name, point, progress):
    assert SCHEDULES[name](progress) == pytest.approx(KNOWN[name][point], rel=1e-9, abs=1e-12)


@each_schedule
def test_factors_lie_between_0_and_1(name):
    factors = [SCHEDULES[name](progress) for progress in np.linspace(0, 1, 1001)]
    assert min(factors) >= 0
    assert max(factors) <= 1
    assert max(factors) > 0.99


@each_schedule
def test_small_progress_makes_small_changes(name):
    factors = [SCHEDULES[name](progress) for progress in np.linspace(0, 1, 10001)]
    assert np.abs(np.diff(factors)).max() < 0.01


@pytest.mark.parametrize("name", ["inverse_scaling", "cosine"])
def test_falls_from_start_to_end(name):
    factors = [SCHEDULES[name](progress) for progress in np.linspace(0, 1, 1001)]
    assert np.all(np.diff(factors) < 0)


def test_one_cycle_rises_once_and_falls_once():
    factors = [SCHEDULES["one_cycle"](progress) for progress in np.linspace(0, 1, 1001)]
    assert np.argmax(factors) == 300
    assert np.all(np.diff(factors[:301]) > 0)
    assert np.all(np.diff(factors[300:]) < 0)


def test_coslog4_is_0_at_the_ends_of_its_four_cycles():
    coslog4 = SCHEDULES["coslog4"]
    ends = [1 / 15, 1 / 5, 7 / 15, 1]
    assert [coslog4(end) for end in ends] == pytest.approx([0] * 4, abs=1e-12)
    # Nowhere else but at the very start is the factor near zero.
    progress = np.linspace(0, 1, 10001)
    near_zero = progress[np.array([coslog4(p) for p in progress]) < 1e-4]
    distance = np.abs(near_zero[:, np.newaxis] - [0, *ends]).min(axis=1)
    assert distance.max() < 0.005


@pytest.mark.parametrize("n_cycles", [1, 4, 6])
def test_more_cycles_begin_like_fewer(n_cycles):
    """A run that may go on has the learning rates of one that may not."""
    for n_epochs in (1, 7.5, 15):  # 15 epochs are four cycles, 31 are five
        shorter = doubling_cycles(n_epochs / (2**n_cycles - 1), n_cycles)
        assert shorter == pytest.approx(SCHEDULES["coslog4"](n_epochs / 15), abs=1e-12)


@pytest.mark.parametrize(
    ("n_cycles", "n_epochs", "ends"),
    [(4, 15, [1, 3, 7, 15]), (4, 32, [2, 6, 15, 32]), (6, 126, [2, 6, 14, 30, 62, 126])],
)
def test_cycles_end_where_the_factor_is_0(n_cycles, n_epochs, ends):
    assert cycle_ends(n_cycles, n_epochs) == ends
    for end in ends:
        assert doubling_cycles(end / n_epochs, n_cycles) < 0.05  # epochs are whole numbers


@pytest.mark.parametrize(("n_epochs", "ends"), [(1, [1]), (2, [1, 2]), (4, [1, 2, 4])])
def test_few_epochs_have_fewer_cycles(n_epochs, ends):
    assert cycle_ends(4, n_epochs) == ends


def test_coslog4_has_four_cycles_each_twice_as_long_as_the_last():
    coslog4 = SCHEDULES["coslog4"]
    bounds = [0, 1 / 15, 3 / 15, 7 / 15, 1]
    for start, end in itertools.pairwise(bounds):
        factors = np.array([coslog4(progress) for progress in np.linspace(start, end, 1001)])
        peak = np.argmax(factors)
        assert factors[0] == pytest.approx(0, abs=1e-12)
        assert factors[peak] == pytest.approx(1, abs=1e-5)
        assert factors[-1] == pytest.approx(0, abs=1e-12)
        assert np.all(np.diff(factors[: peak + 1]) > 0)
        assert np.all(np.diff(factors[peak:]) < 0)
