"""Data that need no download: four sets that scikit-learn ships, and two generated tables.

The generated tables are the customers of a shop, with categories, gaps and text.  Who stays is
decided by sums of many columns, which suit networks, or by thresholds, which suit trees.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from sklearn import datasets

Table = tuple[pd.DataFrame, np.ndarray]


def _shipped(load: Callable) -> Callable[[], Table]:
    def load_frame() -> Table:
        X, y = load(return_X_y=True, as_frame=True)
        return X, y.to_numpy().astype(str)

    return load_frame


def _customers(decides: str) -> Callable[[], Table]:
    def make() -> Table:
        rng = np.random.default_rng(0)
        table = pd.DataFrame(rng.normal(size=(4000, 12)), columns=[f"month_{i}" for i in range(12)])
        table["age"] = rng.integers(18, 80, len(table)).astype(float)
        table["plan"] = rng.choice(["basic", "plus", "pro"], len(table))
        table["city"] = rng.choice(["Bern", "Lima", "Oslo", "Pune", "Rome"], len(table))
        score = {"sums": _sums, "thresholds": _thresholds}[decides](table)
        stays = rng.random(len(table)) < 1 / (1 + np.exp(-score))
        table = table.mask(rng.random(table.shape) < 0.05)
        return table.astype({"plan": "category", "city": "category"}), stays.astype(str)

    return make


def _sums(table: pd.DataFrame) -> np.ndarray:
    trend = table.filter(like="month").to_numpy() @ np.linspace(-1.5, 1.5, 12)
    return trend * np.where(table["plan"] == "basic", 1, 0.5) + np.sin(table["age"] / 8)


def _thresholds(table: pd.DataFrame) -> np.ndarray:
    return (
        4.0 * (table["month_11"] > 0.3) * (table["plan"] != "pro")
        - 4.0 * (table["month_10"] < -0.5)
        + 3.0 * table["age"].between(30, 45) * (table["city"] == "Oslo")
        - 0.5
    )


#: What reads or makes each data set.
BUNDLED: Mapping[str, Callable[[], Table]] = {
    "iris": _shipped(datasets.load_iris),
    "wine": _shipped(datasets.load_wine),
    "breast cancer": _shipped(datasets.load_breast_cancer),
    "digits": _shipped(datasets.load_digits),
    "customers, sums": _customers("sums"),
    "customers, thresholds": _customers("thresholds"),
}
