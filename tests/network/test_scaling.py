"""Applying a scaling: the dtype and the arrangement of rows."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from sknn.network.scaling import InputScaler, ScaledRows
from sknn.preprocessing.scaler import SCALINGS
from sknn.preprocessing.table import Numbers
from tests.features import (
    FLOAT32,
    FLOAT64,
    each_csr,
    make_features,
    make_sparse_features,
)


class TestTransform:
    @pytest.mark.parametrize("fit", SCALINGS.values())
    def test_features_after_the_numbers_stay_as_they_are(self, fit):
        X = np.c_[make_features(20000), np.eye(3)[np.arange(20000) % 3], np.full(20000, 100.0)]
        scaler = fit(X[:, :5])
        scaled = scaler.transform(X, FLOAT32)
        assert_array_equal(scaled[:, :5], scaler.transform(X[:, :5], FLOAT32))
        assert_array_equal(scaled[:, 5:], X[:, 5:])

    def test_lazy_rows_are_scaled_like_an_array(self):
        X = make_features(20000)
        for scaler in (InputScaler(), InputScaler(np.arange(5.0), np.full(5, 3.0), 2.0)):
            expected = scaler.transform(X, FLOAT32)
            for rows in (Numbers(X), Numbers(list(X.T), 20000)):
                assert_array_equal(scaler.transform(rows, FLOAT32), expected)
                assert_array_equal(ScaledRows(rows, scaler, FLOAT32), expected)

    @pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64])
    def test_returns_x_itself_where_there_is_nothing_to_do(self, dtype):
        X = make_features(10, dtype.type)
        assert InputScaler().transform(X, dtype) is X

    @each_csr
    def test_returns_sparse_x_itself_where_there_is_nothing_to_do(self, csr):
        X = make_sparse_features(csr, 10)
        assert InputScaler().transform(X, FLOAT64) is X

    @pytest.mark.parametrize("dtype", [np.float64, np.int64, np.uint8, np.bool_])
    def test_without_scaling_casts(self, dtype):
        X = make_features(20000, dtype)
        cast = InputScaler().transform(X, FLOAT32)
        assert cast.dtype == np.float32
        assert cast.flags.c_contiguous
        assert_array_equal(cast, X.astype(np.float32))

    @each_csr
    def test_without_scaling_casts_sparse_rows(self, csr):
        X = make_sparse_features(csr)
        cast = InputScaler().transform(X, FLOAT32)
        assert isinstance(cast, csr)
        assert cast.dtype == np.float32
        assert_array_equal(cast.toarray(), X.toarray().astype(np.float32))

    @pytest.mark.parametrize("offset", [None, np.arange(64.0)])
    def test_many_rows_are_scaled_like_few(self, offset):
        X = np.broadcast_to(np.arange(64, dtype=np.uint8), (300_000, 64))
        scaler = InputScaler(offset, np.full(64, 3.0))
        assert_array_equal(scaler.transform(X, FLOAT32)[::999], scaler.transform(X[::999], FLOAT32))

    @pytest.mark.parametrize("factor", [None, np.full(5, 3.0)])
    @pytest.mark.parametrize("arrange", [np.asfortranarray, lambda X: np.repeat(X, 2, axis=0)[::2]])
    def test_result_is_contiguous_for_any_arrangement_in_memory(self, factor, arrange):
        X = make_features(30)
        arranged = arrange(X)
        assert not arranged.flags.c_contiguous
        scaled = InputScaler(None, factor).transform(arranged, FLOAT64)
        assert scaled.flags.c_contiguous
        assert_allclose(scaled, X if factor is None else 3 * X)

    @pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.uint8, np.bool_])
    def test_subtracts_the_offset_and_multiplies_by_the_factor(self, dtype):
        X = make_features(20000, dtype)  # more numbers than a block holds
        offset, factor = np.array([1, 20, -3, 4, 0.5]), np.array([1, 0.1, 0, 2, -1])
        scaled = InputScaler(offset, factor).transform(X, FLOAT64)
        assert_allclose(scaled, (X.astype(float) - offset) * factor, rtol=1e-14)

    @pytest.mark.parametrize("dtype", [np.float64, np.int64, np.bool_])
    def test_dense_rows_may_follow_a_sparse_fit(self, dtype):
        X, factor = make_features(100, dtype), np.array([1, 0.1, 0, 2, -1])
        scaled = InputScaler(None, factor).transform(X, FLOAT64)
        assert_allclose(scaled, X * factor)

    @each_csr
    def test_sparse_rows_become_dense_where_there_is_an_offset(self, csr):
        X = make_sparse_features(csr)
        offset, factor = np.array([1, 20, -3, 4, 0.5]), np.array([1, 0.1, 0, 2, -1])
        scaled = InputScaler(offset, factor).transform(X, FLOAT32)
        assert type(scaled) is np.ndarray
        assert scaled.dtype == np.float32
        assert_allclose(scaled, (X.toarray() - offset) * factor, rtol=1e-6, atol=1e-6)

    def test_scaling_leaves_x_alone(self):
        X, thin = make_features(100).copy(), make_sparse_features(sparse.csr_array, 100).copy()
        scaler = InputScaler(None, np.full(5, 3.0))
        scaler.transform(X, FLOAT64)[...] = 7
        scaler.transform(thin, FLOAT64).data[...] = 7
        assert_array_equal(X, make_features(100))
        assert_array_equal(thin.toarray(), make_sparse_features(sparse.csr_array, 100).toarray())
