"""A column of a table is numbers or categories.

Numbers have NaN where one is missing; categories have a code for each row.  A column that is
neither is refused, with its name and what to do.
"""

import re
from collections.abc import Callable
from datetime import date
from numbers import Number
from typing import Any, NamedTuple

import numpy as np

from sknn.network.rows import exceeds
from sknn.sklearn_private import is_pandas_na

_FLOAT32_MAX = float(np.finfo(np.float32).max)

# A number as text.  Python's own `float` takes more: "nan", "inf", "1_000".
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)

# Up to this many rows, Python's own dictionary finds the distinct values sooner than pandas.
_FEW_ROWS = 100


class Categories(NamedTuple):
    """A column of categories: for each row the index of its value, or -1."""

    codes: np.ndarray  # (n_rows,) integers; -1 for a missing value
    values: list[Any]  # distinct; all strings, all bytes, or all numbers

    @property
    def kind(self) -> str | None:
        """What the values are: "strings", "bytes" or "numbers"; None if there is no value."""
        return kind_of(self.values[0]) if self.values else None


def check_range(numbers: np.ndarray, where: Callable[[tuple], str]) -> bool:
    """Raise ValueError for infinity or numbers beyond float32; return whether one is missing.

    `where` returns the name of the column of the number at an index, for the message.
    """
    if numbers.dtype.kind != "f" or not exceeds(numbers, _FLOAT32_MAX):
        return False
    largest, smallest = np.fmax.reduce(numbers, axis=None), np.fmin.reduce(numbers, axis=None)
    if max(float(largest), -float(smallest)) > _FLOAT32_MAX:  # which float16 cannot hold
        place = tuple(np.argwhere(np.abs(numbers.astype(np.float64)) > _FLOAT32_MAX)[0])
        raise ValueError(
            f"Input X contains {numbers[place]:g}, which is infinity or too large for float32 "
            f"(column {where(place)})."
        )
    return True


def is_numeric(dtype: Any) -> bool:
    """Return whether a type is one of NumPy's real numbers or booleans."""
    return isinstance(dtype, np.dtype) and dtype.kind in "biuf"


def read_column(
    column: Any, name: str, as_category: bool | None, remedy: str
) -> np.ndarray | Categories:
    """Return a column as numbers or as categories; by its values where `as_category` is None.

    Parameters
    ----------
    column : Series or ndarray of shape (n_rows,)
        The column.
    name : str
        Its name, for messages.
    as_category : bool or None
        Whether it is to be categories.
    remedy : str
        What to do about a value that is no number, for the message.

    Returns
    -------
    ndarray of shape (n_rows,), or Categories
        Numbers, NaN where one is missing; or categories.

    Raises
    ------
    ValueError
        If the column is neither.
    """
    if not as_category and is_numeric(column.dtype):
        return _checked(np.asarray(column), name)
    type_name, kind = str(column.dtype), getattr(column.dtype, "kind", "O")
    if kind in "mMc" or type_name.startswith(("period", "interval", "date", "time", "duration")):
        raise ValueError(
            f"Input X holds values of type {type_name}, which are neither numbers nor categories "
            f"(column {name}). Convert them to numbers (a date to the days since another, a "
            "duration to seconds) or to strings."
        )
    if not as_category and kind in "biuf":  # one of pandas' own types
        return _checked(column.to_numpy(dtype=np.float64, na_value=np.nan), name)
    codes, values = _distinct(column)
    if as_category is None:
        as_category = not _are_numbers(values)
    if as_category:
        return _categories(codes, values, name)
    parsed = [parse_number(value) for value in values]
    if None in parsed:
        raise ValueError(
            f"Input X holds {values[parsed.index(None)]!r}, which is not a number (column {name}). "
            f"{remedy}"
        )
    return _checked(np.array([*parsed, np.nan])[codes], name)


def _checked(numbers: np.ndarray, name: str) -> np.ndarray:
    """Return a column of numbers, if none is infinite."""
    check_range(numbers, lambda place: name)
    return numbers


def parse_number(value: Any) -> float | None:
    """Return a value as a float, None if it is no number."""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _are_numbers(values: list[Any]) -> bool:
    """Return whether there are values, all of which are numbers, be it as text."""
    return len(values) > 0 and all(
        isinstance(value, Number) or parse_number(value) is not None for value in values
    )


def _categories(codes: np.ndarray, values: list[Any], name: str) -> Categories:
    """Return a column of categories, which must be of one kind."""
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
            f"Input X mixes {mixture} (column {name}). Make all of them numbers, "
            "as pd.to_numeric(column, errors='coerce') does, or all strings."
        )
    return Categories(codes.astype(np.min_scalar_type(-len(values) - 1), copy=False), values)


def _distinct(column: Any) -> tuple[np.ndarray, list[Any]]:
    """Return the same as `_factorize`; if a value cannot be hashed, all of them are distinct."""
    try:
        return _factorize(column)
    except TypeError:
        values = column.tolist()
        is_gap = np.array([is_missing(value) for value in values], bool)
        codes = np.where(is_gap, -1, np.cumsum(~is_gap) - 1)
        return codes, [value for value in values if not is_missing(value)]


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
    values = [value for value in place_of if not is_missing(value)]
    code_of = {place_of[value]: code for code, value in enumerate(values)}
    return np.array([code_of.get(place, -1) for place in found], int), values


def kind_of(value: Any) -> str | None:
    """Return what a category is: one of "strings" or the like; None for none of them."""
    for kind, type_ in (("strings", str), ("numbers", Number), ("bytes", bytes)):
        if isinstance(value, type_):
            return kind
    return None


def is_missing(value: Any) -> bool:
    """Return whether a value is None, NaN, or one of pandas' signs of missing values."""
    if value is None or is_pandas_na(value):
        return True
    return isinstance(value, Number | date) and bool(value != value)  # as NaN does
