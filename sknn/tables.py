"""Tables as users have them: read column by column, without copying their numbers.

A column is numbers, with NaN where one is missing, or it is categories, with a code for each row.
What is neither is refused, with the name of the column and what to do.
"""

from collections.abc import Callable
from datetime import date
from numbers import Number
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils._missing import is_pandas_na

from sknn.network.scaling import blocks

_FLOAT32_MAX = float(np.finfo(np.float32).max)

# Up to this many rows, Python's own dictionary finds the distinct values sooner than pandas.
_FEW_ROWS = 100


class Categories(NamedTuple):
    """A column of categories: for each row the place of its value in `values`, or -1."""

    codes: np.ndarray  # (n_rows,) integers; -1 for a missing value
    values: list[Any]  # distinct; all strings, all bytes, or all numbers

    @property
    def kind(self) -> str | None:
        """What the values are: "strings", "bytes" or "numbers"; None if there is no value."""
        return kind_of(self.values[0]) if self.values else None


class Numbers:
    """Columns of numbers, as float64 whose rows are made when asked for.

    It is sliced like an array, `numbers[rows]` or `numbers[:, columns]`, without copying anything
    but row numbers; `np.asarray` makes the array.

    Parameters
    ----------
    source : ndarray or CSR matrix of shape (n_source_rows, n_columns), or list of ndarray of \
            shape (n_source_rows,)
        The numbers, NaN where they are missing.
    rows : ndarray of int of shape (n_rows,), or int
        The rows of the source, or how many there are if it is all of them.
    fill : ndarray of shape (n_columns,), optional
        What takes the place of NaN.  A column of which nothing is known, whose `fill` is NaN
        itself, is 0 throughout.
    """

    dtype = np.dtype(np.float64)

    def __init__(self, source: Any, rows: np.ndarray | int, fill: np.ndarray | None = None):
        self.source = source
        self.rows = rows
        self.fill = fill
        n_columns = len(source) if isinstance(source, list) else source.shape[1]
        self.shape = (rows if isinstance(rows, int) else len(rows), n_columns)

    @property
    def size(self) -> int:
        """Number of numbers."""
        return self.shape[0] * self.shape[1]

    def filled(self, fill: np.ndarray) -> "Numbers":
        """Return the same numbers with something in the place of NaN."""
        return Numbers(self.source, self.rows, fill)

    def __getitem__(self, key: Any) -> "Numbers":
        chosen, source, fill = key, self.source, self.fill
        is_list = isinstance(source, list)
        if isinstance(key, tuple):
            chosen, columns = key
            source = source[columns] if is_list else source[:, columns]
            fill = None if fill is None else fill[columns]
        if not isinstance(self.rows, int):
            return Numbers(source, self.rows[chosen], fill)
        if not isinstance(chosen, slice):
            return Numbers(source, chosen, fill)
        source = [column[chosen] for column in source] if is_list else source[chosen]
        return Numbers(source, len(range(*chosen.indices(self.rows))), fill)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        out = np.empty(self.shape)
        self.write(out)
        return out if dtype is None else out.astype(dtype, copy=False)

    def write(self, out: np.ndarray) -> None:
        """Write the numbers to `out`."""
        rows = slice(None) if isinstance(self.rows, int) else self.rows
        if isinstance(self.source, list):
            for j, column in enumerate(self.source):
                out[:, j] = column[rows]
        else:
            source = self.source[rows]
            out[...] = source.toarray() if sparse.issparse(source) else source
        if self.fill is not None:
            np.copyto(out, self.fill, where=np.isnan(out))
            out[:, np.isnan(self.fill)] = 0


class Table:
    """A table as it was read: its columns of numbers, and its columns of categories.

    Parameters
    ----------
    numbers : Numbers of shape (n_rows, n_numbers)
        The columns of numbers, in their order.
    categories : list of Categories
        The columns of categories, in their order.
    """

    def __init__(self, numbers: Numbers, categories: list[Categories]):
        self.numbers = numbers
        self.categories = categories
        self.shape = (numbers.shape[0], numbers.shape[1] + len(categories))

    def __getitem__(self, rows: Any) -> "Table":
        return Table(
            self.numbers[rows],
            [Categories(codes[rows], values) for codes, values in self.categories],
        )


def check_range(numbers: np.ndarray, where: Callable[[tuple], str]) -> bool:
    """Raise ValueError for infinity or numbers beyond float32; return whether one is missing.

    Parameters
    ----------
    numbers : ndarray
        Numbers of any dtype and shape.
    where : callable
        Returns the name of the column of the number at an index, for the message.

    Returns
    -------
    bool
        Whether there is a NaN.
    """
    if numbers.dtype.kind != "f" or magnitude(numbers) <= _FLOAT32_MAX:  # False for NaN
        return False
    largest, smallest = np.fmax.reduce(numbers, axis=None), np.fmin.reduce(numbers, axis=None)
    if max(float(largest), -float(smallest)) > _FLOAT32_MAX:  # which float16 cannot hold
        place = tuple(np.argwhere(np.abs(numbers.astype(np.float64)) > _FLOAT32_MAX)[0])
        raise ValueError(
            f"Input X contains {numbers[place]:g}, which is infinity or too large for float32 "
            f"(column {where(place)})."
        )
    return True


