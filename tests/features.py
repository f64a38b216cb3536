"""Features for tests of the scaling."""

import numpy as np
import pytest
from scipy import sparse

FLOAT64 = np.dtype(np.float64)
FLOAT32 = np.dtype(np.float32)

each_csr = pytest.mark.parametrize("csr", [sparse.csr_array, sparse.csr_matrix])
with_and_without_weights = pytest.mark.parametrize("weighted", [False, True])


def make_features(n_rows=20000, dtype=np.float64):
    """Return columns of different mean and spread that may not be written to."""
    rng = np.random.default_rng(0)
    X = rng.normal([0, 50, 10, 3, 20], [1, 10, 0.7, 3, 20], size=(n_rows, 5))
    if dtype == np.bool_:
        X = np.greater(X, X[0])
    elif np.issubdtype(dtype, np.integer):
        X = np.abs(X)
    X = X.astype(dtype)
    X.flags.writeable = False
    return X


def make_sparse_features(csr, n_rows=2000, dtype=np.float64):
    """Return a CSR matrix, a third of it stored, that may not be written to."""
    stored = np.random.default_rng(1).random((n_rows, 5)) < 1 / 3
    return read_only(csr(np.where(stored, make_features(n_rows, dtype), 0).astype(dtype)))


def read_only(X):
    """Return a CSR matrix that may not be written to."""
    for part in (X.data, X.indices, X.indptr):
        part.flags.writeable = False
    return X


def make_weights(n_rows):
    """Return weights, some of them zero."""
    weights = np.random.default_rng(2).exponential(size=n_rows)
    weights[::7] = 0
    weights.flags.writeable = False
    return weights
