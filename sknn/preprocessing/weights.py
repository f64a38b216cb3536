"""Weights: those of samples and of classes become one vector."""

from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from sknn.preprocessing.labels import Labels
from sknn.sklearn_private import check_sample_weight


def combine_weights(
    X: Any, y: np.ndarray, sample_weight: Any, class_weight: Any
) -> np.ndarray | None:
    """Return the product of sample and class weights.

    Parameters
    ----------
    X : object of shape (n_samples, n_features)
        Features, which are counted.
    y : ndarray of shape (n_samples,) or (n_samples, n_labels)
        Classes or labels.
    sample_weight : array-like of shape (n_samples,), float or None
        Weights of the samples.
    class_weight : dict, list of dict, "balanced" or None
        Weights of the classes, 1 where there is none; of labels the product.

    Returns
    -------
    ndarray of shape (n_samples,), float64, or None
        The weights; None if there are neither.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or all are zero.
    """
    if sample_weight is None and class_weight is None:
        return None
    weight = check_sample_weight(sample_weight, X, dtype=np.float64, copy=True)
    _check_not_negative(weight, "sample_weight")
    weight = _normalize(weight)
    if class_weight is not None:
        by_class = _class_weight_of_samples(explicit_class_weight(class_weight, y), y)
        _check_not_negative(by_class, "class_weight")
        weight *= _normalize(by_class)
    if not np.any(weight):
        raise ValueError("All samples have weight zero: there is nothing to learn from.")
    return weight


def explicit_class_weight(class_weight: Any, y: np.ndarray) -> Any:
    """Return the class weights with numbers, those of the training set, for "balanced".

    They suit validation samples, too.  Raise ValueError if a list is given for classes, or
    anything else than a list for labels.
    """
    if y.ndim == 2 and class_weight is not None:
        each = [class_weight] * y.shape[1] if isinstance(class_weight, str) else class_weight
        if not isinstance(each, list) or len(each) != y.shape[1]:
            raise ValueError(
                "class_weight of multilabel targets must be 'balanced' or a list with a dict for "
                f"each of the {y.shape[1]} labels; got {class_weight!r}."
            )
        return [explicit_class_weight(*pair) for pair in zip(each, y.T, strict=True)]
    if isinstance(class_weight, list):
        raise ValueError(
            "class_weight as a list is for multilabel targets; of one column of classes it must "
            f"be 'balanced', a dict or None; got {class_weight!r}."
        )
    if not isinstance(class_weight, str):
        return class_weight
    classes = np.unique(y)
    weights = compute_class_weight(class_weight, classes=classes, y=y)
    return dict(zip(classes.tolist(), weights.tolist(), strict=True))


def check_class_weight(class_weight: Any, labels: Labels) -> None:
    """Raise ValueError if a weight is for something that is no class."""
    known = {0, 1} if labels.is_multilabel else set(labels.classes.tolist())
    for each in class_weight if isinstance(class_weight, list) else [class_weight]:
        unknown = set(each) - known if isinstance(each, dict) else set()
        if unknown:
            raise ValueError(
                f"class_weight has a weight for {unknown.pop()!r}, which is none of the classes "
                f"{sorted(known)}."
            )


def _class_weight_of_samples(class_weight: Any, y: np.ndarray) -> np.ndarray:
    """Return the weight of each sample's class, 1 if not given; of labels the product."""
    if y.ndim == 1:
        return compute_sample_weight(_complete(class_weight, y), y)
    complete = [_complete(*pair) for pair in zip(class_weight, y.T, strict=True)]
    return compute_sample_weight(complete, y)


def _complete(class_weight: dict[Any, float] | None, y: np.ndarray) -> dict[Any, float]:
    """Return a weight for each class in `y`; scikit-learn refuses dicts that lack some."""
    return {each: (class_weight or {}).get(each, 1) for each in np.unique(y).tolist()}


def _normalize(weight: np.ndarray) -> np.ndarray:
    """Return weights up to 1: only proportions matter.

    Without this, weights of 1e308 overflow in sums and products.  The divisor is a power of 2,
    which rounds nothing.
    """
    return np.ldexp(weight, -np.frexp(weight.max())[1])


def _check_not_negative(weight: np.ndarray, name: str) -> None:
    """Raise ValueError if a weight is negative or not a finite number."""
    wrong = weight[~((weight >= 0) & np.isfinite(weight))]
    if wrong.size:
        raise ValueError(f"{name} must be finite and not negative; it contains {wrong[0]}.")
