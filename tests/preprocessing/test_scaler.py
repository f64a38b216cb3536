"""Fitting the scaling of numbers to data."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.preprocessing import MaxAbsScaler, RobustScaler, StandardScaler

from sknn import SimpleMLPClassifier
from sknn.preprocessing.scaler import (
    SCALINGS,
    fit_scaler,
    robust_scaler,
    standard_scaler,
    weighted_quantiles,
)
from sknn.preprocessing.table import Numbers
from tests.features import (
    FLOAT32,
    FLOAT64,
    each_csr,
    make_features,
    make_sparse_features,
    make_weights,
    read_only,
    with_and_without_weights,
)


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


class TestWeightedQuantiles:
    PROBABILITIES = (0, 0.1, 0.25, 0.5, 0.75, 1)

    @pytest.mark.parametrize("n_rows", [1, 2, 7, 8, 100])
    def test_without_weights_they_are_those_of_numpy(self, n_rows):
        X = make_features(n_rows)
        method = "averaged_inverted_cdf"
        expected = np.quantile(X, self.PROBABILITIES, axis=0, method=method)
        assert_allclose(weighted_quantiles(X, self.PROBABILITIES), expected, rtol=1e-15)

    @pytest.mark.parametrize("divisor", [1, 7, 1e300])
    def test_weighting_is_repeating_rows_to_the_last_bit(self, divisor):
        for seed in range(20):
            rng = np.random.default_rng(seed)
            X, counts = rng.integers(5, size=(40, 30)).astype(float), rng.integers(4, size=40)
            weighted = weighted_quantiles(X, self.PROBABILITIES, counts / divisor)
            repeated = weighted_quantiles(X[np.arange(40).repeat(counts)], self.PROBABILITIES)
            assert_array_equal(weighted, repeated)

    def test_columns_that_are_sorted_in_several_blocks_do_not_depend_on_each_other(self):
        X = np.random.default_rng(0).normal(size=(600_000, 2)).astype(np.float32)
        each = [weighted_quantiles(X[:, [j]], self.PROBABILITIES) for j in range(2)]
        assert_array_equal(weighted_quantiles(X, self.PROBABILITIES), np.hstack(each))

    @with_and_without_weights
    def test_nan_counts_for_nothing(self, weighted):
        X = np.where(np.random.default_rng(1).random((50, 5)) < 0.3, np.nan, make_features(50))
        X[:, 4] = np.nan
        weights = make_weights(50) if weighted else None
        quantiles = weighted_quantiles(X, self.PROBABILITIES, weights)
        for j in range(4):
            there = ~np.isnan(X[:, j])
            its_weights = weights[there] if weighted else None
            expected = weighted_quantiles(X[there, j : j + 1], self.PROBABILITIES, its_weights)
            assert_array_equal(quantiles[:, j : j + 1], expected)
        assert np.isnan(quantiles[:, 4]).all()

    def test_leaves_x_alone(self):
        X = np.asfortranarray(make_features(50).T).T.copy()
        weighted_quantiles(X, [0.5])
        assert_array_equal(X, make_features(50))


class TestRobustScaler:
    @pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
    def test_before_the_bound_it_agrees_with_sklearn(self, dtype):
        X = make_features(2001, dtype)  # of 4 k + 1 numbers, all definitions of quartiles agree
        theirs, ours = RobustScaler().fit(X.astype(float)), robust_scaler(X)
        assert_allclose(ours.offset, theirs.center_, rtol=1e-15)
        assert_allclose(ours.factor, 1 / theirs.scale_, rtol=1e-12)

    def test_formula(self):
        X = make_features(2001)
        z = RobustScaler().fit_transform(X)
        scaled = robust_scaler(X).transform(X, FLOAT64)
        assert_allclose(scaled, z / np.sqrt(1 + (z / 12) ** 2), rtol=1e-9, atol=1e-12)

    def test_outliers_stay_within_the_bound_and_in_order(self):
        X = np.r_[np.linspace(-1, 1, 100), 1e4, 1e30, -1e30][:, np.newaxis]
        scaled = robust_scaler(X).transform(X, FLOAT64)
        assert np.abs(scaled).max() <= 12
        assert_array_equal(np.argsort(scaled, axis=0), np.argsort(X, axis=0))

    @pytest.mark.parametrize("divisor", [1, 7])
    def test_weighting_is_repeating_rows_to_the_last_bit(self, divisor):
        counts = np.random.default_rng(3).integers(4, size=200)
        X = make_features(200).round(1)
        weighted = robust_scaler(X, counts / divisor)
        repeated = robust_scaler(X[np.arange(200).repeat(counts)])
        assert_array_equal(weighted.offset, repeated.offset)
        assert_array_equal(weighted.factor, repeated.factor)

    def test_where_the_quartiles_coincide_half_the_range_takes_their_place(self):
        X = np.r_[np.full(90, 5.0), 1.0, np.full(9, 11.0)][:, np.newaxis]
        scaler = robust_scaler(X)
        assert_allclose(scaler.offset, 5)
        assert_allclose(scaler.factor, 1 / 5)

    def test_what_has_no_weight_does_not_widen_the_range(self):
        X = np.r_[np.full(90, 5.0), 1.0, np.full(9, 11.0)][:, np.newaxis]
        weights = (X[:, 0] != 1).astype(float)
        assert_allclose(robust_scaler(X, weights).factor, 1 / 3)

    @pytest.mark.parametrize("make", [np.array, sparse.csr_array])
    @pytest.mark.parametrize("constant", [0, 0.1, -1e9 / 3, 1e-300])
    @with_and_without_weights
    def test_constant_feature_is_divided_by_its_size(self, make, constant, weighted):
        X = make_features(1000).copy()
        X[:, 2] = constant
        scaler = robust_scaler(make(X), make_weights(1000) if weighted else None)
        size = 1 if abs(constant) < 1e-30 else abs(constant)
        assert_allclose(scaler.factor[2], 1 / size)

    @pytest.mark.parametrize("change", [lambda C: C * 1e6, lambda C: 1.8 * C + 32])
    def test_units_do_not_matter(self, change):
        X = make_features(1000).copy()
        X[:, 3] = X[:, 3].round()
        X[:, 4] = np.where(X[:, 4] > 40, X[:, 4], 7)  # one for the range
        expected = robust_scaler(X).transform(X, FLOAT32)
        assert_allclose(robust_scaler(change(X)).transform(change(X), FLOAT32), expected, atol=1e-6)

    @each_csr
    @with_and_without_weights
    def test_sparse_features_are_divided_by_their_largest_size(self, csr, weighted):
        X = make_sparse_features(csr)
        weights = make_weights(X.shape[0]) if weighted else None
        scaler = robust_scaler(X, weights)
        seen = X if weights is None else X[np.flatnonzero(weights)]
        assert scaler.offset is None
        assert_allclose(scaler.factor, 1 / MaxAbsScaler().fit(seen).scale_)
        scaled = scaler.transform(X, FLOAT64)
        assert isinstance(scaled, csr)
        z = X.toarray() * scaler.factor
        assert_allclose(scaled.toarray(), z / np.sqrt(1 + (z / 12) ** 2))

    def test_duplicates_in_a_sparse_matrix_count_as_their_sum(self):
        data, columns, ends = [1.0, 2, 4, -8, 16, 32], [1, 1, 0, 0, 2, 0], [0, 2, 5, 5, 6]
        X = sparse.csr_array((data, columns, ends), shape=(4, 3))
        assert_allclose(robust_scaler(X).factor, [1 / 32, 1 / 3, 1 / 16])

    def test_no_column_and_the_registry(self):
        assert robust_scaler(np.ones((4, 0))).transform(np.ones((2, 0)), FLOAT32).shape == (2, 0)
        assert SCALINGS["robust"] is robust_scaler


def test_quantiles_of_much_data_are_close_to_those_of_all_and_its_range_is_exact():
    X = np.arange(2_200_000, dtype=np.float32)[:, np.newaxis] % 1000  # more than are sorted
    scaler = robust_scaler(X)
    assert_allclose(1 / scaler.factor, 500, rtol=0.01)
    assert_allclose(scaler.offset, 500, rtol=0.01)
    X[:], X[7] = 0, 12  # of one row only
    assert_allclose(robust_scaler(X).factor, 1 / 6)


class TestFitScaler:
    @pytest.mark.parametrize("scaling", SCALINGS)
    def test_scalings_go_by_their_names(self, scaling):
        X, weights = make_features(100), make_weights(100)
        for embedding in (None, "periodic"):
            scaler = fit_scaler(scaling, embedding, X, weights)
            expected = SCALINGS[scaling](X, weights)
            assert_array_equal(scaler.factor, expected.factor)
            assert_array_equal(scaler.offset, expected.offset)

    def test_without_scaling_numbers_stay_as_they_are(self):
        X = make_features(100)
        assert fit_scaler(None, None, X).transform(X, FLOAT64) is X
        assert_array_equal(fit_scaler(None, "periodic", X).transform(X, FLOAT64), X)

    def test_an_embedding_makes_sparse_rows_dense(self):
        X = make_sparse_features(sparse.csr_array, 100)
        assert fit_scaler(None, None, X).transform(X, FLOAT64) is X
        dense = fit_scaler(None, "periodic", X).transform(X, FLOAT64)
        assert_array_equal(dense, X.toarray())

    @pytest.mark.parametrize("scaling", SCALINGS)
    def test_lazy_numbers_are_fitted_like_an_array(self, scaling):
        X, weights = make_features(20000), make_weights(20000)
        for source in (X, list(X.T)):
            scaler = fit_scaler(scaling, None, Numbers(source, 20000), weights)
            expected = fit_scaler(scaling, None, X, weights)
            assert_array_equal(scaler.factor, expected.factor)
            assert_array_equal(scaler.offset, expected.offset)


class TestTinyUnits:
    @pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
    @pytest.mark.parametrize("scaling", ["standard", "robust"])
    @pytest.mark.parametrize("unit", [2.0**-50, 2.0**-150, 2.0**-370])
    def test_a_unit_does_not_matter(self, container, scaling, unit):
        X, y = load_iris(return_X_y=True)
        model = SimpleMLPClassifier((8,), scaling=scaling, max_iter=20, random_state=0)
        expected = model.fit(container(X), y).predict_proba(container(X))
        found = model.fit(container(X * unit), y).predict_proba(container(X * unit))
        assert_allclose(found, expected, rtol=1e-6)
        if scaling == "robust":
            assert np.isfinite(model.predict_proba(container(np.full((1, 4), 3e38)))).all()

    @pytest.mark.parametrize("container", [np.asarray, sparse.csr_array, pd.DataFrame])
    @pytest.mark.parametrize(
        ("scaling", "unit", "remedy"),
        [
            ("robust", 1e-310, "Multiply them."),
            ("standard", 1e-200, "Multiply them."),
            (None, 1e-45, "or set scaling='robust'"),
        ],
    )
    def test_columns_that_vanish_are_named(self, container, scaling, unit, remedy):
        X, y = load_iris(return_X_y=True)
        X = np.c_[X * [1, unit, 1, unit], np.zeros(len(X)), np.ones(len(X))]
        model = SimpleMLPClassifier((8,), scaling=scaling, max_iter=1, random_state=0)
        with pytest.warns(UserWarning, match=r"2 columns are so small.*\[1, 3\]") as warned:
            model.fit(container(X), y)
        assert len(warned) == 1
        assert warned[0].filename == __file__
        assert remedy in str(warned[0].message)

    def test_columns_that_vanish_go_by_their_names(self):
        rng = np.random.default_rng(0)
        frame = pd.DataFrame({"kind": list("ab") * 20, "x": rng.normal(size=40)})
        frame["mass"] = rng.normal(size=40) * 1e-300
        with pytest.warns(UserWarning, match=r"1 columns are so small.*\['mass'\]"):
            SimpleMLPClassifier((8,), max_iter=1).fit(frame, [0, 1] * 20)
