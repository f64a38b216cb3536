"""Small models, and ONNX Runtime beside them: it must say what the model says.

The extra test-files has what these tests need.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sknn import SimpleMLPClassifier

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

#: Small models are not trained to the end, and the packages of ONNX use what NumPy will remove.
WARNINGS = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:(onnx|skl2onnx)"),
]


def run(proto, feeds):
    """Run a graph and return labels and probabilities."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options)
    return session.run(None, feeds)


def feeds_of(proto, X):
    """Return the features as a graph takes them."""
    feeds = {}
    for j, each in enumerate(proto.graph.input):
        if len(proto.graph.input) == 1 and each.name == "X":
            return {"X": np.asarray(X.toarray() if sparse.issparse(X) else X, np.float64)}
        column = X.iloc[:, j] if hasattr(X, "iloc") else pd.Series(X[:, j])
        is_string = each.type.tensor_type.elem_type == onnx.TensorProto.STRING
        column = column.astype(object).where(column.notna(), "") if is_string else column
        feeds[each.name] = column.to_numpy(object if is_string else np.float64)[:, np.newaxis]
    return feeds


def assert_agrees(model, X, proto=None, feeds=None, dtype=np.float64):
    """Assert that a graph says of each row what the model says."""
    proto = model.to_onnx() if proto is None else proto
    onnx.checker.check_model(proto, full_check=True)
    labels, probabilities = run(proto, feeds_of(proto, X) if feeds is None else feeds)
    expected = model.predict(X)
    np.testing.assert_array_equal(labels, expected)
    assert labels.shape == expected.shape
    assert labels.dtype == (object if expected.dtype.kind in "OU" else np.int64)
    np.testing.assert_allclose(probabilities, model.predict_proba(X), atol=1e-5)
    assert probabilities.dtype == dtype
    return proto


def small(activation="tanh", **parameters):
    """Return a model that trains fast."""
    defaults = {"hidden_layer_sizes": (6, 5), "n_members": 2, "max_iter": 3, "random_state": 0}
    return SimpleMLPClassifier(activation=activation, **defaults | parameters)
