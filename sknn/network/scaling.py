"""Input scaling: the network's first act is to bring every feature to a common size.

A scaler is fitted from data once, with the samples' weights, and travels with its network.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from scipy import sparse

# Rows are handled in blocks of about this many numbers (512 kB in float64), which stay in cache:
# the work is done in float64 without a copy of X in float64.
_BLOCK_SIZE = 65536

# Rows on demand are made column by column, which is slow for a few rows at a time: with at least
# this many, a table of 50,000 × 1,000 is fitted and scaled in 1.8 s, not 2.4.
_LEAST_ROWS = 256

# Most of the time for a large result goes into the first touch of its memory, which two threads do
# side by side: 0.27 s, not 0.46, for 60,000 × 784 on a virtual machine of two cores.
_PARALLEL_SIZE = 1 << 24

# Quantiles of more numbers than this (16 MB in float64) are those of a sample of the rows: 2,097
# rows of 1,000 columns place a quartile between the ranks 24 % and 26 %, two times in three.
_SAMPLE_SIZE = 1 << 21

# A smaller spread counts as none.  The square of any number of float32 divided by it is finite.
_TINY = 1e-115

# Quantiles sort as many columns at a time as hold about this many numbers (8 MB in float64).
_QUANTILE_BLOCK = 1 << 20

# Robust scaling bounds numbers by this: three times the interquartile range, four times a normal
# distribution's standard deviation.
_BOUND = 3.0


class InputScaler:
    """Casts features to the precision of the network, `z = (x - offset) · factor` on the way.

    With a bound, `z / √(1 + (z / bound)²)` follows: what is far out comes closer, and no number
    leaves `±bound`.

    Parameters
    ----------
    offset, factor : ndarray of shape (n_numbers,), float64, or None
        What to subtract and to multiply by; None for nothing.  Sparse rows have no offset.
        Features after the first `n_numbers`, zeros and ones, stay as they are.
    bound : float, optional
        What the scaled numbers do not exceed.
    """

    def __init__(
        self,
        offset: np.ndarray | None = None,
        factor: np.ndarray | None = None,
        bound: float | None = None,
    ):
        # Of a memory map the base array, as in `ParameterVector`.
        self.offset = None if offset is None else np.asarray(offset)
        self.factor = None if factor is None else np.asarray(factor)
        self.bound = bound
        for array in (self.offset, self.factor):
            if array is not None and not (
                array.dtype.kind == "f"
                and array.shape == (self.n_numbers,)
                and np.isfinite(array).all()
            ):
                raise ValueError(f"No scaling has offset={offset!r} and factor={factor!r}.")
        if bound is not None and not bound > 0:
            raise ValueError(f"No scaling has bound={bound!r}.")

    @property
    def n_numbers(self) -> int:
        """Number of features that are scaled."""
        return 0 if self.factor is None else len(self.factor)

    def definition(self) -> dict[str, Any]:
        """Return the arguments that make this scaler."""
        return {"offset": self.offset, "factor": self.factor, "bound": self.bound}

    def transform(self, X: Any, dtype: np.dtype) -> Any:
        """Return the scaled rows of `X`.

        Parameters
        ----------
        X : ndarray, CSR matrix, or rows on demand, of shape (n_rows, n_features)
            Real numbers of any dtype; never written to.  Rows on demand are sliced like an
            array's, and `np.asarray` makes them.
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
        if self.factor is None and _is_ready(X, dtype):
            return X
        out = np.empty(X.shape, dtype)
        errors = np.geterr()  # of this thread: those of a pool do not know what the caller has set

        def scale(rows: slice) -> None:
            with np.errstate(**errors):
                self.scale(np.asarray(X[rows]), out[rows])

        if X.size < _PARALLEL_SIZE:
            for rows in blocks(X):
                scale(rows)
        else:
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(scale, blocks(X)))
        return out

    def scale(self, block: np.ndarray, out: np.ndarray) -> None:
        """Write a block of rows to `out`, scaled in float64."""
        n_numbers = self.n_numbers
        if n_numbers < block.shape[1]:
            out[:, n_numbers:] = block[:, n_numbers:]
        if n_numbers > 0:
            numbers = block[:, :n_numbers]
            offset = 0 if self.offset is None else self.offset
            scaled = np.subtract(numbers, offset, dtype=np.float64)
            scaled *= self.factor
            out[:, :n_numbers] = self._bounded(scaled)

    def _bounded(self, scaled: np.ndarray) -> np.ndarray:
        """Bring scaled numbers within the bound, in place."""
        if self.bound is not None:
            scaled /= np.sqrt(1 + np.square(scaled / self.bound))
        return scaled

    def _transform_sparse(self, X: Any, dtype: np.dtype) -> Any:
        """Return the CSR matrix with every stored number multiplied by its column's factor."""
        if self.factor is None:
            return X.astype(dtype, copy=False)
        data = self._bounded(X.data * self.factor[X.indices]).astype(dtype)
        return type(X)((data, X.indices, X.indptr), shape=X.shape)


