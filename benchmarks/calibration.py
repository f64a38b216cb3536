"""Calibration: whether probabilities are frequencies, beside other classifiers.

`python -m benchmarks.calibration [--seeds 0 1 2] [--rows 20000]`

The data are drawn from known probabilities: five standard normal features, and a second class with
`logit p = 1.5 x₀ + b`.  The offsets `b` make classes of 0.2, 1, 6.5 and 50 %.  Every classifier has
its defaults and as many rows for training as for the test.

* mean: the mean predicted probability, divided by that of the truth.
* log-loss: how far it is from the truth's to that of a constant, in percent.
* ECE: the expected calibration error, in percent of the rate of the second class.  It is the mean
  distance between predicted and true probability in 20 bins of equally many rows.
"""

import argparse
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import SimpleMLPClassifier

OFFSETS = (-7.5, -5.5, -3.5, 0.0)
N_BINS = 20

MODELS: dict[str, Callable[[], Any]] = {
    "sknn": lambda: SimpleMLPClassifier(random_state=0),
    "sknn, one network of (64, 64)": lambda: SimpleMLPClassifier((64, 64), random_state=0),
    "logistic regression": LogisticRegression,
    "HistGradientBoosting": lambda: HistGradientBoostingClassifier(random_state=0),
    "CalibratedClassifierCV of it": lambda: CalibratedClassifierCV(
        HistGradientBoostingClassifier(random_state=0)
    ),
    "MLPClassifier": lambda: make_pipeline(StandardScaler(), MLPClassifier(random_state=0)),
}


def draw(offset: float, n_rows: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features, the probabilities of the second class, and classes drawn from these."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, 5))
    p = expit(1.5 * X[:, 0] + offset)
    return X, p, (rng.random(n_rows) < p).astype(int)


def log_loss(predicted: np.ndarray, p: np.ndarray) -> float:
    """Return the expected log-loss of predictions for classes of these probabilities."""
    predicted = np.clip(predicted, 1e-7, 1 - 1e-7)
    return float(-np.mean(p * np.log(predicted) + (1 - p) * np.log1p(-predicted)))


def calibration_error(predicted: np.ndarray, p: np.ndarray) -> float:
    """Return the mean distance of predictions from probabilities, in bins of predictions."""
    bins = np.array_split(np.argsort(predicted, kind="stable"), N_BINS)
    distances = [abs(predicted[rows].mean() - p[rows].mean()) for rows in bins]
    return float(np.average(distances, weights=[len(rows) for rows in bins]))


def evaluate(model: str, offset: float, n_rows: int, seed: int) -> dict[str, Any]:
    """Return the three figures of a model."""
    X, p, y = draw(offset, 2 * n_rows, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = MODELS[model]().fit(X[:n_rows], y[:n_rows])
    predicted, p = fitted.predict_proba(X[n_rows:])[:, 1], p[n_rows:]
    rate = p.mean()
    truth, constant = log_loss(p, p), log_loss(np.full_like(p, rate), p)
    return {
        "model": model,
        "rate %": 100 * rate,
        "offset": offset,
        "mean": predicted.mean() / rate,
        "log-loss %": 100 * (log_loss(predicted, p) - truth) / (constant - truth),
        "ECE %": 100 * calibration_error(predicted, p) / rate,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Evaluate, and print the means over the seeds."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.calibration",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--offsets", nargs="+", type=float, default=list(OFFSETS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--rows", type=int, default=20_000)
    options = parser.parse_args(arguments)
    rows = [
        evaluate(model, offset, options.rows, seed)
        for model in options.models
        for offset in options.offsets
        for seed in options.seeds
    ]
    table = pd.DataFrame(rows).groupby(["model", "offset"], sort=False).mean()
    print(table.round(2).to_string())


if __name__ == "__main__":
    main()
