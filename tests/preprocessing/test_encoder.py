"""Tables as they are: numbers, categories and missing values become one matrix of floats."""

import pickle
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder

from sknn.preprocessing.encoder import TableEncoder
from sknn.preprocessing.scaler import SCALINGS
from sknn.preprocessing.statistics import target_statistics
from tests.preprocessing.tables import (
    NUMBERS,
    awkward,
    crowded,
    encode,
    fit,
    fit_encode,
    known_of,
    quick,
)


class TestCategories:
    @pytest.mark.parametrize("dtype", [object, "string", "category", "str"])
    def test_one_input_for_each_category_agrees_with_sklearn(self, dtype):
        frame = pd.DataFrame({"a": list("bacbd"), "b": list("xyzzy")}, dtype=dtype)
        expected = OneHotEncoder(sparse_output=False).fit_transform(frame.astype(object))
        assert_array_equal(fit_encode(frame), expected)

    def test_two_categories_are_one_input(self):
        assert_array_equal(fit_encode(pd.DataFrame({"a": ["x", "y", "x"]})), [[-1], [1], [-1]])

    @pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
    @pytest.mark.parametrize("dtype", [object, "string", "category"])
    @pytest.mark.parametrize("n_repeats", [1, 200])
    def test_missing_and_unseen_are_zeros(self, missing, dtype, n_repeats):
        two, three = ["x", "y", "x", "y"], ["x", "y", "z", "z"]
        encoder = fit(pd.DataFrame({"two": two, "three": three}, dtype=dtype))
        values = [missing, "unseen"] * n_repeats
        new = pd.DataFrame({"two": values, "three": values}, dtype=dtype)
        assert_array_equal(encode(encoder, new), 0)
        assert encoder.n_inputs == 4

    def test_missing_values_are_no_category(self):
        column = ["a", None, "b", np.nan, "c", pd.NA]
        assert fit(pd.DataFrame({"a": column})).categories == [["a", "b", "c"]]

    def test_a_column_of_nothing_is_one_input_of_zeros(self):
        frame = pd.DataFrame({"a": [None, np.nan, None]}, dtype=object)
        assert_array_equal(fit_encode(frame), np.zeros((3, 1)))
        assert_array_equal(encode(fit(frame), pd.DataFrame({"a": ["b", "c"]})), np.zeros((2, 1)))

    def test_a_single_category_may_be_missing_later(self):
        encoder = fit(pd.DataFrame({"a": ["b", "b"]}))
        assert_array_equal(encode(encoder, pd.DataFrame({"a": ["b", None]})), [[1], [0]])

    @pytest.mark.parametrize("n_repeats", [1, 200])
    def test_codes_of_another_frame_may_be_in_another_order(self, n_repeats):
        frame = pd.DataFrame({"a": pd.Categorical(list("abc") * n_repeats)})
        other = pd.DataFrame({"a": pd.Categorical(list("abc") * n_repeats, categories=[*"xcba"])})
        encoder = fit(frame)
        assert_array_equal(encode(encoder, other), encode(encoder, frame))
        as_objects = frame.astype(object)
        assert_array_equal(encode(encoder, as_objects), encode(encoder, frame))

    def test_the_most_frequent_have_a_code_and_the_others_share_one(self):
        counts = {"e": 5, "a": 1, "b": 3, "d": 2, "c": 3, "f": 1}
        column = np.repeat([*counts], [*counts.values()])
        encoder = fit(pd.DataFrame({"a": crowded(column, n_left=3)}))
        assert known_of(encoder) == ["b", "c", "e"]
        new = pd.DataFrame({"a": ["b", "c", "e", "d", "a", "unseen", None]})
        assert (encoder.n_inputs, encoder.n_embedded) == (0, [255])
        assert_array_equal(encode(encoder, new)[:, 0], [1, 2, 3, 255, 255, 255, 0])

    def test_frequencies_are_weighted(self):
        for n_left, known in ((2, ["b", "c"]), (3, ["a", "b", "c"])):
            frame = pd.DataFrame({"a": crowded(["a", "a", "a", "b", "c", "d"], n_left)})
            weight = np.r_[np.full(len(frame) - 6, 9.0), 0.1, 0.1, 0.1, 1, 2, 0]
            encoder = fit(frame, weight)
            assert known_of(encoder) == known
            assert encoder.has_others == [n_left == 2]

    def test_a_hundred_thousand_categories_take_little_memory(self):
        ids = [f"often {i % 250}" for i in range(12_500)]
        frame = pd.DataFrame({"id": [*ids, *(f"user {i}" for i in range(87_500))]})
        y = np.arange(100_000) % 2
        tracemalloc.start()
        model = quick(max_iter=1).fit(frame, y)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (model.encoder_.n_inputs, model.encoder_.n_embedded) == (0, [251])
        assert peak <= 64 * 2**20
        assert len(pickle.dumps(model.encoder_)) < 10_000

    def test_numbers_in_the_place_of_strings_are_refused(self):
        model = quick().fit(pd.DataFrame({"zip": pd.Categorical(["1", "2", "3"])}), [0, 1, 0])
        with pytest.raises(
            ValueError, match=r"numbers like 1 .* strings like '1' \(column 'zip'\)"
        ):
            model.predict(pd.DataFrame({"zip": pd.Categorical([1, 2, 3])}))