class ScaledRows:
    """Scaled rows that are made when they are asked for: all of them would take too much memory.

    Parameters
    ----------
    X : ndarray, CSR matrix, or rows on demand, of shape (n_rows, n_features)
        Real numbers of any dtype.
    scaler : InputScaler
        What is done to them; it makes sparse rows dense.
    dtype : dtype
        Type of the scaled rows.
    """

    def __init__(self, X: Any, scaler: InputScaler, dtype: np.dtype):
        self.X = X
        self.scaler = scaler
        self.dtype = dtype
        self.shape = X.shape

    def __getitem__(self, rows: slice) -> np.ndarray:
        return self.scaler.transform(self.X[rows], self.dtype)

    def take(self, rows: np.ndarray, axis: int, out: np.ndarray, mode: str) -> np.ndarray:
        """Write the rows of these numbers to `out`, as the method of an ndarray does."""
        block = self.X[rows]
        self.scaler.scale(block.toarray() if sparse.issparse(block) else np.asarray(block), out)
        return out


def standard_scaler(X: Any, sample_weight: np.ndarray | None = None) -> InputScaler:
    """Fit a scaler to mean 0 and standard deviation 1; sparse features keep their mean.

    A feature that is constant (to the precision of float64) is divided by its size instead: in a
    stream, whose first portion fits the scaler, it may vary later.

    Parameters
    ----------
    X : ndarray, CSR matrix, or rows on demand, of shape (n_samples, n_features)
        Finite numbers; rows on demand may hold NaN, which counts for nothing.
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
    return InputScaler(None if sparse.issparse(X) else mean, _reciprocal(spread))


def robust_scaler(X: Any, sample_weight: np.ndarray | None = None) -> InputScaler:
    """Fit a scaler to median 0 and interquartile range 1, and bound what is far out by ±3.

    Where the quartiles coincide, half the range takes the place of their distance.  A feature
    that is constant is divided by its size, as `standard_scaler` does.  Sparse features, mostly
    zeros, which stay zeros, are divided by their largest absolute value.

    Parameters
    ----------
    X : ndarray, CSR matrix, or rows on demand, of shape (n_samples, n_features)
        Finite numbers; rows on demand may hold NaN, which counts for nothing.
    sample_weight : ndarray of shape (n_samples,), optional
        Weights, not negative and not all zero.

    Returns
    -------
    InputScaler
        The scaler.

    References
    ----------
    Holzmüller, Grinsztajn, Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees
    on tabular data", 2024.
    """
    if sparse.issparse(X):
        return InputScaler(None, _reciprocal(_largest_stored(X, sample_weight)), _BOUND)
    some, its_weight = _sample(X, sample_weight)
    quantiles = weighted_quantiles(some, [0.25, 0.5, 0.75], its_weight)
    lower, median, upper = np.nan_to_num(quantiles, copy=False)
    lowest, highest = _range(X, sample_weight)
    size = np.abs(median)
    spread = upper - lower
    for wider in (highest / 2 - lowest / 2, size):
        spread = np.where(spread > 4 * np.finfo(np.float64).eps * size, spread, wider)
    return InputScaler(median, _reciprocal(spread), _BOUND)


def _sample(X: Any, weight: np.ndarray | None) -> tuple[Any, np.ndarray | None]:
    """Return so many rows, chosen by chance but always the same, that quantiles are soon found."""
    n_chosen = max(1, _SAMPLE_SIZE // max(1, X.shape[1]))
    rows = np.arange(X.shape[0]) if weight is None else np.flatnonzero(weight)
    if n_chosen >= len(rows):
        return X, weight
    rows = np.sort(np.random.default_rng(0).choice(rows, n_chosen, replace=False))
    return np.asarray(X[rows]), None if weight is None else weight[rows]


def _range(X: Any, weight: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest and the largest number of each column, where there is weight; or 0."""
    lowest, highest = np.full(X.shape[1], np.inf), np.full(X.shape[1], -np.inf)
    for rows in blocks(X):
        block = np.asarray(X[rows])
        if weight is not None:
            block = block[weight[rows] > 0]
        if len(block):
            np.fmin(lowest, np.fmin.reduce(block, axis=0), out=lowest)
            np.fmax(highest, np.fmax.reduce(block, axis=0), out=highest)
    is_empty = lowest > highest
    return np.where(is_empty, 0, lowest), np.where(is_empty, 0, highest)


