"""Samples as users pass them in: checked, weighted, and parted for validation."""

import math
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn import get_config
from sklearn.base import BaseEstimator
from sklearn.utils import check_array, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, _check_y, validate_data

from sknn.encoding import TableEncoder
from sknn.labels import check_labels
from sknn.network.scaling import canonical
from sknn.tables import Numbers, Table, check_range

# Numbers keep their dtype, so that integers and booleans are not blown up to float64.
_CHECKS = {"accept_sparse": "csr", "dtype": "numeric", "ensure_all_finite": False}


class Samples(NamedTuple):
    """Features, labels, and weights in float64 (None where all are equal)."""

    X: Any  # Table, ndarray or CSR matrix (n_samples, n_features); or encoded, for the network
    y: np.ndarray  # (n_samples,) classes, or (n_samples, n_labels) zeros and ones
    weight: np.ndarray | None  # (n_samples,)

    def take(self, rows: np.ndarray) -> "Samples":
        """Return the samples of these rows."""
        return Samples(
            self.X[rows], self.y[rows], None if self.weight is None else self.weight[rows]
        )


def check_samples(
    estimator: BaseEstimator,
    encoder: TableEncoder,
    X: Any,
    y: Any,
    sample_weight: Any,
    class_weight: Any,
    *,
    reset: bool,
    label_name: str = "y",
) -> Samples:
    """Check features, labels and weights, and that they belong together.

    Parameters
    ----------
    estimator : BaseEstimator
        Its number and names of features are set, or checked without `reset`.
    encoder : TableEncoder
        Reads tables; with `reset` it decides which columns are categories.
    X, y, sample_weight, class_weight : object
        As the user gave them.
    reset : bool
        Whether this is the estimator's first sight of data.
    label_name : str
        Name of the argument that `y` was given as, for messages.

    Returns
    -------
    Samples
        The samples; nothing the user passed is written to.

    Raises
    ------
    ValueError
        If they cannot be learnt from.
    """
    if y is None:
        validate_data(estimator, X, y, reset=reset, skip_check_array=True)  # raises
    X = check_features(estimator, encoder, X, reset=reset)
    if isinstance(X, np.ndarray) and exceeds_memory(X):
        X = Table(Numbers(np.asarray(X), X.shape[0]), [])  # which is never copied as a whole
    y = _as_numpy(y)
    check_labels(y, label_name)
    y = _check_y(y, multi_output=True, estimator=estimator)
    check_consistent_length(X, y)
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
    return Samples(X, y, _check_weights(X, y, _as_numpy(sample_weight), class_weight))


def explicit_class_weight(class_weight: Any, y: np.ndarray) -> Any:
    """Return the same class weights with numbers in the place of "balanced", for these labels."""
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
    classes, counts = np.unique(y, return_counts=True)
    return dict(zip(classes.tolist(), len(y) / (len(classes) * counts), strict=True))


def check_class_weight(class_weight: Any, classes: np.ndarray, *, multilabel: bool) -> None:
    """Raise ValueError if a weight is for something that is no class."""
    known = {0, 1} if multilabel else set(classes.tolist())
    for each in class_weight if isinstance(class_weight, list) else [class_weight]:
        unknown = set(each) - known if isinstance(each, dict) else set()
        if unknown:
            raise ValueError(
                f"class_weight has a weight for {unknown.pop()!r}, which is none of the classes "
                f"{sorted(known)}."
            )


def _weight_of_classes(class_weight: Any, y: np.ndarray) -> np.ndarray:
    """Return the weight of each sample's class, 1 if not given; of labels the product."""
    if y.ndim == 2:
        columns = zip(class_weight, y.T, strict=True)
        return np.prod([_weight_of_classes(*pair) for pair in columns], axis=0)
    classes, codes = np.unique(y, return_inverse=True)
    by_class = [(class_weight or {}).get(c, 1) for c in classes.tolist()]
    return np.array(by_class, np.float64)[codes]


def exceeds_memory(X: Any, itemsize: int = 4) -> bool:
    """Return whether a dense copy would be larger than scikit-learn's `working_memory`.

    That is 1 GiB unless `sklearn.set_config` or `sklearn.config_context` says otherwise.
    """
    return X.shape[0] * X.shape[1] * itemsize > get_config()["working_memory"] * 2**20


def check_features(
    estimator: BaseEstimator, encoder: TableEncoder, X: Any, *, reset: bool = False
) -> Any:
    """Check features, and read them if they are a table.

    Parameters
    ----------
    estimator : BaseEstimator
        Its number and names of features are set, or checked without `reset`.
    encoder : TableEncoder
        Reads tables; with `reset` it decides which columns are categories.
    X : object
        As the user gave them.
    reset : bool
        Whether this is the estimator's first sight of data.

    Returns
    -------
    ndarray, CSR matrix or Table
        An ndarray is complete; a table may have gaps and categories, a CSR matrix may hold NaN.
    """
    X = _as_numpy(X)
    if not encoder.takes_apart(X, reset=reset):
        if reset or not _is_plain(X, estimator):
            X = encoder.read_text(X, _names_of_features(estimator), reset=reset)
            X = validate_data(estimator, X, reset=reset, **_CHECKS)
        X = canonical(X) if sparse.issparse(X) else X
        return _check_numbers(X, _names_of_features(estimator))
    if hasattr(X, "columns"):
        validate_data(estimator, X, reset=reset, skip_check_array=True)
        if 0 in X.shape:
            check_array(np.empty(X.shape), estimator=estimator)  # raises
    else:
        dtype = None if hasattr(X, "dtype") else object
        X = validate_data(estimator, X, reset=reset, dtype=dtype, ensure_all_finite=False)
    return encoder.read(X, _names_of_features(estimator), reset=reset)


