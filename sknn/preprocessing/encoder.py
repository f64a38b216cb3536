"""TableEncoder: numbers, categories and missing values become one matrix of floats.

A table is *read* column by column, the encoder is *fitted* to it, and its rows are *encoded* block
by block, when they are asked for.  The only whole matrix is the one that the network trains on.
An array of numbers without gaps is its own encoding.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from sknn.network.rows import Rows, blocks
from sknn.preprocessing.advice import warn_of_columns
from sknn.preprocessing.columns import Categories, kind_of
from sknn.preprocessing.frames import is_homogeneous, read_columns, shown_names, wanted_categories
from sknn.preprocessing.scaler import approximate_medians, weighted_quantiles
from sknn.preprocessing.table import EncodedTable, Numbers, Table

#: Largest number of categories of a column with an input each.
MAX_CATEGORIES = 254

# What defines a fitted encoder; all else follows.
_DEFINITION = (
    "categorical_features",
    "is_category",
    "imputed_values",
    "categories",
    "has_others",
)


class TableEncoder:
    """Makes one matrix of floats of numbers, categories and missing values.

    The inputs are the columns of numbers and, after them, the columns of categories.

    * A missing number becomes the (weighted) median of its column.  In a sparse matrix, whose
      natural centre is 0, it becomes 0.  A column without any number in `fit` is 0 always: nothing
      is known of the size of its numbers.
    * A column of two categories becomes one input, -1 or 1; any other column of k categories
      becomes k inputs, of which the one of the row's category is 1 and the others are 0.  Missing
      and unseen categories are 0 throughout.
    * Of more than `MAX_CATEGORIES` categories the most frequent keep an input each, and all
      others share one more.  There an unseen category is one of the others: nothing tells it from
      a rare one.  Categories that are equally frequent keep their inputs together or not at all.
      Where none is left, as in a column of names, the column is one input of zeros.

    Samples of weight zero count nowhere.

    Parameters
    ----------
    categorical_features : "from_dtype", None, or array-like of int, bool or str, \
            default="from_dtype"
        Which columns are categories: "from_dtype" for the category, string and object columns of
        a DataFrame; None for no column; or the numbers of the columns, a mask, or their names.
        Object and string columns that hold nothing but numbers (and gaps), be it as text, are
        numbers.

    Attributes
    ----------
    is_category : ndarray of shape (n_features,)
        Which columns are categories.
    imputed_values : ndarray of shape (n_numbers,)
        What a missing number becomes; NaN for columns without any number.
    categories : list of list
        For each column of categories, those that have an input, in sorted order.
    has_others : list of bool
        For each column of categories, whether there are others, which share an input.
    has_categories : bool
        Whether there are columns of categories.
    n_numbers : int
        Number of columns of numbers, which are the first inputs.
    n_inputs : int
        Number of inputs that a row becomes.

    Examples
    --------
    >>> import pandas as pd
    >>> from sknn.preprocessing.encoder import TableEncoder
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

    def __init__(self, categorical_features: Any = "from_dtype"):
        # An array becomes a list: what is kept here is plain.
        self.categorical_features = np.asarray(categorical_features).tolist()
        self.is_category = np.zeros(0, bool)
        self.has_categories = False
        self.n_numbers = self.n_inputs = 0
        self.imputed_values = np.zeros(0)
        self.categories: list[list[Any]] = []
        self.has_others: list[bool] = []
        self._widths: list[int] = []  # number of inputs of each column of categories
        self._passes_arrays = True  # whether an array without gaps is its own encoding

    def __repr__(self) -> str:
        if self.n_inputs == 0:
            return f"{type(self).__name__}(not fitted)"
        counts = {
            "number": self.n_numbers,
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
        encoder._finalize()
        return encoder

    def _check(self) -> None:
        """Raise ValueError unless what was learnt can be that of one table."""
        # Of memory maps the base arrays, as in `ParameterVector`.
        self.is_category = np.asarray(self.is_category)
        self.imputed_values = imputed = np.asarray(self.imputed_values)
        if self.is_category.dtype != bool or imputed.dtype != np.float64:
            raise ValueError(f"No table has the medians {imputed} and kinds {self.is_category}.")
        n_categories = int(np.count_nonzero(self.is_category))
        n_numbers = self.is_category.size - n_categories
        shapes = (self.is_category.ndim, imputed.shape, len(self.categories))
        if shapes != (1, (n_numbers,), n_categories) or len(self.has_others) != n_categories:
            raise ValueError(f"No table has {n_numbers} numbers and {n_categories} categories.")
        if np.isinf(imputed).any():
            raise ValueError(f"No table has the medians {imputed}.")
        if not all(isinstance(each, bool) for each in self.has_others):
            raise ValueError(f"No column has {self.has_others} others.")
        for known in self.categories:
            kinds = {kind_of(value) for value in known}
            if len(kinds) > 1 or None in kinds or known != sorted(set(known)):
                raise ValueError(f"No column has the categories {known}.")

    # --------------------------------------------------------------------- reading

    def is_table(self, X: Any, *, reset: bool) -> bool:
        """Return whether `X` must be read column by column, and is no array of numbers.

        A DataFrame whose columns share one numeric dtype is as good as an array.
        """
        has_categories = self.has_categories
        if reset:
            given = self.categorical_features
            has_categories = isinstance(given, list) and len(given) > 0
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
        names = shown_names(X, names)
        if reset:
            wanted = wanted_categories(self.categorical_features, X)
        else:
            wanted = self.is_category.tolist() if self.has_categories else [False] * X.shape[1]
        columns = read_columns(X, names, wanted, reset=reset)
        categories = [column for column in columns if isinstance(column, Categories)]
        if reset:
            self.is_category = np.array([isinstance(column, Categories) for column in columns])
            self.has_categories = bool(categories)
            warn_of_columns(columns, names, wanted, MAX_CATEGORIES)
        else:
            self._check_kinds(categories, np.array(names, object)[np.array(wanted)])
        numbers = [column for column in columns if isinstance(column, np.ndarray)]
        return Table(Numbers(numbers, X.shape[0]), categories)

    def _check_kinds(self, columns: list[Categories], names: np.ndarray) -> None:
        """Raise ValueError if numbers are to be found among strings, or the like."""
        # Before `fit`, when a validation set is read, there is nothing to compare with.
        for (_, values), known, name in zip(columns, self.categories, names, strict=False):
            if values and known and kind_of(values[0]) != kind_of(known[0]):
                raise ValueError(
                    f"Input X holds {kind_of(values[0])} like {values[0]!r} where the model has "
                    f"learnt categories that are {kind_of(known[0])} like {known[0]!r} (column "
                    f"{name}). Convert them to the same type."
                )

    # --------------------------------------------------------------------- fitting

    def fit(self, X: Any, sample_weight: np.ndarray | None = None) -> "TableEncoder":
        """Learn the medians, and which categories there are; return the encoder.

        `X` is a table that was read, or an array or CSR matrix of numbers.
        """
        weight = None if sample_weight is None else np.asarray(sample_weight, np.float64)
        self.categories, self.has_others = [], []
        if not self.has_categories:
            self.is_category = np.zeros(X.shape[1], bool)
        if isinstance(X, Table):
            self._fit_numbers(X.numbers, weight)
            for codes, values in X.categories:
                kept, has_others = _select_categories(codes, values, weight)
                self.categories.append(kept)
                self.has_others.append(has_others)
        else:
            self.imputed_values = (
                np.zeros(X.shape[1]) if sparse.issparse(X) else approximate_medians(X, weight)
            )
        self._finalize()
        return self

    def _finalize(self) -> None:
        """Set what follows from what was learnt."""
        self.has_categories = bool(self.categories)
        self._passes_arrays = not (self.categories or np.isnan(self.imputed_values).any())
        self.n_numbers, self._widths = len(self.imputed_values), []
        for known, has_others in zip(self.categories, self.has_others, strict=True):
            is_binary = len(known) == 2 and not has_others
            self._widths.append(1 if is_binary else max(1, len(known) + has_others))
        self.n_inputs = self.n_numbers + sum(self._widths)

    def _fit_numbers(self, numbers: Numbers, weight: np.ndarray | None) -> None:
        """Learn the medians and which columns have gaps."""
        counted = np.ones(numbers.shape[0], bool) if weight is None else weight > 0
        n_missing = np.zeros(numbers.shape[1], int)
        for rows in blocks(numbers):
            n_missing += np.isnan(np.asarray(numbers[rows])[counted[rows]]).sum(axis=0)
        self.imputed_values = approximate_medians(numbers, weight)
        for j in np.flatnonzero(n_missing):
            column = numbers.columns(slice(j, j + 1))
            self.imputed_values[j] = weighted_quantiles(column, [0.5], weight)[0, 0]

    # -------------------------------------------------------------------- encoding

    def input_names(self, feature_names: Sequence[str]) -> list[str]:
        """Return a name for each input, by the names of the columns.

        The name of a number is that of its column; that of a category is `column=category`.  Of
        two categories the second is named, which is the positive one.
        """
        names = [str(name) for name in feature_names]
        is_category = self.is_category.tolist()
        found = [name for name, is_one in zip(names, is_category, strict=True) if not is_one]
        columns = [name for name, is_one in zip(names, is_category, strict=True) if is_one]
        for column, known, has_others, width in zip(
            columns, self.categories, self.has_others, self._widths, strict=True
        ):
            values = [*map(str, known), "other"] if has_others else [*map(str, known)]
            # Without any category in `fit` the input is there, but says nothing.
            found += [f"{column}={value}" for value in values[-width:]] or [column]
        return found

    def numbers(self, X: Any) -> Any:
        """Return the columns of numbers, with their gaps, to fit a scaling to.

        The encoder need not be fitted.  Gaps of a CSR matrix are 0.
        """
        if isinstance(X, Table):
            return X.numbers
        return _without_gaps(X, np.zeros(X.shape[1])) if sparse.issparse(X) else X

    def transform(self, X: Any) -> Rows:
        """Return a table as inputs of the network, of shape (n_rows, n_inputs).

        That is `X` itself, an ndarray or CSR matrix, if there is nothing to encode; else lazy
        rows.
        """
        if isinstance(X, Table):
            numbers, categories = X.numbers, X.categories
        elif self._passes_arrays:
            return _without_gaps(X, self.imputed_values) if sparse.issparse(X) else X
        else:
            numbers, categories = Numbers(X), []
        inputs, values, n_inputs = [], [], self.n_numbers
        for column, known, has_others, width in zip(
            categories, self.categories, self.has_others, self._widths, strict=True
        ):
            its_inputs, its_values = _one_hot(column.values, known, has_others)
            inputs.append(n_inputs + its_inputs)
            values.append(its_values)
            n_inputs += width
        codes = [column.codes for column in categories]
        return EncodedTable(
            numbers.impute(self.imputed_values), codes, inputs, values, self.n_inputs
        )


def _without_gaps(X: Any, imputed_values: np.ndarray) -> Any:
    """Return a CSR matrix with a value of its column in the place of each NaN."""
    is_gap = np.isnan(X.data)
    if not is_gap.any():
        return X
    data = np.where(is_gap, imputed_values[X.indices], X.data)
    return type(X)((data, X.indices, X.indptr), shape=X.shape)


def _select_categories(
    codes: np.ndarray, values: list[Any], weight: np.ndarray | None
) -> tuple[list[Any], bool]:
    """Return the categories that get an input, sorted, and whether there are others."""
    totals = np.bincount(codes + 1, weight, minlength=len(values) + 1)[1:]
    # Scalars of NumPy, as columns of objects may hold, become Python's own.
    plain = [value.item() if isinstance(value, np.generic) else value for value in values]
    seen = sorted((plain[i], totals[i]) for i in np.flatnonzero(totals))
    if len(seen) <= MAX_CATEGORIES:
        return [value for value, _ in seen], False
    # Rounded, so that sums that are equal but for their last digits stay ties.
    shares = np.round([total for _, total in seen] / totals.sum(), 12)
    # Those that are equally frequent go together: a selection of some would mean nothing.
    frequent = np.flatnonzero(shares > np.sort(shares)[-MAX_CATEGORIES - 1])
    return [seen[i][0] for i in frequent], len(frequent) > 0


def _one_hot(
    values: list[Any], known: list[Any], has_others: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the input of each category, and last of a missing one, and its value there."""
    inputs = np.zeros(len(values) + 1, int)
    numbers = np.zeros(len(values) + 1)
    if len(known) == 2 and not has_others:
        numbers[:-1] = [-1.0 if v == known[0] else float(v == known[1]) for v in values]
        return inputs, numbers
    input_of = {value: i for i, value in enumerate(known)}
    others = len(known) if has_others else -1
    found = np.array([input_of.get(value, others) for value in values], int)
    inputs[:-1] = np.maximum(found, 0)
    numbers[:-1] = found >= 0
    return inputs, numbers
