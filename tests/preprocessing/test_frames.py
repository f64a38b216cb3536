"""Frames: which columns are categories, and tables of several libraries."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from tests.preprocessing.tables import (
    awkward,
    encode,
    fit,
    fit_encode,
    quick,
)


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
        model = quick(categorical_features=[1], scaling=None, numeric_embedding=None)
        model.fit(container(X), [0, 1, 0, 1] * 50)
        assert model.encoder_.categories == [[1.0, 2.0, 7.0]]
        assert_array_equal(
            model.activations(container(X))[0][:4],
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
    assert_array_equal(model.encoder_.imputed_values, [2.25, 0.5])
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
