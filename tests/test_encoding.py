"""Tables as they are: numbers, categories and missing values become one matrix of floats."""

import pickle
import tracemalloc
from datetime import date
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder

from sknn import SimpleMLPClassifier
from sknn.encoding import EncodedTable, TableEncoder
from sknn.network.scaling import SCALINGS
from sknn.tables import Numbers, Table


def fit(frame, weight=None, **parameters):
    """Return an encoder fitted to a frame."""
    encoder = TableEncoder(**parameters)
    return encoder.fit(encoder.read(frame, reset=True), weight)


def encode(encoder, frame):
    """Return a frame as a matrix."""
    return np.asarray(encoder.transform(encoder.read(frame)))


def fit_encode(frame, weight=None, **parameters):
    """Return a frame as the matrix that an encoder fitted to it makes."""
    return encode(fit(frame, weight, **parameters), frame)


def quick(**parameters):
    """Return a small classifier that trains fast."""
    defaults = {"max_iter": 30, "learning_rate": 0.01, "random_state": 0}
    return SimpleMLPClassifier((8,), **(defaults | parameters))


def awkward(n_rows=300, seed=0):
    """Return a frame with every awkward column at once, and classes that can be learnt."""
    rng = np.random.default_rng(seed)

    def some(*values):
        column = np.empty(n_rows, object)
        column[:] = [values[i] for i in rng.integers(len(values), size=n_rows)]
        return column

    with_gaps = np.where(rng.random(n_rows) < 0.2, np.nan, rng.normal(size=n_rows))
    frame = pd.DataFrame(
        {
            "float": rng.normal(size=n_rows),
            "float32": rng.normal(size=n_rows).astype(np.float32),
            "with gaps": with_gaps,
            "int": rng.integers(9, size=n_rows),
            "bool": rng.random(n_rows) < 0.5,
            "Int64": pd.array(some(1, 2, 3, None), dtype="Int64"),
            "Float64": pd.array(some(1.5, 2.5, None), dtype="Float64"),
            "boolean": pd.array(some(True, False, None), dtype="boolean"),
            "sparse": pd.arrays.SparseArray(rng.integers(2, size=n_rows).astype(float)),
            "numbers as objects": some(1, 2.5, True, None, np.nan),
            "constant": 7.0,
            "all missing": np.nan,
            "None and NaN": some("a", "b", "c", None, np.nan, pd.NA),
            "string": pd.array(some("a", "b", None), dtype="string"),
            "two": some("yes", "no"),
            "one": "the same",
            "nothing": None,
            "category": pd.Categorical(some("u", "v", "w", None), categories=list("wvux")),
            "category of numbers": pd.Categorical(rng.integers(4, size=n_rows)),
            "intervals": pd.cut(rng.normal(size=n_rows), 3),
            "names": [f"user {round(i**0.8)}" for i in rng.permutation(n_rows)],
        }
    )
    frame["nothing"] = frame["nothing"].astype(object)
    y = np.where((frame["float"] > 0) ^ (frame["two"] == "yes"), "p", "n")
    return frame, y


