"""Tables for tests, and short ways to encode them."""

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from sknn import SimpleMLPClassifier
from sknn.preprocessing.categories import MAX_CATEGORIES
from sknn.preprocessing.encoder import TableEncoder


def fit(frame, weight=None, categorical_features="from_dtype", targets=None):
    """Return an encoder fitted to a frame."""
    encoder = TableEncoder(categorical_features)
    return encoder.fit(encoder.read(frame, reset=True), weight, targets)


def encode(encoder, frame):
    """Return a frame as a matrix."""
    return np.asarray(encoder.transform(encoder.read(frame)))


def fit_encode(frame):
    """Return a frame as the matrix that an encoder fitted to it makes."""
    return encode(fit(frame), frame)


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


def crowded(column, n_left):
    """Return a column after so many frequent categories that `n_left` more can be known."""
    others = [f"~{i:03}" for i in range(MAX_CATEGORIES - n_left)]
    return [*others * 9, *column]


def known_of(encoder):
    """Return the known categories of the only column, but for those that `crowded` has added."""
    return [category for category in encoder.categories[0] if category[0] != "~"]


class Texts:
    """A column of numbers as text, another column, and classes that the first one tells."""

    RNG = np.random.default_rng(0)
    VALUES = RNG.normal(size=200).round(4)
    OTHER = RNG.normal(size=200)
    Y = np.where(VALUES > 0, "p", "n")
    TEXT: ClassVar[list[str]] = [f"{value:.4f}" for value in VALUES]
