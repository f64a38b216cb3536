"""Data that several modules export models of."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="package")
def data(iris, two_classes, labels):
    return {"binary": two_classes, "multiclass": iris, "multilabel": labels}


@pytest.fixture(scope="package")
def table():
    """Numbers and categories of each kind, with missing values, and columns without any value."""
    rng = np.random.default_rng(0)
    n = 400
    frame = pd.DataFrame(
        {
            "number": rng.normal(50, 20, n).round(1),
            "port": rng.choice(["S", "C", "Q"], n),
            "sex": pd.Categorical(rng.choice(["f", "m"], n)),
            "flag": rng.choice([False, True], n),
            "cabin": [f"{round(i**0.97)}a" for i in rng.permutation(n)],  # more than have an input
            "void": np.full(n, np.nan),
            "nothing": np.full(n, None, object),
            "only": "one",
            "count": rng.integers(5, size=n),
        }
    )
    y = np.where((frame["number"] > 50) ^ (frame["port"] == "S"), "yes", "no")
    for j, name in enumerate(("number", "port", "sex", "cabin")):
        frame.loc[rng.choice(n, 30 + j, replace=False), name] = None
    return frame, y