class TestRareCategories:
    def test_equally_frequent_ones_share_a_code_or_have_one_each(self):
        counts = {"e": 5, "a": 1, "b": 3, "d": 3, "c": 3, "f": 1}
        column = np.repeat([*counts], [*counts.values()])
        frame = pd.DataFrame({"a": crowded(column, n_left=4)})
        assert known_of(fit(frame)) == ["b", "c", "d", "e"]
        frame = pd.DataFrame({"a": crowded(column, n_left=3)})
        assert known_of(fit(frame)) == ["e"]
        others = fit(frame).n_embedded[0]
        assert_array_equal(fit_encode(frame)[-16:, 0], np.repeat([1, others], [5, 11]))

    @pytest.mark.parametrize("prefix", ["", "z"])
    def test_values_of_one_row_each_have_no_input(self, prefix):
        rng = np.random.default_rng(0)
        x = rng.normal(size=400)
        frame = pd.DataFrame({"x": x, "id": [f"{prefix}{i}th" for i in rng.permutation(400)]})
        with pytest.warns(UserWarning, match=r"column 'id' \(400 values in 400 rows\)"):
            model = quick().fit(frame, x > 0)
        assert model.encoder_.n_inputs == 2
        assert_array_equal(model.activations(frame)[0][:, 1], 0)
        unseen = frame.assign(id=[f"new {i}" for i in range(400)])
        assert_array_equal(model.predict_proba(unseen), model.predict_proba(frame))


def many_categories(n_rows=1500, seed=0):
    """Return a column of 60 frequent categories, 100 rare ones and some of one row, and codes."""
    rng = np.random.default_rng(seed)
    codes = np.where(rng.random(n_rows) < 0.75, rng.integers(60, size=n_rows), 0)
    is_rare = rng.random(n_rows) < 0.2
    codes[is_rare] = 60 + rng.integers(100, size=is_rare.sum())
    codes[:20] = 1000 + np.arange(20)
    return pd.DataFrame({"a": np.char.add("c", codes.astype(str)).astype(object)}), codes


