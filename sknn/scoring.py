"""The validation score: how a model in training predicts what it does not learn from."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.metrics import check_scoring

from sknn.model import Model, PredictionOverflowError
from sknn.problem import Validation
from sknn.sklearn_private import takes_weights

Score = Callable[[], float]


def make_score(scoring: Any, model: Model, validation: Validation, estimator: Any) -> Score:
    """Return a function that scores a model as it is on validation samples; greater is better.

    The score is NaN where training has diverged so far that a prediction overflows.  Scorers see
    `estimator`, which predicts with this model.  Those that take no weights score without.
    """
    X, y, weight = validation.samples
    targets = model.labels.targets(y)
    if scoring == "loss":
        return lambda: -_loss(model, X, targets, weight)
    scorer = check_scoring(estimator, scoring or "accuracy")
    weights = {}
    if weight is not None and takes_weights(scorer):
        weights = {"sample_weight": weight}

    def score() -> float:
        try:
            value = float(scorer(estimator, validation.features, y, **weights))
        except PredictionOverflowError:
            return np.nan
        if not np.isfinite(value) and np.isfinite(_loss(model, X, targets, weight)):
            raise ValueError(
                f"scoring={scoring!r} is {value} on the {len(y)} samples for validation, "
                "though the predictions are finite; they may lack a class that it needs."
            )
        return value

    return score


def _loss(model: Model, X: Any, targets: np.ndarray, weight: np.ndarray | None) -> float:
    """Return the mean loss of the predictions; NaN if one overflows."""
    try:
        return model.mean_loss(X, targets, weight)
    except PredictionOverflowError:
        return np.nan


def name_of_score(scoring: Any) -> tuple[str, int]:
    """Return a name for the validation score, and the sign that makes it what it is named."""
    if callable(scoring):
        return "validation score", 1
    if scoring == "loss":
        return "validation loss", -1
    name = scoring or "accuracy"
    return f"validation {name.removeprefix('neg_')}", -1 if name.startswith("neg_") else 1
