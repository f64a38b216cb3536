"""The export: ONNX Runtime beside `predict_proba`, each on one thread."""

import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.measuring import Options, Ratio, Row, UnavailableError, ratio, rounds
from sknn import PLAIN, SimpleMLPClassifier

MODELS: Mapping[str, Mapping[str, Any]] = {
    "default": {},
    "64-256-128-10": PLAIN | {"hidden_layer_sizes": (256, 128)},
}

# `predict_proba` goes through the rows in chunks of this many by itself.  ONNX Runtime would need
# memory for the hidden layers of all of them at once, and gets batches.
_BATCH = 1_024


def run(options: Options) -> Iterator[Row]:
    """Yield ratios for each model."""
    if not available():
        raise UnavailableError("it needs onnx and onnxruntime")
    for model in MODELS:
        one, many = compare(model, options.n_rounds)
        yield Row(model, "one row", one)
        yield Row(model, "20,000 rows", many)


def available() -> bool:
    """Return whether ONNX Runtime, and what writes its files, are installed."""
    return all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime"))


def compare(model: str, n_rounds: int, n_samples: int = 20_000, n_calls: int = 200) -> list[Ratio]:
    """Return our time / ONNX Runtime's for one row, call after call, and for many rows."""
    import onnxruntime

    rng = np.random.default_rng(0)
    X, y = 16 * rng.random((n_samples, 64)), rng.integers(0, 10, n_samples)
    few = slice(2_000)
    fitted = SimpleMLPClassifier(**dict(MODELS[model]) | {"max_iter": 1}).fit(X[few], y[few])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(fitted.to_onnx().SerializeToString(), options)

    def ours(parts: Sequence[np.ndarray]) -> Callable[[], object]:
        return lambda: [fitted.predict_proba(part) for part in parts]

    def theirs(parts: Sequence[np.ndarray]) -> Callable[[], object]:
        return lambda: [session.run(None, {"X": part}) for part in parts]

    rows = [X[:1]] * n_calls
    batches = [X[i : i + _BATCH] for i in range(0, n_samples, _BATCH)]
    with threadpool_limits(1):
        one = rounds({"sknn": ours(rows), "onnx": theirs(rows)}, n_rounds)
        many = rounds({"sknn": ours([X]), "onnx": theirs(batches)}, n_rounds)
    return [ratio(times["sknn"], times["onnx"]) for times in (one, many)]
