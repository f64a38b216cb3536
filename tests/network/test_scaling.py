import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from sknn.network.scaling import SCALINGS, InputScaler, standard_scaler

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
    for part in (X.data, X.indices, X.indptr):
        part.flags.writeable = False
    return X


def make_weights(n_rows):
    weights = np.random.default_rng(2).exponential(size=n_rows)
    weights[::7] = 0
    weights.flags.writeable = False
    return weights


class TestStandardScaler:
    @pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.uint8, np.bool_])
    @with_and_without_weights
    def test_dense_features_agree_with_sklearn(self, dtype, weighted):
        X = make_features(dtype=dtype)  # more numbers than a block holds
        weights = make_weights(len(X)) if weighted else None
        expected = StandardScaler().fit_transform(X.astype(float), sample_weight=weights)
        scaled = standard_scaler(X, weights).transform(X, FLOAT64)
        assert scaled.dtype == np.float64
        assert_allclose(scaled, expected, rtol=1e-9, atol=1e-9)

    @each_csr
    @pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
    @with_and_without_weights
    def test_sparse_features_agree_with_sklearn_without_centring(self, csr, dtype, weighted):
        X = make_sparse_features(csr, dtype=dtype)
        weights = make_weights(X.shape[0]) if weighted else None
        sklearn_scaler = StandardScaler(with_mean=False).fit(X.astype(float), sample_weight=weights)
        scaled = standard_scaler(X, weights).transform(X, FLOAT64)
        assert isinstance(scaled, csr)
        assert scaled.dtype == np.float64
        expected = sklearn_scaler.transform(X.astype(float))
        assert_allclose(scaled.toarray(), expected.toarray(), rtol=1e-9)

    @each_csr
    @with_and_without_weights
    def test_sparse_features_have_the_spread_of_dense_features(self, csr, weighted):
        X = make_sparse_features(csr)
        weights = make_weights(X.shape[0]) if weighted else None
        dense, thin = standard_scaler(X.toarray(), weights), standard_scaler(X, weights)
        assert_allclose(thin.factor, dense.factor, rtol=1e-9)
        assert thin.offset is None

    @with_and_without_weights
    def test_scaled_features_have_mean_0_and_variance_1(self, weighted):
        X = make_features()
        weights = make_weights(len(X)) if weighted else None
        scaled = standard_scaler(X, weights).transform(X, FLOAT64)
        assert_allclose(np.average(scaled, axis=0, weights=weights), 0, atol=1e-12)
        assert_allclose(np.average(scaled**2, axis=0, weights=weights), 1, rtol=1e-9)

    @pytest.mark.parametrize("make", [np.array, sparse.csr_array])
    def test_weighting_is_repeating_rows(self, make):
        counts = np.random.default_rng(3).integers(4, size=200)
        X = make(make_features(200))
        repeated = X[np.arange(200).repeat(counts)]
        weighted, plain = standard_scaler(X, counts), standard_scaler(repeated)
        assert_allclose(weighted.factor, plain.factor, rtol=1e-9)
        if make is np.array:
            assert_allclose(weighted.offset, plain.offset, rtol=1e-9)

    @pytest.mark.parametrize("make", [np.array, sparse.csr_array])
    @pytest.mark.parametrize("constant", [0, 0.1, -1e9 / 3, 1e-300])
    @with_and_without_weights
    def test_constant_feature_is_divided_by_its_size(self, make, constant, weighted):
        X = make_features(1000).copy()
        X[:, 2] = constant
        weights = make_weights(1000) if weighted else None
        scaler = standard_scaler(make(X), weights)
        size = 1 if abs(constant) < 1e-30 else abs(constant)
        assert_allclose(scaler.factor[2], 1 / size)
        scaled = scaler.transform(X, FLOAT64)
        centred = make is np.array
        assert_allclose(scaled[:, 2], 0 if centred else constant / size, atol=1e-9)

    @pytest.mark.parametrize("make", [np.array, sparse.csr_array])
    @pytest.mark.parametrize("elsewhere", [0, 7])
    def test_feature_that_varies_only_where_there_is_no_weight_is_constant(self, make, elsewhere):
        X, weights = make_features(1000).copy(), make_weights(1000)
        X[:, 2] = np.where(weights > 0, 0.1, elsewhere)
        scaler = standard_scaler(make(X), weights)
        assert_allclose(scaler.factor[2], 10)

    @pytest.mark.parametrize("make", [np.array, sparse.csr_array])
    def test_column_of_ones_is_constant_under_any_weights(self, make):
        for seed in range(20):
            weights = np.random.default_rng(seed).random(1000)
            assert_allclose(standard_scaler(make(np.ones((1000, 1))), weights).factor, 1)

    def test_small_spread_around_a_huge_mean_survives_float32(self):
        noise = np.random.default_rng(0).normal(size=(5000, 2))
        X = 1e9 + noise  # float32 tells only multiples of 64 apart here
        scaled = standard_scaler(X).transform(X, FLOAT32)
        assert scaled.dtype == np.float32
        expected = (noise - noise.mean(axis=0)) / noise.std(axis=0)
        assert_allclose(scaled, expected, rtol=0, atol=2e-6)

    def test_float32_features_are_summed_in_float64(self):
        X = np.full((100_000, 1), 4096.0, np.float32)
        X[::2] += 1
        scaler = standard_scaler(X)
        assert_allclose(scaler.offset, [4096.5], rtol=1e-12)
        assert_allclose(scaler.factor, [2], rtol=1e-9)

    def test_duplicates_in_a_sparse_matrix_count_as_their_sum(self):
        data, columns, ends = [1.0, 2, 4, 8, 16, 32], [1, 1, 0, 0, 2, 0], [0, 2, 5, 5, 6]
        X = sparse.csr_array((data, columns, ends), shape=(4, 3))
        assert not X.has_canonical_format
        read_only(X)
        scaler = standard_scaler(X)
        dense = np.array([[0, 3, 0], [12, 0, 16], [0, 0, 0], [32, 0, 0]])
        assert_allclose(scaler.factor, 1 / dense.std(axis=0), rtol=1e-12)
        scaled = scaler.transform(X, FLOAT64)
        assert_allclose(scaled.toarray(), dense / dense.std(axis=0), rtol=1e-12)
        assert_array_equal(X.data, data)

    def test_single_row_and_no_column_are_constant(self):
        assert_array_equal(standard_scaler(np.ones((1, 3))).factor, 1)
        assert standard_scaler(np.ones((4, 0))).transform(np.ones((2, 0)), FLOAT32).shape == (2, 0)

    def test_is_in_the_registry(self):
        X = make_features(100)
        assert_array_equal(SCALINGS["standard"](X).factor, standard_scaler(X).factor)


class TestTransform:
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

    @pytest.mark.parametrize("offset", [None, np.arange(5.0)])
    def test_two_threads_scale_like_one(self, offset, monkeypatch):
        X, scaler = make_features(100_000), InputScaler(offset, np.full(5, 3.0))
        alone = scaler.transform(X, FLOAT32)
        monkeypatch.setattr("sknn.network.scaling._PARALLEL_SIZE", X.size)
        assert_array_equal(scaler.transform(X, FLOAT32), alone)

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
