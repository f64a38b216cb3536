"""Run the benchmarks: `python -m benchmarks [--quick]`."""

import argparse
import time
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from sknn import SimpleMLPClassifier


class Workload(NamedTuple):
    """A network and the shape of its data."""

    name: str
    n_samples: int
    n_features: int
    hidden_layer_sizes: tuple[int, ...]
    n_classes: int
    batch_size: int
    n_epochs: int


WORKLOADS = [
    Workload("small table", 1000, 20, (100,), 2, 200, 40),
    Workload("digits", 1797, 64, (100,), 10, 200, 30),
    Workload("MNIST 16-16", 60000, 784, (16, 16), 10, 32, 10),
    Workload("MNIST 256-128", 60000, 784, (256, 128), 10, 128, 10),
    Workload("MNIST 256-128", 60000, 784, (256, 128), 10, 256, 10),
]


def ours(work: Workload) -> SimpleMLPClassifier:
    """Return our classifier for a workload."""
    return SimpleMLPClassifier(
        work.hidden_layer_sizes,
        learning_rate_schedule="constant",
        batch_size=work.batch_size,
        max_iter=work.n_epochs,
        scaling=None,
        random_state=0,
    )


def theirs(work: Workload) -> MLPClassifier:
    """Return scikit-learn's classifier for a workload."""
    return MLPClassifier(
        work.hidden_layer_sizes,
        alpha=0,
        batch_size=work.batch_size,
        max_iter=work.n_epochs,
        n_iter_no_change=work.n_epochs,
        random_state=0,
    )


def seconds(function: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def compare(work: Workload, n_rounds: int) -> np.ndarray:
    """Return, for each round, their time for a fit divided by ours."""
    rng = np.random.default_rng(0)
    X = rng.random((work.n_samples, work.n_features))
    y = rng.integers(0, work.n_classes, work.n_samples)
    ratios = []
    for _ in range(n_rounds + 1):
        a = seconds(lambda: ours(work).fit(X, y))
        b = seconds(lambda: theirs(work).fit(X, y))
        ratios.append(b / a)
    return np.array(ratios[1:])  # the first round is the warm-up


def main(arguments: Sequence[str] | None = None, workloads: Sequence[Workload] = WORKLOADS) -> None:
    """Print the ratios of all workloads."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, for a first look")
    n_rounds = 3 if parser.parse_args(arguments).quick else 9
    # Random labels cannot be learnt, and a fixed number of epochs is all that is asked for.
    warnings.simplefilter("ignore", ConvergenceWarning)
    print("time of MLPClassifier.fit / time of SimpleMLPClassifier.fit: median (range)")
    medians = []
    for work in workloads:
        ratios = compare(work, n_rounds)
        medians.append(np.median(ratios))
        network = "-".join(map(str, (work.n_features, *work.hidden_layer_sizes, work.n_classes)))
        print(
            f"{work.name:>14}  {network:>14}  batch {work.batch_size:>3}"
            f"  {medians[-1]:5.2f}  ({ratios.min():.2f} - {ratios.max():.2f})",
            flush=True,
        )
    print(f"geometric mean {np.exp(np.mean(np.log(medians))):.2f}")


if __name__ == "__main__":
    main()
