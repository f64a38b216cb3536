"""TableEncoder: numbers, categories and missing values become one matrix of floats.

A table is *read* column by column, the encoder is *fitted* to it, and its rows are *encoded* block
by block, when they are asked for.  The only whole matrix is the one that the network trains on.
An array of numbers without gaps is its own encoding.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from sknn.network.rows import Rows, blocks
from sknn.preprocessing.advice import warn_of_columns
from sknn.preprocessing.categories import (
    MAX_ONE_HOT,
    check_categories,
    code,
    codes_of,
    one_hot,
    repeated_categories,
    select_categories,
)
from sknn.preprocessing.columns import Categories, kind_of
from sknn.preprocessing.frames import is_homogeneous, read_columns, shown_names, wanted_categories
from sknn.preprocessing.scaler import approximate_medians, weighted_quantiles
from sknn.preprocessing.statistics import target_statistics
from sknn.preprocessing.table import EncodedTable, Numbers, OneHot, RowsOfColumn, Table

# Of more than `MAX_ONE_HOT` categories, those with fewer rows than this have target statistics: an
# embedding of its own would learn a rare category by heart.  No category has both: beside an
# embedding, cross-fitted statistics tell by their deviations what the targets of the own fold are.
_FREQUENT = 10

# Target statistics of more outputs than this would be too many inputs.
_MAX_OUTPUTS = 25

# What defines a fitted encoder; all else follows.
_DEFINITION = (
    "categorical_features",
    "is_category",
    "imputed_values",
    "categories",
    "has_others",
    "rare_categories",
    "statistics",
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
    * Of more than `MAX_ONE_HOT` categories those with at least 10 rows, and `MAX_CATEGORIES` of
      them at most, are *known*; all others count as one more.  An unseen category is one of the
      others: nothing tells it from a rare one.  Categories that are equally frequent are known all
      together or not at all.
    * If more than `MAX_ONE_HOT` are left, the column becomes a code, after all inputs, of which the
      network makes an embedding: 0 for a missing category, 1 to k for others.
    * Where there are others, there is an input more for each output: the target statistic of the
      category, see `target_statistics`.  In the training set it is cross-fitted.  It is 0 for
      known, missing and unseen categories, and for those of one row, which would tell the target
      of that row.
    * Where no category is known and none has a statistic, as in a column of names, the column is
      one input of zeros.

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
        For each column of categories, those that are known, in sorted order.
    has_others : list of bool
        For each column of categories, whether there are others, which share an input or a code.
    rare_categories : list of list
        For each column of categories, the others that have target statistics, in sorted order.
    statistics : list of ndarray of shape (n_rare_categories, n_outputs)
        Their target statistics.
    has_categories : bool
        Whether there are columns of categories.
    n_numbers : int
        Number of columns of numbers, which are the first inputs.
    n_inputs : int
        Number of inputs that a row becomes.
    is_embedded : list of bool
        For each column of categories, whether it becomes a code.
    n_embedded : list of int
        For each column of codes, which follow the inputs, the number of codes but 0.

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
        self.n_embedded: list[int] = []
        self.imputed_values = np.zeros(0)
        self.categories: list[list[Any]] = []
        self.has_others: list[bool] = []
        self.rare_categories: list[list[Any]] = []
        self.statistics: list[np.ndarray] = []
        self.is_embedded: list[bool] = []
        self._n_one_hot: list[int] = []  # its number of inputs but for target statistics
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
        if not len(self.rare_categories) == len(self.statistics) == n_categories:
            raise ValueError(f"No table of {n_categories} categories has these statistics.")
        self.statistics = [np.asarray(each) for each in self.statistics]
        for column in zip(self.categories, self.rare_categories, self.statistics, strict=True):
            check_categories(*column)

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
            warn_of_columns(columns, names, wanted)
        else:
            self._check_kinds(categories, np.array(names, object)[np.array(wanted)])
        numbers = [column for column in columns if isinstance(column, np.ndarray)]
        return Table(Numbers(numbers, X.shape[0]), categories)

    def _check_kinds(self, columns: list[Categories], names: np.ndarray) -> None:
        """Raise ValueError if numbers are to be found among strings, or the like."""
        # Before `fit`, when a validation set is read, there is nothing to compare with.
        for (_, values), known, name in zip(columns, self.examples(), names, strict=False):
            if values and known is not None and kind_of(values[0]) != kind_of(known):
                raise ValueError(
                    f"Input X holds {kind_of(values[0])} like {values[0]!r} where the model has "
                    f"learnt categories that are {kind_of(known)} like {known!r} (column "
                    f"{name}). Convert them to the same type."
                )

    def examples(self) -> list[Any]:
        """Return a category of each column of categories, or None if it has none."""
        pairs = zip(self.categories, self.rare_categories, strict=True)
        return [next(iter(known or rare), None) for known, rare in pairs]

    # --------------------------------------------------------------------- fitting

    def fit(
        self,
        X: Any,
        sample_weight: np.ndarray | None = None,
        targets: np.ndarray | None = None,
    ) -> "TableEncoder":
        """Learn the medians, which categories there are, and target statistics.

        Parameters
        ----------
        X : Table, ndarray or CSR matrix of shape (n_rows, n_features)
            A table that was read, or numbers.
        sample_weight : ndarray of shape (n_rows,), optional
            Weights of the rows.
        targets : ndarray of shape (n_rows, n_outputs), optional
            Zeros and ones.  Without them, as in a stream, there are no target statistics, and
            categories may be known however rare they are.

        Returns
        -------
        TableEncoder
            This encoder.
        """
        weight = None if sample_weight is None else _in_rows(sample_weight)
        self.categories, self.has_others = [], []
        self.rare_categories, self.statistics = [], []
        if not self.has_categories:
            self.is_category = np.zeros(X.shape[1], bool)
        if isinstance(X, Table):
            self._fit_numbers(X.numbers, weight)
            for column in X.categories:
                self._fit_categories(column, weight, targets)
        else:
            self.imputed_values = (
                np.zeros(X.shape[1]) if sparse.issparse(X) else approximate_medians(X, weight)
            )
        self._finalize()
        return self

    def _fit_categories(
        self, column: Categories, weight: np.ndarray | None, targets: np.ndarray | None
    ) -> None:
        """Learn which categories of a column are known, and the statistics of others."""
        has_statistics = targets is not None and targets.shape[1] <= _MAX_OUTPUTS
        known, has_others = select_categories(column, weight, _FREQUENT * has_statistics)
        rare, statistics = [], np.zeros((0, 0))
        if has_statistics:
            rare = repeated_categories(column, weight, known)
        if rare and targets is not None:
            codes = codes_of(column, rare)
            statistics, _ = target_statistics(codes, len(rare), targets, weight)
        self.categories.append(known)
        self.has_others.append(has_others or bool(rare))
        self.rare_categories.append(rare)
        self.statistics.append(statistics)

    def _finalize(self) -> None:
        """Set what follows from what was learnt."""
        self.has_categories = bool(self.categories)
        self._passes_arrays = not (self.categories or np.isnan(self.imputed_values).any())
        self.n_numbers = self.n_inputs = len(self.imputed_values)
        self.is_embedded, self._n_one_hot, self.n_embedded = [], [], []
        for known, has_others, statistics in zip(
            self.categories, self.has_others, self.statistics, strict=True
        ):
            n_categories = len(known) + has_others
            is_embedded = len(known) > MAX_ONE_HOT
            is_binary = len(known) == 2 and not has_others
            n_one_hot = 0 if is_embedded else 1 if is_binary else max(1, n_categories)
            self.is_embedded.append(is_embedded)
            self._n_one_hot.append(n_one_hot)
            self.n_embedded += [n_categories] * is_embedded
            self.n_inputs += n_one_hot + statistics.shape[1]

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
        two categories the second is named, which is the positive one.  A target statistic is
        `column: output`, with the number of the output.
        """
        names = [str(name) for name in feature_names]
        is_category = self.is_category.tolist()
        found = [name for name, is_one in zip(names, is_category, strict=True) if not is_one]
        columns = [name for name, is_one in zip(names, is_category, strict=True) if is_one]
        for i, column in enumerate(columns):
            values = [*map(str, self.categories[i]), *["other"] * self.has_others[i]]
            if (n_one_hot := self._n_one_hot[i]) > 0:
                # Without any category in `fit` the input is there, but says nothing.
                found += [f"{column}={value}" for value in values[-n_one_hot:]] or [column]
            found += [f"{column}: {k}" for k in range(self.statistics[i].shape[1])]
        return found

    def numbers(self, X: Any) -> Any:
        """Return the columns of numbers, with their gaps, to fit a scaling to.

        The encoder need not be fitted.  Gaps of a CSR matrix are 0.
        """
        if isinstance(X, Table):
            return X.numbers
        return _without_gaps(X, np.zeros(X.shape[1])) if sparse.issparse(X) else X

    def transform(self, X: Any) -> Rows:
        """Return a table as inputs of the network, and codes of categories with an embedding.

        Parameters
        ----------
        X : Table, ndarray or CSR matrix of shape (n_rows, n_features)
            A table that was read, or numbers.

        Returns
        -------
        ndarray, CSR matrix or LazyRows of shape (n_rows, n_inputs + n_codes)
            `X` itself, an ndarray or CSR matrix, if there is nothing to encode; else lazy rows.
        """
        return self._encode(X, self._statistics)

    def transform_training_set(
        self, X: Any, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> Rows:
        """Return a training set as inputs, with cross-fitted target statistics.

        Parameters
        ----------
        X, targets, sample_weight : object
            As in `fit`.

        Returns
        -------
        ndarray, CSR matrix or LazyRows of shape (n_rows, n_inputs + n_codes)
            As of `transform`.
        """
        weight = None if sample_weight is None else _in_rows(sample_weight)

        def statistics(column: Categories, i: int, first: int) -> RowsOfColumn:
            rare = self.rare_categories[i]
            codes = codes_of(column, rare)
            _, of_rows = target_statistics(codes, len(rare), targets, weight)
            return RowsOfColumn(np.arange(len(codes)), first, of_rows)

        return self._encode(X, statistics)

    def _statistics(self, column: Categories, i: int, first: int) -> RowsOfColumn:
        """Return the target statistics of a column of categories."""
        statistics = self.statistics[i]
        none = np.zeros((1, statistics.shape[1]))
        codes = codes_of(column, self.rare_categories[i])
        return RowsOfColumn(codes, first, np.concatenate([statistics, none]))

    def _encode(self, X: Any, statistics: Callable[..., RowsOfColumn]) -> Rows:
        """Return encoded rows, with target statistics that a function makes."""
        if isinstance(X, Table):
            numbers, categories = X.numbers, X.categories
        elif self._passes_arrays:
            return _without_gaps(X, self.imputed_values) if sparse.issparse(X) else X
        else:
            numbers, categories = Numbers(X), []
        encoded: list[OneHot | RowsOfColumn] = []
        first, first_code = self.n_numbers, self.n_inputs
        for i, column in enumerate(categories):
            known, has_others = self.categories[i], self.has_others[i]
            if self.is_embedded[i]:
                inputs, values = code(column.values, known, has_others)
                encoded.append(OneHot(column.codes, first_code + inputs, values))
                first_code += 1
            else:
                inputs, values = one_hot(column.values, known, has_others)
                encoded.append(OneHot(column.codes, first + inputs, values))
                first += self._n_one_hot[i]
            if self.rare_categories[i]:
                encoded.append(statistics(column, i, first))
                first += self.statistics[i].shape[1]
        return EncodedTable(numbers.impute(self.imputed_values), encoded, first_code)


def _without_gaps(X: Any, imputed_values: np.ndarray) -> Any:
    """Return a CSR matrix with a value of its column in the place of each NaN."""
    is_gap = np.isnan(X.data)
    if not is_gap.any():
        return X
    data = np.where(is_gap, imputed_values[X.indices], X.data)
    return type(X)((data, X.indices, X.indptr), shape=X.shape)


def _in_rows(sample_weight: np.ndarray) -> np.ndarray:
    """Return weights that sum to the effective number of rows, `(Σ w)² / Σ w²`."""
    weight = np.array(sample_weight, np.float64)
    weight /= weight.max()  # squares of very small or large weights would underflow or overflow
    return weight * (weight.sum() / np.square(weight).sum())