NUMBERS = [*awkward(3)[0].columns[:12]]


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

    def test_categories_that_are_neither_strings_nor_numbers_go_by_their_names(self):
        intervals = pd.cut([0.1, 0.5, 0.9], [0, 0.3, 0.6, 1])
        encoder = fit(pd.DataFrame({"a": intervals}))
        assert encoder.categories == [["(0.0, 0.3]", "(0.3, 0.6]", "(0.6, 1.0]"]]

    def test_the_most_frequent_keep_their_input_and_the_others_share_one(self):
        counts = {"e": 5, "a": 1, "b": 3, "d": 2, "c": 3, "f": 1}
        frame = pd.DataFrame({"a": np.repeat([*counts], [*counts.values()])}, dtype=object)
        encoder = fit(frame, max_categories=3)
        assert encoder.categories == [["b", "c", "e"]]
        new = pd.DataFrame({"a": ["b", "c", "e", "d", "a", "unseen", None]})
        expected = np.vstack([np.eye(4), np.eye(4)[[3, 3]], np.zeros(4)])
        assert_array_equal(encode(encoder, new), expected)

    def test_frequencies_are_weighted(self):
        frame = pd.DataFrame({"a": ["a", "a", "a", "b", "c", "d"]})
        weight = np.array([0.1, 0.1, 0.1, 1, 2, 0])
        encoder = fit(frame, weight, max_categories=2)
        assert encoder.categories == [["b", "c"]]
        assert encoder.has_others == [True]
        assert fit(frame, weight, max_categories=3).categories == [["a", "b", "c"]]
        assert fit(frame, weight, max_categories=3).has_others == [False]

    def test_a_hundred_thousand_categories_take_little_memory(self):
        frame = pd.DataFrame({"id": [f"user {i}" for i in range(50_000)] * 2})
        y = np.arange(100_000) % 2
        frame.iloc[:1000] = np.tile([f"often {i}" for i in range(254)], 4)[:1000, np.newaxis]
        tracemalloc.start()
        model = quick(max_iter=1).fit(frame, y)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert model.encoder_.n_inputs == 255
        assert peak <= 4 * 100_000 * 255 + 64 * 2**20
        assert len(pickle.dumps(model.encoder_)) < 10_000

    @pytest.mark.parametrize("n_repeats", [1, 200])
    def test_a_mixture_is_refused(self, n_repeats):
        frame = pd.DataFrame({"x": [1, 2], "mix": ["a", 7]})
        frame = pd.concat([frame] * n_repeats)
        with pytest.raises(
            ValueError, match=r"mixes strings like 'a' and numbers like 7 \(column 'mix'\). Make"
        ):
            quick().fit(frame, [0, 1] * n_repeats)

    @pytest.mark.parametrize("thing", [(1, 2), [1, 2], {"a": 1}])
    def test_things_are_refused(self, thing):
        with pytest.raises(ValueError, match=r"neither a number nor a category \(column 'b'\)"):
            fit(pd.DataFrame({"a": [1, 2, 3], "b": [thing, thing, None]}))

    def test_numbers_in_the_place_of_strings_are_refused(self):
        model = quick().fit(pd.DataFrame({"zip": pd.Categorical(["1", "2", "3"])}), [0, 1, 0])
        with pytest.raises(
            ValueError, match=r"numbers like 1 .* strings like '1' \(column 'zip'\)"
        ):
            model.predict(pd.DataFrame({"zip": pd.Categorical([1, 2, 3])}))


class TestRareCategories:
    def test_equally_frequent_ones_share_an_input_or_have_one_each(self):
        counts = {"e": 5, "a": 1, "b": 3, "d": 3, "c": 3, "f": 1}
        frame = pd.DataFrame({"a": np.repeat([*counts], [*counts.values()])}, dtype=object)
        assert fit(frame, max_categories=3).categories == [["e"]]
        assert fit(frame, max_categories=4).categories == [["b", "c", "d", "e"]]
        encoded = fit_encode(frame, max_categories=3)
        assert_array_equal(encoded, np.repeat(np.eye(2)[[0, 1]], [5, 11], axis=0))

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

    @pytest.mark.parametrize("n_rows", [60, 400])
    def test_columns_with_a_value_for_nearly_every_row_are_named(self, n_rows):
        i = np.arange(n_rows)
        frame = pd.DataFrame(
            {
                "x": i * 1.0,
                "number": i,
                "text": [f"text {k}" for k in i],
                "day": pd.date_range("2020-01-01", periods=n_rows).strftime("%Y-%m-%d"),
                "often": [f"user {k // 2}" for k in i],
            }
        )
        with pytest.warns(UserWarning, match="identifier") as warned:
            quick(max_iter=1).fit(frame, i % 2)
        assert len(warned) == 1
        assert warned[0].filename == __file__
        message = str(warned[0].message)
        assert "column 'text'" in message
        assert "column 'day'" in message
        assert "'number'" not in message
        assert "'often'" not in message
        with pytest.warns(UserWarning, match="column 'number'"):
            quick(max_iter=1, categorical_features=["number"]).fit(frame[["x", "number"]], i % 2)

    def test_many_equally_rare_values_are_named(self):
        frame = pd.DataFrame({"shop": [f"shop {k % 300}" for k in range(900)]})
        with pytest.warns(UserWarning, match=r"column 'shop' \(300 values, each in 3 rows"):
            quick(max_iter=1).fit(frame, np.arange(900) % 2)

    def test_a_few_rows_may_all_differ(self):
        frame = pd.DataFrame({"name": [f"name {k}" for k in range(49)]})
        quick(max_iter=1).fit(frame, np.arange(49) % 2)


