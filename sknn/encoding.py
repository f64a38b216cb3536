"""TableEncoder: numbers, categories and missing values become one matrix of floats.

A table is *read* column by column, without copying its numbers; what is to be known of it is
*fitted*; and its rows are *encoded* block by block, when they are asked for.  So the only whole
matrix there ever is, is the one that the network trains on.  An array of numbers without gaps is
its own encoding and passes through untouched.
"""

from collections.abc import Callable
from datetime import date
from numbers import Number
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils._missing import is_pandas_na

from sknn.network.scaling import blocks, weighted_quantiles

_FLOAT32_MAX = float(np.finfo(np.float32).max)

# The medians of columns without gaps are a precaution, and cost next to nothing: they come from
# evenly spaced rows that together hold at most this many numbers (15 ms).
_SAMPLE_SIZE = 1 << 20

# Up to this many rows, Python's own dictionary finds the distinct values sooner than pandas.
_FEW_ROWS = 100


class Categories(NamedTuple):
    """A column of categories: for each row the place of its value in `values`, or -1."""

    codes: np.ndarray  # (n_rows,) integers; -1 for a missing value
    values: list[Any]  # distinct; all strings, all bytes, or all numbers

    @property
    def kind(self) -> str | None:
        """What the values are: "strings", "bytes" or "numbers"; None if there is no value."""
        return _kind(self.values[0]) if self.values else None


class Numbers:
    """Columns of numbers, as float64 whose rows are made when asked for.

    It is sliced like an array, `numbers[rows]` or `numbers[:, columns]`, without copying what need
    not be; `np.asarray` makes the array.

    Parameters
    ----------
    source : ndarray or CSR matrix of shape (n_rows, n_columns), or list of ndarray of shape \
            (n_rows,)
        The numbers, NaN where they are missing.
    n_rows : int
        Number of rows.
    fill : ndarray of shape (n_columns,), optional
        What takes the place of NaN.  A column of which nothing is known, whose `fill` is NaN
        itself, is 0 throughout.
    """

    dtype = np.dtype(np.float64)

    def __init__(self, source: Any, n_rows: int, fill: np.ndarray | None = None):
        self.source = source
        self.fill = fill
        n_columns = len(source) if isinstance(source, list) else source.shape[1]
        self.shape = (n_rows, n_columns)

    @property
    def size(self) -> int:
        """Number of numbers."""
        return self.shape[0] * self.shape[1]

    def __getitem__(self, key: Any) -> "Numbers":
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        fill = None if self.fill is None else self.fill[columns]
        if isinstance(self.source, list):
            source: Any = [column[rows] for column in self.source[columns]]
        else:
            source = self.source[rows][:, columns]
        return Numbers(source, _n_chosen(rows, self.shape[0]), fill)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        out = np.empty(self.shape)
        self.write(out)
        return out if dtype is None else out.astype(dtype, copy=False)

    def write(self, out: np.ndarray) -> np.ndarray:
        """Write the numbers to `out`, and return where one was missing."""
        if isinstance(self.source, list):
            for j, column in enumerate(self.source):
                out[:, j] = column
        else:
            out[...] = self.source.toarray() if sparse.issparse(self.source) else self.source
        missing = np.isnan(out)
        if self.fill is not None:
            np.copyto(out, self.fill, where=missing)
            out[:, np.isnan(self.fill)] = 0
        return missing


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


class Recipe(NamedTuple):
    """How the rows of a table become inputs: what a `TableEncoder` knows of its columns."""

    indicated: np.ndarray  # numbers of the columns whose gaps have an input
    places: list[np.ndarray]  # for each column of categories: the input of each code
    marks: list[np.ndarray]  # and what is written there
    n_inputs: int


