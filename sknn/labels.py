"""Labels: classes as users name them, and the targets of the output neurons.

Two classes share one output neuron, which is 1 for the second; more classes have one each; each
label of a multilabel problem has its own.
"""

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import column_or_1d

from sknn.tables import is_missing, kind_of

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


def check_labels(y: Any, name: str = "y") -> None:
    """Raise ValueError if a class is missing, or if some are strings and others are numbers.

    Parameters
    ----------
    y : array-like or sparse matrix
        Classes or labels, as the user gave them.
    name : str
        Name of the argument, for the message.
    """
    if sparse.issparse(y) or not (isinstance(y, list | tuple) or hasattr(y, "dtype")):
        return
    try:
        values = np.asarray(y)
    except ValueError:  # a list of lists of several lengths
        return
    is_list = isinstance(y, list | tuple)
    if values.dtype.kind == "f":
        missing = np.isnan(values)
    elif values.dtype.kind == "O" or (is_list and values.dtype.kind in "US"):
        values = np.asarray(y, object)  # NumPy makes strings of a list's numbers
        missing = np.array([is_missing(value) for value in values.flat], bool)
    else:
        return
    n_columns = values[:1].size
    if missing.any():
        places = np.flatnonzero(missing)
        rows = ", ".join(str(place // n_columns) for place in places[:3])
        raise ValueError(
            f"Input {name} contains {values.flat[places[0]]}, which is no class (row {rows}"
            f"{', ...' if len(places) > 3 else ''}). Leave out rows without a class."
        )
    if values.dtype.kind == "O":
        kinds = [kind_of(value) for value in values.flat]
        examples = {kind: kinds.index(kind) for kind in dict.fromkeys(kinds) if kind}
        if len(examples) > 1:
            mixture = " and ".join(
                f"{kind} like {values.flat[place]!r} (row {place // n_columns})"
                for kind, place in examples.items()
            )
            raise ValueError(
                f"Input {name} mixes {mixture}. Make all of them strings, or all numbers."
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
        If there are fewer than two.
    """
    if y.ndim == 2:
        return np.arange(y.shape[1])
    if announced is not None:
        check_labels(announced, "classes")
    classes = np.unique(y if announced is None else column_or_1d(announced))
    if len(classes) < 2 and announced is not None:
        raise ValueError(f"classes must hold at least 2 classes; got {classes.tolist()}.")
    if len(classes) < 2:
        raise ValueError(
            "Classification needs at least 2 classes; the data contains only one class: "
            f"{classes.tolist()[0]!r}."
        )
    return classes


def count_outputs(n_classes: int, *, multilabel: bool) -> int:
    """Return the number of output neurons: one for two classes, or else one for each."""
    return 1 if n_classes == 2 and not multilabel else n_classes


def check_known(y: np.ndarray, classes: np.ndarray, *, multilabel: bool, name: str = "y") -> None:
    """Raise ValueError if `y` is of another form than the model's, or holds an unknown class.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, n_labels)
        Classes or labels.
    classes : ndarray of shape (n_classes,)
        From `find_classes`.
    multilabel : bool
        Whether the model is one for labels.
    name : str
        Name of the argument, for the message.
    """
    if (y.ndim == 2) != multilabel or (multilabel and y.shape[1] != len(classes)):
        expected = (
            f"{len(classes)} labels, (n_samples, {len(classes)})" if multilabel else "classes"
        )
        raise ValueError(f"{name} of shape {y.shape} does not fit a model of {expected}.")
    if multilabel:
        return
    of_y, of_classes = ([kind_of(value) for value in some[:1].tolist()] for some in (y, classes))
    unknown = np.setdiff1d(y, classes) if of_y == of_classes else y
    if len(unknown):
        rows = np.flatnonzero(y == unknown[0])
        raise ValueError(
            f"{name} contains the class {unknown.tolist()[0]!r}, which is none of the model's "
            f"classes, {classes.tolist()} (row {rows[0]})."
        )


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
    check_known(y, classes, multilabel=multilabel)
    if multilabel:
        return y.astype(np.float64)
    codes = np.searchsorted(classes, y)
    if len(classes) == 2:
        return codes[:, None].astype(np.float64)
    targets = np.zeros((len(y), len(classes)))
    targets[np.arange(len(y)), codes] = 1
    return targets
