"""What displays and ONNX take from a fitted estimator: its model and the names of its features."""

from typing import Any

from sklearn.utils.validation import check_is_fitted

from sknn.model import Model


def model_of(estimator: Any) -> Model:
    """Return the model of a fitted estimator; raise NotFittedError if it is not fitted."""
    check_is_fitted(estimator)
    return estimator._model


def feature_names_of(estimator: Any) -> list[str]:
    """Return the names of the features; x0, x1, ... if they have none."""
    check_is_fitted(estimator)
    default = [f"x{j}" for j in range(estimator.n_features_in_)]
    return list(getattr(estimator, "feature_names_in_", default))
