"""Columns: what is read as numbers, what as categories, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from tests.preprocessing.tables import (
    ARRAYS,
    FRAMES,
    Texts,
    encode,
    fit,
    numbers_as,
    quick,
)


class TestNumbersAsText(Texts):
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


class TestCategories:
    def test_categories_that_are_neither_strings_nor_numbers_go_by_their_names(self):
        intervals = pd.cut([0.1, 0.5, 0.9], [0, 0.3, 0.6, 1])
        encoder = fit(pd.DataFrame({"a": intervals}))
        assert encoder.categories == [["(0.0, 0.3]", "(0.3, 0.6]", "(0.6, 1.0]"]]

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
