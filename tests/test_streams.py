"""Data larger than memory: batch by batch, chunk by chunk, and with the same result."""

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy import sparse
from sklearn.datasets import load_digits, make_multilabel_classification

from sknn import SimpleMLPClassifier
from sknn.network.scaling import InputScaler


def digits():
    X, y = load_digits(return_X_y=True)
    return X[:300], y[:300]


def table():
    X, y = digits()
    frame = (
        pd.DataFrame(X[:, :6]).astype(float).where(X[:, :6] != 5).set_axis(list("abcdef"), axis=1)
    )
    frame["kind"] = pd.Categorical(np.array(["x", "y", "z"])[(X[:, 20] % 3).astype(int)])
    frame["other"] = np.where(X[:, 21] > 8, "many", None)
    return frame, y % 3


def gappy():
    X, y = digits()
    return np.where(X == 7, np.nan, X), y


def times(order="C"):
    """Return numbers whose sums are rounded, in more columns than rows come at a time."""
    rng = np.random.default_rng(0)
    X = np.asarray(1.7e9 + rng.normal(0, 3e6, (260, 250)), order=order)
    return X, (X[:, 0] > 1.7e9).astype(int)


DATA = {
    "times": times,
    "times in columns": lambda: times("F"),
    "a frame of times": lambda: (pd.DataFrame(times()[0]).add_prefix("t"), times()[1]),
    "numbers": digits,
    "float32 rows": lambda: (digits()[0].astype(np.float32), digits()[1]),
    "integers": lambda: (digits()[0].astype(np.uint8), digits()[1]),
    "columns in memory": lambda: (np.asfortranarray(digits()[0]), digits()[1]),
    "gaps": gappy,
    "table": table,
    "frame": lambda: (pd.DataFrame(digits()[0]).add_prefix("pixel"), digits()[1]),
    "labels": lambda: make_multilabel_classification(n_samples=300, random_state=0),
}
FEW = {"hidden_layer_sizes": (8, 4), "n_members": 2}
SETTINGS = {
    "members": FEW,
    "early stopping": {**FEW, "early_stopping": True, "scoring": "accuracy"},
    "one network": {"hidden_layer_sizes": (8,)},
    "standard": {**FEW, "scaling": "standard"},
    "as they are": {**FEW, "scaling": None, "learning_rate": 1e-4},
    "in order": {**FEW, "shuffle": False},
    "one batch": {**FEW, "batch_size": 10_000},
    "lbfgs": {**FEW, "solver": "lbfgs"},
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_batch_by_batch_is_the_same_to_the_last_bit(data, settings):
    X, y = data()
    if settings.get("scaling", "") is None and len(X) == 260:
        X = (X - 1.7e9) / 3e6
    if settings.get("scaling", "") is None and data in (gappy, table):
        X = X[["kind", "other"]] if data is table else np.nan_to_num(X)
    weight = np.random.default_rng(0).random(len(X))
    model = SimpleMLPClassifier(max_iter=2, random_state=0, **settings)
    usual = model.fit(X, y, weight).predict_proba(X)
    with sklearn.config_context(working_memory=0):  # too small for any copy
        np.testing.assert_array_equal(model.fit(X, y, weight).predict_proba(X), usual)


def test_errstate_holds_in_the_threads_that_scale_large_inputs():
    X = np.broadcast_to(np.array([[1e30]]), (1 << 22, 1))
    scaler = InputScaler(np.zeros(1), np.full(1, 1e30))
    with np.errstate(over="ignore"):
        scaled = scaler.transform(X, np.dtype(np.float32))
    assert scaled[0] == np.inf
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        scaler.transform(X, np.dtype(np.float32))


def test_chunks_of_a_text_file_are_a_stream(tmp_path):
    frame, y = table()
    frame.assign(y=y).to_csv(tmp_path / "table.csv", index=False)
    model = SimpleMLPClassifier((16,), random_state=0, learning_rate=0.01)
    twin = SimpleMLPClassifier((16,), random_state=0, learning_rate=0.01)
    kinds = {"kind": "category", "other": "category"}
    for epoch in range(3):
        for chunk in pd.read_csv(tmp_path / "table.csv", chunksize=100, dtype=kinds):
            model.partial_fit(chunk.drop(columns="y"), chunk["y"], classes=[0, 1, 2])
        for start in range(0, len(frame), 100):
            rows = slice(start, start + 100)
            twin.partial_fit(frame.iloc[rows], y[rows], classes=[0, 1, 2])
        del epoch
    np.testing.assert_array_equal(model.predict_proba(frame), twin.predict_proba(frame))


def test_fifty_calls_of_partial_fit_leave_a_file_as_small_as_the_first():
    X, y = digits()
    model = SimpleMLPClassifier((8,), random_state=0)
    sizes = []
    for _ in range(50):
        model.partial_fit(X[:100], y[:100], classes=range(10))
        sizes.append(len(pickle.dumps(model)))
    assert max(sizes) <= sizes[0] + 4  # the number of samples seen has more digits


# ------------------------------------------------------------------------- a cap on memory

CAPPED = """
import resource, sys
import numpy as np, sklearn
from sknn import SimpleMLPClassifier

path, what, working_memory = sys.argv[1:]
X = np.load(path, mmap_mode="r")
y = (np.arange(len(X)) % 2).astype(np.int8)
settings = dict(hidden_layer_sizes=(16,), max_iter=1, random_state=0)
small = slice(0, 2000)
SimpleMLPClassifier(n_members=2, **settings).fit(X[small], y[small]).predict(X[small])

def used():  # private memory that can be written: what RLIMIT_DATA caps
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmData")) * 1024

cap = used() + X.nbytes // 10
resource.setrlimit(resource.RLIMIT_DATA, (cap, cap))
try:
    if what == "stream":
        model = SimpleMLPClassifier(**settings)
        for start in range(0, len(X), 2000):
            rows = slice(start, start + 2000)
            model.partial_fit(X[rows], y[rows], classes=[0, 1])
    else:
        more = {"members": {"n_members": 2}, "held out": {"early_stopping": True}}[what]
        with sklearn.config_context(working_memory=float(working_memory)):
            model = SimpleMLPClassifier(**settings, **more).fit(X, y)
    model.predict(X)
except MemoryError:
    print("MemoryError")
else:
    print("fitted")
"""


@pytest.fixture(scope="module")
def large_file(tmp_path_factory):
    """Write 300 MB of numbers."""
    path = tmp_path_factory.mktemp("streams") / "X.npy"
    X = np.lib.format.open_memmap(path, "w+", np.float32, (75_000, 1000))
    rng = np.random.default_rng(0)
    for start in range(0, len(X), 5000):
        X[start : start + 5000] = rng.random((5000, 1000), dtype=np.float32)
    X.flush()
    del X
    yield path
    path.unlink()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
@pytest.mark.parametrize(
    ("what", "working_memory", "outcome"),
    [
        ("stream", 1, "fitted"),
        ("members", 1, "fitted"),
        ("held out", 1, "fitted"),
        ("members", 1024, "MemoryError"),  # the cap is one
    ],
)
def test_a_tenth_of_the_data_is_memory_enough(large_file, what, working_memory, outcome):
    arguments = [sys.executable, "-c", CAPPED, str(large_file), what, str(working_memory)]
    # Dask leaves settings of the allocator in the environment, with which memory is freed later.
    usual = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    run = subprocess.run(arguments, capture_output=True, text=True, check=False, env=usual)
    assert run.stdout.strip() == outcome, run.stderr


def test_sparse_rows_that_become_dense_do_so_batch_by_batch():
    """As they do for a model that has learnt from dense rows, and centres them."""
    X, y = digits()
    model = SimpleMLPClassifier((8,), max_iter=2, warm_start=True, random_state=0).fit(X, y)
    twin = copy.deepcopy(model)
    rows = sparse.csr_array(X)
    model.fit(rows, y)
    with sklearn.config_context(working_memory=0):
        twin.fit(rows, y)
    np.testing.assert_array_equal(twin.predict_proba(X), model.predict_proba(X))
