"""Time to accuracy: seconds of training until a test accuracy is reached for the first time."""

import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.measuring import Options, Row, UnavailableError, ratio, seconds
from sknn import PLAIN, SimpleMLPClassifier

Data = tuple[np.ndarray, np.ndarray]
GOALS = [0.975, 0.98]


def run(options: Options) -> Iterator[Row]:
    """Yield the ratios of the seconds to each goal."""
    if options.mnist is None:
        raise UnavailableError("it needs --mnist")
    train, test = load_mnist(options.mnist)
    n_rounds = min(3, options.n_rounds)
    pairs = [(theirs(train, test, GOALS), ours(train, test, max(GOALS))) for _ in range(n_rounds)]
    for goal in GOALS:
        its_times, our_times = np.array([(each[goal], our_time) for each, our_time in pairs]).T
        yield Row("MNIST, (100,) / (128, 64)", f"{goal:.1%}", ratio(its_times, our_times))


def load_mnist(source: str) -> tuple[Data, Data]:
    """Return training and test digits, with pixels in [0, 1], from a folder or from OpenML.

    The folder holds `train.npz` and `test.npz`, each with arrays `X` and `y`; "openml" fetches.
    """
    if source != "openml":
        parts = [np.load(Path(source) / f"{name}.npz") for name in ("train", "test")]
        train, test = ((part["X"].reshape(len(part["y"]), -1) / 255.0, part["y"]) for part in parts)
        return train, test
    from sklearn.datasets import fetch_openml

    X, y = fetch_openml("mnist_784", version=1, return_X_y=True, as_frame=False)
    X = X / 255.0
    return (X[:60_000], y[:60_000]), (X[60_000:], y[60_000:])


def ours(train: Data, test: Data, goal: float, n_epochs: int = 4) -> float:
    """Return the seconds of a whole fit that reaches the goal, with 128-64 neurons.

    The learning rate follows a cycle over the epochs, so only the end counts; infinite if the
    goal is not reached.
    """
    settings = PLAIN | {
        "hidden_layer_sizes": (128, 64),
        "batch_size": 256,
        "learning_rate": 0.006,
        "learning_rate_schedule": "one_cycle",
        "label_smoothing": 0.1,
        "beta_2": 0.99,
        "max_iter": n_epochs,
        "random_state": 0,
    }
    model = SimpleMLPClassifier(**settings)
    duration = seconds(lambda: model.fit(*train))
    return duration if model.score(*test) >= goal else np.inf


def theirs(train: Data, test: Data, goals: list[float], n_epochs: int = 40) -> dict[float, float]:
    """Return for each goal the seconds until MLPClassifier (100,) reaches it, epoch by epoch.

    Its `partial_fit` is one epoch; the test is not timed.  Infinite if it never gets there.
    """
    model = MLPClassifier((100,), random_state=0)
    reached = dict.fromkeys(goals, np.inf)
    total = 0.0
    classes = np.unique(train[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for _ in range(n_epochs):
            start = time.perf_counter()
            model.partial_fit(*train, classes=classes)
            total += time.perf_counter() - start
            accuracy = model.score(*test)
            for goal in goals:
                if accuracy >= goal:
                    reached[goal] = min(reached[goal], total)
            if np.isfinite(list(reached.values())).all():
                break
    return reached
