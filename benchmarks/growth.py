"""Growth: how the time of an epoch depends on rows, features and neurons."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from benchmarks import peers
from benchmarks.measuring import Options, Row, seconds
from benchmarks.workloads import Workload

_BASE = Workload("growth", 16_000, 256, (256, 256), 10, 256, 2)

#: For each quantity, the workloads to compare; 2 hidden layers of n neurons have n² weights.
SERIES = {
    "rows": [_BASE._replace(n_samples=n) for n in (4_000, 8_000, 16_000, 32_000, 64_000)],
    "features": [_BASE._replace(n_features=n) for n in (256, 512, 1_024, 2_048, 4_096)],
    "weights": [
        _BASE._replace(hidden_layer_sizes=(n, n), n_samples=8_000) for n in (256, 512, 1_024, 2_048)
    ],
}


class Growth(NamedTuple):
    """Sizes, seconds per epoch, and the exponents over all sizes and of the last doubling."""

    sizes: list[int]
    seconds: list[float]
    exponents: tuple[float, float]

    def __str__(self) -> str:
        return f"{self.exponents[0]:5.2f}  ({self.exponents[1]:.2f} at the last doubling)"


def run(options: Options) -> Iterator[Row]:
    """Yield the growth with each quantity."""
    for quantity in SERIES:
        n_sizes = 3 if options.quick else len(SERIES[quantity])
        sizes, times = measure(quantity, options.n_rounds, n_sizes)
        exponents = exponent(sizes, times), exponent(sizes[-2:], times[-2:])
        yield Row("an epoch of two layers, batch 256", quantity, Growth(sizes, times, exponents))


def n_weights(work: Workload) -> int:
    """Return the number of weights of the workload's network."""
    sizes = (work.n_features, *work.hidden_layer_sizes, work.n_classes)
    return sum(below * above for below, above in itertools.pairwise(sizes))


def measure(quantity: str, n_rounds: int, n_sizes: int) -> tuple[list[int], list[float]]:
    """Return the sizes, and the smallest seconds per epoch at each over the rounds."""
    size = {
        "rows": lambda work: work.n_samples,
        "features": lambda work: work.n_features,
        "weights": n_weights,
    }[quantity]
    sizes, times = [], []
    for work in SERIES[quantity][:n_sizes]:
        X, y = work.data()
        fit = peers.sknn(work, X.astype(np.float32), y)
        sizes.append(size(work))
        times.append(min(seconds(fit) for _ in range(n_rounds)) / work.n_epochs)
    return sizes, times


def exponent(sizes: list[int], times: list[float]) -> float:
    """Return the slope of log time over log size: 1 is linear."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])
