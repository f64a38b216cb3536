"""Callbacks: what it costs that there may be some, and what one costs."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

from benchmarks.measuring import Options, Ratio, Row, ratio, rounds
from sknn import PLAIN, Checkpoint, SimpleMLPClassifier
from sknn.training import stochastic

#: Parameters, and how many of the digits they are fitted to.
MODELS: Mapping[str, tuple[Mapping[str, Any], int]] = {
    "default": ({}, 1797),
    "64-100-10": (PLAIN | {"max_iter": 30}, 1797),
    "64-8-10, 50 rows": (PLAIN | {"hidden_layer_sizes": (8,), "max_iter": 2000}, 50),
}


def run(options: Options) -> Iterator[Row]:
    """Yield ratios for each model."""
    for model in MODELS:
        # The differences are small: it takes more rounds to tell them from noise.
        for kind, its_ratio in compare(model, 4 * options.n_rounds).items():
            yield Row(model, kind, its_ratio)


class Idle:
    """A callback of scikit-learn that does nothing."""

    def setup(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass


def train_without(
    objective,
    batches,
    optimizer,
    history,
    *,
    learning_rate,
    schedule,
    callbacks,
) -> None:
    """Do what `stochastic.train` does, if there were no callbacks in it."""
    parameters = objective.network.parameters
    n_steps, step = history.max_epochs * len(batches), 0
    for epoch in range(1, history.max_epochs + 1):
        objective.begin_epoch()
        for inputs, targets, weight in batches:
            value = objective.value_and_gradient(inputs, targets, weight)
            rate = learning_rate * schedule(step / n_steps)
            history.see_batch(value, len(targets), rate)
            optimizer.step(parameters, rate)
            step += 1
        history.check_finite(float(np.sum(parameters.values)), "a weight", epoch)
        history.end_epoch()


def compare(model: str, n_rounds: int) -> dict[str, Ratio]:
    """Return the time of a fit with callbacks, of several kinds, divided by that without."""
    parameters, n_rows = MODELS[model]
    X, y = (part[:n_rows] for part in load_digits(return_X_y=True))
    # Nothing that is done by callbacks of our own: early stopping, or the best cycle end.
    settings = dict(parameters) | {"calibrate": False, "random_state": 0}

    def fit(*callbacks: Any) -> None:
        fresh = SimpleMLPClassifier(**settings)
        (fresh.set_callbacks(*callbacks) if callbacks else fresh).fit(X, y)

    def without() -> None:
        usual = stochastic.train
        stochastic.train = train_without
        try:
            fit()
        finally:
            stochastic.train = usual

    with tempfile.TemporaryDirectory() as folder:
        contenders: dict[str, Callable[[], None]] = {"without": without, "unused": fit}
        if hasattr(SimpleMLPClassifier, "set_callbacks"):
            contenders["one that does nothing"] = lambda: fit(Idle())
            path = Path(folder) / "model"
            contenders["a checkpoint every 10 epochs"] = lambda: fit(Checkpoint(path, every=10))
        with threadpool_limits(1):
            times = rounds(contenders, n_rounds)
    return {
        name: ratio(its_times, times["without"])
        for name, its_times in times.items()
        if name != "without"
    }