class TestManyCategories:
    def test_frequent_ones_have_codes_and_rare_ones_statistics(self):
        frame, codes = many_categories()
        targets = np.random.default_rng(1).integers(2, size=(len(codes), 1)).astype(float)
        encoder = fit(frame, targets=targets)
        counts = frame["a"].value_counts()
        assert encoder.categories == [sorted(counts.index[counts >= 10])]
        rare = sorted(counts.index[(counts < 10) & (counts > 1)])
        assert encoder.rare_categories == [rare]
        assert len(rare) > 80
        assert (encoder.n_inputs, encoder.n_embedded) == (1, [len(encoder.categories[0]) + 1])
        places = np.array([rare.index(name) if name in rare else -1 for name in frame["a"]])
        of_categories, of_rows = target_statistics(places, len(rare), targets)
        assert_array_equal(encoder.statistics[0], of_categories)
        table = encoder.read(frame)
        training = np.asarray(encoder.transform_training_set(table, targets))
        assert_array_equal(training[:, 0], of_rows[:, 0])
        later = np.asarray(encoder.transform(table))
        assert_array_equal(later[:, 0], np.append(of_categories, 0)[places])
        code_of = {name: i for i, name in enumerate(encoder.categories[0], 1)}
        expected = [code_of.get(name, len(code_of) + 1) for name in frame["a"]]
        assert_array_equal(training[:, 1], expected)
        assert_array_equal(later[:, 1], expected)
        new = pd.DataFrame({"a": [rare[3], "unseen", None, encoder.categories[0][7]]})
        expected = [[of_categories[3, 0], len(code_of) + 1], [0, len(code_of) + 1], [0, 0], [0, 8]]
        assert_array_equal(encode(encoder, new), expected)

    def test_up_to_25_categories_have_an_input_each_however_rare(self):
        frame = pd.DataFrame({"a": np.repeat([f"c{i:02}" for i in range(25)], 2)})
        encoder = fit(frame, targets=np.eye(50, 1))
        assert_array_equal(encode(encoder, frame), np.repeat(np.eye(25), 2, axis=0))

    def test_few_frequent_ones_have_an_input_each_beside_the_statistics_of_others(self):
        frame = pd.DataFrame({"a": ["x"] * 20 + ["y"] * 30 + [f"c{i}" for i in range(30)] * 4})
        targets = np.random.default_rng(0).integers(2, size=(170, 1)).astype(float)
        encoder = fit(frame, targets=targets)
        assert (encoder.categories, encoder.has_others) == ([["x", "y"]], [True])
        encoded = encode(encoder, frame)
        assert_array_equal(encoded[:, :3], np.repeat(np.eye(3), [20, 30, 120], axis=0))
        assert_array_equal(encoded[:50, 3], 0)
        assert_array_equal(
            encode(encoder, pd.DataFrame({"a": [None, "?"]})), [[0] * 4, [0, 0, 1, 0]]
        )

    def test_names_of_categories_do_not_matter_to_statistics(self):
        frame, codes = many_categories()
        targets = np.random.default_rng(1).integers(2, size=(len(codes), 2)).astype(float)
        renamed = pd.DataFrame({"a": np.char.add("c", (5000 - codes).astype(str)).astype(object)})
        one, two = fit(frame, targets=targets), fit(renamed, targets=targets)
        assert_allclose(encode(one, frame)[:, :2], encode(two, renamed)[:, :2], atol=1e-12)

    @pytest.mark.parametrize("n_classes", [2, 3, 26, "labels"])
    def test_there_is_a_statistic_for_each_output_unless_they_are_many(self, n_classes):
        frame, codes = many_categories()
        rng = np.random.default_rng(0)
        if n_classes == "labels":
            y, expected = rng.integers(2, size=(len(codes), 4)), 4
        else:
            y, expected = rng.integers(n_classes, size=len(codes)), {2: 1, 3: 3, 26: 0}[n_classes]
        model = quick(max_iter=1).fit(frame, y)
        assert model.encoder_.n_inputs == model.encoder_.statistics[0].shape[1] == expected
        assert np.isfinite(model.predict_proba(frame)).all()

    def test_a_stream_has_no_statistics(self):
        frame, codes = many_categories()
        model = quick().partial_fit(frame, codes % 2, classes=[0, 1])
        assert (model.encoder_.n_inputs, model.encoder_.rare_categories) == (0, [[]])
        model.partial_fit(frame, codes % 2)
        assert np.isfinite(model.predict_proba(frame)).all()

    def test_rows_without_weight_count_nowhere(self):
        frame, codes = many_categories()
        y, weight = codes % 2, (np.arange(len(codes)) % 3 > 0) * 2.0
        model, same = (
            quick(max_iter=1).fit(frame, each, weight) for each in (y, np.where(weight, y, 1 - y))
        )
        assert_array_equal(model.encoder_.statistics[0], same.encoder_.statistics[0])
        counts = frame["a"][weight > 0].value_counts()
        assert model.encoder_.categories == [sorted(counts.index[counts >= 10])]
        assert set(model.encoder_.rare_categories[0]) <= set(counts.index[counts > 1])

    def test_an_embedding_learns_what_a_number_means_in_a_category(self):
        frame, codes = many_categories()
        x = np.random.default_rng(0).normal(size=len(codes))
        sign = np.random.default_rng(1).choice([-1, 1], 2000)
        new, new_codes = many_categories(seed=1)
        frequent = new_codes < 60
        model = quick(n_members=1, max_iter=60).fit(frame.assign(x=x), x * sign[codes] > 0)
        new, expected = new.assign(x=x)[frequent], (x * sign[new_codes] > 0)[frequent]
        assert model.score(new, expected) > 0.85

    @pytest.mark.parametrize("n_members", [1, 8])
    def test_noise_of_many_categories_is_not_believed(self, n_members):
        rng = np.random.default_rng(0)
        names = [f"c{i}" for i in rng.integers(400, size=2400)]
        frame, y = pd.DataFrame({"a": names}), rng.random(2400) < 0.3
        model = quick(n_members=n_members, max_iter=10).fit(frame[:1200], y[:1200])
        assert len(model.encoder_.rare_categories[0]) > 300
        p = model.predict_proba(frame[1200:])[:, 1]
        assert_allclose(p, y[:1200].mean(), atol=0.15)

    def test_a_continued_fit_keeps_the_statistics(self):
        frame, codes = many_categories()
        model = quick(max_iter=3, warm_start=True).fit(frame, codes % 2)
        state = pickle.dumps(model.encoder_)
        model.fit(frame, codes % 2).partial_fit(frame, codes % 2)
        assert pickle.dumps(model.encoder_) == state


