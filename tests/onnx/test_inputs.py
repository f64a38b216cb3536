"""Emitters of the inputs: missing values, categories, one matrix or an input for each column."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.datasets import load_wine

from tests.onnx.runtime import WARNINGS, assert_agrees, small

pytestmark = WARNINGS


def test_missing_numbers_are_imputed():
    X, y = load_wine(return_X_y=True)
    gaps = np.random.default_rng(0).random(X.shape) < 0.2
    X = np.where(gaps, np.nan, X)
    X[:, 3] = np.nan
    assert_agrees(small().fit(X, y), X)


def test_missing_numbers_that_come_with_prediction_are_imputed(iris):
    X, y = iris
    assert_agrees(small().fit(X, y), np.where(X > 5, np.nan, X))


@pytest.mark.parametrize("scaling", ["robust", "standard", None])
def test_model_of_sparse_features_takes_dense_ones(iris, scaling):
    X, y = iris
    X = sparse.csr_matrix(np.where(X < 2, 0, X))
    model = small(scaling=scaling).fit(X, y)
    proto = assert_agrees(model, X)
    gaps = np.full((2, 4), np.nan)
    assert_agrees(model, gaps, proto)


def test_table_has_an_input_for_each_column(table):
    X, y = table
    model = small().fit(X, y)
    assert model.encoder_.has_others == [False, False, True, False, False]
    proto = assert_agrees(model, X)
    assert [each.name for each in proto.graph.input] == list(X.columns)
    unseen = X.assign(port="Oslo", sex="x", cabin="9999", nothing="thing", only=None)
    assert_agrees(model, unseen, proto)
    assert_agrees(model, X.assign(number=np.nan, port=None, void=3.0, cabin=None), proto)


def test_frame_of_numbers_has_one_input(table):
    X, y = table
    X = X[["number", "flag", "count", "void"]].assign(big=np.float32(7))
    proto = assert_agrees(small().fit(X, y), X)
    assert [each.name for each in proto.graph.input] == ["X"]


@pytest.mark.parametrize("n_rare", [0, 300])
def test_categories_that_are_numbers_need_no_inputs_of_their_own(n_rare):
    rng = np.random.default_rng(0)
    values = np.concatenate([np.arange(n_rare) + 100, rng.choice([0.1, 7, 2**40, 5, 6], 300)])
    n = len(values)
    X = np.column_stack([values, rng.normal(size=n), rng.choice([1, 2], n)])
    y = np.where(X[:, 0] > 6, 2 * (X[:, 1] > 0), X[:, 2])
    X[::9, 0] = X[::11, 2] = np.nan
    model = small(categorical_features=[0, 2]).fit(X, y)
    assert model.encoder_.has_others == [n_rare > 0, False]
    proto = assert_agrees(model, X)
    assert [each.name for each in proto.graph.input] == ["X"]
    X[:, 0], X[:, 2] = 0.1 + 1e-16, 3  # a neighbour, and an unseen category
    X[::2, 0] = 8
    assert_agrees(model, X, proto)


@pytest.fixture(scope="module")
def crowded_table():
    """Columns of more than 25 categories: strings and numbers, frequent ones and rare ones."""
    rng = np.random.default_rng(0)
    n = 1500
    place = (90 * rng.random(n) ** 2).astype(int)
    frame = pd.DataFrame(
        {
            "place": np.char.add("p", place.astype(str)).astype(object),
            "state": np.char.add("s", rng.integers(40, size=n).astype(str)).astype(object),
            "number": rng.normal(size=n),
            "zip": (90 * rng.random(n) ** 2).astype(int) * 1.5,
            "pair": np.char.add("u", (np.arange(n) // 2).astype(str)).astype(object),
        }
    )
    y = frame["number"] + rng.normal(size=90)[place] > 0
    frame.loc[::13, ["place", "zip"]] = None
    return frame, y.to_numpy()


@pytest.mark.parametrize(
    "parameters",
    [{}, {"n_members": 1}, {"numeric_embedding": None}, {"dtype": "float64", "n_members": 1}],
)
def test_many_categories_become_embeddings_and_statistics(crowded_table, parameters):
    X, y = crowded_table
    model = small(categorical_features=[0, 1, 3, 4], **parameters).fit(X, y)
    encoder = model.encoder_
    assert [column.is_embedded for column in encoder.columns] == [True, True, True, False]
    assert [len(rare) > 0 for rare in encoder.rare_categories] == [True, False, True, True]
    proto = assert_agrees(model, X)
    unseen = X.assign(place="p?", state=None, zip=-1.0, pair="u?")
    assert_agrees(model, unseen, proto)
    assert_agrees(model, X.assign(place=None, state="s?", zip=np.nan, pair=None), proto)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_table_of_many_categories_alone(crowded_table, n_classes):
    X, _ = crowded_table
    y = np.random.default_rng(0).integers(n_classes, size=len(X))
    assert_agrees(small().fit(X[["place", "state"]], y), X[["place", "state"]])


def test_table_of_categories_alone(table):
    X, y = table
    X = X[["port", "sex"]]
    assert_agrees(small().fit(X, y), X)


def test_columns_without_names_are_numbered(table):
    X, y = table
    X = X[["port", "number"]].to_numpy(object)
    model = small(categorical_features=[0]).fit(X, y)
    proto = assert_agrees(model, X)
    assert [each.name for each in proto.graph.input] == ["x0", "x1"]


def test_empty_string_that_is_a_category_is_not_missing():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.choice(["", "b", "c"], 200)})
    proto = assert_agrees(small().fit(X, X["a"] == ""), X)
    names = np.char.add("cabin ", rng.integers(900, size=600).astype(str))
    X = pd.DataFrame({"a": np.where(rng.random(600) < 0.2, "", names)})
    assert_agrees(small().fit(X, X["a"] == ""), X)
    assert proto.graph.input[0].name == "a"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([b"a", b"b", b"c"], "'code' are bytes"),
        ([2**60 + 1, 2, 3], "'code' are numbers beyond the precision"),
        ([10**400, 2, 3], "'code' are numbers beyond the precision"),
    ],
)
def test_categories_that_onnx_does_not_know_are_refused(values, message, iris):
    X, y = iris
    frame = pd.DataFrame({"code": pd.Series((values * 50), dtype=object), "width": X[:, 0]})
    model = small(categorical_features=["code"]).fit(frame, y)
    with pytest.raises(ValueError, match=message):
        model.to_onnx()
