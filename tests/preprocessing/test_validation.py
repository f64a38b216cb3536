"""Validation: holding samples out, and merging equal ones."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sknn import SimpleMLPClassifier
from sknn.preprocessing.encoder import TableEncoder
from sknn.preprocessing.samples import Samples, read_samples
from sknn.preprocessing.validation import distinct, hold_out, split


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
        X = sparse.random(90, 1 << 20, 1e-4, format="csr", random_state=rng)
        X = sparse.vstack([X, X[:10]], format="csr")
        tracemalloc.start()
        (merged, _, weight), _ = distinct(Samples(X, np.arange(100) % 2, None))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert sparse.issparse(merged)
        assert merged.shape[0] == 90
        assert weight.sum() == 100
        assert peak < 200 * X.nnz

    def test_a_table_with_gaps_or_categories_is_returned_as_it_is(self):
        gaps = np.array([[1.0, np.nan], [1, np.nan], [2, 3]])
        frame = pd.DataFrame({"a": [1, 1, 2], "b": list("xxy")})
        for X in (gaps, frame):
            model = SimpleMLPClassifier()
            samples = read_samples(model, TableEncoder(), X, [0, 0, 1], None, None, reset=True)
            same, rows = distinct(samples)
            assert same is samples
            np.testing.assert_array_equal(rows, [0, 1, 2])

    def test_rows_of_a_table_of_numbers_are_merged_like_those_of_an_array(self):
        frame = pd.DataFrame({"a": [2, 1, 2, 2, 1], "b": [0.0, 5, 0, 0, 4]})
        model, y = SimpleMLPClassifier(), np.zeros(5, int)
        samples = read_samples(model, TableEncoder(), frame, y, None, None, reset=True)
        merged, rows = distinct(samples)
        expected, its_rows = distinct(Samples(self.X, y, None))
        np.testing.assert_array_equal(rows, its_rows)
        np.testing.assert_array_equal(merged.weight, expected.weight)
        np.testing.assert_array_equal(merged.X.numbers, expected.X)


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


@pytest.mark.parametrize("make", ["pandas", "polars"])
def test_a_table_of_numbers_is_learnt_like_its_array(make):
    rng = np.random.default_rng(0)
    X, y = rng.integers(3, size=(60, 2)), rng.integers(2, size=60)
    frame = pd.DataFrame({"a": X[:, 0].astype(float), "b": X[:, 1]})
    if make == "polars":
        frame = pytest.importorskip("polars").DataFrame({"a": X[:, 0] * 1.0, "b": X[:, 1]})
    model = SimpleMLPClassifier((4,), max_iter=5, random_state=0)
    expected = model.fit(X.astype(float), y).predict_proba(X)
    found = model.fit(frame, y).predict_proba(frame)
    np.testing.assert_array_equal(found, expected)


class TestSplit:
    X = np.array([[1.0], [1], [2], [2], [3], [4]])
    Y = np.array([0, 0, 0, 1, 1, 1])

    def test_without_a_fraction_all_samples_are_for_training(self):
        samples = Samples(self.X, self.Y, None)
        parts = split(samples, None, full_batch=False, rng=np.random.default_rng(0))
        assert parts == (samples, None, None)

    @pytest.mark.parametrize("full_batch", [False, True])
    def test_rows_are_those_of_the_validation_samples(self, full_batch):
        samples = Samples(self.X, self.Y, None)
        parts = split(samples, 0.5, full_batch=full_batch, rng=np.random.default_rng(0))
        np.testing.assert_array_equal(parts.validation.X, self.X[parts.rows])
        np.testing.assert_array_equal(parts.validation.y, self.Y[parts.rows])
        assert len(parts.validation.y) + len(parts.training.y) == (5 if full_batch else 6)

    def test_copies_of_one_sample_are_split_where_no_class_has_others(self):
        samples = Samples(np.array([[1.0], [1], [2], [2]]), np.array([0, 0, 1, 1]), None)
        parts = split(samples, 0.5, full_batch=True, rng=np.random.default_rng(0))
        assert sorted(parts.validation.y) == sorted(parts.training.y) == [0, 1]