class EncodedTable:
    """A table as inputs of the network: floats whose rows are made when they are asked for.

    `encoded[rows]` chooses rows without copying numbers; `np.asarray` makes the array.

    Parameters
    ----------
    numbers : Numbers of shape (n_rows, n_numbers)
        The columns of numbers, with their `fill`.
    codes : list of ndarray of shape (n_rows,)
        The columns of categories.
    recipe : Recipe
        What becomes of them.
    """

    dtype = np.dtype(np.float64)

    def __init__(self, numbers: Numbers, codes: list[np.ndarray], recipe: Recipe):
        self.numbers = numbers
        self.codes = codes
        self.recipe = recipe
        self.shape = (numbers.shape[0], recipe.n_inputs)

    @property
    def size(self) -> int:
        """Number of floats."""
        return self.shape[0] * self.shape[1]

    def __getitem__(self, rows: Any) -> "EncodedTable":
        return EncodedTable(self.numbers[rows], [codes[rows] for codes in self.codes], self.recipe)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        indicated, places, marks, n_inputs = self.recipe
        out = np.empty((self.shape[0], n_inputs), self.dtype if dtype is None else dtype)
        n_numbers = self.numbers.shape[1]
        missing = self.numbers.write(out[:, :n_numbers])
        n_dense = n_numbers + len(indicated)
        out[:, n_numbers:n_dense] = missing[:, indicated]
        out[:, n_dense:] = 0
        rows = np.arange(self.shape[0])
        for codes, place, mark in zip(self.codes, places, marks, strict=True):
            out[rows, place[codes]] = mark[codes]  # code -1, a missing value, is the last
        return out


