"""Jobs: the default fit, and predictions for many rows, with `n_jobs` 1, 2, ... cores."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import joblib
import numpy as np
from numpy.testing import assert_array_equal
from sklearn.datasets import make_classification

from benchmarks.measuring import Options, Ratio, Row, ratio, rounds
from sknn import SimpleMLPClassifier

Models = dict[int, SimpleMLPClassifier]


def run(options: Options) -> Iterator[Row]:
    """Yield ratios for each number of jobs that the machine has cores for."""
    n_samples, n_predicted = (5_000, 50_000) if options.quick else (50_000, 500_000)
    n_jobs = numbers(joblib.cpu_count())
    if len(n_jobs) == 1:
        n_jobs = [1, 2]  # what two jobs cost on one core
    fit, predict = compare(n_jobs, n_samples, n_predicted, options.n_rounds)
    for name, ratios in [
        (f"default fit, {n_samples:,} × 20", fit),
        (f"predict_proba, {n_predicted:,} × 20", predict),
    ]:
        for number, its_ratio in ratios.items():
            yield Row(name, f"n_jobs={number}", its_ratio)


def numbers(n_cores: int) -> list[int]:
    """Return 1, 2, 4, ... and the number of cores."""
    doubled = [2**i for i in range(n_cores.bit_length())]
    return sorted({*doubled, n_cores})


def compare(
    n_jobs: Sequence[int],
    n_samples: int,
    n_predicted: int,
    n_rounds: int,
    max_iter: int | str = "auto",
) -> tuple[dict[int, Ratio], dict[int, Ratio]]:
    """Return the times with several jobs divided by those with one, of fits and of predictions.

    Predictions that are not the same bits are an AssertionError.
    """
    X, y = make_classification(n_samples, 20, n_informative=10, random_state=0)
    many = np.resize(X, (n_predicted, 20))
    models: Models = {
        number: SimpleMLPClassifier(max_iter=max_iter, n_jobs=number, random_state=0)
        for number in n_jobs
    }
    fits = _ratios({number: _call(model.fit, X, y) for number, model in models.items()}, n_rounds)
    predictions = {number: model.predict_proba(many) for number, model in models.items()}
    for its_predictions in predictions.values():
        assert_array_equal(its_predictions, predictions[1])
    calls = {number: _call(model.predict_proba, many) for number, model in models.items()}
    return fits, _ratios(calls, n_rounds)


def _call(function: Callable[..., object], *arguments: Any) -> Callable[[], object]:
    return lambda: function(*arguments)


def _ratios(calls: dict[int, Callable[[], object]], n_rounds: int) -> dict[int, Ratio]:
    """Return the time of each number of jobs divided by that of one."""
    times = rounds({str(number): call for number, call in calls.items()}, n_rounds)
    return {number: ratio(times[str(number)], times["1"]) for number in calls if number > 1}