class TestNumbers:
    def test_gaps_become_the_median(self):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(101, 4))
        X[rng.random(X.shape) < 0.2] = np.nan
        X[:, 2] = np.arange(101)
        frame = pd.DataFrame(X).assign(flag=True)
        imputed = SimpleImputer(strategy="median").fit_transform(X)
        assert_array_equal(fit_encode(frame), np.c_[imputed, np.ones(101)])

    def test_a_gap_where_there_was_none_becomes_the_median(self):
        encoder = fit(pd.DataFrame({"a": [1.0, 2, 4, 100], "b": [1, 2, 3, 9]}))
        new = pd.DataFrame({"a": [np.nan, 5.0], "b": pd.array([None, 7], dtype="Int64")})
        assert_array_equal(encode(encoder, new), [[3, 2.5], [5, 7]])

    def test_a_model_of_an_array_without_gaps_fills_those_of_later(self):
        X, y = load_iris(return_X_y=True)
        model = quick().fit(X, y)
        filled, gappy = X[:5].copy(), X[:5].copy()
        filled[:, 1], gappy[:, 1] = np.median(X[:, 1]), np.nan
        assert_array_equal(model.predict_proba(gappy), model.predict_proba(filled))

    def test_the_median_of_many_rows_without_gaps_is_close(self):
        X = np.linspace(0, 1, 3_000_000, dtype=np.float32)[:, np.newaxis]
        weight = np.r_[np.zeros(1_500_000), np.ones(1_500_000)]
        assert_allclose(TableEncoder().fit(X).imputed_values, 0.5, atol=1e-4)
        assert_allclose(TableEncoder().fit(X, weight).imputed_values, 0.75, atol=1e-4)

    @pytest.mark.parametrize("make", [pd.DataFrame, np.asarray])
    def test_a_column_without_any_number_stays_0(self, make):
        X = np.array([[1, np.nan], [2, np.nan], [np.nan, np.nan], [4, np.nan]])
        model = quick(scaling=None).fit(make(X), [0, 1, 0, 1])
        assert model.n_features_in_ == 2
        inputs = model.activations(make(np.array([[1, 1e9], [1, np.nan]])))[0]
        assert_array_equal(inputs, [[1, 0], [1, 0]])

    def test_nothing_but_gaps(self):
        X = np.full((10, 3), np.nan)
        with np.errstate(all="raise"):
            model = quick(max_iter=1).fit(X, [0, 1] * 5)
        assert_allclose(model.predict_proba(X), 0.5, atol=0.1)

    @pytest.mark.parametrize("scaling", ["standard", "robust", None])
    def test_an_array_a_list_and_a_frame_are_the_same(self, scaling):
        X, y = load_iris(return_X_y=True)
        X = X.copy()
        X[::7, 2] = np.nan
        frame = pd.DataFrame(X).assign(**{"3": lambda f: f[3].astype(object)}).drop(columns=3)
        frame.columns = range(4)
        tables = [X, X.tolist(), frame, np.asfortranarray(X), pd.DataFrame(X), X.astype(object)]
        models = [quick(scaling=scaling).fit(each, y) for each in tables]
        expected = models[0].predict_proba(X)
        for model in models:
            for table in tables:
                assert_array_equal(model.predict_proba(table), expected)

    @pytest.mark.parametrize("scaling", ["standard", "robust"])
    def test_scaling_is_fitted_to_the_numbers_that_are_there(self, scaling):
        X, y = load_iris(return_X_y=True)
        gappy = np.where(np.random.default_rng(0).random(X.shape) < 0.7, np.nan, X)
        gappy[:, 3] = np.nan
        weight = np.random.default_rng(1).integers(3, size=150)
        scaler = quick(scaling=scaling, max_iter=1).fit(gappy, y, weight).network_.scaler
        for j in range(3):
            there = ~np.isnan(gappy[:, j])
            expected = SCALINGS[scaling](gappy[there, j : j + 1], weight[there])
            assert_allclose(scaler.offset[j], expected.offset[0], rtol=1e-12)
            assert_allclose(scaler.factor[j], expected.factor[0], rtol=1e-12)
        assert (scaler.offset[3], scaler.factor[3]) == (0, 1)

    @pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_])
    @pytest.mark.parametrize("container", [np.asarray, sparse.csr_array, pd.DataFrame])
    def test_integers_and_booleans(self, dtype, container):
        X, y = load_iris(return_X_y=True)
        X = (X > 3).astype(dtype) if dtype == np.bool_ else X.astype(dtype)
        model = quick(scaling="robust").fit(container(X), y)
        assert model.score(container(X), y) > 0.6


