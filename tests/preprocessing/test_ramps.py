import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn.preprocessing.ramps import fit_ramps


def ends(start, slope):
    return start + 1 / slope


def steps(n_rows, *thresholds, seed=0):
    """Return a number, and classes that change at each of the thresholds."""
    x = np.random.default_rng(seed).uniform(size=n_rows)
    return x[:, np.newaxis], np.searchsorted(np.array(thresholds), x) % 2


def test_a_ramp_passes_over_eight_rows_on_either_side_of_a_threshold():
    X, y = steps(2000, 0.3)
    start, slope = fit_ramps(X, y)
    x = np.sort(X[:, 0])
    below = np.searchsorted(x, 0.3)
    assert start.shape == slope.shape == (1, 1)
    assert_allclose(start[0, 0], x[below - 8], rtol=1e-6)
    assert_allclose(ends(start, slope)[0, 0], x[below + 8], rtol=1e-5)


def test_a_ramp_between_frequent_values_is_a_hard_threshold():
    x = np.repeat([0.0, 1.0, 2.0, 5.0], 50)
    start, slope = fit_ramps(x[:, np.newaxis], (x > 1).astype(int))
    assert_array_equal(start, [[1.0]])
    assert_array_equal(slope, [[1.0]])


def test_every_change_of_the_classes_has_a_ramp():
    X, y = steps(5000, 0.2, 0.45, 0.7)
    start, slope = fit_ramps(X, y)
    centres = np.sort((start + ends(start, slope)) / 2)
    assert_allclose(centres, [[0.2, 0.45, 0.7]], atol=0.01)


@pytest.mark.parametrize("n_rows", [5, 9, 100, 3000])
def test_noise_has_few_ramps(n_rows):
    rng = np.random.default_rng(0)
    start, _ = fit_ramps(rng.normal(size=(n_rows, 20)), rng.integers(3, size=n_rows))
    assert start.shape[1] <= 4


def test_numbers_with_fewer_ramps_than_others_have_slopes_of_zero():
    X, y = steps(2000, 0.3, 0.6)
    noise = np.random.default_rng(1).normal(size=(2000, 1))
    start, slope = fit_ramps(np.hstack([noise, X, np.ones((2000, 1))]), y)
    n_ramps = np.count_nonzero(slope, axis=1)
    assert n_ramps[1] == 2
    assert n_ramps[2] == 0
    assert not start[slope == 0].any()


def test_equal_weights_change_nothing():
    X, y = steps(400, 0.3, 0.6)
    found, expected = fit_ramps(X, y, np.full(400, 3.0)), fit_ramps(X, y)
    for one, other in zip(found, expected, strict=True):
        assert_array_equal(one, other)


def test_each_label_counts():
    X, y = steps(2000, 0.3)
    both = np.column_stack([y, np.ravel(X) > 0.8]).astype(float)
    start, slope = fit_ramps(X, both)
    centres = np.sort((start + ends(start, slope)) / 2)
    assert_allclose(centres, [[0.3, 0.8]], atol=0.02)


def test_order_and_unit_of_numbers_change_nothing():
    X, y = steps(1000, 0.3, 0.6)
    X = np.hstack([X, -(X**2)])
    start, slope = fit_ramps(X, y)
    order = np.random.default_rng(0).permutation(1000)
    again = fit_ramps(X[order][:, ::-1] * 4, y[order])
    assert_array_equal(again[0][::-1], start * 4)
    assert_array_equal(again[1][::-1], slope / 4)


def test_the_random_stream_of_numpy_is_left_alone():
    X, y = steps(400, 0.3)
    before = np.random.get_state()[2]  # noqa: NPY002
    fit_ramps(X, y)
    assert np.random.get_state()[2] == before  # noqa: NPY002
