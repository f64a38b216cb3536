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


def texts(n_rows=120, n_words=400):
    """Return counts of words, sparse and most of them rare, and one of three kinds for each row.

    A quarter of the words are those of the kind.
    """
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, n_rows)
    words = np.minimum(rng.zipf(1.3, (n_rows, 12)) - 1, n_words - 1)
    words[:, :3] = 100 + 3 * rng.integers(0, 20, (n_rows, 3)) + kind[:, np.newaxis]
    rows = np.repeat(np.arange(n_rows), words.shape[1])
    X = sparse.csr_array((np.ones(words.size), (rows, words.ravel())), (n_rows, n_words))
    return X, kind


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
