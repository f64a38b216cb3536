"""The converter for skl2onnx, and what the user guide says of both builders."""

import re
import textwrap
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_digits
from sklearn.ensemble import VotingClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sknn import SimpleMLPClassifier
from sknn.onnx.skl2onnx import calculate_output_shapes, convert
from tests.onnx.runtime import WARNINGS, assert_agrees, feeds_of, run, small

ROOT = Path(__file__).parent.parent.parent

pytestmark = WARNINGS


@pytest.fixture(scope="module")
def skl2onnx():
    return pytest.importorskip("skl2onnx")


@pytest.fixture
def registry(skl2onnx):
    """Let a test register what it wants, and forget it."""
    from skl2onnx import _parse, _supported_operators
    from skl2onnx.common import _registration

    with (
        mock.patch.dict(_parse.sklearn_parsers_map),
        mock.patch.dict(_supported_operators.sklearn_operator_name_map),
        mock.patch.dict(_registration._converter_pool),
        mock.patch.dict(_registration._shape_calculator_pool),
    ):
        yield


@pytest.fixture
def registered(skl2onnx, registry):
    """Register the converter as the user guide says."""
    skl2onnx.update_registered_converter(
        SimpleMLPClassifier,
        "SknnSimpleMLPClassifier",
        calculate_output_shapes,
        convert,
        options={"zipmap": [True, False, "columns"], "nocl": [True, False]},
    )


def types_of(feeds):
    """Return the types of inputs for skl2onnx."""
    from skl2onnx.common import data_types

    types = {"O": "StringTensorType", "f4": "FloatTensorType", "f8": "DoubleTensorType"}
    return [
        (name, getattr(data_types, types[each.dtype.str[1:]])([None, 1]))
        for name, each in feeds.items()
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["binary", "multiclass", "multilabel"])
def test_skl2onnx_converts_the_model(skl2onnx, kind, dtype, data):
    X, y = data[kind]
    X = X.astype(dtype)
    model = small().fit(X, y)
    proto = skl2onnx.to_onnx(model, X[:1])
    assert_agrees(model, X, proto, {"X": X}, dtype)
    assert [each.name for each in proto.graph.output] == ["label", "probabilities"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_skl2onnx_converts_a_pipeline(skl2onnx, iris, dtype):
    X, y = iris[0].astype(dtype), iris[1]
    pipeline = make_pipeline(StandardScaler(), small()).fit(X, y)
    assert_agrees(pipeline, X, skl2onnx.to_onnx(pipeline, X[:1]), {"X": X}, dtype)


def test_skl2onnx_converts_several_models_in_one_graph(skl2onnx, registered, iris):
    X, y = iris[0].astype(np.float32), iris[1]
    models = [("a", small()), ("b", small("relu"))]
    both = VotingClassifier(models, voting="soft", flatten_transform=False).fit(X, y)
    proto = skl2onnx.to_onnx(both, X[:1], options={"zipmap": False})
    assert_agrees(both, X, proto, {"X": X}, np.float32)


def test_skl2onnx_takes_tables(skl2onnx, table):
    X, y = table
    model = small().fit(X, y)
    feeds = feeds_of(model.to_onnx(), X)
    assert_agrees(model, X, skl2onnx.to_onnx(model, initial_types=types_of(feeds)), feeds)


def test_skl2onnx_takes_a_column_transformer(skl2onnx, table):
    X, y = table
    X = X[["number", "count", "port"]].fillna({"number": 0, "port": "?"})
    transformer = make_column_transformer(
        (StandardScaler(), ["number", "count"]), (OneHotEncoder(sparse_output=False), ["port"])
    )
    pipeline = make_pipeline(transformer, small()).fit(X, y)
    feeds = {name: X[[name]].to_numpy(object if name == "port" else np.float32) for name in X}
    proto = skl2onnx.to_onnx(pipeline, initial_types=types_of(feeds))
    assert_agrees(pipeline, X, proto, feeds, np.float32)


def test_skl2onnx_with_inputs_that_do_not_fit(skl2onnx, table):
    X, y = table
    model = small().fit(X[["port", "number"]], y)
    strings = skl2onnx.common.data_types.StringTensorType
    with pytest.raises(ValueError, match="'number' holds strings, not numbers"):
        skl2onnx.to_onnx(model, initial_types=[("X", strings([None, 2]))])
    with pytest.raises(ValueError, match="2 features, the graph 1 columns"):
        skl2onnx.to_onnx(model, initial_types=[("port", strings([None, 1]))])
    with pytest.raises(ValueError, match="needs target_opset >= 13; got 12"):
        skl2onnx.to_onnx(small().fit(X[["number"]], y), np.zeros((1, 1)), target_opset=12)


@pytest.mark.parametrize("opset", [13, 15, 18])
def test_skl2onnx_may_choose_the_opset(skl2onnx, opset, table):
    X, y = table
    model = small("gelu").fit(X, y)
    feeds = feeds_of(model.to_onnx(), X)
    proto = skl2onnx.to_onnx(model, initial_types=types_of(feeds), target_opset=opset)
    assert_agrees(model, X, proto, feeds)
    assert {each.domain: each.version for each in proto.opset_import}[""] == opset


def test_skl2onnx_knows_options_and_searches_once_registered(skl2onnx, registered, iris):
    X, y = iris
    search = GridSearchCV(small(), {"learning_rate": [0.01]}, cv=2).fit(X, y)
    pipeline = make_pipeline(StandardScaler(), small()).fit(X, y)
    for model in (small().fit(X, y), search, pipeline):
        proto = skl2onnx.to_onnx(model, X[:1], options={"zipmap": False})
        assert_agrees(model, X, proto, {"X": X})
        _, dictionaries = run(
            skl2onnx.to_onnx(model, X[:1].astype(np.float32)), {"X": X.astype(np.float32)}
        )
        assert set(dictionaries[0]) == {0, 1, 2}


def test_the_user_guide_runs(registry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "user_guide" / "deployment.rst").read_text(encoding="utf-8")
    blocks = re.findall(r"\.\. code-block:: python\n\n((?: {3}.*\n|\n)+)", page)
    X, y = load_digits(return_X_y=True)
    table = pd.DataFrame({"age": [22, np.nan] * 60, "fare": 7.0, "port": ["S", "C", None] * 40})
    names = {
        "np": np,
        "make_pipeline": make_pipeline,
        "SimpleMLPClassifier": SimpleMLPClassifier,
        "X_train": X[:150],
        "y_train": y[:150],
        "X_test": X[150:300],
        "table": table,
        "survived": np.array(["no", "yes"] * 60),
    }
    assert len(blocks) == 4
    for block in blocks:
        exec(textwrap.dedent(block), names)
