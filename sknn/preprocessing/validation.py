"""Validation: which samples are held out, and which equal ones are merged before."""

import math
from typing import NamedTuple

import numpy as np
from scipy import sparse

from sknn.network.rows import Rows, canonical
from sknn.preprocessing.samples import Samples
from sknn.preprocessing.table import Table

# Up to this many samples, equal ones are merged: sorting them takes a millisecond.
_FEW_SAMPLES = 256


class Split(NamedTuple):
    """Samples for training and for validation.

    Attributes
    ----------
    training : Samples
        What the network learns from.
    validation : Samples or None
        What it is scored on.
    rows : ndarray of int of shape (n_validation_samples,), or None
        The rows of the validation samples in what was split.
    """

    training: Samples
    validation: Samples | None = None
    rows: np.ndarray | None = None


def split(
    samples: Samples, fraction: float | None, *, full_batch: bool, rng: np.random.Generator
) -> Split:
    """Split samples into those for training and those for validation.

    Up to 256 samples are merged where they are equal, if every step sees all: see `distinct`.

    Parameters
    ----------
    samples : Samples
        The samples.
    fraction : float or None
        Fraction of each class that is held out; None if nothing is.
    full_batch : bool
        Whether every step sees all samples.
    rng : Generator
        Source of the choice.

    Returns
    -------
    Split
        The parts.

    Raises
    ------
    ValueError
        If no class has two samples.
    """
    rows = np.arange(len(samples.y))
    if full_batch and len(rows) <= _FEW_SAMPLES:
        merged, first_rows = distinct(samples)
        n_classes = 1 if samples.y.ndim == 2 else len(np.unique(merged.y))
        # Where no class has two different samples, copies of one must do for validation.
        if fraction is None or len(merged.y) > n_classes:
            samples, rows = merged, first_rows
    if fraction is None:
        return Split(samples)
    held_out, kept = hold_out(samples, fraction, rng)
    return Split(samples.take(kept), samples.take(held_out), rows[held_out])


def hold_out(
    samples: Samples, fraction: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Select validation samples: of each class that fraction, rounded up, but never all.

    Samples of weight zero are neither counted nor held out.

    Parameters
    ----------
    samples : Samples
        The samples; multilabel ones count as one class.
    fraction : float
        Between 0 and 1.
    rng : Generator
        Source of the choice.

    Returns
    -------
    tuple of ndarray of int
        The rows held out and the rows kept, in random order.

    Raises
    ------
    ValueError
        If no class has two samples.
    """
    y = samples.y
    order = rng.permutation(len(y))
    codes = np.zeros(len(y), int) if y.ndim == 2 else np.unique(y, return_inverse=True)[1]
    held_out = np.zeros(len(y), bool)
    counted = order if samples.weight is None else order[samples.weight[order] > 0]
    by_class = counted[np.argsort(codes[counted], kind="stable")]
    for members in np.split(by_class, np.cumsum(np.bincount(codes[counted]))[:-1]):
        n_held_out = max(0, min(math.ceil(fraction * len(members)), len(members) - 1))
        held_out[members[:n_held_out]] = True
    if not held_out.any():
        raise ValueError(
            "early_stopping=True holds out a part of each class, but no class has 2 samples "
            f"(n_samples = {len(y)}); pass X_val and y_val or set early_stopping=False."
        )
    return order[held_out[order]], order[~held_out[order]]


def distinct(samples: Samples) -> tuple[Samples, np.ndarray]:
    """Return each different sample once, in a fixed order, with the weights of equal ones summed.

    A full-batch step is the same with and without merging, but for rounding, which hundreds of
    steps let grow.  After merging, integer weights equal repeated rows, and the order of rows does
    not matter, to the last bit.  Without merging, scikit-learn's `check_sample_weight_equivalence`
    fails for the default parameters, for the squared error, and for early stopping.  There it also
    keeps equal samples on one side of the split.

    Parameters
    ----------
    samples : Samples
        A few samples; they are sorted by all features.

    Returns
    -------
    Samples
        The different ones; none of them has weight zero.  A table with categories or missing
        numbers is returned as it is.
    ndarray of int
        The row of each.
    """
    X, y, weight = samples
    if isinstance(X, Table):
        X = np.asarray(X.numbers)
        if samples.X.categories or np.isnan(X).any():
            return samples, np.arange(len(y))
    codes = y if y.ndim == 2 else np.unique(y, return_inverse=True)[1]
    if sparse.issparse(X):
        first, index = _distinct_sparse(X, codes)
    else:
        table = np.column_stack([X, codes])
        _, first, index = np.unique(table, axis=0, return_index=True, return_inverse=True)
    total = np.bincount(index.ravel(), weight)
    counted = total > 0
    rows = first[counted]
    return samples.take(rows)._replace(weight=total[counted].astype(np.float64)), rows


def _distinct_sparse(X: Rows, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where each different row is first, in the order of dense rows, and which each row is.

    Rows are compared by the first stored number that differs: the order is that of the column's
    sign, then of its index (a positive number is the greater the earlier it comes), then of the
    number itself.  So each number gets a rank, 0 too, with which a row ends.
    """
    X = canonical(X).astype(np.float64)
    is_gap = np.isnan(X.data)
    sign = np.append(np.where(is_gap, 2, np.sign(X.data)), 0)
    column = -sign * np.append(X.indices, 0)
    number = np.append(np.where(is_gap, 0, X.data), 0)
    order = np.lexsort((number, column, sign))
    differs = [np.diff(each[order]) != 0 for each in (number, column, sign)]
    rank = np.empty(len(order), ">u8")  # bytes of which are compared as they are
    rank[order] = np.append(0, np.cumsum(np.any(differs, axis=0)))
    codes = codes.reshape(len(codes), -1).astype(">u8")
    ends = zip(X.indptr[:-1], X.indptr[1:], codes, strict=True)
    keys = [
        np.concatenate([rank[start:stop], rank[-1:], code]).tobytes() for start, stop, code in ends
    ]
    index_of = {key: i for i, key in enumerate(sorted(set(keys)))}
    indices = np.array([index_of[key] for key in keys])
    return np.unique(indices, return_index=True)[1], indices