class TestSparse:
    def test_without_gaps_it_is_its_own_encoding(self):
        X = sparse.csr_array(np.eye(5))
        assert TableEncoder().fit(X).transform(X) is X

    def test_a_gap_is_0_like_what_is_not_stored(self):
        X, y = load_iris(return_X_y=True)
        X = np.where(X < 1, 0, X)
        thin = sparse.csr_array(X)
        thin.data[::9] = np.nan
        zeros = thin.copy()
        zeros.data[::9] = 0
        model, same = quick().fit(thin, y), quick().fit(zeros, y)
        assert_array_equal(model.predict_proba(thin), same.predict_proba(zeros))
        assert_allclose(model.predict_proba(thin.toarray()), same.predict_proba(zeros), rtol=1e-5)
        assert np.isnan(thin.data[::9]).all()

    @pytest.mark.parametrize("gaps", [False, True])
    def test_a_model_of_dense_features_treats_sparse_ones_alike(self, gaps):
        X, y = load_iris(return_X_y=True)
        dense = X.copy()
        if gaps:
            dense[::7, 1] = np.nan
        model = quick().fit(dense, y)
        dense[3, 2] = np.nan
        thin = sparse.csr_array(dense)
        assert_array_equal(model.predict_proba(thin), model.predict_proba(dense))

    def test_sparse_frames_stay_sparse(self):
        X, y = load_iris(return_X_y=True)
        frame = pd.DataFrame.sparse.from_spmatrix(sparse.csr_array(X))
        model = quick().fit(frame, y)
        assert model.network_.scaler.offset is None

    def test_it_holds_no_categories(self):
        with pytest.raises(TypeError, match="Sparse data was passed"):
            quick(categorical_features=[0]).fit(sparse.csr_array(np.eye(4)), [0, 1, 0, 1])