def numbers_as(make, text, other):
    """Return a table of a column of text and one of numbers, in some container."""
    rows = [list(row) for row in zip(text, other.tolist(), strict=True)]
    if make == "pandas":
        return pd.DataFrame({"t": text, "x": other})
    if make == "objects of pandas":
        return pd.DataFrame({"t": np.array(text, object), "x": other})
    if make == "polars":
        return pytest.importorskip("polars").DataFrame({"t": text, "x": other})
    return {
        "objects": np.array(rows, object),
        "strings": np.array(rows),
        "bytes": np.array(rows).astype("S"),
        "list": rows,
    }[make]


FRAMES = ["pandas", "objects of pandas", "polars"]
ARRAYS = ["objects", "strings", "bytes", "list"]


class TestNumbersAsText:
    RNG = np.random.default_rng(0)
    VALUES = RNG.normal(size=200).round(4)
    OTHER = RNG.normal(size=200)
    Y = np.where(VALUES > 0, "p", "n")
    TEXT: ClassVar[list[str]] = [f"{value:.4f}" for value in VALUES]

    @pytest.mark.parametrize("make", FRAMES + ARRAYS)
    def test_a_column_of_it_is_numbers_in_any_container(self, make):
        table = numbers_as(make, self.TEXT, self.OTHER)
        numbers = numbers_as("pandas", self.VALUES, self.OTHER)
        model = quick().fit(table, self.Y)
        expected = quick().fit(numbers if make in FRAMES else numbers.to_numpy(), self.Y)
        assert model.score(table, self.Y) > 0.95
        array = np.column_stack([self.VALUES, self.OTHER])
        if make in FRAMES:
            array = pd.DataFrame(array, columns=["t", "x"])
        assert_array_equal(model.predict_proba(table), expected.predict_proba(array))
        assert_array_equal(model.predict_proba(array), expected.predict_proba(array))

    @pytest.mark.parametrize("make", ["pandas", "objects of pandas", "polars", "objects", "list"])
    def test_missing_values_are_gaps(self, make):
        text = [" 1 ", "+2", None, "-3e0", "4.", ".5"]
        table = numbers_as(make, text, np.arange(6.0))
        inputs = quick(scaling=None, numeric_embedding=None).fit(table, [0, 1] * 3)
        assert_array_equal(inputs.activations(table)[0][:, 0], [1, 2, 1, -3, 4, 0.5])

    @pytest.mark.parametrize("make", FRAMES)
    @pytest.mark.parametrize(
        ("odd", "message"),
        [
            (["?"], r"'\?'; use .*na_values=\['\?'\].*pd.to_numeric\(column, errors='coerce'\)"),
            ([" "], r"' '; use .*na_values=\[' '\]"),
            (["NaN", "inf", "1_000", "n/a"], r"'NaN', 'inf', '1_000'; use .*na_values"),
        ],
    )
    def test_odd_values_among_it_are_named(self, make, odd, message):
        text = odd + self.TEXT[len(odd) :]
        with pytest.warns(UserWarning, match=f"column 't' holds {message}") as warned:
            quick(max_iter=1).fit(numbers_as(make, text, self.OTHER), self.Y)
        assert len(warned) == 1
        assert warned[0].filename == __file__

    @pytest.mark.parametrize(
        ("form", "remedy"),
        [
            (lambda v: f"{v:.3f}".replace(".", ","), r"decimal=','"),
            (lambda v: f"{1e4 + 1e3 * v:,.0f}", r"thousands=','"),
            (lambda v: f"${1e4 + 1e3 * v:,.0f}", r"'\[%\$.*,\]', '', regex=True\)\.astype"),
            (lambda v: f"{v:.2f} €".replace(".", ","), r"'\[%\$.*¥\]'.*str.replace\(',', '\.'\)"),
            (lambda v: f"{v:.1f}%", r"'\[%\$.*¥\]', '', regex=True\)\.astype"),
        ],
    )
    def test_numbers_as_people_write_them_have_a_remedy(self, form, remedy):
        table = numbers_as("pandas", [form(value) for value in self.VALUES], self.OTHER)
        with pytest.warns(UserWarning, match=f"column 't' holds '.*; use .*{remedy}"):
            quick(max_iter=1).fit(table, self.Y)

    @pytest.mark.parametrize("make", FRAMES)
    def test_half_of_it_is_categories(self, make):
        table = numbers_as(make, ["1", "2", "A", "B"] * 10, np.arange(40.0))
        model = quick(max_iter=1).fit(table, [0, 1] * 20)
        assert model.encoder_.categories == [["1", "2", "A", "B"]]

    def test_categories_that_were_asked_for_are_categories(self):
        text = ["1", "2", "3", "?"] * 10
        frame = numbers_as("pandas", text, np.arange(40.0))
        polars = pytest.importorskip("polars")
        other = numbers_as("polars", text, np.arange(40.0))
        for table, parameters in [
            (frame.astype({"t": "category"}), {}),
            (frame, {"categorical_features": ["t"]}),
            (numbers_as("objects", text, np.arange(40.0)), {"categorical_features": [0]}),
            (other.with_columns(t=other["t"].cast(polars.Categorical)), {}),
            (other.with_columns(t=other["t"].cast(polars.Enum(["1", "2", "3", "?"]))), {}),
        ]:
            model = quick(max_iter=1, **parameters).fit(table, [0, 1] * 20)
            assert model.encoder_.categories == [["1", "2", "3", "?"]] or (
                model.encoder_.categories == [["?", "1", "2", "3"]]
            )

    @pytest.mark.parametrize("make", ARRAYS)
    def test_other_text_in_an_array_is_refused_with_two_ways_out(self, make):
        table = numbers_as(make, ["red", "blue"] * 5, np.arange(10.0))
        message = r"'red', which is not .*\(column 0\).*DataFrame.*categorical_features=\[0\]"
        with pytest.raises(ValueError, match=message):
            quick().fit(table, [0, 1] * 5)

    @pytest.mark.parametrize("make", ["pandas", "polars", "objects", "strings", "list"])
    def test_other_text_later_is_refused(self, make):
        model = quick(max_iter=1).fit(numbers_as(make, self.TEXT, self.OTHER), self.Y)
        later = numbers_as(make, ["1.5", "abc"], np.arange(2.0))
        with pytest.raises(ValueError, match=r"'abc', which is not a number \(column ('t'|0)\)"):
            model.predict(later)

    def test_mixtures_that_are_all_numbers_are_numbers(self):
        frame = numbers_as("pandas", [1, "2", 3.5, None], np.arange(4.0))
        encoder = fit(frame)
        assert_array_equal(encoder.is_category, [False, False])
        assert_array_equal(encode(encoder, frame)[:, 0], [1, 2, 3.5, 2])


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

    def test_the_median_of_many_rows_without_gaps_comes_from_some(self, monkeypatch):
        X = np.arange(1001.0)[:, np.newaxis]
        monkeypatch.setattr("sknn.encoding._SAMPLE_SIZE", 11)
        weight = np.r_[np.zeros(501), np.ones(500)]
        assert abs(TableEncoder().fit(X).fill - 500) <= 100
        assert abs(TableEncoder().fit(X, weight).fill - 750) <= 50

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

    def test_objects_that_are_all_numbers_are_numbers(self):
        frame = pd.DataFrame({"a": [1, 2.5, True, None, 4], "b": list("xyxyx")}, dtype=object)
        encoder = fit(frame)
        assert_array_equal(encoder.is_category, [False, True])
        assert_array_equal(encode(encoder, frame)[:, 0], [1, 2.5, 1, 1.75, 4])

    def test_what_is_no_number_is_refused_where_numbers_were_learnt(self):
        model = quick().fit(pd.DataFrame({"a": [1, 2, 3], "b": [1.5, 2, 3]}), [0, 1, 0])
        with pytest.raises(ValueError, match=r"'x', which is not a number \(column 'b'\)"):
            model.predict(pd.DataFrame({"a": [1], "b": ["x"]}))
        strings = model.predict_proba(pd.DataFrame({"a": [1], "b": ["2"]}))
        assert_array_equal(strings, model.predict_proba(pd.DataFrame({"a": [1], "b": [2.0]})))

    @pytest.mark.parametrize("value", [np.inf, -np.inf, 1e39, -1e300])
    @pytest.mark.parametrize("dtype", [np.float64, "Float64", object])
    def test_numbers_out_of_range_are_refused_beside_gaps_and_categories(self, value, dtype):
        frame = pd.DataFrame(
            {"s": ["a", "b", "c"], "x": pd.Series([np.nan, value, 1], dtype=dtype)}
        )
        with pytest.raises(ValueError, match=r"Input X contains .* too large .*\(column 'x'\)"):
            quick().fit(frame, [0, 1, 0])

    def test_numbers_out_of_range_are_refused_beside_gaps_in_arrays(self):
        X = np.ones((4, 3))
        X[0, 0], X[2, 1] = np.nan, -np.inf
        for container in (np.asarray, sparse.csr_array):
            with pytest.raises(ValueError, match=r"contains -inf.*\(column 1\)"):
                quick().fit(container(X), [0, 1, 0, 1])

    @pytest.mark.parametrize(
        "dates",
        [
            pd.date_range("2020-01-01", periods=3),
            pd.date_range("2020-01-01", periods=3, tz="UTC"),
            pd.timedelta_range("1D", periods=3),
            pd.period_range("2020-01", periods=3, freq="M"),
            pd.date_range("2020-01-01", periods=3).date,
        ],
    )
    def test_dates_are_refused(self, dates):
        frame = pd.DataFrame({"x": [1.0, 2, 3], "when": dates})
        for table, categorical in ((frame, "from_dtype"), (frame, None), (frame[["when"]], None)):
            with pytest.raises(ValueError, match=r"\(column 'when'\)"):
                quick(categorical_features=categorical).fit(table, [0, 1, 0])

    def test_the_message_for_dates_says_what_to_do(self):
        frame = pd.DataFrame({"when": pd.date_range("2020-01-01", periods=3)})
        with pytest.raises(ValueError, match=r"to numbers \(a date to the days since"):
            quick().fit(frame, [0, 1, 0])

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


