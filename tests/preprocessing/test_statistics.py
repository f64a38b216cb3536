"""Target statistics against a naive loop, scikit-learn's TargetEncoder, known distributions."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import logit
from sklearn.preprocessing import TargetEncoder

from sknn.preprocessing.statistics import assign_folds, smoothing_strength, target_statistics


def sample(n_rows=600, n_categories=40, n_outputs=1, seed=0):
    """Return codes, some of them missing, and targets whose rates differ between categories."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(-1, n_categories, size=n_rows)
    rate = rng.beta(2, 3, size=(n_categories, n_outputs))
    targets = (rng.random((n_rows, n_outputs)) < rate[codes]).astype(float)
    return codes, targets


def strength_of(codes, target, weight):
    """Return the strength of the smoothing, and the rate of all rows that count."""
    counted = codes >= 0
    counts = np.bincount(codes[counted], weight[counted])
    sums = np.bincount(codes[counted], (weight * target)[counted])
    rate = sums.sum() / counts.sum()
    return smoothing_strength(counts, sums, rate), rate


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_they_are_those_of_a_naive_loop_over_rows(n_outputs, is_weighted):
    codes, targets = sample(n_outputs=n_outputs)
    weight = np.random.default_rng(1).integers(3, size=len(codes)) if is_weighted else None
    of_categories, of_rows = target_statistics(codes, 40, targets, weight)
    folds, weight = assign_folds(len(codes)), np.ones(len(codes)) if weight is None else weight
    for k, target in enumerate(targets.T):
        strength, rate = strength_of(codes, target, weight)
        for i, code in enumerate(codes):
            others = (codes == code) & (folds != folds[i])
            s, n = weight[others] @ target[others], weight[others].sum()
            expected = logit((s + strength * rate) / (n + strength)) - logit(rate)
            assert_allclose(of_rows[i, k], 0 if code < 0 else expected, atol=1e-12)
        for code in range(40):
            s, n = weight[codes == code] @ target[codes == code], weight[codes == code].sum()
            expected = logit((s + strength * rate) / (n + strength)) - logit(rate)
            assert_allclose(of_categories[code, k], expected, atol=1e-12)


def test_rates_are_those_of_a_target_encoder():
    codes, targets = sample()
    known = codes >= 0
    strength, rate = strength_of(codes, targets[:, 0], np.ones(len(codes)))
    encoder = TargetEncoder(smooth=strength, target_type="binary")
    encoder.fit(codes[known, np.newaxis], targets[known, 0])
    expected = logit(encoder.transform(np.arange(40)[:, np.newaxis]))[:, 0] - logit(rate)
    assert_allclose(target_statistics(codes, 40, targets)[0][:, 0], expected, atol=1e-12)


@pytest.mark.parametrize("strength", [3.0, 30.0])
def test_the_strength_is_that_of_the_distribution_of_rates(strength):
    rng = np.random.default_rng(0)
    counts = rng.integers(2, 30, size=20_000)
    rates = rng.beta(0.3 * strength, 0.7 * strength, size=counts.size)
    sums = rng.binomial(counts, rates)
    found = smoothing_strength(counts, sums, sums.sum() / counts.sum())
    assert_allclose(found, strength, rtol=0.1)


def test_categories_that_differ_by_chance_alone_say_next_to_nothing():
    rng = np.random.default_rng(0)
    codes, targets = rng.integers(300, size=3000), rng.integers(2, size=(3000, 20)).astype(float)
    of_categories, of_rows = target_statistics(codes, 300, targets)
    for each in (of_categories, of_rows):
        assert (each == 0).all(axis=0).sum() >= 18


def test_a_row_does_not_know_its_own_target():
    codes, targets = sample(2000, n_categories=400)
    of_categories, of_rows = target_statistics(codes, 400, targets)
    assert np.abs(of_rows).mean() > 0.1
    flipped = targets.copy()
    flipped[17] = 1 - flipped[17]
    categories_changed, rows_changed = (
        np.abs(one - two)[:, 0]
        for one, two in zip(
            (of_categories, of_rows), target_statistics(codes, 400, flipped), strict=True
        )
    )
    # The strength and the rate of all rows change a little.
    assert rows_changed[17] < 0.02
    assert categories_changed[codes[17]] > 0.1


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_constant_target_and_single_rows_tell_nothing(value):
    codes = np.arange(100) % 20
    for each in target_statistics(codes, 20, np.full((100, 1), value)):
        assert_array_equal(each, 0)
    targets = np.arange(100)[:, np.newaxis] % 2.0
    for each in target_statistics(np.arange(100), 100, targets):
        assert_array_equal(each, 0)
    assert math.isinf(smoothing_strength(np.zeros(3), np.zeros(3), 0.5))


def test_categories_that_decide_the_target_have_finite_statistics():
    codes = np.arange(1000) % 20
    of_categories, of_rows = target_statistics(codes, 20, (codes < 10)[:, np.newaxis] * 1.0)
    assert_allclose(of_categories[:, 0], np.where(np.arange(20) < 10, 1, -1) * np.log(101))
    assert np.isfinite(of_rows).all()


def test_rows_without_weight_count_nowhere():
    codes, targets = sample()
    weight = np.random.default_rng(0).integers(2, size=len(codes)) * 1.0
    other = np.where(weight[:, np.newaxis] > 0, targets, 1 - targets)
    for one, two in zip(
        target_statistics(codes, 40, targets, weight),
        target_statistics(codes, 40, other, weight),
        strict=True,
    ):
        assert_array_equal(one, two)
    none = target_statistics(codes, 40, targets, np.zeros(len(codes)))
    assert_array_equal(none[0], 0)
