"""Tables as they were read and as they are encoded: lazy rows."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.datasets import load_iris

from sknn.preprocessing.encoder import TableEncoder
from sknn.preprocessing.table import EncodedTable, Numbers, Table
from tests.preprocessing.tables import (
    awkward,
    fit,
)


class TestEncodedTable:
    def test_rows_are_those_of_the_whole(self):
        frame, _ = awkward()
        encoder = fit(frame)
        encoded = encoder.transform(encoder.read(frame))
        whole = np.asarray(encoded)
        assert isinstance(encoded, EncodedTable)
        n_columns = encoder.n_inputs + len(encoder.n_embedded)
        assert whole.shape == encoded.shape == (300, n_columns)
        for rows in (slice(10, 20), slice(None, None, 7), np.array([5, 3, 3])):
            assert_array_equal(encoded[rows], whole[rows])
            assert encoded[rows].shape == whole[rows].shape
        assert np.asarray(encoded, np.float32).dtype == np.float32

    def test_numbers_are_sliced_without_a_copy(self):
        frame, _ = awkward()
        frame = frame[["float", "two", "int"]]
        table = TableEncoder().read(frame, reset=True)
        assert np.shares_memory(table.numbers.source[0], frame["float"].to_numpy())
        part = table[10:20].numbers.columns(slice(1, None))
        assert np.shares_memory(part.source[0], frame["int"].to_numpy())
        assert_array_equal(part, frame[["int"]][10:20])

    def test_an_array_without_gaps_passes_untouched(self):
        X, _ = load_iris(return_X_y=True)
        encoder = TableEncoder().fit(X)
        assert encoder.transform(X) is X
        assert encoder.numbers(X) is X

    def test_an_array_without_gaps_where_there_had_been_some(self):
        X = np.array([[1.0, 2], [np.nan, 4], [5, 6]])
        assert_array_equal(TableEncoder().fit(X).transform(X[::2]), [[1, 2], [5, 6]])
        X[:, 1] = np.nan  # of that column nothing is known, then or later
        encoder = TableEncoder().fit(Table(Numbers(X), []))
        assert_array_equal(encoder.transform(np.ones((1, 2))), [[1, 0]])


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array, lambda X: list(X.T)])
def test_numbers_are_selected_like_rows_of_an_array(make):
    X = np.random.default_rng(0).normal(size=(20, 3))
    X[::5, 1] = np.nan
    numbers = Numbers(make(X), 20)
    mask = np.arange(20) % 3 == 0
    for rows in (slice(3, 9), slice(None, None, -2), np.array([5, 3, 3]), [1, 2], mask):
        assert numbers[rows].shape == X[rows].shape
        assert_array_equal(numbers[rows], X[rows])
        assert_array_equal(numbers[::-1][rows], X[::-1][rows])
        assert_array_equal(numbers[np.arange(20)[::-1]][rows], X[::-1][rows])
    assert_array_equal(numbers.columns(np.array([2, 0]))[mask], X[:, [2, 0]][mask])
    imputed = numbers.impute(np.array([7.0, 8, 9]))[mask]
    assert_array_equal(imputed, np.where(np.isnan(X), 8, X)[mask])
