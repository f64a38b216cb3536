"""Labels: classes as users name them, and the targets of the output neurons.

Two classes share one output neuron, which is 1 for the second.  More classes have one each, and
each label of a multilabel problem has its own.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import column_or_1d

from sknn.preprocessing.columns import is_missing, kind_of

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


@dataclass(frozen=True, eq=False)
class Labels:
    """The classes of a problem, or its labels.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The classes in sorted order; for multilabel problems the numbers of the labels.
    is_multilabel : bool
        Whether a sample may have several of them.
    """

    classes: np.ndarray
    is_multilabel: bool

    @classmethod
    def find(cls, y: np.ndarray, announced: Any = None) -> "Labels":
        """Return the labels of a training set, or of all classes if they are announced.

        Raise ValueError if there are fewer than two classes.
        """
        if y.ndim == 2:
            return cls(np.arange(y.shape[1]), is_multilabel=True)
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
        return cls(classes, is_multilabel=False)

    @property
    def is_binary(self) -> bool:
        """Whether there are two classes, which share an output neuron."""
        return len(self.classes) == 2 and not self.is_multilabel

    @property
    def n_outputs(self) -> int:
        """Number of output neurons."""
        return 1 if self.is_binary else len(self.classes)

    @property
    def is_exclusive(self) -> bool:
        """Whether there is an output neuron for each of several classes."""
        return len(self.classes) > 2 and not self.is_multilabel

    def check(self, y: np.ndarray, name: str = "y") -> None:
        """Raise ValueError if `y` has another form than these labels, or an unknown class."""
        classes = self.classes
        if (y.ndim == 2) != self.is_multilabel or y.shape[1:] not in ((), classes.shape):
            form = f"{len(classes)} labels, (n_samples, {len(classes)})"
            raise ValueError(
                f"{name} of shape {y.shape} does not fit a model of "
                f"{form if self.is_multilabel else 'classes'}."
            )
        if self.is_multilabel:
            return
        is_same_kind = kind_of(y[:1].tolist()[0]) == kind_of(classes[:1].tolist()[0])
        unknown = np.setdiff1d(y, classes) if is_same_kind else y
        if len(unknown):
            rows = np.flatnonzero(y == unknown[0])
            raise ValueError(
                f"{name} contains the class {unknown.tolist()[0]!r}, which is none of the model's "
                f"classes, {classes.tolist()} (row {rows[0]})."
            )

    def codes(self, y: np.ndarray) -> np.ndarray:
        """Return the place of each class among the classes, or the zeros and ones of labels."""
        return y if self.is_multilabel else np.searchsorted(self.classes, y)

    def targets(self, y: np.ndarray) -> np.ndarray:
        """Return the targets of the output neurons: zeros and ones of shape (n_samples, n_outputs).

        They are those of `sklearn.preprocessing.label_binarize`, which takes 10 ms instead of 0.6
        for 100,000 samples of two classes.  Raise ValueError for anything but the classes.
        """
        self.check(y)
        codes = self.codes(y)
        if self.is_multilabel:
            return codes.astype(np.float64)
        if self.is_binary:
            return codes[:, np.newaxis].astype(np.float64)
        targets = np.zeros((len(y), len(self.classes)))
        targets[np.arange(len(y)), codes] = 1
        return targets

    def decide(self, raw: np.ndarray) -> np.ndarray:
        """Return the most probable class of each row, or the indicator matrix of likely labels.

        A label is likely if its raw prediction, of shape (n_rows, n_outputs), is positive.
        """
        if self.is_multilabel:
            return (raw > 0).astype(int)
        codes = (raw[:, 0] > 0).astype(int) if self.is_binary else raw.argmax(axis=1)
        return self.classes[codes]


def check_labels(y: Any, name: str = "y") -> None:
    """Raise ValueError if a class is missing, or if some are strings and others are numbers.

    `y` is what the user gave under that name.
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
        found = np.flatnonzero(missing)
        rows = ", ".join(str(i // n_columns) for i in found[:3])
        raise ValueError(
            f"Input {name} contains {values.flat[found[0]]}, which is no class (row {rows}"
            f"{', ...' if len(found) > 3 else ''}). Leave out rows without a class."
        )
    if values.dtype.kind == "O":
        kinds = [kind_of(value) for value in values.flat]
        examples = {kind: kinds.index(kind) for kind in dict.fromkeys(kinds) if kind}
        if len(examples) > 1:
            mixture = " and ".join(
                f"{kind} like {values.flat[i]!r} (row {i // n_columns})"
                for kind, i in examples.items()
            )
            raise ValueError(
                f"Input {name} mixes {mixture}. Make all of them strings, or all numbers."
            )


def check_scores_labels(scoring: Any) -> None:
    """Raise ValueError if a scorer, given by its name, is none for multilabel targets."""
    if isinstance(scoring, str) and scoring in _SCORES_OF_CLASSES:
        raise ValueError(
            f"scoring={scoring!r} is for classes that exclude each other, but y is multilabel. Use "
            "scoring='loss', which is the log-loss of the labels, or 'accuracy', 'f1_macro' or "
            "'roc_auc'."
        )
