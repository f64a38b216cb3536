"""Rows of three kinds: dense arrays, CSR matrices, and lazy rows."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from sknn.network.rows import blocks, canonical, exceeds, made, magnitude, take_rows, to_dense
from sknn.network.scaling import InputScaler, ScaledRows

X = np.random.default_rng(0).normal(size=(3000, 40))
SCALER = InputScaler(np.arange(40.0), np.linspace(1, 2, 40), 3.0)
SCALED = SCALER.transform(X, np.dtype(np.float32))
KINDS = {
    "dense": SCALED,
    "sparse": sparse.csr_array(SCALED),
    "lazy": ScaledRows(X, SCALER, np.dtype(np.float32)),
    "lazy of sparse": ScaledRows(sparse.csr_array(X), SCALER, np.dtype(np.float32)),
}
every_kind = pytest.mark.parametrize("rows", KINDS.values(), ids=KINDS)


@every_kind
def test_a_selection_is_of_the_same_kind(rows):
    mask = np.arange(3000) % 7 == 0
    for chosen in (slice(7, 700), slice(None, None, 50), np.array([5, 1000, 3, 5]), mask):
        some = rows[chosen]
        assert type(some) is type(rows)
        assert some.dtype == np.float32
        assert some.shape == SCALED[chosen].shape
        assert_array_equal(to_dense(some), SCALED[chosen])


@every_kind
def test_blocks_split_the_rows(rows):
    assert_array_equal(np.vstack([to_dense(rows[block]) for block in blocks(rows)]), SCALED)
    assert [block.start for block in blocks(rows, 2000)] == [0, 2000]


@every_kind
def test_magnitude_is_the_largest_absolute_value(rows):
    assert magnitude(rows) == np.abs(SCALED).max()
    assert magnitude(rows[:0]) == 0


def test_magnitude_is_nan_where_there_is_one():
    for row in (0, 2999):
        gappy = X.copy()
        gappy[row, 3] = np.nan
        lazy = ScaledRows(gappy, InputScaler(), np.dtype(np.float64))
        for each in (gappy, sparse.csr_array(gappy), lazy):
            assert np.isnan(magnitude(each))


@every_kind
def test_numbers_exceed_a_bound(rows):
    largest = magnitude(rows)
    assert not exceeds(rows, largest)
    assert exceeds(rows, np.nextafter(largest, 0))
    assert not exceeds(rows[:0], 0.0)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e30, -1e30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_number_beyond_a_bound_is_missed(number, dtype):
    rows = X.astype(dtype)
    rows[2999, 3] = number
    for each in (rows, np.asfortranarray(rows), rows[:, ::3], rows[:, 3], sparse.csr_array(rows)):
        assert exceeds(each, 1e29)


def test_large_numbers_within_a_bound_do_not_exceed_it():
    assert not exceeds(np.full((3, 4), 3e38, np.float32), 3.1e38)
    assert not exceeds(np.full((3, 4), -3e38), 3.1e38)


@pytest.mark.parametrize("kind", ["dense", "lazy", "lazy of sparse"])
def test_rows_are_gathered_into_a_buffer(kind):
    chosen = np.array([5, 1000, 3, 5])
    out = np.empty((4, 40), np.float32)
    assert take_rows(KINDS[kind], chosen, out) is out
    assert_array_equal(out, SCALED[chosen])


def test_only_lazy_rows_are_made():
    assert made(SCALED) is SCALED
    assert made(KINDS["sparse"]) is KINDS["sparse"]
    assert_array_equal(made(KINDS["lazy"]), SCALED)
    assert np.asarray(KINDS["lazy"], np.float64).dtype == np.float64


def test_a_canonical_matrix_is_returned_as_it_is():
    twice = sparse.csr_array(([1.0, 2], [1, 1], [0, 2]), shape=(1, 3))
    assert_array_equal(canonical(twice).data, [3])
    assert twice.nnz == 2
    assert canonical(KINDS["sparse"]) is KINDS["sparse"]