class TestEveryAwkwardColumn:
    @pytest.mark.parametrize("scaling", ["standard", "robust", None])
    def test_goes_in_raw(self, scaling):
        frame, y = awkward()
        model = quick(scaling=scaling, max_iter=60).fit(frame, y)
        assert model.score(frame, y) > 0.95
        assert_array_equal(
            model.encoder_.is_category, [name not in NUMBERS for name in frame.columns]
        )
        new, _ = awkward(seed=1)
        proba = model.predict_proba(new)
        assert np.isfinite(proba).all()
        by_row = [model.predict_proba(new.iloc[[i]])[0] for i in range(10)]
        assert_allclose(by_row, proba[:10], atol=1e-5)
        copied = pickle.loads(pickle.dumps(model))
        assert_array_equal(copied.predict_proba(new), proba)

    def test_only_numbers_are_scaled(self):
        frame, y = awkward()
        frame = frame.drop(columns="names")
        model = quick(scaling="robust").fit(frame, y)
        inputs = model.activations(frame)[0]
        n_numbers = len(NUMBERS)
        assert_array_equal(inputs[:, n_numbers:], fit_encode(frame)[:, n_numbers:])
        assert set(np.unique(inputs[:, n_numbers:])) == {-1, 0, 1}

    @pytest.mark.parametrize("scoring", ["loss", "accuracy"])
    def test_early_stopping(self, scoring):
        frame, y = awkward()
        model = quick(early_stopping=True, scoring=scoring, max_iter=5, calibrate=False)
        model.fit(frame, y)
        assert model.best_validation_score_ == model.validation_scores_[model.best_iter_ - 1]
        new, y_new = awkward(seed=1)
        model.fit(frame, y, X_val=new, y_val=y_new)
        if scoring == "accuracy":
            assert model.best_validation_score_ == model.score(new, y_new)

    def test_early_stopping_on_arrays_with_gaps_or_categories(self):
        X = np.random.default_rng(0).normal(size=(100, 3)).round()
        X[::7, 1] = np.nan
        y = np.nan_to_num(X).sum(axis=1) > 0
        for categorical in (None, [2]):
            for table in (X, X.tolist()):
                model = quick(early_stopping=True, scoring="accuracy", learning_rate=0.02)
                model.set_params(categorical_features=categorical).fit(table, y)
                assert model.best_validation_score_ > 0.7

    def test_a_category_seen_in_validation_only_is_unseen(self):
        frame = pd.DataFrame({"a": list("abc") * 10})
        later = pd.DataFrame({"a": list("abcd") * 10})
        model = quick(early_stopping=True).fit(
            frame, [0, 1, 1] * 10, X_val=later, y_val=[0, 1] * 20
        )
        assert model.encoder_.categories == [["a", "b", "c"]]

    def test_partial_fit_and_warm_start_keep_the_encoder(self):
        frame, y = awkward()
        other, y_other = awkward(seed=1)
        model = quick().partial_fit(frame, y, classes=["n", "p"])
        state = pickle.dumps(model.encoder_)
        model.partial_fit(other, y_other)
        model.set_params(warm_start=True).fit(other, y_other)
        assert pickle.dumps(model.encoder_) == state

    def test_weights_are_repeated_rows(self):
        frame, y = awkward(60)
        counts = np.random.default_rng(0).integers(4, size=60)
        repeated = np.arange(60).repeat(counts)
        rng = np.random.default_rng(1)
        many = pd.DataFrame({"name": [f"name {i}" for i in rng.integers(600, size=900)]})
        for table in (frame, many):
            n_repeats = rng.integers(4, size=len(table))
            weighted = fit(table, n_repeats / 7)
            plain = fit(table.iloc[np.arange(len(table)).repeat(n_repeats)])
            assert_array_equal(weighted.imputed_values, plain.imputed_values)
            assert weighted.categories == plain.categories
            assert weighted.has_others == plain.has_others
        # Ramps count the effective number of rows, which is smaller than the sum of the weights.
        settings = {"solver": "lbfgs", "scaling": "robust", "max_iter": 5, "tol": 0}
        settings["numeric_embedding"] = "periodic"
        one = quick(**settings).fit(frame, y, counts)
        two = quick(**settings).fit(frame.iloc[repeated], y[repeated])
        assert_allclose(one.predict_proba(frame), two.predict_proba(frame), atol=1e-6)

    def test_fitting_writes_to_nothing_of_the_users(self):
        frame, y = awkward()
        before = frame.copy(deep=True)
        quick(max_iter=1).fit(frame, y).predict(frame)
        pd.testing.assert_frame_equal(frame, before)


