"""Samples: what users pass in, checked and read."""

import copy

import numpy as np
import pytest
from scipy import sparse

from sknn import SimpleMLPClassifier


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_plain_arrays_and_their_lists_are_predicted_alike(dtype):
    X = np.random.default_rng(0).random((20, 3)).astype(dtype)
    model = SimpleMLPClassifier((4,), max_iter=1, random_state=0).fit(X, np.arange(20) % 2)
    expected = model.decision_function(X.tolist())
    np.testing.assert_array_equal(model.decision_function(X), expected)
    np.testing.assert_array_equal(model.decision_function(np.asfortranarray(X)), expected)


@pytest.mark.parametrize(
    ("X", "problem"),
    [
        (np.ones((2, 4)), "X has 4 features, but SimpleMLPClassifier is expecting 3"),
        (np.ones((0, 3)), "minimum of 1 is required"),
        (np.ones(3), "Expected 2D array"),
        (np.full((1, 3), np.inf), "contains inf"),
    ],
)
def test_plain_arrays_are_checked(X, problem):
    model = SimpleMLPClassifier((4,), max_iter=1).fit(np.eye(3), [0, 1, 1])
    with pytest.raises(ValueError, match=problem):
        model.predict(X)


@pytest.mark.parametrize("scaling", ["robust", "standard", None])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_sparse_entries_that_are_stored_twice_are_summed(scaling, solver):
    rng = np.random.default_rng(0)
    indptr, columns = np.arange(0, 1201, 12), rng.integers(5, size=1200)
    counts = sparse.csr_array((np.ones(1200), columns, indptr), shape=(100, 5))
    summed = sparse.csr_array(counts.toarray())
    y = np.where(summed.toarray()[:, 0] > 2, "many", "few")
    model = SimpleMLPClassifier(
        (4,), solver=solver, scaling=scaling, max_iter=20, early_stopping=True, random_state=0
    )
    model.fit(counts, y, X_val=counts, y_val=y)
    proba = model.predict_proba(counts)
    np.testing.assert_array_equal(proba, model.predict_proba(summed))
    score = model.best_validation_score_
    other = model.fit(summed, y, X_val=summed, y_val=y)
    np.testing.assert_array_equal(proba, other.predict_proba(summed))
    assert score == other.best_validation_score_
    assert counts.nnz == 1200
    np.testing.assert_array_equal(counts.indices, columns)
    np.testing.assert_array_equal(counts.data, 1)


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("embedding", ["periodic", None])
@pytest.mark.parametrize("scaling", ["robust", "standard", None])
def test_sparse_and_dense_features_are_predicted_alike(scaling, embedding, gaps):
    rng = np.random.default_rng(0)
    X = np.maximum(rng.normal(size=(120, 4)), 0)
    y = X[:, 0] > X[:, 1]
    if gaps:
        X[rng.random(X.shape) < 0.1] = np.nan
    thin = sparse.csr_array(X)
    settings = {"scaling": scaling, "max_iter": 5, "random_state": 0}
    model = SimpleMLPClassifier((8,), numeric_embedding=embedding, **settings).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(thin), model.predict_proba(X), rtol=1e-5)
    np.testing.assert_allclose(model.activations(thin)[1], model.activations(X)[1], rtol=1e-4)
    dense_again, sparse_again = copy.deepcopy(model), copy.deepcopy(model)
    np.testing.assert_allclose(
        sparse_again.partial_fit(thin, y).predict_proba(X),
        dense_again.partial_fit(X, y).predict_proba(X),
        rtol=1e-4,
    )
    model = SimpleMLPClassifier((8,), numeric_embedding=None, **settings).fit(thin, y)
    np.testing.assert_allclose(model.predict_proba(X), model.predict_proba(thin), rtol=1e-5)


class Tensor:
    """An array of another library, of which NumPy can make one of its own."""

    def __init__(self, values):
        self.values = np.asarray(values)
        self.shape, self.dtype, self.ndim = self.values.shape, self.values.dtype, self.values.ndim

    def __len__(self):
        return len(self.values)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)

    def __dlpack__(self, **options):
        return self.values.__dlpack__(**options)

    def __array_namespace__(self, api_version=None):
        raise AssertionError("The arithmetic is NumPy's.")


@pytest.mark.parametrize("multilabel", [False, True])
def test_arrays_of_other_libraries_become_arrays_of_numpy(multilabel):
    X = np.random.default_rng(0).normal(size=(40, 3))
    y = (X[:, :2] > 0).astype(int) if multilabel else (X[:, 0] > 0).astype(int)
    weight = np.arange(1.0, 41)
    model = SimpleMLPClassifier((4,), max_iter=2, random_state=0)
    expected = model.fit(X, y, weight).predict_proba(X)
    found = model.fit(Tensor(X), Tensor(y), Tensor(weight)).predict_proba(Tensor(X))
    assert isinstance(found, np.ndarray)
    np.testing.assert_array_equal(found, expected)


def test_zeros_that_are_stored_change_nothing():
    """Not even the last digit: means and variances are sums over what is stored."""
    a, b = 10.0, -9e-15  # the columns of an example that Hypothesis found
    left = [0, -1, a, a, -1, b, b, b, 0, 0, -1, 0, -1, a, -1, -1]
    right = [a, -1, b, a, -1, b, -1, a, -1, a, b, 0, b, 0, b, a]
    numbers, y = np.column_stack([left, right]), np.arange(16) == 1
    usual, full = sparse.csr_array(numbers), sparse.csr_array(np.ones_like(numbers))
    full.data[:] = numbers.ravel()
    model = SimpleMLPClassifier((3,), activation="identity", scaling="standard", max_iter=1)
    model.set_params(shuffle=False, learning_rate_schedule="constant", random_state=0)
    proba = model.fit(usual, y).predict_proba(usual)
    np.testing.assert_array_equal(model.predict_proba(full), proba)
    np.testing.assert_array_equal(model.fit(full, y).predict_proba(usual), proba)
    assert full.nnz == numbers.size  # the user's own matrix is as it was
