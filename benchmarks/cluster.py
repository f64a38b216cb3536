"""A search on one worker and on two: `python -m benchmarks.cluster`, with `distributed`.

Workers are processes of this machine with one thread each, so nothing but the network is missing.
They are measured in turn: one, two, one, two, ...  A cluster of one worker would not do: joblib
computes in the client then, so there are two, of which the search may use one.  No search refits.
"""

import argparse
import os
import pickle
from collections.abc import Sequence
from typing import NamedTuple

import joblib
import numpy as np
from dask.distributed import Client, LocalCluster
from sklearn.datasets import load_digits
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV

from benchmarks.measuring import seconds
from sknn import SimpleMLPClassifier

GRID = {"activation": ["relu", "gelu"], "learning_rate": [0.001, 0.0025, 0.005, 0.01]}
FOLDS = 3


class Search(NamedTuple):
    """Seconds of a search by the clock, of its fits and scores together, and of the longest."""

    elapsed: float
    work: float
    longest: float
    n_fits: int

    def overhead(self, n_workers: int) -> float:
        """Return the seconds for each fit in which a worker neither fitted nor scored."""
        return (self.elapsed * n_workers - self.work) / self.n_fits


def measure(search: GridSearchCV, X: np.ndarray, y: np.ndarray, workers: Sequence[str]) -> Search:
    """Time a search on these workers."""
    with joblib.parallel_config(backend="dask", workers=workers):
        elapsed = seconds(lambda: search.fit(X, y))
    means = search.cv_results_["mean_fit_time"] + search.cv_results_["mean_score_time"]
    n_fits = search.n_splits_ * means.size
    return Search(elapsed, search.n_splits_ * means.sum(), means.max(), n_fits)


def run(workers: Sequence[str], max_iter: int | str, n_empty: int) -> tuple[Search, Search]:
    """Return the times of the grid search, and of one whose fits do nothing."""
    X, y = load_digits(return_X_y=True)
    model = SimpleMLPClassifier(max_iter=max_iter, random_state=0)
    full = measure(GridSearchCV(model, GRID, cv=FOLDS, refit=False), X, y, workers)
    nothing = {"random_state": range(n_empty // FOLDS)}
    empty = GridSearchCV(DummyClassifier(), nothing, cv=FOLDS, refit=False)
    return full, measure(empty, X, y, workers)


def summary(values: Sequence[float], unit: str = "s", factor: float = 1) -> str:
    """Return median and range."""
    median, low, high = (factor * f(values) for f in (np.median, np.min, np.max))
    return f"{median:7.2f} {unit}  ({low:.2f} - {high:.2f})"


def report(rounds: list[dict[int, tuple[Search, Search]]]) -> None:
    """Print seconds, ratio and overhead."""
    for n_workers in (1, 2):
        full, empty = zip(*(each[n_workers] for each in rounds), strict=True)
        print(f"\n{n_workers} worker{'s' * (n_workers > 1)}, {full[0].n_fits} fits")
        print("    search                ", summary([each.elapsed for each in full]))
        print("    a fit, with its score ", summary([each.work / each.n_fits for each in full]))
        print("    the longest setting   ", summary([each.longest for each in full]))
        overhead = [each.overhead(n_workers) for each in full]
        print("    overhead of a fit     ", summary(overhead, "ms", 1e3))
        nothing = [each.elapsed / each.n_fits for each in empty]
        print(f"    {empty[0].n_fits} fits of nothing, each", summary(nothing, "ms", 1e3))
    ratios = [each[1][0].elapsed / each[2][0].elapsed for each in rounds]
    print("\none worker / two workers  ", summary(ratios, ""))


def sizes() -> dict[str, int]:
    """Return the bytes of pickled models, which are what travels, and of the digits."""
    X, y = load_digits(return_X_y=True)
    model = SimpleMLPClassifier(max_iter=1, random_state=0)
    single = SimpleMLPClassifier((32,), max_iter=1, random_state=0)
    return {
        "unfitted": len(pickle.dumps(model)),
        "default, fitted": len(pickle.dumps(model.fit(X, y))),
        "(32,), fitted": len(pickle.dumps(single.fit(X, y))),
        "features": X.nbytes,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.cluster", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--max-iter", type=int, help="epochs of a fit; else the default")
    parser.add_argument("--empty", type=int, default=240, help="number of fits of nothing")
    options = parser.parse_args(arguments)
    rounds = []
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        workers = list(client.ncores())
        run(workers, 1, 24)  # they import what they need
        for _ in range(options.rounds):
            load = os.getloadavg()[0]
            each = {n: run(workers[:n], options.max_iter or "auto", options.empty) for n in (1, 2)}
            times = " and ".join(f"{each[n][0].elapsed:.2f} s" for n in (1, 2))
            print(f"{times} on one worker and on two; load before: {load:.1f}", flush=True)
            rounds.append(each)
    report(rounds)
    print("\nbytes:", ", ".join(f"{name} {size:,}" for name, size in sizes().items()))


if __name__ == "__main__":
    main()