class TableEncoder:
    """Makes one matrix of floats of numbers, categories and missing values.

    The inputs are, in this order: the columns of numbers; for each of them that had gaps in `fit`,
    an indicator that is 1 where the number is missing; the columns of categories.

    * A missing number becomes the (weighted) median of its column.  In a sparse matrix, whose
      natural centre is 0, it becomes 0.  A column without any number in `fit` stays 0 for ever:
      nothing is known of the size of its numbers.
    * A column of two categories becomes one input, -1 or 1; any other column of k categories
      becomes k inputs, of which the one of the row's category is 1 and the others are 0.  Missing
      and unseen categories are 0 throughout.
    * Of more than `max_categories` categories the most frequent keep an input each, and all
      others share one more.  There an unseen category is one of the others, for nothing tells it
      from a rare one, and the encoder need not remember all that are rare.

    Samples of weight zero count nowhere.  Ties are broken by the order of the categories.

    Parameters
    ----------
    categorical_features : "from_dtype", None, or array-like of int, bool or str, \
            default="from_dtype"
        Which columns are categories: "from_dtype" for the category, string and object columns of
        a DataFrame; None for no column; or the numbers of the columns, a mask, or their names.
        Object columns that hold nothing but numbers (and gaps) are numbers.
    missing_indicator : bool, default=False
        Whether gaps get an input of their own.
    max_categories : int, default=254
        Largest number of categories of a column with an input each.

    Attributes
    ----------
    is_category : ndarray of shape (n_features,)
        Which columns are categories.
    fill : ndarray of shape (n_numbers,)
        What a missing number becomes; NaN for columns without any number.
    indicated : ndarray of int
        The columns of numbers whose gaps have an input.
    categories : list of list
        For each column of categories, those that have an input, in sorted order.
    has_others : list of bool
        For each column of categories, whether there are others, which share an input.
    has_categories : bool
        Whether there are columns of categories.
    passes_arrays : bool
        Whether an array of numbers without gaps is its own encoding.

    Examples
    --------
    >>> import pandas as pd
    >>> from sknn.encoding import TableEncoder
    >>> table = pd.DataFrame({"age": [22, None, 54], "port": ["S", "C", "Q"], "sex": list("fmm")})
    >>> encoder = TableEncoder()
    >>> encoded = encoder.fit_transform(encoder.read(table, reset=True))
    >>> np.asarray(encoded)
    array([[22.,  0.,  0.,  1., -1.],
           [38.,  1.,  0.,  0.,  1.],
           [54.,  0.,  1.,  0.,  1.]])
    """

    def __init__(
        self,
        categorical_features: Any = "from_dtype",
        *,
        missing_indicator: bool = False,
        max_categories: int = 254,
    ):
        # An array becomes a list: what is kept here is plain.
        self.categorical_features = np.asarray(categorical_features).tolist()
        self.missing_indicator = missing_indicator
        self.max_categories = max_categories
        self.is_category = np.zeros(0, bool)
        self.has_categories = False
        self.passes_arrays = True
        self.fill = np.zeros(0)
        self.indicated = np.zeros(0, int)
        self.categories: list[list[Any]] = []
        self.has_others: list[bool] = []

    # ----------------------------------------------------------------------- state

    def state(self) -> dict[str, Any]:
        """Return all that defines the encoder: arrays, lists, strings, numbers."""
        return vars(self).copy()

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "TableEncoder":
        """Return the encoder whose `state` this is."""
        encoder = cls()
        vars(encoder).update(state)
        return encoder

    # --------------------------------------------------------------------- reading

    def takes_apart(self, X: Any, *, reset: bool) -> bool:
        """Return whether `X` must be read column by column, and is no array of numbers.

        Parameters
        ----------
        X : object
            Features as the user gave them.
        reset : bool
            Whether the encoder is to be fitted to them.

        Returns
        -------
        bool
            The answer; a DataFrame whose columns share one numeric dtype is as good as an array.
        """
        if reset:
            given = self.categorical_features
            has_categories = isinstance(given, list) and len(given) > 0
        else:
            has_categories = self.has_categories
        return has_categories or (hasattr(X, "columns") and not _is_homogeneous(X))

    def read(self, X: Any, names: Any = None, *, reset: bool = False) -> Table:
        """Read a table column by column.

        Parameters
        ----------
        X : DataFrame or ndarray of shape (n_rows, n_features)
            The table.
        names : sequence of str, optional
            Names of the columns for messages, where `X` has none.
        reset : bool
            Whether to decide which columns are categories, as `categorical_features` says.

        Returns
        -------
        Table
            Its columns.  Numbers stay where they are in memory, if they are plain.

        Raises
        ------
        ValueError
            If a column is neither numbers nor categories; the message names it and says what to
            do.
        """
        columns = _columns(X)
        if names is None:
            names = _names(X) if hasattr(X, "columns") else range(X.shape[1])
        names = [repr(name) if isinstance(name, str) else str(j) for j, name in enumerate(names)]
        wanted = self._wanted(X, reset)
        read = [_read(*column) for column in zip(columns, names, wanted, strict=True)]
        numbers = [column for column in read if isinstance(column, np.ndarray)]
        categories = {j: column for j, column in enumerate(read) if isinstance(column, Categories)}
        if reset:
            self.is_category = np.array([isinstance(column, Categories) for column in read])
            self.has_categories = bool(categories)
        else:
            self._check_kinds(categories, names)
        return Table(Numbers(numbers, X.shape[0]), list(categories.values()))

    def _wanted(self, X: Any, reset: bool) -> list[bool | None]:
        """Return whether each column is to be categories; None if its type is to decide."""
        if not reset:
            return self.is_category.tolist() if self.has_categories else [False] * X.shape[1]
        given = self.categorical_features
        if isinstance(given, str):
            return [None if hasattr(X, "columns") else False] * X.shape[1]
        is_category = np.zeros(X.shape[1], bool)
        if given is not None:
            is_category[_column_numbers(given, X)] = True
        return is_category.tolist()

    def _check_kinds(self, read: dict[int, Categories], names: list[str]) -> None:
        """Raise ValueError if numbers are to be found among strings, or the like."""
        # Before `fit`, when a validation set is read, there is nothing to compare with.
        for (j, (_, values)), known in zip(read.items(), self.categories, strict=False):
            if values and known and _kind(values[0]) != _kind(known[0]):
                raise ValueError(
                    f"Input X holds {_kind(values[0])} like {values[0]!r} where the model has "
                    f"learnt categories that are {_kind(known[0])} like {known[0]!r} (column "
                    f"{names[j]}). Convert them to the same type."
                )

    # --------------------------------------------------------------------- fitting

    def fit(self, X: Any, sample_weight: np.ndarray | None = None) -> "TableEncoder":
        """Learn what fills the gaps, and which categories there are.

        Parameters
        ----------
        X : Table, ndarray, or CSR matrix of shape (n_samples, n_features)
            A table that was read, or an array of numbers without gaps.
        sample_weight : ndarray of shape (n_samples,), optional
            Weights, not negative and not all zero.

        Returns
        -------
        TableEncoder
            This encoder, fitted.
        """
        weight = None if sample_weight is None else np.asarray(sample_weight, np.float64)
        self.indicated = np.zeros(0, int)
        self.categories, self.has_others = [], []
        if not self.has_categories:
            self.is_category = np.zeros(X.shape[1], bool)
        if isinstance(X, Table):
            self._fit_numbers(X.numbers, weight)
            for codes, values in X.categories:
                kept, has_others = self._choose(codes, values, weight)
                self.categories.append(kept)
                self.has_others.append(has_others)
        else:
            self.fill = np.zeros(X.shape[1]) if sparse.issparse(X) else _medians(X, weight)
        has_unknown = bool(np.isnan(self.fill).any())
        self.passes_arrays = not (self.categories or len(self.indicated) or has_unknown)
        return self

    def fit_transform(self, X: Any, sample_weight: np.ndarray | None = None) -> Any:
        """Fit the encoder and return `X` encoded; see `fit` and `transform`."""
        return self.fit(X, sample_weight).transform(X)

    def _fit_numbers(self, numbers: Numbers, weight: np.ndarray | None) -> None:
        """Learn the medians and which columns have gaps."""
        counted = np.ones(numbers.shape[0], bool) if weight is None else weight > 0
        n_missing = np.zeros(numbers.shape[1], int)
        for rows in blocks(numbers):
            n_missing += np.isnan(np.asarray(numbers[rows])[counted[rows]]).sum(axis=0)
        self.fill = _medians(numbers, weight)
        with_gaps = np.flatnonzero(n_missing)
        for j in with_gaps:
            self.fill[j] = weighted_quantiles(numbers[:, j : j + 1], [0.5], weight)[0, 0]
        if self.missing_indicator:
            self.indicated = with_gaps[~np.isnan(self.fill[with_gaps])]

    def _choose(
        self, codes: np.ndarray, values: list[Any], weight: np.ndarray | None
    ) -> tuple[list[Any], bool]:
        """Return the categories that get an input, sorted, and whether there are others."""
        totals = np.bincount(codes + 1, weight, minlength=len(values) + 1)[1:]
        seen = [(values[i], totals[i]) for i in np.flatnonzero(totals)]
        seen.sort(key=lambda item: item[0])
        if len(seen) > self.max_categories:
            # Rounded, so that sums that are equal but for their last digits stay ties.
            shares = np.round([total for _, total in seen] / totals.sum(), 12)
            frequent = np.sort(np.argsort(-shares, kind="stable")[: self.max_categories])
            return [_plain(seen[i][0]) for i in frequent], True
        return [_plain(value) for value, _ in seen], False

    # -------------------------------------------------------------------- encoding

    @property
    def n_inputs(self) -> int:
        """Number of inputs that a row becomes."""
        return len(self.fill) + len(self.indicated) + sum(self._widths())

    def _widths(self) -> list[int]:
        """Return the number of inputs of each column of categories; at least one."""
        return [
            1 if len(known) == 2 and not has_others else max(1, len(known) + has_others)
            for known, has_others in zip(self.categories, self.has_others, strict=True)
        ]

    def numbers(self, X: Any) -> Any:
        """Return the columns of numbers, with their gaps, to fit a scaling to; see `transform`."""
        return X.numbers if isinstance(X, Table) else self.transform(X)

    def transform(self, X: Any) -> Any:
        """Return a table as inputs of the network.

        Parameters
        ----------
        X : Table, ndarray, or CSR matrix of shape (n_rows, n_features)
            A table that was read, or an array of numbers without gaps; a sparse one may have NaN.

        Returns
        -------
        ndarray, CSR matrix or EncodedTable, of shape (n_rows, n_inputs)
            `X` itself if there is nothing to encode; else what makes blocks of rows on demand.
        """
        if isinstance(X, Table):
            numbers, categories = X.numbers, X.categories
        elif not self.passes_arrays:
            numbers, categories = Numbers(X, X.shape[0]), []
        elif sparse.issparse(X) and np.isnan(X.data).any():
            data = np.where(np.isnan(X.data), self.fill[X.indices], X.data)
            return type(X)((data, X.indices, X.indptr), shape=X.shape)
        else:
            return X
        places, marks = [], []
        place = len(self.fill) + len(self.indicated)
        for column, known, has_others, width in zip(
            categories, self.categories, self.has_others, self._widths(), strict=True
        ):
            its_places, its_marks = _places(column.values, known, has_others)
            places.append(place + its_places)
            marks.append(its_marks)
            place += width
        return EncodedTable(
            Numbers(numbers.source, numbers.shape[0], self.fill),
            [column.codes for column in categories],
            Recipe(self.indicated, places, marks, place),
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
    if max(np.fmax.reduce(numbers, axis=None), -np.fmin.reduce(numbers, axis=None)) > _FLOAT32_MAX:
        place = tuple(np.argwhere(np.abs(numbers.astype(np.float64)) > _FLOAT32_MAX)[0])
        raise ValueError(
            f"Input X contains {numbers[place]:g}, which is infinity or too large for float32 "
            f"(column {where(place)})."
        )
    return True


def magnitude(X: Any) -> float:
    """Return the largest absolute value in `X`, NaN if there is one; no temporary array."""
    if isinstance(X, EncodedTable):
        return max((magnitude(np.asarray(X[rows])) for rows in blocks(X)), default=0.0)
    numbers = X.data if sparse.issparse(X) else X
    return max(-float(numbers.min()), float(numbers.max())) if numbers.size else 0.0


def _medians(X: Any, weight: np.ndarray | None) -> np.ndarray:
    """Return the weighted median of each column: of all rows or, if they are many, of some."""
    every = slice(None, None, max(1, -(-X.size // _SAMPLE_SIZE)))
    rows = every if weight is None or weight.all() else np.flatnonzero(weight)[every]
    return weighted_quantiles(X[rows], [0.5], None if weight is None else weight[rows])[0]


def _places(values: list[Any], known: list[Any], has_others: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return for each value, and last for a missing one, its place and the mark put there."""
    places = np.zeros(len(values) + 1, int)
    marks = np.zeros(len(values) + 1)
    if len(known) == 2 and not has_others:
        marks[:-1] = [-1.0 if v == known[0] else float(v == known[1]) for v in values]
        return places, marks
    place_of = {value: place for place, value in enumerate(known)}
    others = len(known) if has_others else -1
    found = np.array([place_of.get(value, others) for value in values], int)
    places[:-1] = np.maximum(found, 0)
    marks[:-1] = found >= 0
    return places, marks


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
        names = _names(X)
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


def _is_homogeneous(frame: Any) -> bool:
    """Return whether all columns share one type of NumPy's numbers, or all are sparse."""
    dtypes = set(getattr(frame, "dtypes", [object]))
    if len(dtypes) == 1 and _is_plain(next(iter(dtypes))):
        return True
    return all(type(dtype).__name__ == "SparseDtype" for dtype in dtypes)


def _is_plain(dtype: Any) -> bool:
    """Return whether a type is one of NumPy's real numbers or booleans."""
    return isinstance(dtype, np.dtype) and dtype.kind in "biuf"


def _names(frame: Any) -> list[Any]:
    """Return the names of the columns; the `columns` of Arrow are their contents."""
    return list(getattr(frame, "column_names", frame.columns))


def _columns(X: Any) -> list[Any]:
    """Return the columns of a table as pandas Series or as arrays."""
    if hasattr(X, "iloc"):
        return [column for _, column in X.items()]
    if hasattr(X, "columns"):
        return [np.asarray(X[name]) for name in _names(X)]
    return list(X.T)


def _read(column: Any, name: str, as_category: bool | None) -> np.ndarray | Categories:
    """Return a column as numbers or as categories; without a wish, as its type says."""
    if not as_category and _is_plain(column.dtype):
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
    if _is_plain(column.dtype):
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
    examples = {_kind(value): value for value in values}
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
        values = [v if _kind(v) else str(v) for v in column.cat.categories.tolist()]
        return column.cat.codes.to_numpy(), values
    if hasattr(column, "factorize") and len(column) > _FEW_ROWS:
        codes, uniques = column.factorize()
        return codes, uniques.tolist()
    place_of: dict[Any, int] = {}
    found = [place_of.setdefault(value, len(place_of)) for value in column.tolist()]
    values = [value for value in place_of if not _is_missing(value)]
    code_of = {place_of[value]: code for code, value in enumerate(values)}
    return np.array([code_of.get(place, -1) for place in found], int), values


def _kind(value: Any) -> str | None:
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


def _plain(value: Any) -> Any:
    """Return a NumPy scalar as Python's own."""
    return value.item() if isinstance(value, np.generic) else value


def _n_chosen(rows: Any, n_rows: int) -> int:
    """Return how many rows a slice or an array of row numbers chooses."""
    return len(range(*rows.indices(n_rows))) if isinstance(rows, slice) else len(rows)
