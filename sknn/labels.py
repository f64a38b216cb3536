"""Labels: classes as users name them, and the targets of the output neurons.

Two classes share one output neuron, which is 1 for the second; more classes have one each; each
label of a multilabel problem has its own.
"""

from typing import Any

import numpy as np
from sklearn.utils import column_or_1d

# Scorers of scikit-learn that take a sample to be of exactly one class.
_SCORES_OF_CLASSES = frozenset(
    {
        "balanced_accuracy",
        "d2_brier_score",
        "d2_log_loss_score",
        "f1",
        "jaccard",
        "matthews_corrcoef",
        "neg_brier_score",
        "neg_log_loss",
        "neg_negative_likelihood_ratio",
        "positive_likelihood_ratio",
        "precision",
        "recall",
        "top_k_accuracy",
    }
)


def check_scores_labels(scoring: Any) -> None:
    """Raise ValueError if a scorer, given by its name, is none for multilabel targets."""
    if isinstance(scoring, str) and scoring in _SCORES_OF_CLASSES:
        raise ValueError(
            f"scoring={scoring!r} is for classes that exclude each other, but y is multilabel. Use "
            "scoring='loss', which is the log-loss of the labels, or 'accuracy', 'f1_macro' or "
            "'roc_auc'."
        )


def find_classes(y: np.ndarray, announced: Any = None) -> np.ndarray:
    """Return the classes in sorted order; for multilabel `y` the numbers of the labels.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, n_labels)
        Classes or labels.
    announced : array-like of shape (n_classes,), optional
        All the classes there will be, in place of those in `y`.

    Returns
    -------
    ndarray of shape (n_classes,)
        The classes.

    Raises
    ------
    ValueError
        If there is only one.
    """
    if y.ndim == 2:
        return np.arange(y.shape[1])
    classes = np.unique(y if announced is None else column_or_1d(announced))
    if len(classes) < 2:
        raise ValueError(
            "Classification needs at least 2 classes; the data contains only one class: "
            f"{classes.tolist()[0]!r}."
        )
    return classes


def count_outputs(n_classes: int, *, multilabel: bool) -> int:
    """Return the number of output neurons: one for two classes, or else one for each."""
    return 1 if n_classes == 2 and not multilabel else n_classes


def make_targets(y: np.ndarray, classes: np.ndarray, *, multilabel: bool) -> np.ndarray:
    """Return the targets of the output neurons: zeros and ones.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, n_labels)
        Classes or labels.
    classes : ndarray of shape (n_classes,)
        From `find_classes`.
    multilabel : bool
        Whether the model is one for labels.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs), float64
        The targets.

    Raises
    ------
    ValueError
        If `y` holds something else than the classes.
    """
    if (y.ndim == 2) != multilabel or (multilabel and y.shape[1] != len(classes)):
        expected = (
            f"{len(classes)} labels, (n_samples, {len(classes)})" if multilabel else "classes"
        )
        raise ValueError(f"y of shape {y.shape} does not fit a model of {expected}.")
    if multilabel:
        return y.astype(np.float64)
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        raise ValueError(
            f"y contains the class {unknown.tolist()[0]!r}, which is none of the model's classes, "
            f"{classes.tolist()}."
        )
    codes = np.searchsorted(classes, y)
    if len(classes) == 2:
        return codes[:, None].astype(np.float64)
    targets = np.zeros((len(y), len(classes)))
    targets[np.arange(len(y)), codes] = 1
    return targets
