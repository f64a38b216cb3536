"""Samples as users pass them in: checked, weighted, and parted for validation."""

import math
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, validate_data

_FLOAT32_MAX = float(np.finfo(np.float32).max)

# Numbers keep their dtype, so that integers and booleans are not blown up to float64.
_CHECKS = {"accept_sparse": "csr", "dtype": "numeric", "ensure_all_finite": False}


class Samples(NamedTuple):
    """Features, labels, and weights in float64 (None where all are equal)."""

    X: Any  # ndarray or CSR matrix (n_samples, n_features)
    y: np.ndarray  # (n_samples,) classes, or (n_samples, n_labels) zeros and ones
    weight: np.ndarray | None  # (n_samples,)

    def take(self, rows: np.ndarray) -> "Samples":
        """Return the samples of these rows."""
        return Samples(
            self.X[rows], self.y[rows], None if self.weight is None else self.weight[rows]
        )


def check_samples(
    estimator: BaseEstimator, X: Any, y: Any, sample_weight: Any, class_weight: Any, *, reset: bool
) -> Samples:
    """Check features, labels and weights, and that they belong together.

    Parameters
    ----------
    estimator : BaseEstimator
        Its number and names of features are set, or checked without `reset`.
    X, y, sample_weight, class_weight : object
        As the user gave them.
    reset : bool
        Whether this is the estimator's first sight of data.

    Returns
    -------
    Samples
        The samples; nothing the user passed is written to.

    Raises
    ------
    ValueError
        If they cannot be learnt from.
    """
    X, y = validate_data(estimator, X, y, reset=reset, multi_output=True, **_CHECKS)
    _check_range(X, _names_of_features(estimator))
    check_classification_targets(y)
    kind = type_of_target(y)
    if kind == "multiclass-multioutput":
        raise ValueError(
            "Multioutput multiclass targets are not supported: y has "
            f"{y.shape[1]} columns of classes; train one classifier for each."
        )
    if sparse.issparse(y):
        y = y.toarray()
    if kind != "multilabel-indicator":
        y = column_or_1d(y, warn=True)
    return Samples(X, y, _check_weights(X, y, sample_weight, class_weight))


def check_features(estimator: BaseEstimator, X: Any) -> Any:
    """Return features as an ndarray or CSR matrix, checked against the fitted estimator."""
    if not _is_plain(X, estimator):
        X = validate_data(estimator, X, reset=False, **_CHECKS)
    _check_range(X, _names_of_features(estimator))
    return X


def _is_plain(X: Any, estimator: BaseEstimator) -> bool:
    """Return whether `X` is an array of floats that `validate_data` would return as it is.

    To find that out takes `validate_data` 45 µs: two thirds of the prediction for one row.
    """
    return (
        type(X) is np.ndarray
        and X.dtype.kind == "f"
        and X.ndim == 2
        and X.shape[0] > 0
        and X.shape[1] == estimator.n_features_in_
        and _names_of_features(estimator) is None
    )


def magnitude(X: Any) -> float:
    """Return the largest absolute value in `X`, NaN if there is one; no temporary array."""
    numbers = X.data if sparse.issparse(X) else X
    return max(-float(numbers.min()), float(numbers.max())) if numbers.size else 0.0


def hold_out(
    samples: Samples, fraction: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Choose validation samples: of each class that fraction, rounded up, but never all.

    Samples of weight zero are neither counted nor held out.

    Parameters
    ----------
    samples : Samples
        The samples; multilabel ones count as one class.
    fraction : float
        Between 0 and 1.
    rng : Generator
        Source of the choice.

    Returns
    -------
    tuple of ndarray of int
        The rows held out and the rows kept, in random order.

    Raises
    ------
    ValueError
        If no class has two samples.
    """
    y = samples.y
    order = rng.permutation(len(y))
    codes = np.zeros(len(y), int) if y.ndim == 2 else np.unique(y, return_inverse=True)[1]
    held_out = np.zeros(len(y), bool)
    counted = order if samples.weight is None else order[samples.weight[order] > 0]
    by_class = counted[np.argsort(codes[counted], kind="stable")]
    for members in np.split(by_class, np.cumsum(np.bincount(codes[counted]))[:-1]):
        n_held_out = max(0, min(math.ceil(fraction * len(members)), len(members) - 1))
        held_out[members[:n_held_out]] = True
    if not held_out.any():
        raise ValueError(
            "early_stopping=True holds out a part of each class, but no class has 2 samples "
            f"(n_samples = {len(y)}); pass X_val and y_val or set early_stopping=False."
        )
    return order[held_out[order]], order[~held_out[order]]


def _check_weights(X: Any, y: np.ndarray, sample_weight: Any, class_weight: Any) -> Any:
    """Return the product of sample and class weights, or None if there are neither."""
    if sample_weight is None and class_weight is None:
        return None
    weight = _check_sample_weight(sample_weight, X, dtype=np.float64, copy=True)
    _check_not_negative(weight, "sample_weight")
    # Only proportions matter: divided by the largest, no product or sum of weights overflows.
    weight /= weight.max() or 1
    if class_weight is not None:
        by_class = compute_sample_weight(class_weight, y)
        _check_not_negative(by_class, "class_weight")
        weight *= by_class / (by_class.max() or 1)
    if not np.any(weight):
        raise ValueError("All samples have weight zero: there is nothing to learn from.")
    return weight


def _check_not_negative(weight: np.ndarray, name: str) -> None:
    """Raise ValueError if a weight is negative or not a finite number."""
    wrong = weight[~((weight >= 0) & np.isfinite(weight))]
    if wrong.size:
        raise ValueError(f"{name} must be finite and not negative; it contains {wrong[0]}.")


def _check_range(X: Any, names: np.ndarray | None) -> None:
    """Raise ValueError for NaN, infinity or numbers beyond float32, naming the column."""
    numbers = X.data if sparse.issparse(X) else X
    if numbers.dtype.kind != "f" or magnitude(X) <= _FLOAT32_MAX:  # False for NaN
        return
    place = np.argwhere(~(np.abs(numbers.astype(np.float64)) <= _FLOAT32_MAX))[0]
    column = X.indices[place[0]] if sparse.issparse(X) else place[1]
    value = numbers[tuple(place)]
    if np.isnan(value):
        problem = "contains NaN; impute missing values first, for instance with SimpleImputer"
    else:
        problem = f"contains {value:g}, which is infinity or too large for float32"
    raise ValueError(
        f"Input X {problem} (column {int(column) if names is None else repr(names[column])})."
    )


def _names_of_features(estimator: BaseEstimator) -> np.ndarray | None:
    """Return the names of the columns that the estimator has seen, if they had any."""
    return vars(estimator).get("feature_names_in_")