def test_inputs_have_the_names_of_their_columns_and_categories():
    frame = pd.DataFrame(
        {"port": list("SCQS"), "age": range(4), "sex": list("fmmf"), "no": pd.Series([None] * 4)}
    ).astype({"no": "category"})
    encoder = fit(frame)
    names = encoder.input_names(frame.columns)
    assert names == ["age", "port=C", "port=Q", "port=S", "sex=m", "no"]
    assert len(names) == encoder.n_inputs
    # A positive input speaks for the category that it is named after.
    assert_array_equal(encode(encoder, frame)[:, 4], [-1, 1, 1, -1])
    many = pd.DataFrame({"port": [*"SC" * 10, *np.repeat([f"Q{i}" for i in range(30)], 3)]})
    names = fit(many, targets=np.eye(110, 2)).input_names(["port"])
    assert names == ["port=C", "port=S", "port=other", "port: 0", "port: 1"]
    assert fit(pd.DataFrame({"port": crowded("SC", 2)})).input_names(["port"]) == []
    assert TableEncoder().fit(np.zeros((2, 2))).input_names(["x0", "x1"]) == ["x0", "x1"]


def test_what_an_encoder_knows_is_plain():
    frame, _ = awkward()
    encoder = fit(frame)

    def is_plain(value):
        if isinstance(value, dict):
            return all(is_plain(key) and is_plain(item) for key, item in value.items())
        if isinstance(value, list):
            return all(map(is_plain, value))
        plain = type(value) in (str, int, float, bool, bytes, type(None))
        return plain or (type(value) is np.ndarray and value.dtype != object)

    assert is_plain(encoder.definition())
    other = pickle.loads(pickle.dumps(encoder))
    assert_array_equal(encode(other, frame), encode(encoder, frame))


def test_useless_models_of_tables_are_told_of():
    frame = pd.DataFrame({"x": np.arange(100) * 1e6, "s": list("ab") * 50})
    model = quick(scaling=None, activation="logistic", learning_rate=1e-6, max_iter=1)
    with pytest.warns(UserWarning, match=r"features up to 9.9e\+07"):
        model.fit(frame, [0, 1] * 50)


def test_repr_counts_columns_and_inputs():
    table = pd.DataFrame({"a": [1, 2, 3], "b": list("xyz"), "c": list("uvu"), "d": [1.5, 2, 3]})
    encoder = TableEncoder()
    assert repr(encoder) == "TableEncoder(not fitted)"
    table = encoder.read(table, reset=True)
    assert repr(encoder) == "TableEncoder(not fitted)"
    expected = "TableEncoder(2 numbers, 2 categorical columns, 6 inputs)"
    assert repr(encoder.fit(table)) == expected