def weighted_quantiles(
    X: Any, probabilities: Sequence[float], sample_weight: np.ndarray | None = None
) -> np.ndarray:
    """Return weighted quantiles of each column; an integer weight is a repeated row.

    A quantile is a number of the column or, where the probability falls between two of them, their
    mean: NumPy's method "averaged_inverted_cdf", and for probability ½ the usual median.

    Parameters
    ----------
    X : ndarray, or rows on demand, of shape (n_samples, n_features)
        Numbers; NaN counts for nothing.  Columns are sorted in float64, a few at a time.
    probabilities : sequence of float
        Between 0 and 1.
    sample_weight : ndarray of shape (n_samples,), optional
        Weights, not negative and not all zero.

    Returns
    -------
    ndarray of shape (n_probabilities, n_features)
        The quantiles; NaN for a column of nothing else.
    """
    counted: Any = slice(None)
    if sample_weight is not None and not sample_weight.all():
        counted = np.flatnonzero(sample_weight)
    n_features = X.shape[1]
    quantiles = np.empty((len(probabilities), n_features))
    step = max(1, _QUANTILE_BLOCK // X.shape[0])
    for start in range(0, n_features, step):
        columns = slice(start, start + step)
        block = np.array(np.asarray(X[:, columns])[counted].T, np.float64, order="C")
        if sample_weight is None:
            block.sort(axis=1)  # NaN comes last
            n_numbers = (~np.isnan(block)).sum(axis=1)
            reached = np.arange(1.0, block.shape[1] + 1)[np.newaxis]
            if n_numbers.min() < block.shape[1]:
                reached = np.minimum(reached, n_numbers[:, np.newaxis])
        else:
            order = np.argsort(block, axis=1)
            block = np.take_along_axis(block, order, axis=1)
            is_number = ~np.isnan(block)
            n_numbers = is_number.sum(axis=1)
            reached = np.cumsum(sample_weight[counted][order] * is_number, axis=1)
        quantiles[:, columns] = [_quantile(block, reached, n_numbers - 1, p) for p in probabilities]
    return quantiles


def _quantile(
    ordered: np.ndarray, reached: np.ndarray, last: np.ndarray, probability: float
) -> np.ndarray:
    """Return the quantile of each sorted row up to `last`, given the weight reached with each."""
    total = reached[:, -1:]
    target = probability * total
    # Sums of weights that are equal but for rounding are equal: there the quantile is a mean.
    rounding = reached.shape[1] * np.finfo(np.float64).eps * total
    before = np.minimum((reached < target - rounding).sum(axis=1), last)
    after = np.minimum((reached <= target + rounding).sum(axis=1), last)
    rows = np.arange(len(ordered))
    return ordered[rows, before] / 2 + ordered[rows, after] / 2


def _largest_stored(X: Any, weight: np.ndarray | None) -> np.ndarray:
    """Return the largest absolute value of each column of a CSR matrix, where there is weight."""
    sizes = np.abs(canonical(X).astype(np.float64))
    if weight is not None:
        sizes = sizes[np.flatnonzero(weight)]
    return sizes.max(axis=0).toarray().ravel()


def _reciprocal(spread: np.ndarray) -> np.ndarray:
    """Return `1 / spread`, but 1 where there is no spread."""
    return np.divide(1, spread, out=np.ones_like(spread), where=spread > _TINY)


def vanishing(X: Any, scaler: InputScaler) -> np.ndarray:
    """Return the columns that the network takes for zeros, though they are not.

    These are columns whose spread is too small for any scaling or, without one, whose numbers are
    all below the normal numbers of float32.

    Parameters
    ----------
    X : ndarray, CSR matrix, or rows on demand, of shape (n_samples, n_features)
        Numbers; NaN counts for nothing.
    scaler : InputScaler
        The scaling.

    Returns
    -------
    ndarray of int
        The numbers of the columns.
    """
    columns = np.arange(X.shape[1])
    if scaler.factor is not None:
        columns = np.flatnonzero(scaler.factor == 1)
    if len(columns) == 0 or X.dtype.kind != "f":
        return np.zeros(0, int)
    if sparse.issparse(X):
        sizes = _largest_stored(X, None)[columns]
    else:
        some = X if scaler.factor is None else X[:, columns]
        sizes = np.maximum(*map(np.abs, _range(some, None)))
    return columns[(sizes > 0) & (sizes < np.finfo(np.float32).tiny)]


def _dense_moments(X: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted mean and variance of each column, in float64, in two passes.

    Only columns with gaps, whose mean becomes NaN, are gone through again by themselves.
    """
    total = weight.sum()
    mean = np.zeros(X.shape[1])
    # In the same blocks and order whatever X is: sums in another order are rounded differently.
    for rows in blocks(X, _LEAST_ROWS):
        mean += weight[rows] @ np.ascontiguousarray(X[rows], np.float64)
    mean /= total
    variance = np.zeros(X.shape[1])
    for rows in blocks(X, _LEAST_ROWS):
        deviation = np.subtract(np.ascontiguousarray(X[rows], np.float64), mean)
        variance += weight[rows] @ np.square(deviation, out=deviation)
    variance /= total
    for j in np.flatnonzero(np.isnan(mean)):
        column = np.asarray(X[:, j : j + 1])
        present = (weight > 0) & ~np.isnan(column[:, 0])
        mean[j], variance[j] = 0, 0
        if present.any():
            mean[j : j + 1], variance[j : j + 1] = _dense_moments(column[present], weight[present])
    return mean, variance


def _sparse_moments(X: Any, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted mean and variance of each column of a CSR matrix, in float64."""
    X = canonical(X)
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


def _is_ready(X: Any, dtype: np.dtype) -> bool:
    """Return whether `X` is an array, in memory as the network wants it."""
    return isinstance(X, np.ndarray) and X.dtype == dtype and X.flags.c_contiguous


def canonical(X: Any) -> Any:
    """Return the CSR matrix with each number but zeros stored once, in order; `X` is untouched.

    Sums over what is stored are then rounded alike for equal numbers.
    """
    if not X.has_canonical_format or not X.data.all():
        X = X.copy()
        X.sum_duplicates()
        X.eliminate_zeros()
    return X


def blocks(X: Any, least: int | None = None) -> Iterator[slice]:
    """Yield slices that part the rows of `X` into blocks of about 65,536 numbers.

    Rows on demand, which are slow a few at a time, come at least 256 at a time, and arrays so many
    as asked for.
    """
    if least is None:
        least = 1 if isinstance(X, np.ndarray) else _LEAST_ROWS
    step = max(least, _BLOCK_SIZE // max(1, X.shape[1]))
    for start in range(0, X.shape[0], step):
        yield slice(start, start + step)


SCALINGS: Mapping[str, Callable[..., InputScaler]] = {
    "standard": standard_scaler,
    "robust": robust_scaler,
}
