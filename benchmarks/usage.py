"""What else users wait for: predictions, grid searches, and the import."""

import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier

from benchmarks.measuring import Options, Ratio, Row, ratio, rounds
from sknn import PLAIN, SimpleMLPClassifier


def run(options: Options) -> Iterator[Row]:
    """Yield ratios for what users do."""
    theirs, ours = "MLPClassifier / ours", "ours / sklearn.neural_network"
    yield Row(theirs, "predict_proba, 180,000 rows", predict_many(options.n_rounds))
    yield Row(theirs, "predict, one row", predict_one(options.n_rounds))
    yield Row(theirs, "grid search on digits", grid_search(options.n_rounds))
    yield Row(ours, "import", importing(3 * options.n_rounds))


def _against_mlp_classifier(
    make: Callable[[ClassifierMixin], Callable[[], object]],
    ours: ClassifierMixin,
    theirs: ClassifierMixin,
    n_rounds: int,
) -> Ratio:
    """Return their time divided by ours for what `make` makes of either classifier."""
    times = rounds({"sknn": make(ours), "MLPClassifier": make(theirs)}, n_rounds)
    return ratio(times["MLPClassifier"], times["sknn"])


def predict_many(n_rounds: int, n_samples: int = 180_000) -> Ratio:
    """`predict_proba` of 64 float64 features through (256, 128) neurons."""
    rng = np.random.default_rng(0)
    X, y = rng.random((n_samples, 64)), rng.integers(0, 10, n_samples)
    few = slice(min(2_000, n_samples))

    def make(classifier):
        fitted = classifier.fit(X[few], y[few])
        return lambda: fitted.predict_proba(X)

    sizes = (256, 128)
    settings = {"hidden_layer_sizes": sizes, "max_iter": 1}
    ours, theirs = SimpleMLPClassifier(**PLAIN | settings), MLPClassifier(**settings)
    return _against_mlp_classifier(make, ours, theirs, n_rounds)


def predict_one(n_rounds: int, n_calls: int = 500) -> Ratio:
    """`predict` of one row of 64 features through 100 neurons, call after call."""
    X, y = load_digits(return_X_y=True)

    def make(classifier):
        fitted = classifier.fit(X, y)
        return lambda: [fitted.predict(X[:1]) for _ in range(n_calls)]

    ours, theirs = SimpleMLPClassifier(**PLAIN | {"max_iter": 1}), MLPClassifier(max_iter=1)
    return _against_mlp_classifier(make, ours, theirs, n_rounds)


def grid_search(n_rounds: int, max_iter: int = 30) -> Ratio:
    """`GridSearchCV(n_jobs=2)`: 8 settings, 5 folds, digits."""
    X, y = load_digits(return_X_y=True)
    sizes, rates = [(50,), (100,)], [0.0003, 0.001, 0.003, 0.01]

    def make(search):
        return lambda: search.fit(X, y)

    ours = GridSearchCV(
        SimpleMLPClassifier(**PLAIN | {"max_iter": max_iter, "random_state": 0}),
        {"hidden_layer_sizes": sizes, "learning_rate": rates},
        n_jobs=2,
    )
    theirs = GridSearchCV(
        _Quiet(batch_size=200, max_iter=max_iter, n_iter_no_change=max_iter, random_state=0),
        {"hidden_layer_sizes": sizes, "learning_rate_init": rates},
        n_jobs=2,
    )
    return _against_mlp_classifier(make, ours, theirs, n_rounds)


class _Quiet(MLPClassifier):
    """MLPClassifier without its warning that the epochs asked for are over, in workers too."""

    def fit(self, X, y):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super().fit(X, y)


def importing(n_rounds: int) -> Ratio:
    """Our time divided by scikit-learn's: the time of `import`, each in a process of its own."""

    def make(module: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", f"import {module}"], check=True)

    times = rounds({"sknn": make("sknn"), "sklearn": make("sklearn.neural_network")}, n_rounds)
    return ratio(times["sknn"], times["sklearn"])
