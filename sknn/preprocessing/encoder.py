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
from sknn.preprocessing.categories import CategoryEncoder, Statistics
from sknn.preprocessing.columns import Categories, kind_of
from sknn.preprocessing.frames import is_homogeneous, read_columns, shown_names, wanted_categories
from sknn.preprocessing.scaler import approximate_medians, weighted_quantiles
from sknn.preprocessing.statistics import in_rows
from sknn.preprocessing.table import EncodedTable, Numbers, OneHot, RowsOfColumn, Table

# What defines a fitted encoder; all else follows.
_OF_COLUMNS = ("categories", "has_others", "rare_categories", "statistics")
_DEFINITION = ("categorical_features", "is_category", "imputed_values", *_OF_COLUMNS)


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
    columns : list of CategoryEncoder
        For each column of categories, all of this.
    has_categories : bool
        Whether there are columns of categories.
    n_numbers : int
        Number of columns of numbers, which are the first inputs.
    n_inputs : int
        Number of inputs that a row becomes.
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
        self.imputed_values = np.zeros(0)
        self.columns: list[CategoryEncoder] = []
        self.n_numbers = self.n_inputs = 0
        self.n_embedded: list[int] = []
        self._passes_arrays = True  # whether an array without gaps is its own encoding

    def __repr__(self) -> str:
        if self.n_inputs == 0:
            return f"{type(self).__name__}(not fitted)"
        counts = {
            "number": self.n_numbers,
            "categorical column": len(self.columns),
            "input": self.n_inputs,
        }
        parts = [f"{n:,} {name}{'' if n == 1 else 's'}" for name, n in counts.items()]
        return f"{type(self).__name__}({', '.join(parts)})"

    @property
    def categories(self) -> list[list[Any]]:
        """For each column of categories, those that are known."""
        return [column.known for column in self.columns]

    @property
    def has_others(self) -> list[bool]:
        """For each column of categories, whether there are others."""
        return [column.has_others for column in self.columns]

    @property
    def rare_categories(self) -> list[list[Any]]:
        """For each column of categories, the others that have target statistics."""
        return [column.rare for column in self.columns]

    @property
    def statistics(self) -> list[np.ndarray]:
        """For each column of categories, these statistics."""
        return [column.statistics for column in self.columns]

    # ----------------------------------------------------------------------- files

    def definition(self) -> dict[str, Any]:
        """Return what was learnt, in plain types."""
        return {name: getattr(self, name) for name in _DEFINITION}

    @classmethod
    def from_definition(cls, definition: Mapping[str, Any]) -> "TableEncoder":
        """Return the fitted encoder with that definition; raise ValueError if no table has it."""
        # Of memory maps the base arrays, as in `ParameterVector`.
        is_category = np.asarray(definition["is_category"])
        imputed = np.asarray(definition["imputed_values"])
        if is_category.dtype != bool or imputed.dtype != np.float64 or np.isinf(imputed).any():
            raise ValueError(f"No table has the medians {imputed} and kinds {is_category}.")
        n_categories = int(np.count_nonzero(is_category))
        n_numbers = is_category.size - n_categories
        parts = [definition[name] for name in _OF_COLUMNS]
        lengths = {*map(len, parts), n_categories}
        if (is_category.ndim, imputed.shape, len(lengths)) != (1, (n_numbers,), 1):
            raise ValueError(f"No table has {n_numbers} numbers and {n_categories} categories.")
        known, has_others, rare, statistics = parts
        if not all(isinstance(each, bool) for each in has_others):
            raise ValueError(f"No column has {has_others} others.")
        encoder = cls()
        encoder.categorical_features = definition["categorical_features"]
        encoder.is_category, encoder.imputed_values = is_category, imputed
        columns = zip(known, has_others, rare, map(np.asarray, statistics), strict=True)
        encoder.columns = [CategoryEncoder(*column) for column in columns]
        for column in encoder.columns:
            column.check()
        encoder._finalize()
        return encoder

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
        for column, encoder, name in zip(columns, self.columns, names, strict=False):
            known = encoder.example
            if column.values and known is not None and column.kind != kind_of(known):
                raise ValueError(
                    f"Input X holds {column.kind} like {column.values[0]!r} where the model has "
                    f"learnt categories that are {kind_of(known)} like {known!r} (column "
                    f"{name}). Convert them to the same type."
                )

    # --------------------------------------------------------------------- fitting

    def fit(
        self,
        X: Rows | Table,
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
        weight = None if sample_weight is None else in_rows(sample_weight)
        self.columns = []
        if not self.has_categories:
            self.is_category = np.zeros(X.shape[1], bool)
        if isinstance(X, Table):
            self._fit_numbers(X.numbers, weight)
            self.columns = [CategoryEncoder.fit(each, weight, targets) for each in X.categories]
        else:
            self.imputed_values = (
                np.zeros(X.shape[1]) if sparse.issparse(X) else approximate_medians(X, weight)
            )
        self._finalize()
        return self

    def _finalize(self) -> None:
        """Set what follows from what was learnt."""
        columns = self.columns
        self.has_categories = bool(columns)
        self._passes_arrays = not (columns or np.isnan(self.imputed_values).any())
        self.n_numbers = self.n_inputs = len(self.imputed_values)
        for column in columns:
            self.n_inputs += column.n_one_hot + column.statistics.shape[1]
        self.n_embedded = [column.n_codes for column in columns if column.is_embedded]

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
        for column, encoder in zip(columns, self.columns, strict=True):
            found += encoder.input_names(column)
        return found

    def numbers(self, X: Rows | Table) -> Any:
        """Return the columns of numbers, with their gaps, to fit a scaling to.

        The encoder need not be fitted.  Gaps of a CSR matrix are 0.
        """
        if isinstance(X, Table):
            return X.numbers
        return _without_gaps(X, np.zeros(X.shape[1])) if sparse.issparse(X) else X

    def transform(self, X: Rows | Table) -> Rows:
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
        return self._encode(X, CategoryEncoder.statistics_of)

    def transform_training_set(
        self, X: Rows | Table, targets: np.ndarray, sample_weight: np.ndarray | None = None
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
        weight = None if sample_weight is None else in_rows(sample_weight)

        def of_rows(encoder: CategoryEncoder, column: Categories) -> Statistics:
            return encoder.cross_fitted(column, targets, weight)

        return self._encode(X, of_rows)

    def _encode(self, X: Rows | Table, statistics_of: Callable[..., Statistics]) -> Rows:
        """Return encoded rows, with target statistics that a function makes."""
        if isinstance(X, Table):
            numbers, categories = X.numbers, X.categories
        elif self._passes_arrays:
            return _without_gaps(X, self.imputed_values) if sparse.issparse(X) else X
        else:
            numbers, categories = Numbers(X), []
        encoded: list[OneHot | RowsOfColumn] = []
        first, first_code = self.n_numbers, self.n_inputs
        for encoder, column in zip(self.columns, categories, strict=True):
            if encoder.is_embedded:
                inputs, values = encoder.code(column.values)
                encoded.append(OneHot(column.codes, first_code + inputs, values))
                first_code += 1
            else:
                inputs, values = encoder.one_hot(column.values)
                encoded.append(OneHot(column.codes, first + inputs, values))
                first += encoder.n_one_hot
            if encoder.rare:
                codes, statistics = statistics_of(encoder, column)
                encoded.append(RowsOfColumn(codes, first, statistics))
                first += statistics.shape[1]
        return EncodedTable(numbers.impute(self.imputed_values), encoded, first_code)


def _without_gaps(X: Rows, imputed_values: np.ndarray) -> Any:
    """Return a CSR matrix with a value of its column in the place of each NaN."""
    is_gap = np.isnan(X.data)
    if not is_gap.any():
        return X
    data = np.where(is_gap, imputed_values[X.indices], X.data)
    return type(X)((data, X.indices, X.indptr), shape=X.shape)
