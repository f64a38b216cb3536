"""What displays and ONNX take from a fitted estimator: its model, its inputs and their names."""

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from sknn.model import Model


def model_of(estimator: Any) -> Model:
    """Return the model of a fitted estimator; raise NotFittedError if it is not fitted."""
    check_is_fitted(estimator)
    return estimator._model


def inputs_of(estimator: Any, X: Any) -> np.ndarray:
    """Return what goes into the network, in the user's units: before the scaling.

    It has shape (n_samples, n_inputs) and dtype float64; gaps are filled.
    """
    model, rows = estimator._model_and_rows(X)
    inputs = model.encoder.transform(rows)
    return np.asarray(inputs.toarray() if sparse.issparse(inputs) else inputs, np.float64)


def feature_names_of(estimator: Any) -> list[str]:
    """Return the names of the features; x0, x1, ... if they have none."""
    check_is_fitted(estimator)
    default = [f"x{j}" for j in range(estimator.n_features_in_)]
    return list(getattr(estimator, "feature_names_in_", default))
