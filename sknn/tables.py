"""Tables as users have them: read column by column, without copying their numbers.

A column is numbers, with NaN where one is missing, or it is categories, with a code for each row.
What is neither is refused, with the name of the column and what to do.
"""

import re
from collections.abc import Callable
from datetime import date
from numbers import Number
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils._missing import is_pandas_na

from sknn.network.scaling import blocks

_FLOAT32_MAX = float(np.finfo(np.float32).max)

# A number as text.  Python's own `float` takes more: "nan", "inf", "1_000".
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)

# A number as people write it: 3,14 and 1,200.50 and 1.200,50 and $5 and 12%.
_WRITTEN_NUMBER = re.compile(
    r"\s*[+-]?\s*[$€£¥]?\s*[+-]?"
    r"(\d{1,3}(,\d{3})+(\.\d*)?|\d{1,3}(\.\d{3})+,\d+|\d+,\d+|\d+\.?\d*|\.\d+)"
    r"\s*[%$€£¥]?\s*",
    re.ASCII,
)
_SIGN = re.compile("[%$€£¥]")
_THOUSANDS = re.compile(r"\s*[+-]?\s*[1-9]\d{0,2}(,\d{3})+(\.\d*)?\s*", re.ASCII)

# Fewer rows than this may each have a category of its own, by chance.
_LEAST_ROWS_OF_AN_ID = 50

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
            if is_list:
                source = [source[j] for j in np.arange(len(source))[columns]]
            else:
                source = source[:, columns]
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


def are_categories(frame: Any) -> list[bool | None]:
    """Return True for each column whose type is one of categories, None for any other."""
    dtypes = getattr(frame, "dtypes", None)
    if dtypes is None:
        dtypes = frame.schema.types if hasattr(frame, "schema") else [None] * frame.shape[1]
    prefixes = ("category", "categorical", "enum", "dictionary")  # pandas, Polars, Arrow
    return [str(dtype).lower().startswith(prefixes) or None for dtype in dtypes]


def text_of(X: Any) -> np.ndarray | None:
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


def read_column(
    column: Any, name: str, as_category: bool | None, remedy: str
) -> np.ndarray | Categories:
    """Return a column as numbers or as categories; without a wish, as its values say.

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
    if not as_category and _is_numeric(column.dtype):
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
    parsed = [_parse(value) for value in values]
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


def _parse(value: Any) -> float | None:
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
        isinstance(value, Number) or _parse(value) is not None for value in values
    )


def doubt_about_numbers(column: Categories) -> str | None:
    """Return what is odd about text that is nearly all numbers, and what to do; None if it is not.

    Parameters
    ----------
    column : Categories
        A column that was read as categories.

    Returns
    -------
    str or None
        Up to three odd values, and how to read the column as numbers, if more than half of the
        rows hold a number in any form.
    """
    if column.kind != "strings":
        return None
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    strays, written, n_numbers = [], [], 0
    for value, count in zip(column.values, counts.tolist(), strict=True):
        if _parse(value) is not None:
            n_numbers += count
        elif _WRITTEN_NUMBER.fullmatch(value):
            n_numbers += count
            written.append(value)
        elif count:
            strays.append(value)
    if 2 * n_numbers <= counts.sum():
        return None
    remedies = [_remedy_for(written)] if written else []
    if strays:
        remedies.append(
            f"read_csv(..., na_values={strays[:3]}) or pd.to_numeric(column, errors='coerce')"
        )
    odd = ", ".join(map(repr, [*strays, *written][:3]))
    return f"holds {odd}; use {' and '.join(remedies)}"


def _remedy_for(written: list[str]) -> str:
    """Return what makes numbers of numbers as people write them."""
    has_sign = any(_SIGN.search(value) for value in written)
    plain = [_SIGN.sub("", value) for value in written]
    has_comma = any("," in value for value in plain)
    has_thousands = all(_THOUSANDS.fullmatch(value) for value in plain if "," in value)
    if not has_sign:
        return f"read_csv(..., {'thousands' if has_thousands else 'decimal'}=',')"
    removed = "[%$€£¥,]" if has_comma and has_thousands else "[%$€£¥]"
    decimal = ".str.replace(',', '.')" if has_comma and not has_thousands else ""
    return f"column.str.replace('{removed}', '', regex=True){decimal}.astype(float)"


def doubt_about_categories(column: Categories, max_categories: int) -> str | None:
    """Return why the categories of a column say little, None if they may say something.

    Parameters
    ----------
    column : Categories
        A column that was read as categories.
    max_categories : int
        Largest number of categories with an input each.

    Returns
    -------
    str or None
        The reason, for a message.
    """
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    counts = counts[counts > 0]
    n_rows = counts.sum()
    if n_rows < _LEAST_ROWS_OF_AN_ID:
        return None
    if len(counts) > 0.9 * n_rows:
        return f"{len(counts)} values in {n_rows} rows"
    if len(counts) > max_categories and counts.min() == counts.max():
        return f"{len(counts)} values, each in {counts[0]} rows, of which none is frequent"
    return None


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
