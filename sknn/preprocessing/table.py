"""Tables: columns of numbers and of categories, as they were read and as they are encoded."""

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from sknn.network.rows import LazyRows
from sknn.preprocessing.columns import Categories


class Numbers(LazyRows):
    """Columns of numbers, as float64 rows that are made when asked for.

    Parameters
    ----------
    source : ndarray or CSR matrix of shape (n_source_rows, n_columns), or list of ndarray of \
            shape (n_source_rows,)
        The numbers, NaN where they are missing.  They are never copied as a whole.
    n_rows : int, optional
        Number of rows of the source; needed for a list, which may be empty.
    rows : ndarray of int of shape (n_rows,), optional
        Row numbers within the source; by default all in their order.
    imputed_values : ndarray of shape (n_columns,), optional
        What takes the place of NaN.  A column of which nothing is known, whose imputed value is
        NaN itself, is 0 throughout.
    """

    dtype = np.dtype(np.float64)

    def __init__(
        self,
        source: Any,
        n_rows: int | None = None,
        rows: np.ndarray | None = None,
        imputed_values: np.ndarray | None = None,
    ):
        self.source = source
        self.rows = rows
        self.imputed_values = imputed_values
        self.n_source_rows = source.shape[0] if n_rows is None else n_rows
        n_columns = len(source) if isinstance(source, list) else source.shape[1]
        self.shape = (self.n_source_rows if rows is None else len(rows), n_columns)

    def impute(self, values: np.ndarray) -> "Numbers":
        """Return the same numbers with values in the place of NaN."""
        return Numbers(self.source, self.n_source_rows, self.rows, values)

    def columns(self, columns: slice | np.ndarray) -> "Numbers":
        """Return some of the columns, by a slice or by their numbers; nothing is copied."""
        if isinstance(self.source, list):
            source = [self.source[j] for j in np.arange(len(self.source))[columns]]
        else:
            source = self.source[:, columns]
        values = None if self.imputed_values is None else self.imputed_values[columns]
        return Numbers(source, self.n_source_rows, self.rows, values)

    def __getitem__(self, rows: Any) -> "Numbers":
        source, imputed = self.source, self.imputed_values
        if isinstance(rows, slice) and self.rows is None:  # views, not copies
            is_list = isinstance(source, list)
            source = [column[rows] for column in source] if is_list else source[rows]
            return Numbers(source, len(range(self.n_source_rows)[rows]), None, imputed)
        if not isinstance(rows, slice):
            rows = np.asarray(rows)
            rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        rows = rows if self.rows is None else self.rows[rows]
        return Numbers(source, self.n_source_rows, rows, imputed)

    def write(self, out: np.ndarray) -> None:
        """Make all rows in `out`."""
        rows = slice(None) if self.rows is None else self.rows
        if isinstance(self.source, list):
            for j, column in enumerate(self.source):
                out[:, j] = column[rows]
        else:
            source = self.source[rows]
            out[...] = source.toarray() if sparse.issparse(source) else source
        if self.imputed_values is not None:
            np.copyto(out, self.imputed_values, where=np.isnan(out))
            out[:, np.isnan(self.imputed_values)] = 0


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


class OneHot(NamedTuple):
    """A column of categories as inputs: each category has a value in one input."""

    codes: np.ndarray  # (n_rows,) integers; -1 for a missing category
    inputs: np.ndarray  # (n_codes + 1,) the input of each code, last of a missing category
    values: np.ndarray  # (n_codes + 1,) the value there

    def take(self, rows: Any) -> "OneHot":
        """Return the column in these rows."""
        return self._replace(codes=self.codes[rows])

    def write(self, out: np.ndarray) -> None:
        """Write the values of all rows to `out`, the inputs of the network."""
        out[np.arange(len(self.codes)), self.inputs[self.codes]] = self.values[self.codes]


class RowsOfColumn(NamedTuple):
    """A column of categories as inputs: each code has a row of numbers."""

    codes: np.ndarray  # (n_rows,) integers; -1 for the last row
    first: int  # the first input
    values: np.ndarray  # (n_codes, n_inputs) the numbers of each code

    def take(self, rows: Any) -> "RowsOfColumn":
        """Return the column in these rows."""
        return self._replace(codes=self.codes[rows])

    def write(self, out: np.ndarray) -> None:
        """Write the values of all rows to `out`, the inputs of the network."""
        out[:, self.first : self.first + self.values.shape[1]] = self.values[self.codes]


class EncodedTable(LazyRows):
    """A table as inputs of the network: float64 rows that are made when asked for.

    Parameters
    ----------
    numbers : Numbers of shape (n_rows, n_numbers)
        The columns of numbers, with their imputed values.
    categories : list of OneHot or RowsOfColumn
        The columns of categories.
    n_inputs : int
        Number of inputs.
    """

    dtype = np.dtype(np.float64)

    def __init__(self, numbers: Numbers, categories: list[OneHot | RowsOfColumn], n_inputs: int):
        self.numbers = numbers
        self.categories = categories
        self.shape = (numbers.shape[0], n_inputs)

    def __getitem__(self, rows: Any) -> "EncodedTable":
        categories = [column.take(rows) for column in self.categories]
        return EncodedTable(self.numbers[rows], categories, self.shape[1])

    def write(self, out: np.ndarray) -> None:
        """Make all rows in `out`."""
        n_numbers = self.numbers.shape[1]
        self.numbers.write(out[:, :n_numbers])
        out[:, n_numbers:] = 0
        for column in self.categories:
            column.write(out)