def magnitude(X: Any) -> float:
    """Return the largest absolute value in `X`, NaN if there is one; no temporary array."""
    if not (isinstance(X, np.ndarray) or sparse.issparse(X)):  # rows on demand
        return max((magnitude(np.asarray(X[rows])) for rows in blocks(X)), default=0.0)
    numbers = X.data if sparse.issparse(X) else X
    return max(-float(numbers.min()), float(numbers.max())) if numbers.size else 0.0


def is_homogeneous(frame: Any) -> bool:
    """Return whether all columns share one type of NumPy's numbers, or all are sparse."""
    dtypes = set(getattr(frame, "dtypes", [object]))
    if len(dtypes) == 1 and _is_numeric(next(iter(dtypes))):
        return True
    return all(type(dtype).__name__ == "SparseDtype" for dtype in dtypes)


def _is_numeric(dtype: Any) -> bool:
    """Return whether a type is one of NumPy's real numbers or booleans."""
    return isinstance(dtype, np.dtype) and dtype.kind in "biuf"


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


def read_column(column: Any, name: str, as_category: bool | None) -> np.ndarray | Categories:
    """Return a column as numbers or as categories; without a wish, as its type says."""
    if not as_category and _is_numeric(column.dtype):
        return _floats(column, name)
    type_name, kind = str(column.dtype), getattr(column.dtype, "kind", "O")
    if kind in "mMc" or type_name.startswith(("period", "interval", "date", "time", "duration")):
        raise ValueError(
            f"Input X holds values of type {type_name}, which are neither numbers nor categories "
            f"(column {name}). Convert them to numbers (a date to the days since another, a "
            "duration to seconds) or to strings."
        )
    if as_category is None:
        if kind in "biuf":
            as_category = False
        elif type_name == "category":
            as_category = True
        else:
            categories = _factorized(column, name)
            return _floats(column, name) if categories.kind == "numbers" else categories
    return _factorized(column, name) if as_category else _floats(column, name)


def _floats(column: Any, name: str) -> np.ndarray:
    """Return a column as numbers with NaN for what is missing, checked; a view if it can be."""
    if _is_numeric(column.dtype):
        numbers = np.asarray(column)
    elif getattr(column.dtype, "kind", "O") in "biuf":  # one of pandas' own types
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        numbers = np.array([_float(value, name) for value in column.tolist()], np.float64)
    check_range(numbers, lambda place: name)
    return numbers


def _float(value: Any, name: str) -> float:
    """Return a value as a float, NaN if it is missing."""
    if _is_missing(value):
        return np.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(
            f"Input X holds {value!r}, which is not a number (column {name}). Convert it, or let "
            "the column be one of the categorical_features."
        ) from None


def _factorized(column: Any, name: str) -> Categories:
    """Return a column as categories, which must be of one kind."""
    try:
        codes, values = _factorize(column)
    except TypeError:  # what cannot be hashed
        codes, values = np.zeros(0), [v for v in column.tolist() if not _is_missing(v)]
    examples = {kind_of(value): value for value in values}
    if None in examples:
        wrong = examples[None]
        raise ValueError(
            f"Input X holds {wrong!r} of type {type(wrong).__name__}, which is neither a number "
            f"nor a category (column {name}). Convert it to numbers or to strings."
        )
    if len(examples) > 1:
        mixture = " and ".join(f"{kind} like {value!r}" for kind, value in examples.items())
        raise ValueError(
            f"Input X mixes {mixture} (column {name}). Make all of them strings, or all numbers."
        )
    return Categories(codes.astype(np.min_scalar_type(-len(values) - 1), copy=False), values)


def _factorize(column: Any) -> tuple[np.ndarray, list[Any]]:
    """Return the code of each row, -1 where a value is missing, and the distinct values."""
    if str(column.dtype) == "category":
        # Categories of other kinds, such as the intervals of `pandas.cut`, go by their names.
        values = [v if kind_of(v) else str(v) for v in column.cat.categories.tolist()]
        return column.cat.codes.to_numpy(), values
    if hasattr(column, "factorize") and len(column) > _FEW_ROWS:
        codes, uniques = column.factorize()
        return codes, uniques.tolist()
    place_of: dict[Any, int] = {}
    found = [place_of.setdefault(value, len(place_of)) for value in column.tolist()]
    values = [value for value in place_of if not _is_missing(value)]
    code_of = {place_of[value]: code for code, value in enumerate(values)}
    return np.array([code_of.get(place, -1) for place in found], int), values


def kind_of(value: Any) -> str | None:
    """Return what a category is: one of "strings" or the like; None for none of them."""
    for kind, type_ in (("strings", str), ("numbers", Number), ("bytes", bytes)):
        if isinstance(value, type_):
            return kind
    return None


def _is_missing(value: Any) -> bool:
    """Return whether a value is None, NaN, or one of pandas' signs of missing values."""
    if value is None or is_pandas_na(value):
        return True
    return isinstance(value, Number | date) and bool(value != value)  # as NaN does
