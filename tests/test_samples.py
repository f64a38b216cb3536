"""Samples: parting them for validation, and gathering equal ones."""

import copy
import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from sknn import SimpleMLPClassifier
from sknn.encoding import TableEncoder
from sknn.samples import Samples, check_samples, distinct, hold_out


def unweighted(y):
    """Return samples of equal weight with these labels."""
    return Samples(np.zeros((len(y), 1)), y, None)


@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.9])
def test_each_class_gives_its_part_rounded_up_but_never_all(fraction):
    counts = {"a": 1, "b": 2, "c": 7, "d": 100}
    y = np.repeat(list(counts), list(counts.values()))
    held_out, kept = hold_out(unweighted(y), fraction, np.random.default_rng(0))
    np.testing.assert_array_equal(np.sort(np.concatenate([held_out, kept])), np.arange(110))
    for name, count in counts.items():
        assert (y[held_out] == name).sum() == min(np.ceil(fraction * count), count - 1)


def test_labels_are_held_out_as_one_class():
    held_out, kept = hold_out(unweighted(np.eye(30, 4)), 0.1, np.random.default_rng(0))
    assert (len(held_out), len(kept)) == (3, 27)


def test_another_seed_holds_out_others():
    y = np.repeat([0, 1], 50)
    a, b, c = (hold_out(unweighted(y), 0.2, np.random.default_rng(seed))[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(a, b)
    assert set(a) != set(c)


def test_classes_of_one_sample_cannot_be_held_out():
    model = SimpleMLPClassifier(early_stopping=True)
    with pytest.raises(ValueError, match=r"no class has 2 samples \(n_samples = 3\)"):
        model.fit(np.eye(3), ["a", "b", "c"])


def test_samples_of_weight_zero_are_not_held_out():
    weight = np.zeros(100)
    weight[[3, 7, 60, 61]] = 1
    samples = Samples(np.zeros((100, 1)), np.repeat([0, 1], 50), weight)
    held_out, kept = hold_out(samples, 0.5, np.random.default_rng(0))
    assert len(held_out) == 2
    assert len(kept) == 98
    assert weight[held_out].sum() == weight[kept].sum() == 2


def test_weights_stay_finite_however_large():
    X, y = np.eye(6), np.array([0, 1] * 3)
    models = [
        SimpleMLPClassifier((), learning_rate=0.003, class_weight=by_class, random_state=0).fit(
            X, y, np.full(6, w)
        )
        for w, by_class in ((1.0, {0: 1, 1: 1}), (1e308, {0: 1e308, 1: 1e308}))
    ]
    np.testing.assert_array_equal(models[0].predict_proba(X), models[1].predict_proba(X))


@pytest.mark.parametrize("wrong", [-0.1, np.nan, np.inf])
def test_class_weights_are_finite_and_not_negative(wrong):
    model = SimpleMLPClassifier(class_weight={0: wrong, 1: 1.0})
    with pytest.raises(ValueError, match="class_weight must be finite and not negative"):
        model.fit(np.eye(4), [0, 1, 0, 1])


def test_class_weights_of_zero_leave_nothing_to_learn():
    model = SimpleMLPClassifier(class_weight={0: 0.0, 1: 0.0})
    with pytest.raises(ValueError, match="weight zero"):
        model.fit(np.eye(4), [0, 1, 0, 1])


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


class TestDistinct:
    X = np.array([[2.0, 0], [1, 5], [2, 0], [2, 0], [1, 4]])

    @pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix, sparse.csr_array])
    def test_equal_samples_become_one_of_their_weights(self, container):
        y = np.array(["a", "b", "a", "b", "b"])
        weights = np.array([1.0, 2, 4, 8, 16])
        (X, y, weight), places = distinct(Samples(container(self.X), y, weights))
        rows = X.toarray() if sparse.issparse(X) else X
        np.testing.assert_array_equal(rows, [[1, 4], [1, 5], [2, 0], [2, 0]])
        assert list(y) == ["b", "b", "a", "b"]
        np.testing.assert_array_equal(weight, [16, 2, 5, 8])
        np.testing.assert_array_equal(self.X[places], rows)

    def test_without_weights_they_are_counted(self):
        (_, _, weight), _ = distinct(Samples(self.X, np.zeros(5, int), None))
        np.testing.assert_array_equal(weight, [1, 1, 3])
        assert weight.dtype == np.float64

    def test_labels_are_told_apart(self):
        Y = np.array([[0, 1], [0, 1], [0, 1], [1, 1], [0, 1]])
        (_, Y, weight), _ = distinct(Samples(self.X, Y, None))
        np.testing.assert_array_equal(weight, [1, 1, 2, 1])
        np.testing.assert_array_equal(Y[2:], [[0, 1], [1, 1]])

    def test_samples_without_weight_are_left_out(self):
        (X, y, weight), _ = distinct(Samples(self.X, np.arange(5), np.array([1.0, 0, 0, 0, 2])))
        np.testing.assert_array_equal(X, [[1, 4], [2, 0]])
        np.testing.assert_array_equal(y, [4, 0])
        np.testing.assert_array_equal(weight, [2, 1])

    def test_order_does_not_matter(self):
        rng = np.random.default_rng(0)
        X, y, order = rng.integers(3, size=(50, 3)), rng.integers(2, size=50), rng.permutation(50)
        first, _ = distinct(Samples(X, y, None))
        second, _ = distinct(Samples(X[order], y[order], None))
        for part, other in zip(first, second, strict=True):
            np.testing.assert_array_equal(part, other)

    def test_sparse_rows_stay_sparse_in_the_order_of_dense_ones(self):
        rng = np.random.default_rng(0)
        X, y = rng.integers(-1, 2, size=(200, 4)) * 0.5, rng.integers(2, size=200)
        thin = sparse.csr_array(X)
        thin.data[::5] = 0  # a zero that is stored
        dense, rows = distinct(Samples(thin.toarray(), y, None))
        merged, sparse_rows = distinct(Samples(thin, y, None))
        np.testing.assert_array_equal(sparse_rows, rows)
        np.testing.assert_array_equal(merged.X.toarray(), dense.X)
        np.testing.assert_array_equal(merged.weight, dense.weight)

    def test_wide_sparse_rows_take_memory_for_what_is_stored(self):
        rng = np.random.default_rng(0)
        X = sparse.random(90, 1 << 20, 1e-4, format="csr", rng=rng)
        X = sparse.vstack([X, X[:10]], format="csr")
        tracemalloc.start()
        (merged, _, weight), _ = distinct(Samples(X, np.arange(100) % 2, None))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert sparse.issparse(merged)
        assert merged.shape[0] == 90
        assert weight.sum() == 100
        assert peak < 200 * X.nnz

    def test_a_table_is_returned_as_it_is(self):
        X = np.array([[1.0, np.nan], [1, np.nan], [2, 3]])
        model = SimpleMLPClassifier()
        samples = check_samples(model, TableEncoder(), X, [0, 0, 1], None, None, reset=True)
        same, rows = distinct(samples)
        assert same is samples
        np.testing.assert_array_equal(rows, [0, 1, 2])


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("sizes", [(8,), "auto"])
def test_weights_of_few_samples_are_repeated_samples_in_any_order(solver, sizes):
    rng = np.random.default_rng(0)
    X, y, weight = rng.normal(size=(40, 3)), rng.integers(3, size=40), rng.integers(4, size=40)
    model = SimpleMLPClassifier(sizes, solver=solver, max_iter=30, learning_rate=0.05)
    model.set_params(random_state=0, batch_size=1000)
    weighted = model.fit(X, y, weight).predict_proba(X)
    order = rng.permutation(weight.sum())
    repeated = model.fit(X.repeat(weight, axis=0)[order], y.repeat(weight)[order]).predict_proba(X)
    np.testing.assert_allclose(weighted, repeated, atol=1e-9)


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
