"""Input scaling: the network's first act is to bring every feature to a common size.

A scaler is fitted from data once, with the samples' weights, and travels with its network.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from scipy import sparse

# Rows are handled in blocks of about this many numbers (512 kB in float64), which stay in cache:
# the work is done in float64 without a copy of X in float64.
_BLOCK_SIZE = 65536

# Most of the time for a large result goes into the first touch of its memory, which two threads do
# side by side: 0.27 s, not 0.46, for 60,000 × 784 on a virtual machine of two cores.
_PARALLEL_SIZE = 1 << 24

# What is smaller than any normal number of float32 counts as zero.
_TINY = np.finfo(np.float32).tiny


class InputScaler:
    """Casts features to the precision of the network, `(x - offset) · factor` on the way.

    Parameters
    ----------
    offset, factor : ndarray of shape (n_features,), float64, or None
        What to subtract and to multiply by; None for nothing.  Sparse rows have no offset.
    """

    def __init__(self, offset: np.ndarray | None = None, factor: np.ndarray | None = None):
        self.offset = offset
        self.factor = factor

    def transform(self, X: Any, dtype: np.dtype) -> Any:
        """Return the scaled rows of `X`.

        Parameters
        ----------
        X : ndarray or CSR matrix of shape (n_rows, n_features)
            Real numbers of any dtype; never written to.
        dtype : dtype
            Type of the result.

        Returns
        -------
        ndarray, C-contiguous, or CSR matrix, of shape (n_rows, n_features)
            `X` itself if there is nothing to do.  Sparse rows become dense if there is an offset.
        """
        if sparse.issparse(X) and self.offset is not None:
            X = X.toarray()  # fitted on dense rows: centring leaves no zeros to skip
        if sparse.issparse(X):
            return self._transform_sparse(X, dtype)
        if self.factor is None and X.dtype == dtype and X.flags.c_contiguous:
            return X
        out = np.empty(X.shape, dtype)

        def scale(rows: slice) -> None:
            out[rows] = self._scaled(X[rows])

        if X.size < _PARALLEL_SIZE:
            for rows in _blocks(X):
                scale(rows)
        else:
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(scale, _blocks(X)))
        return out

    def _scaled(self, block: np.ndarray) -> np.ndarray:
        """Return a block of rows in float64, scaled, or as it is if there is nothing to do."""
        if self.factor is None:
            return block
        scaled = np.subtract(block, 0 if self.offset is None else self.offset, dtype=np.float64)
        scaled *= self.factor
        return scaled

    def _transform_sparse(self, X: Any, dtype: np.dtype) -> Any:
        """Return the CSR matrix with every stored number multiplied by its column's factor."""
        if self.factor is None:
            return X.astype(dtype, copy=False)
        data = (X.data * self.factor[X.indices]).astype(dtype)
        return type(X)((data, X.indices, X.indptr), shape=X.shape)


def standard_scaler(X: Any, sample_weight: np.ndarray | None = None) -> InputScaler:
    """Fit a scaler to mean 0 and standard deviation 1; sparse features keep their mean.

    A feature that is constant (to the precision of float64) is divided by its size instead: in a
    stream, whose first portion fits the scaler, it may vary later.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_samples, n_features)
        Finite numbers.
    sample_weight : ndarray of shape (n_samples,), optional
        Weights, not negative and not all zero.

    Returns
    -------
    InputScaler
        The scaler.
    """
    weight = np.ones(X.shape[0]) if sample_weight is None else sample_weight
    moments = _sparse_moments if sparse.issparse(X) else _dense_moments
    mean, variance = moments(X, weight)
    std = np.sqrt(variance)
    size = np.abs(mean)
    spread = np.where(std > X.shape[0] * np.finfo(np.float64).eps * size, std, size)
    factor = np.divide(1, spread, out=np.ones_like(spread), where=spread > _TINY)
    return InputScaler(None if sparse.issparse(X) else mean, factor)


def _dense_moments(X: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted mean and variance of each column, in float64, in two passes."""
    total = weight.sum()
    mean = np.zeros(X.shape[1])
    for rows in _blocks(X):
        mean += weight[rows] @ X[rows].astype(np.float64, copy=False)
    mean /= total
    variance = np.zeros(X.shape[1])
    for rows in _blocks(X):
        deviation = np.subtract(X[rows], mean, dtype=np.float64)
        variance += weight[rows] @ np.square(deviation, out=deviation)
    return mean, variance / total


def _sparse_moments(X: Any, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted mean and variance of each column of a CSR matrix, in float64."""
    if not X.has_canonical_format:
        X = X.copy()
        X.sum_duplicates()
    total = weight.sum()
    n_features = X.shape[1]
    stored_weight = np.repeat(weight, np.diff(X.indptr))

    def column_sums(numbers):
        return np.bincount(X.indices, weights=numbers, minlength=n_features)

    mean = column_sums(stored_weight * X.data) / total
    deviation = X.data - mean[X.indices]
    zeros_weight = total - column_sums(stored_weight)
    # What rounding leaves of the difference is nothing: a full column may still be constant.
    zeros_weight[zeros_weight < X.shape[0] * np.finfo(np.float64).eps * total] = 0
    variance = column_sums(stored_weight * deviation**2) + zeros_weight * mean**2
    return mean, variance / total


def _blocks(X: np.ndarray) -> Iterator[slice]:
    """Yield slices that part the rows of `X` into blocks of about `_BLOCK_SIZE` numbers."""
    step = max(1, _BLOCK_SIZE // max(1, X.shape[1]))
    for start in range(0, X.shape[0], step):
        yield slice(start, start + step)


SCALINGS: Mapping[str, Callable[..., InputScaler]] = {
    "standard": standard_scaler,
}
