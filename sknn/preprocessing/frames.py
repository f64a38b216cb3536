"""Tables as users have them: frames of several libraries, arrays, and lists of rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sknn.preprocessing.columns import Categories, is_numeric, read_column


def is_homogeneous(frame: Any) -> bool:
    """Return whether all columns share one type of NumPy's numbers, or all are sparse."""
    dtypes = set(getattr(frame, "dtypes", [object]))
    if len(dtypes) == 1 and is_numeric(next(iter(dtypes))):
        return True
    return all(type(dtype).__name__ == "SparseDtype" for dtype in dtypes)


def names_of(frame: Any) -> list[Any]:
    """Return the names of the columns; the `columns` of Arrow are their contents."""
    return list(getattr(frame, "column_names", frame.columns))


def columns_of(X: Any) -> list[Any]:
    """Return the columns of a table as pandas Series or as arrays."""
    if hasattr(X, "iloc"):
        return [column for _, column in X.items()]
    if hasattr(X, "columns"):
        return [np.asarray(X[name]) for name in names_of(X)]
    return list(X.T)


def _are_categories(frame: Any) -> list[bool | None]:
    """Return True for each column whose type is one of categories, None for any other."""
    dtypes = getattr(frame, "dtypes", None)
    if dtypes is None:
        dtypes = frame.schema.types if hasattr(frame, "schema") else [None] * frame.shape[1]
    prefixes = ("category", "categorical", "enum", "dictionary")  # pandas, Polars, Arrow
    return [str(dtype).lower().startswith(prefixes) or None for dtype in dtypes]


def read_text(X: Any, names: Sequence[str] | None = None, *, reset: bool = False) -> Any:
    """Return an array or a list that holds numbers as text as an array of numbers in float64.

    That is `X` itself if it holds no text.  Raise ValueError, with the column and what to do, if a
    value is no number; `reset` says whether these are the first data that the encoder sees.
    """
    text = _text_array(X)
    if text is None or (names is not None and len(names) != text.shape[1]):
        return X
    is_category = [False] * text.shape[1]
    columns = read_columns(text, shown_names(text, names), is_category, reset=reset)
    return np.column_stack(columns).astype(np.float64, copy=False)


def wanted_categories(categorical_features: Any, X: Any) -> list[bool | None]:
    """Return whether each column is to be categories; None where its values are to decide.

    See `TableEncoder` for `categorical_features`.
    """
    if isinstance(categorical_features, str):
        return _are_categories(X) if hasattr(X, "columns") else [False] * X.shape[1]
    wanted: list[bool | None] = [False] * X.shape[1]
    for j in _column_numbers(categorical_features or [], X):
        wanted[j] = True
    return wanted


def shown_names(X: Any, names: Sequence[str] | None) -> list[str]:
    """Return the names of the columns for messages: quoted strings, or numbers."""
    found: Sequence[Any] = range(X.shape[1])
    if names is not None or hasattr(X, "columns"):
        found = names_of(X) if names is None else names
    return [repr(name) if isinstance(name, str) else str(j) for j, name in enumerate(found)]


def read_columns(
    X: Any, names: Sequence[str], as_category: Sequence[bool | None], *, reset: bool
) -> list[np.ndarray | Categories]:
    """Read the columns of a table: see `read_column`.

    `as_category` tells whether each is to be categories; None if its values are to decide.  For
    messages, `names` are those of the columns, and `reset` tells whether the data are the first.
    """
    read = []
    for j, column in enumerate(columns_of(X)):
        if not reset:
            remedy = "The model has learnt numbers there: make it a number, or NaN."
        elif hasattr(X, "columns"):
            remedy = "Convert it, or let the column be one of the categorical_features."
        else:
            remedy = (
                "Make it a number, or NaN. If the column holds categories, pass a DataFrame, or "
                f"let the column be one of categorical_features=[{j}]."
            )
        read.append(read_column(column, names[j], as_category[j], remedy))
    return read


def _column_numbers(given: list[Any], X: Any) -> list[int]:
    """Return the numbers of the columns that `categorical_features` lists or masks."""
    n_features = X.shape[1]
    if all(isinstance(item, bool) for item in given):
        if given and len(given) != n_features:
            raise ValueError(
                f"categorical_features is a mask of length {len(given)}, but X has {n_features} "
                "features."
            )
        return np.flatnonzero(given).tolist()
    if all(isinstance(item, str) for item in given):
        if not hasattr(X, "columns"):
            raise ValueError(
                f"categorical_features={given} are names, but X has none; pass the numbers of the "
                "columns."
            )
        names = names_of(X)
        if unknown := [name for name in given if name not in names]:
            raise ValueError(
                f"categorical_features names {unknown[0]!r}, which is not a column of X; its "
                f"columns are {names}."
            )
        return [names.index(name) for name in given]
    if all(isinstance(item, int) and 0 <= item < n_features for item in given):
        return given
    raise ValueError(
        "categorical_features must be 'from_dtype', None, or an array-like of bool, of str, or of "
        f"column numbers from 0 to {n_features - 1}; got {given}."
    )


def _text_array(X: Any) -> np.ndarray | None:
    """Return an array or a list that holds text as an array with two axes; None for others."""
    if isinstance(X, list | tuple):
        try:
            as_array = np.asarray(X)
        except ValueError:  # rows of several lengths
            return None
        # NumPy makes strings of the numbers, and of NaN, that stand beside a string.
        X = np.asarray(X, object) if as_array.dtype.kind in "US" else as_array
    if not isinstance(X, np.ndarray) or X.ndim != 2:
        return None
    if X.dtype.kind in "US" or (
        X.dtype.kind == "O" and any(isinstance(value, str | bytes) for value in X.flat)
    ):
        return X
    return None