class TestWhichColumns:
    FRAME = pd.DataFrame(
        {"n": [1.5, 2, 3], "code": [7, 8, 9], "s": list("abc"), "c": pd.Categorical([*"xyz"])}
    )

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ("from_dtype", [False, False, True, True]),
            (["s", "c", "code"], [False, True, True, True]),
            (np.array(["c", "s"], object), [False, False, True, True]),
            ([1, 2, 3], [False, True, True, True]),
            (np.array([3, 2]), [False, False, True, True]),
            ([False, False, True, True], [False, False, True, True]),
            (pd.Index(["s", "c"]), [False, False, True, True]),
        ],
    )
    def test_categorical_features_as_in_gradient_boosting(self, given, expected):
        model = quick(categorical_features=given).fit(self.FRAME, [0, 1, 0])
        assert_array_equal(model.encoder_.is_category, expected)
        model.partial_fit(self.FRAME, [0, 1, 0])

    @pytest.mark.parametrize("given", [None, [], ["code"], [1]])
    def test_other_columns_must_be_numbers(self, given):
        with pytest.raises(ValueError, match=r"'a', which is not a number \(column 's'\)"):
            quick(categorical_features=given).fit(self.FRAME, [0, 1, 0])

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            (["t"], "'t', which is not a column of X; its columns are .*'code'"),
            ([4], "from 0 to 3"),
            ([-1], "from 0 to 3"),
            ([True, False], "a mask of length 2, but X has 4"),
            ([0.5], "array-like of bool, of str, or of column numbers"),
            ("all", "'categorical_features' parameter of SimpleMLPClassifier"),
        ],
    )
    def test_wrong_ones_are_refused(self, given, message):
        with pytest.raises(ValueError, match=message):
            quick(categorical_features=given).fit(self.FRAME, [0, 1, 0])

    def test_names_need_a_frame(self):
        with pytest.raises(ValueError, match="are names, but X has none"):
            quick(categorical_features=["s"]).fit(np.eye(3), [0, 1, 0])

    @pytest.mark.parametrize("container", [np.asarray, lambda X: X.tolist(), pd.DataFrame])
    def test_arrays_hold_codes_or_values(self, container):
        X = np.array([[3.5, 1], [1.5, 2], [np.nan, 7], [2.5, np.nan]] * 50)
        model = quick(categorical_features=[1]).fit(container(X), [0, 1, 0, 1] * 50)
        assert model.encoder_.categories == [[1.0, 2.0, 7.0]]
        encoded = np.asarray(model._check_features(container(X)))
        assert_array_equal(
            encoded[:4],
            [[3.5, 1, 0, 0], [1.5, 0, 1, 0], [2.5, 0, 0, 1], [2.5, 0, 0, 0]],
        )

    @pytest.mark.parametrize("container", [np.asarray, lambda X: X.tolist(), pd.DataFrame])
    def test_arrays_of_objects(self, container):
        X = np.array([[3.5, "a"], [1.5, "b"], [None, "c"], [2, None]] * 2, object)
        model = quick(categorical_features=[1]).fit(container(X), [0, 1] * 4)
        assert model.encoder_.categories == [["a", "b", "c"]]
        assert model.predict(container(X)).shape == (8,)

    def test_a_frame_fitted_model_reads_the_values_of_the_frame(self):
        model = quick().fit(self.FRAME, [0, 1, 0])
        with pytest.warns(UserWarning, match="does not have valid feature names"):
            proba = model.predict_proba(self.FRAME.to_numpy(object))
        assert_array_equal(proba, model.predict_proba(self.FRAME))

    def test_it_cannot_change_while_a_model_is_continued(self):
        model = quick().fit(self.FRAME, [0, 1, 0])
        model.set_params(categorical_features=[1, 2, 3], warm_start=True)
        with pytest.raises(ValueError, match=r"categorical_features is .* with 'from_dtype'"):
            model.fit(self.FRAME, [0, 1, 0])

    def test_columns_without_string_names_go_by_their_numbers(self):
        with pytest.raises(ValueError, match=r"\(column 2\)"):
            quick(categorical_features=None).fit(self.FRAME.set_axis(range(4), axis=1), [0, 1, 0])

    def test_names_and_number_are_checked_as_scikit_learn_does(self):
        model = quick().fit(self.FRAME, [0, 1, 0])
        assert list(model.feature_names_in_) == ["n", "code", "s", "c"]
        with pytest.raises(ValueError, match="must be in the same order"):
            model.predict(self.FRAME[["code", "n", "s", "c"]])
        with pytest.raises(ValueError, match="yet now missing"):
            model.predict(self.FRAME[["n", "code", "s"]])
        with pytest.raises(ValueError, match="0 sample"):
            model.predict(self.FRAME[:0])
        with pytest.raises(ValueError, match=r"0 sample.*SimpleMLPClassifier"):
            quick().fit(self.FRAME[:0], [])
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            quick().fit(self.FRAME, [0, 1])
        with pytest.raises(ValueError, match="requires y"):
            quick().fit(self.FRAME, None)


