"""The whole model as a file, and in other runtimes.

Real tables are read from the folder that the environment variable SKNN_DATASETS names, the one of
`python -m benchmarks.accuracy --data`.
"""

import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

import sknn
from benchmarks import accuracy
from sknn import SimpleMLPClassifier
from tests.onnx.runtime import WARNINGS, assert_agrees, feeds_of, onnx, run, small

DATASETS = os.environ.get("SKNN_DATASETS")

pytestmark = WARNINGS


@pytest.mark.skipif(DATASETS is None, reason="needs the folder SKNN_DATASETS")
@pytest.mark.parametrize("name", ["adult", "car", "electricity", "kr_vs_k", "penguins", "titanic"])
def test_default_model_on_real_tables(name):
    X, y = accuracy.load(str(DATASETS), name)
    few = np.random.default_rng(0).permutation(len(X))[:2000]
    assert_agrees(SimpleMLPClassifier(max_iter=2, random_state=0).fit(X.iloc[few], y[few]), X)


def test_other_runtimes_agree(table):
    from onnx.reference import ReferenceEvaluator

    X, y = table
    model = small("gelu").fit(X, y)
    proto = model.to_onnx()
    labels, probabilities = ReferenceEvaluator(proto).run(None, feeds_of(proto, X))
    np.testing.assert_array_equal(labels, model.predict(X))
    np.testing.assert_allclose(probabilities, model.predict_proba(X), atol=1e-5)


def test_names_of_columns_may_be_those_of_outputs(table):
    X, y = table
    X = X[["port", "number"]].rename(columns={"port": "label", "number": "Add"})
    proto = assert_agrees(small().fit(X, y), X)
    assert [each.name for each in proto.graph.output] == ["label_1", "probabilities"]


def test_one_row_and_no_row(iris):
    model = small().fit(*iris)
    proto = model.to_onnx()
    for n_rows in (0, 1):
        labels, probabilities = run(proto, {"X": iris[0][:n_rows]})
        assert labels.shape == (n_rows,)
        assert probabilities.shape == (n_rows, 3)


def test_file_is_what_is_returned(tmp_path, iris):
    model = small().fit(*iris)
    proto = model.to_onnx(tmp_path / "model.onnx")
    assert onnx.load(tmp_path / "model.onnx") == proto == sknn.to_onnx(model)
    assert (proto.producer_name, proto.producer_version) == ("sknn", sknn.__version__)
    assert "4-6-5-3 neurons" in proto.doc_string
    assert {each.domain: each.version for each in proto.opset_import}[""] == 18


def test_model_must_be_fitted():
    with pytest.raises(NotFittedError):
        SimpleMLPClassifier().to_onnx()


def test_a_disk_that_is_full_leaves_the_old_file(tmp_path):
    resource = pytest.importorskip("resource")
    script = """
import resource, signal
from sklearn.datasets import load_iris
from sknn import SimpleMLPClassifier
model = SimpleMLPClassifier(max_iter=1).fit(*load_iris(return_X_y=True))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    model.to_onnx("model.onnx")
except OSError as error:
    print(type(error).__name__)
"""
    assert resource.RLIMIT_FSIZE is not None
    (tmp_path / "model.onnx").write_bytes(b"the old model")
    command = [sys.executable, "-W", "ignore", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout == "OSError\n"
    assert (tmp_path / "model.onnx").read_bytes() == b"the old model"
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_a_file_that_is_replaced_keeps_its_link_and_permissions(iris, tmp_path):
    path, link = tmp_path / "model.onnx", tmp_path / "link.onnx"
    path.write_bytes(b"")
    path.chmod(0o600)
    link.symlink_to(path)
    proto = small().fit(*iris).to_onnx(link)
    assert link.is_symlink()
    assert path.read_bytes() == proto.SerializeToString()
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_is_no_file(iris, tmp_path):
    with pytest.raises(IsADirectoryError):
        small().fit(*iris).to_onnx(tmp_path)
    assert list(tmp_path.iterdir()) == []