def _as_numpy(array: Any) -> Any:
    """Return an array of another library, such as a tensor of PyTorch, as NumPy's."""
    if isinstance(array, np.ndarray) or not hasattr(array, "__dlpack__"):
        return array
    return np.asarray(array)


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


def distinct(samples: Samples) -> tuple[Samples, np.ndarray]:
    """Return each different sample once, in a fixed order, with the weights of equal ones summed.

    Of a step that sees all samples this changes nothing but the rounding; and thereby everything,
    for hundreds of steps make a difference in the last digit grow.  So weights are repeated rows,
    and the order does not matter, to the last bit.  It also keeps equal samples together when
    some are held out.

    Parameters
    ----------
    samples : Samples
        A few samples; they are sorted by all features.

    Returns
    -------
    Samples
        The different ones; those of weight zero are left out.  A table is returned as it is.
    ndarray of int
        The row of each.
    """
    X, y, weight = samples
    if isinstance(X, Table):
        return samples, np.arange(len(y))
    codes = y if y.ndim == 2 else np.unique(y, return_inverse=True)[1]
    if sparse.issparse(X):
        first, place = _distinct_sparse(X, codes)
    else:
        table = np.column_stack([X, codes])
        _, first, place = np.unique(table, axis=0, return_index=True, return_inverse=True)
    total = np.bincount(place.ravel(), weight)
    counted = total > 0
    rows = first[counted]
    return samples.take(rows)._replace(weight=total[counted].astype(np.float64)), rows


def _distinct_sparse(X: Any, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where each different row is first, in the order of dense rows, and which each row is.

    Rows are compared by the first stored number that differs: the order is that of the column's
    sign, then of its place (a positive number is the greater the earlier it comes), then of the
    number itself.  So each number gets a rank, 0 too, with which a row ends.
    """
    X = canonical(X).astype(np.float64)
    is_gap = np.isnan(X.data)
    sign = np.append(np.where(is_gap, 2, np.sign(X.data)), 0)
    place = -sign * np.append(X.indices, 0)
    number = np.append(np.where(is_gap, 0, X.data), 0)
    order = np.lexsort((number, place, sign))
    differs = [np.diff(each[order]) != 0 for each in (number, place, sign)]
    rank = np.empty(len(order), ">u8")  # bytes of which are compared as they are
    rank[order] = np.append(0, np.cumsum(np.any(differs, axis=0)))
    codes = codes.reshape(len(codes), -1).astype(">u8")
    ends = zip(X.indptr[:-1], X.indptr[1:], codes, strict=True)
    keys = [
        np.concatenate([rank[start:stop], rank[-1:], code]).tobytes() for start, stop, code in ends
    ]
    place_of = {key: i for i, key in enumerate(sorted(set(keys)))}
    places = np.array([place_of[key] for key in keys])
    return np.unique(places, return_index=True)[1], places


def can_be_parted(samples: Samples) -> bool:
    """Return whether a class has two samples; multilabel ones count as one class."""
    y = samples.y
    return len(y) > (1 if y.ndim == 2 else len(np.unique(y)))


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
    weight = _tamed(weight)
    if class_weight is not None:
        by_class = _weight_of_classes(explicit_class_weight(class_weight, y), y)
        _check_not_negative(by_class, "class_weight")
        weight *= _tamed(by_class)
    if not np.any(weight):
        raise ValueError("All samples have weight zero: there is nothing to learn from.")
    return weight


def _tamed(weight: np.ndarray) -> np.ndarray:
    """Return weights between 0 and 1: only proportions matter, and no sum or product overflows.

    They are divided by a power of 2, which rounds nothing.
    """
    return np.ldexp(weight, -np.frexp(weight.max())[1])


def _check_not_negative(weight: np.ndarray, name: str) -> None:
    """Raise ValueError if a weight is negative or not a finite number."""
    wrong = weight[~((weight >= 0) & np.isfinite(weight))]
    if wrong.size:
        raise ValueError(f"{name} must be finite and not negative; it contains {wrong[0]}.")


def _check_numbers(X: Any, names: np.ndarray | None) -> Any:
    """Return an array of numbers, as a table if one is missing; refuse infinity."""

    def column_at(place: tuple) -> str:
        column = X.indices[place[0]] if sparse.issparse(X) else place[1]
        return str(column) if names is None else repr(names[column])

    has_gaps = check_range(X.data if sparse.issparse(X) else X, column_at)
    if has_gaps and not sparse.issparse(X):
        return Table(Numbers(X, X.shape[0]), [])
    return X


def _names_of_features(estimator: BaseEstimator) -> np.ndarray | None:
    """Return the names of the columns that the estimator has seen, if they had any."""
    return vars(estimator).get("feature_names_in_")