class AnotherFrame:
    """A DataFrame of another library: columns by name, each of which NumPy makes an array of."""

    def __init__(self, frame):
        self.frame, self.columns, self.shape = frame, list(frame.columns), frame.shape

    def __getitem__(self, name):
        return self.frame[name].to_numpy()


def test_frames_of_other_libraries_are_read_by_their_columns():
    frame, _ = awkward()
    frame = frame[["float", "int", "None and NaN", "two"]]
    assert_array_equal(fit_encode(AnotherFrame(frame)), fit_encode(frame))


def test_polars():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(
        {"x": [1.5, None, 3.0], "b": [True, None, False], "s": ["a", "b", None]}
    ).with_columns(c=polars.Series(["u", "v", "w"], dtype=polars.Categorical))
    model = quick().fit(frame, [0, 1, 0])
    assert_array_equal(model.encoder_.is_category, [False, False, True, True])
    assert list(model.feature_names_in_) == ["x", "b", "s", "c"]
    assert_array_equal(model.encoder_.fill, [2.25, 0.5])
    as_pandas = pd.DataFrame(
        {"x": [1.5, None, 3.0], "b": [True, None, False], "s": [*"ab", None], "c": [*"uvw"]}
    )
    assert_array_equal(model.predict_proba(frame), model.predict_proba(as_pandas))
    dates = frame.with_columns(d=polars.Series([date(2020, 1, 1)] * 3))
    with pytest.raises(ValueError, match=r"neither numbers nor categories \(column 'd'\)"):
        quick().fit(dates, [0, 1, 0])


