"""Ramps: thresholds of the numbers at which the classes change, for the embedding of numbers."""

import math

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from sknn.preprocessing.statistics import in_rows

# Thresholds come from so many rows at most.
MAX_ROWS = 20_000

MAX_RAMPS = 64

# A ramp passes over so many rows on either side of its threshold: a hard threshold in many rows, a
# gentle one in few.
_ROWS_BESIDE = 8

_MIN_ROWS_OF_LEAF = 5


def fit_ramps(
    numbers: np.ndarray, y: np.ndarray, sample_weight: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return ramps `clip((x - start) · slope, 0, 1)` at the thresholds of decision trees.

    Each number has a tree of its own.  A threshold must raise the log-likelihood of the classes by
    more than its parameters cost, after the Bayesian information criterion.

    Parameters
    ----------
    numbers : ndarray of shape (n_rows, n_numbers)
        Scaled numbers without gaps.
    y : ndarray of shape (n_rows,) or (n_rows, n_labels)
        Codes of the classes, or zeros and ones.
    sample_weight : ndarray of shape (n_rows,), optional
        Weights of the rows, all positive.  They count as the effective number of rows: see
        `in_rows`.

    Returns
    -------
    start : ndarray of shape (n_numbers, n_ramps)
        Where the ramps begin; zeros for numbers with fewer than others.
    slope : ndarray of shape (n_numbers, n_ramps)
        How steep they are; zeros likewise.

    References
    ----------
    Gorishniy, Rubachev, Babenko, "On embeddings for numerical features in tabular deep learning",
    2022, for bins from decision trees; Schwarz, "Estimating the dimension of a model", 1978, for
    the criterion.
    """
    weight = in_rows(np.ones(len(y)) if sample_weight is None else sample_weight)
    ramps = [_ramps(column, y, weight) for column in numbers.T]
    shape = (len(ramps), max(map(len, ramps), default=0))
    start, slope = np.zeros(shape), np.zeros(shape)
    for j, edges in enumerate(ramps):
        first, last = edges.T
        start[j, : len(edges)], slope[j, : len(edges)] = first, 1 / (last - first)
    return start, slope


def _ramps(column: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return where the ramps of a number begin and end, of shape (n_ramps, 2)."""
    values, codes = np.unique(column.astype(np.float32), return_inverse=True)
    thresholds = _thresholds(column, y, weight)
    rows_to = np.bincount(codes, weight).cumsum()  # to each value, that included
    above = np.searchsorted(values, thresholds)
    rows_below = rows_to[above - 1]
    first = np.searchsorted(rows_to, rows_below - _ROWS_BESIDE, side="right")
    last = np.searchsorted(rows_to, rows_below + _ROWS_BESIDE, side="right")
    edges = np.minimum(first, above - 1), np.clip(last, above, len(values) - 1)
    return values[np.transpose(edges)].astype(np.float64)


def _thresholds(column: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the thresholds of the decision tree of a number, as many as the data pay for."""
    n_rows = weight.sum()
    if n_rows < 2 * _MIN_ROWS_OF_LEAF:
        return np.empty(0)
    n_parameters = 1 if y.ndim == 2 else y.max()  # the impurity is a mean over labels
    price = n_parameters * math.log(n_rows) / 2
    tree = DecisionTreeClassifier(
        criterion="entropy",
        max_leaf_nodes=MAX_RAMPS + 1,
        min_weight_fraction_leaf=_MIN_ROWS_OF_LEAF / n_rows,
        min_impurity_decrease=price / math.log(2) / n_rows,
        random_state=0,  # else it would take from NumPy's global random stream
    )
    nodes = tree.fit(column[:, np.newaxis], y, weight).tree_
    return np.sort(nodes.threshold[nodes.feature >= 0])
