"""Target statistics: what the targets say of categories that are too rare for an embedding each."""

import math

import numpy as np

#: The statistics of a training row come from the other folds.
N_FOLDS = 8

# The rate of all rows counts at least as much as one row of a category, so that no statistic is
# infinite.
_LEAST_STRENGTH = 1.0

# Categories must differ by more standard deviations than this from what chance makes of equal ones.
# All rows, out-of-fold ones too, share a difference by chance: it would seem to be confirmed there.
_N_DEVIATIONS = 2.0


def target_statistics(
    codes: np.ndarray,
    n_categories: int,
    targets: np.ndarray,
    sample_weight: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return numbers in the place of categories: how much the logits of their targets differ.

    The statistic of a category for an output is `logit q - logit p`.  Here p is the rate of all
    rows, and `q = (s + m p) / (n + m)` that of the category, of weight n, whose targets sum to s.
    The strength m of the smoothing is the empirical-Bayes estimate `1 / ρ - 1`, where ρ is the
    intraclass correlation, as the analysis of variance estimates it.  If categories differ by no
    more than chance explains, the statistics are 0.

    The statistics of a row are *cross-fitted*: s and n are those of the other folds.  So they do
    not know the row's own target, and are as uncertain as those of new rows.

    Parameters
    ----------
    codes : ndarray of int64 of shape (n_rows,)
        The category of each row; -1 for a row that does not count, whose statistics are 0.
    n_categories : int
        Number of categories.
    targets : ndarray of shape (n_rows, n_outputs)
        Zeros and ones.
    sample_weight : ndarray of shape (n_rows,), optional
        Weights of the rows, in rows: see `in_rows`.

    Returns
    -------
    of_categories : ndarray of shape (n_categories, n_outputs)
        The statistics of each category, from all rows.
    of_rows : ndarray of shape (n_rows, n_outputs)
        The statistics of each row, from the other folds.

    References
    ----------
    Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes in
    classification and prediction problems", 2001.
    """
    of_categories = np.zeros((n_categories, targets.shape[1]))
    of_rows = np.zeros(targets.shape)
    rows = np.flatnonzero(codes >= 0)
    weight = np.ones(len(rows)) if sample_weight is None else sample_weight[rows]
    if not weight.any():
        return of_categories, of_rows
    cells = codes[rows] * N_FOLDS + assign_folds(len(codes))[rows]

    def sums_of(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the sums of categories, and for each row those of the other folds."""
        by_cell = np.bincount(cells, values, n_categories * N_FOLDS).reshape(-1, N_FOLDS)
        sums = by_cell.sum(axis=1)
        return sums, (sums[:, np.newaxis] - by_cell).ravel()[cells]

    counts, other_counts = sums_of(weight)
    for k, target in enumerate(targets[rows].T):
        sums, other_sums = sums_of(weight * target)
        rate = sums.sum() / counts.sum()
        strength = smoothing_strength(counts, sums, rate)
        if strength < math.inf:
            of_categories[:, k] = _logit_difference(counts, sums, rate, strength)
            of_rows[rows, k] = _logit_difference(other_counts, other_sums, rate, strength)
    return of_categories, of_rows


def smoothing_strength(counts: np.ndarray, sums: np.ndarray, rate: float) -> float:
    """Return how many rows the rate of all rows counts for in that of a category; or infinity."""
    is_seen = counts > 0
    counts, sums, variance = counts[is_seen], sums[is_seen], rate * (1 - rate)
    between = float(np.sum(np.square(sums - counts * rate) / counts))
    excess = between - (len(counts) - 1) * variance
    possible = (counts.sum() - len(counts)) * variance
    # The variance of the sum of squares between categories that are all alike.
    by_chance = np.sum(2 * variance**2 + (1 - 6 * variance) * variance / counts)
    if possible <= 0 or excess <= _N_DEVIATIONS * math.sqrt(max(by_chance, 0)):
        return math.inf
    return max(float(possible / excess) - 1, _LEAST_STRENGTH)


def _logit_difference(
    counts: np.ndarray, sums: np.ndarray, rate: float, strength: float
) -> np.ndarray:
    """Return by how much the logits of smoothed rates exceed that of the rate of all rows."""
    odds = (sums + strength * rate) / (counts - sums + strength * (1 - rate))
    return np.log(odds * ((1 - rate) / rate))


def in_rows(sample_weight: np.ndarray) -> np.ndarray:
    """Return weights that sum to the effective number of rows, `(Σ w)² / Σ w²`."""
    weight = np.array(sample_weight, np.float64)
    weight /= weight.max()  # squares of very small or large weights would underflow or overflow
    return weight * (weight.sum() / np.square(weight).sum())


def assign_folds(n_rows: int) -> np.ndarray:
    """Return the fold of each row: folds of equal size, by chance but always the same."""
    return np.random.default_rng(0).permutation(n_rows) % N_FOLDS