def test_arrow():
    pyarrow = pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"x": [1.5, np.nan, 3.0], "i": [1, 2, 3], "s": ["a", "b", None]})
    table = pyarrow.Table.from_pandas(frame)
    encoder = fit(table)
    assert_array_equal(encoder.is_category, [False, False, True])
    assert_array_equal(encode(encoder, table), fit_encode(frame))


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
        model = quick(scaling="robust").fit(frame, y)
        inputs = model.activations(frame)[0]
        n_numbers = len(NUMBERS)
        assert_array_equal(inputs[:, n_numbers:], fit_encode(frame)[:, n_numbers:])
        assert set(np.unique(inputs[:, n_numbers:])) == {-1, 0, 1}

    @pytest.mark.parametrize("scoring", ["loss", "accuracy"])
    def test_early_stopping(self, scoring):
        frame, y = awkward()
        model = quick(early_stopping=True, scoring=scoring, max_iter=5).fit(frame, y)
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
        for parameters in ({}, {"max_categories": 2}, {"max_categories": 20}):
            weighted = fit(frame, counts / 7, **parameters)
            plain = fit(frame.iloc[repeated], **parameters)
            assert_array_equal(weighted.fill, plain.fill)
            assert weighted.categories == plain.categories
            assert weighted.has_others == plain.has_others
        settings = {"solver": "lbfgs", "scaling": "robust", "max_iter": 5, "tol": 0}
        one = quick(**settings).fit(frame, y, counts)
        two = quick(**settings).fit(frame.iloc[repeated], y[repeated])
        assert_allclose(one.predict_proba(frame), two.predict_proba(frame), atol=1e-6)

    def test_fitting_writes_to_nothing_of_the_users(self):
        frame, y = awkward()
        before = frame.copy(deep=True)
        quick(max_iter=1).fit(frame, y).predict(frame)
        pd.testing.assert_frame_equal(frame, before)


