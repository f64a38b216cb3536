"""Input scaling: the network's first act is to bring every feature to a common size.

A scaler travels with its network.  `sknn.preprocessing.scaler` fits it to data.
"""

from typing import Any

import numpy as np
from scipy import sparse

from sknn.network.rows import LazyRows, Rows, blocks, to_dense

# One block of so few numbers needs no loop.
_SMALL_SIZE = 4096


class InputScaler:
    """Casts features to the precision of the network, `z = (x - offset) · factor` on the way.

    With a bound, `z / √(1 + (z / bound)²)` follows: outliers come closer, and no number
    leaves `±bound`.

    Parameters
    ----------
    offset, factor : ndarray of shape (n_numbers,), float64, or None
        What to subtract and to multiply by; None for nothing.  Sparse rows have no offset.
        Features after the first `n_numbers`, zeros and ones, stay as they are.
    bound : float, optional
        What the scaled numbers do not exceed.

    Attributes
    ----------
    n_numbers : int
        Number of features that are scaled.
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
        self.n_numbers = 0 if self.factor is None else self.factor.size
        for array in (self.offset, self.factor):
            if array is not None and not (
                array.dtype.kind == "f"
                and array.shape == (self.n_numbers,)
                and np.isfinite(array).all()
            ):
                raise ValueError(f"No scaling has offset={offset!r} and factor={factor!r}.")
        if bound is not None and not bound > 0:
            raise ValueError(f"No scaling has bound={bound!r}.")

    def definition(self) -> dict[str, Any]:
        """Return the arguments that make this scaler."""
        return {"offset": self.offset, "factor": self.factor, "bound": self.bound}

    def transform(self, X: Rows, dtype: np.dtype) -> Any:
        """Return the scaled rows of `X`, a C-contiguous ndarray or a CSR matrix of that dtype.

        It is `X` itself if there is nothing to do; `X` is never written to.  Sparse rows become
        dense if there is an offset: centring leaves no zeros to skip.
        """
        if sparse.issparse(X) and self.offset is None:
            return self._transform_sparse(X, dtype)
        is_ready = isinstance(X, np.ndarray) and X.dtype == dtype and X.flags.c_contiguous
        if self.factor is None and is_ready:
            return X
        out = np.empty(X.shape, dtype)
        self.write(X, out)
        return out

    def write(self, X: Rows, out: np.ndarray) -> None:
        """Write the scaled rows of `X` to `out`, in float32 or float64, block by block."""
        if out.size <= _SMALL_SIZE:
            self._write_block(to_dense(X), out)
        else:
            for rows in blocks(X):
                self._write_block(to_dense(X[rows]), out[rows])

    def _write_block(self, block: np.ndarray, out: np.ndarray) -> None:
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


class ScaledRows(LazyRows):
    """Scaled rows that are made batch by batch: all of them would take too much memory.

    Parameters
    ----------
    X : ndarray, CSR matrix or LazyRows of shape (n_rows, n_features)
        Real numbers of any dtype.
    scaler : InputScaler
        What is done to them; it makes sparse rows dense.
    dtype : dtype
        Type of the scaled rows.
    """

    def __init__(self, X: Rows, scaler: InputScaler, dtype: np.dtype):
        self.X = X
        self.scaler = scaler
        self.dtype = dtype
        self.shape = X.shape

    def __getitem__(self, rows: Any) -> "ScaledRows":
        return ScaledRows(self.X[rows], self.scaler, self.dtype)

    def write(self, out: np.ndarray) -> None:
        """Make all rows in `out`."""
        self.scaler.write(self.X, out)
