"""How it is measured: side by side in one process, in turn, after a warm-up; only ratios count.

A machine that does other things as well makes every second uncertain, but it slows down
neighbours in time alike.  So contenders run A B C, A B C, ..., each ratio is taken within a round,
and what is reported is the median over the rounds, with the range.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np


class Ratio(NamedTuple):
    """How many times as long as the reference something took: median and range over the rounds."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:5.2f}  ({self.low:.2f} - {self.high:.2f})"


class Row(NamedTuple):
    """One figure of a section; rows of the same group stand under one heading."""

    group: str
    name: str
    value: Any

    def __str__(self) -> str:
        return f"    {self.name:<44}{self.value}"


class Options(NamedTuple):
    """What the user asks of a section: a first look, the number of rounds, where MNIST is."""

    quick: bool = False
    n_rounds: int = 5
    mnist: str | None = None


class Section(NamedTuple):
    """A part of the benchmarks: its name, what its figures are, and what yields them."""

    name: str
    title: str
    run: Callable[[Options], Iterator[Row]]


class UnavailableError(Exception):
    """A section cannot run here; the message says what it needs."""


def seconds(function: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def rounds(contenders: Mapping[str, Callable[[], object]], n_rounds: int) -> dict[str, np.ndarray]:
    """Return the seconds of each contender in each round, after a round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(n_rounds + 1):
        for name, function in contenders.items():
            times[name].append(seconds(function))
    return {name: np.array(its_times[1:]) for name, its_times in times.items()}


def ratio(times: np.ndarray, reference: np.ndarray) -> Ratio:
    """Return the ratio of paired times."""
    ratios = times / reference
    return Ratio(*map(float, (np.median(ratios), ratios.min(), ratios.max())))


def geometric_mean(ratios: Sequence[Ratio]) -> Ratio:
    """Return the geometric means of the medians, of the least and of the greatest ratios."""
    return Ratio(*map(float, np.exp(np.mean(np.log(ratios), axis=0))))