class TestEncodedTable:
    def test_rows_are_those_of_the_whole(self):
        frame, _ = awkward()
        encoder = fit(frame)
        encoded = encoder.transform(encoder.read(frame))
        whole = np.asarray(encoded)
        assert isinstance(encoded, EncodedTable)
        assert whole.shape == encoded.shape == (300, encoder.n_inputs)
        assert whole.size == encoded.size
        for rows in (slice(10, 20), slice(None, None, 7), np.array([5, 3, 3])):
            assert_array_equal(encoded[rows], whole[rows])
            assert encoded[rows].shape == whole[rows].shape
        assert np.asarray(encoded, np.float32).dtype == np.float32

    def test_numbers_are_sliced_without_a_copy(self):
        frame, _ = awkward()
        frame = frame[["float", "two", "int"]]
        table = TableEncoder().read(frame, reset=True)
        assert np.shares_memory(table.numbers.source[0], frame["float"].to_numpy())
        part = table[10:20].numbers[:, 1:]
        assert np.shares_memory(part.source[0], frame["int"].to_numpy())
        assert_array_equal(part, frame[["int"]][10:20])

    def test_an_array_without_gaps_passes_untouched(self):
        X, y = load_iris(return_X_y=True)
        model = quick().fit(X, y)
        assert model._check_features(X) is X
        assert model.encoder_.numbers(X) is X

    def test_an_array_without_gaps_where_there_had_been_some(self):
        X = np.array([[1.0, 2], [np.nan, 4], [5, 6]])
        assert_array_equal(TableEncoder().fit(X).transform(X[::2]), [[1, 2], [5, 6]])
        X[:, 1] = np.nan  # of that column nothing is known, then or later
        encoder = TableEncoder().fit(Table(Numbers(X, 3), []))
        assert_array_equal(encoder.transform(np.ones((1, 2))), [[1, 0]])


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
    few = fit(pd.DataFrame({"port": list("SCQSC")}), max_categories=2)
    assert few.input_names(["port"]) == ["port=C", "port=S", "port=other"]
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

    assert is_plain(vars(encoder))
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
