"""TableEncoder: numbers, categories and missing values become one matrix of floats.

A table is *read* column by column (`sknn.tables`), what is to be known of it is *fitted*, and its
rows are *encoded* block by block, when they are asked for.  So the only whole matrix there ever is,
is the one that the network trains on.  An array of numbers without gaps is its own encoding and
passes through untouched.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from sknn.compatibility import warn_user
from sknn.network.scaling import blocks, weighted_quantiles
from sknn.tables import (
    Categories,
    Numbers,
    Table,
    are_categories,
    columns_of,
    doubt_about_categories,
    doubt_about_numbers,
    is_homogeneous,
    kind_of,
    names_of,
    read_column,
    text_of,
)

# The medians of columns without gaps are a precaution, and cost next to nothing: they come from
# evenly spaced rows that together hold at most this many numbers (15 ms).
_SAMPLE_SIZE = 1 << 20

# What defines a fitted encoder; the rest follows.
_DEFINITION = (
    "categorical_features",
    "max_categories",
    "is_category",
    "fill",
    "categories",
    "has_others",
)


class EncodedTable:
    """A table as inputs of the network: floats whose rows are made when they are asked for.

    `encoded[rows]` chooses rows without copying numbers; `np.asarray` makes the array.

    Parameters
    ----------
    numbers : Numbers of shape (n_rows, n_numbers)
        The columns of numbers, with their `fill`.
    codes : list of ndarray of shape (n_rows,)
        The columns of categories.
    places, marks : list of ndarray of shape (n_codes + 1,)
        For each column of categories, the input of each code, and what is written there; the last
        is for a missing value, whose code is -1.
    n_inputs : int
        Number of inputs.
    """

    dtype = np.dtype(np.float64)

    def __init__(
        self,
        numbers: Numbers,
        codes: list[np.ndarray],
        places: list[np.ndarray],
        marks: list[np.ndarray],
        n_inputs: int,
    ):
        self.numbers = numbers
        self.codes = codes
        self.places = places
        self.marks = marks
        self.shape = (numbers.shape[0], n_inputs)

    @property
    def size(self) -> int:
        """Number of floats."""
        return self.shape[0] * self.shape[1]

    def __getitem__(self, rows: Any) -> "EncodedTable":
        codes = [codes[rows] for codes in self.codes]
        return EncodedTable(self.numbers[rows], codes, self.places, self.marks, self.shape[1])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        out = np.empty(self.shape, self.dtype if dtype is None else dtype)
        n_numbers = self.numbers.shape[1]
        self.numbers.write(out[:, :n_numbers])
        out[:, n_numbers:] = 0
        rows = np.arange(self.shape[0])
        for codes, place, mark in zip(self.codes, self.places, self.marks, strict=True):
            out[rows, place[codes]] = mark[codes]
        return out


class TableEncoder:
    """Makes one matrix of floats of numbers, categories and missing values.

    The inputs are the columns of numbers and, after them, the columns of categories.

    * A missing number becomes the (weighted) median of its column.  In a sparse matrix, whose
      natural centre is 0, it becomes 0.  A column without any number in `fit` stays 0 for ever:
      nothing is known of the size of its numbers.
    * A column of two categories becomes one input, -1 or 1; any other column of k categories
      becomes k inputs, of which the one of the row's category is 1 and the others are 0.  Missing
      and unseen categories are 0 throughout.
    * Of more than `max_categories` categories the most frequent keep an input each, and all
      others share one more.  There an unseen category is one of the others, for nothing tells it
      from a rare one, and the encoder need not remember all that are rare.  Categories that are
      equally frequent keep their inputs together or not at all.  Where none is left, as in a
      column of names, the column is one input of zeros.

    Samples of weight zero count nowhere.

    Parameters
    ----------
    categorical_features : "from_dtype", None, or array-like of int, bool or str, \
            default="from_dtype"
        Which columns are categories: "from_dtype" for the category, string and object columns of
        a DataFrame; None for no column; or the numbers of the columns, a mask, or their names.
        Object and string columns that hold nothing but numbers (and gaps), be it as text, are
        numbers.
    max_categories : int, default=254
        Largest number of categories of a column with an input each.

    Attributes
    ----------
    is_category : ndarray of shape (n_features,)
        Which columns are categories.
    fill : ndarray of shape (n_numbers,)
        What a missing number becomes; NaN for columns without any number.
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
    >>> table = encoder.read(table, reset=True)
    >>> encoder.fit(table)
    TableEncoder(1 number, 2 categorical columns, 5 inputs)
    >>> np.asarray(encoder.transform(table))
    array([[22.,  0.,  0.,  1., -1.],
           [38.,  1.,  0.,  0.,  1.],
           [54.,  0.,  1.,  0.,  1.]])
    """

    def __init__(
        self,
        categorical_features: Any = "from_dtype",
        *,
        max_categories: int = 254,
    ):
        # An array becomes a list: what is kept here is plain.
        self.categorical_features = np.asarray(categorical_features).tolist()
        self.max_categories = max_categories
        self.is_category = np.zeros(0, bool)
        self.has_categories = False
        self.passes_arrays = True
        self.fill = np.zeros(0)
        self.categories: list[list[Any]] = []
        self.has_others: list[bool] = []

    def __repr__(self) -> str:
        if not (len(self.fill) or self.categories):
            return f"{type(self).__name__}(not fitted)"
        counts = {
            "number": len(self.fill),
            "categorical column": len(self.categories),
            "input": self.n_inputs,
        }
        parts = [f"{n:,} {name}{'' if n == 1 else 's'}" for name, n in counts.items()]
        return f"{type(self).__name__}({', '.join(parts)})"

    # ----------------------------------------------------------------------- files

    def definition(self) -> dict[str, Any]:
        """Return what was learnt, in plain types."""
        return {name: getattr(self, name) for name in _DEFINITION}

    @classmethod
    def from_definition(cls, definition: Mapping[str, Any]) -> "TableEncoder":
        """Return the fitted encoder with that definition."""
        encoder = cls()
        for name in _DEFINITION:
            setattr(encoder, name, definition[name])
        encoder._check()
        encoder._conclude()
        return encoder

    def _check(self) -> None:
        """Raise ValueError unless what was learnt can be that of one table."""
        # Of memory maps the base arrays, as in `ParameterVector`.
        self.is_category, self.fill = np.asarray(self.is_category), np.asarray(self.fill)
        if self.is_category.dtype != bool or self.fill.dtype != np.float64:
            raise ValueError(f"No table has the gaps {self.fill} and kinds {self.is_category}.")
        n_categories = int(np.count_nonzero(self.is_category))
        n_numbers = self.is_category.size - n_categories
        shapes = (self.is_category.ndim, self.fill.shape, len(self.categories))
        if shapes != (1, (n_numbers,), n_categories) or len(self.has_others) != n_categories:
            raise ValueError(f"No table has {n_numbers} numbers and {n_categories} categories.")
        if np.isinf(self.fill).any():
            raise ValueError(f"No table has the gaps {self.fill}.")
        if not all(isinstance(each, bool) for each in self.has_others):
            raise ValueError(f"No column has {self.has_others} others.")
        for known in self.categories:
            kinds = {kind_of(value) for value in known}
            if len(kinds) > 1 or None in kinds or known != sorted(set(known)):
                raise ValueError(f"No column has the categories {known}.")

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
        return has_categories or (hasattr(X, "columns") and not is_homogeneous(X))

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
        columns = columns_of(X)
        if names is None:
            names = names_of(X) if hasattr(X, "columns") else range(X.shape[1])
        names = [repr(name) if isinstance(name, str) else str(j) for j, name in enumerate(names)]
        wanted = self._wanted(X, reset)
        remedies = [_remedy(X, j, reset) for j in range(len(columns))]
        read = [
            read_column(*column) for column in zip(columns, names, wanted, remedies, strict=True)
        ]
        numbers = [column for column in read if isinstance(column, np.ndarray)]
        categories = {j: column for j, column in enumerate(read) if isinstance(column, Categories)}
        if reset:
            self.is_category = np.array([isinstance(column, Categories) for column in read])
            self.has_categories = bool(categories)
            doubts = {
                names[j]: doubt_about_numbers(column)
                for j, column in categories.items()
                if wanted[j] is None
            }
            _warn_of_numbers({name: doubt for name, doubt in doubts.items() if doubt})
            self._warn_of_categories(
                {names[j]: c for j, c in categories.items() if not doubts.get(names[j])}
            )
        else:
            self._check_kinds(categories, names)
        return Table(Numbers(numbers, X.shape[0]), list(categories.values()))

    def read_text(self, X: Any, names: Any = None, *, reset: bool = False) -> Any:
        """Return an array or a list that holds text as an array of numbers, or `X` itself.

        Parameters
        ----------
        X : object
            Features without categories, as the user gave them.
        names : sequence of str, optional
            Names of the columns for messages.
        reset : bool
            Whether the encoder is to be fitted to them.

        Returns
        -------
        object
            `X` itself if it holds no text.

        Raises
        ------
        ValueError
            If a value is no number; the message names the column and says what to do.
        """
        text = text_of(X)
        if text is None or (names is not None and len(names) != text.shape[1]):
            return X
        table = TableEncoder(None).read(text, names, reset=reset)
        return np.asarray(table.numbers)

    def _warn_of_categories(self, read: dict[str, Categories]) -> None:
        """Warn of columns whose categories say little."""
        doubts = {
            name: doubt_about_categories(column, self.max_categories)
            for name, column in read.items()
        }
        named = [f"column {name} ({doubt})" for name, doubt in doubts.items() if doubt]
        if named:
            warn_user(
                f"Nearly every row has its own category, or all are equally rare: {_few(named)}. "
                "Little can be learnt from that. Drop the column if it is an identifier; make "
                "numbers, or fewer categories, of dates and texts."
            )

    def _wanted(self, X: Any, reset: bool) -> list[bool | None]:
        """Return whether each column is to be categories; None if its values are to decide."""
        if not reset:
            return self.is_category.tolist() if self.has_categories else [False] * X.shape[1]
        given = self.categorical_features
        if isinstance(given, str):
            return are_categories(X) if hasattr(X, "columns") else [False] * X.shape[1]
        is_category = np.zeros(X.shape[1], bool)
        if given is not None:
            is_category[_column_numbers(given, X)] = True
        return is_category.tolist()

    def _check_kinds(self, read: dict[int, Categories], names: list[str]) -> None:
        """Raise ValueError if numbers are to be found among strings, or the like."""
        # Before `fit`, when a validation set is read, there is nothing to compare with.
        for (j, (_, values)), known in zip(read.items(), self.categories, strict=False):
            if values and known and kind_of(values[0]) != kind_of(known[0]):
                raise ValueError(
                    f"Input X holds {kind_of(values[0])} like {values[0]!r} where the model has "
                    f"learnt categories that are {kind_of(known[0])} like {known[0]!r} (column "
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
        self._conclude()
        return self

    def _conclude(self) -> None:
        """Set what follows from what was learnt."""
        self.has_categories = bool(self.categories)
        self.passes_arrays = not (self.categories or np.isnan(self.fill).any())

    def _fit_numbers(self, numbers: Numbers, weight: np.ndarray | None) -> None:
        """Learn the medians and which columns have gaps."""
        counted = np.ones(numbers.shape[0], bool) if weight is None else weight > 0
        n_missing = np.zeros(numbers.shape[1], int)
        for rows in blocks(numbers):
            n_missing += np.isnan(np.asarray(numbers[rows])[counted[rows]]).sum(axis=0)
        self.fill = _medians(numbers, weight)
        for j in np.flatnonzero(n_missing):
            self.fill[j] = weighted_quantiles(numbers[:, j : j + 1], [0.5], weight)[0, 0]

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
            # Those that are equally frequent go together: a choice of some would mean nothing.
            frequent = np.flatnonzero(shares > np.sort(shares)[-self.max_categories - 1])
            return [_plain(seen[i][0]) for i in frequent], len(frequent) > 0
        return [_plain(value) for value, _ in seen], False

    # -------------------------------------------------------------------- encoding

    @property
    def n_inputs(self) -> int:
        """Number of inputs that a row becomes."""
        return len(self.fill) + sum(self._widths())

    def _widths(self) -> list[int]:
        """Return the number of inputs of each column of categories; at least one."""
        return [
            1 if len(known) == 2 and not has_others else max(1, len(known) + has_others)
            for known, has_others in zip(self.categories, self.has_others, strict=True)
        ]

    def input_names(self, feature_names: Sequence[str]) -> list[str]:
        """Return a name for each input.

        Parameters
        ----------
        feature_names : sequence of str
            Names of the columns.

        Returns
        -------
        list of str
            The name of a number is that of its column; that of a category is `column=category`.
            Of two categories the second is named, which is the positive one.
        """
        names = [str(name) for name in feature_names]
        is_category = self.is_category.tolist()
        found = [name for name, is_one in zip(names, is_category, strict=True) if not is_one]
        columns = [name for name, is_one in zip(names, is_category, strict=True) if is_one]
        for column, known, has_others, width in zip(
            columns, self.categories, self.has_others, self._widths(), strict=True
        ):
            values = [*map(str, known), "other"] if has_others else [*map(str, known)]
            # Without any category in `fit` the input is there, but says nothing.
            found += [f"{column}={value}" for value in values[-width:]] or [column]
        return found

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
        place = len(self.fill)
        for column, known, has_others, width in zip(
            categories, self.categories, self.has_others, self._widths(), strict=True
        ):
            its_places, its_marks = _places(column.values, known, has_others)
            places.append(place + its_places)
            marks.append(its_marks)
            place += width
        return EncodedTable(
            numbers.filled(self.fill),
            [column.codes for column in categories],
            places,
            marks,
            place,
        )


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


def _remedy(X: Any, j: int, reset: bool) -> str:
    """Return what to do about a value in column j that is no number."""
    if not reset:
        return "The model has learnt numbers there: make it a number, or NaN."
    if hasattr(X, "columns"):
        return "Convert it, or let the column be one of the categorical_features."
    return (
        "Make it a number, or NaN. If the column holds categories, pass a DataFrame, or let the "
        f"column be one of categorical_features=[{j}]."
    )


def _warn_of_numbers(doubts: dict[str, str]) -> None:
    """Warn of columns of text that are nearly numbers."""
    if doubts:
        named = [f"column {name} {doubt}" for name, doubt in doubts.items()]
        warn_user(
            f"Text that is nearly all numbers was read as categories: {_few(named)}. If categories "
            "are meant, give the column the dtype 'category'."
        )


def _few(names: list[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return "; ".join(names[:5]) + more


def _plain(value: Any) -> Any:
    """Return a NumPy scalar as Python's own."""
    return value.item() if isinstance(value, np.generic) else value
