"""CategoryEncoder: which categories of a column are known, and what numbers they become."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from sknn.preprocessing.columns import Categories, kind_of
from sknn.preprocessing.statistics import target_statistics

#: Largest number of categories of a column with an input each.
MAX_ONE_HOT = 25

#: Largest number of categories of a column with an embedding each.
MAX_CATEGORIES = 254

# Of more than `MAX_ONE_HOT` categories, those with fewer rows than this have target statistics: an
# embedding of its own would learn a rare category by heart.  No category has both: beside an
# embedding, cross-fitted statistics tell by their deviations what the targets of the own fold are.
_FREQUENT = 10

# Target statistics of more outputs than this would be too many inputs.
_MAX_OUTPUTS = 25

# For each row the number of its target statistics, and the statistics.
Statistics = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class CategoryEncoder:
    """What one column of categories becomes: see `TableEncoder`.

    Attributes
    ----------
    known : list
        The categories that are known, in sorted order.
    has_others : bool
        Whether there are others, which share an input or a code.
    rare : list
        The others that have target statistics, in sorted order.
    statistics : ndarray of shape (n_rare_categories, n_outputs)
        Their target statistics.
    """

    known: list[Any]
    has_others: bool
    rare: list[Any]
    statistics: np.ndarray

    @classmethod
    def fit(cls, column: Categories, weight: np.ndarray | None, targets: np.ndarray | None) -> Self:
        """Learn which categories of a column are known, and the statistics of others."""
        if targets is None or targets.shape[1] > _MAX_OUTPUTS:
            return cls(*_select(column, weight, 0), [], np.zeros((0, 0)))
        known, has_others = _select(column, weight, _FREQUENT)
        rare, statistics = _repeated(column, weight, known), np.zeros((0, 0))
        if rare:
            statistics, _ = target_statistics(codes_of(column, rare), len(rare), targets, weight)
        return cls(known, has_others or bool(rare), rare, statistics)

    def check(self) -> None:
        """Raise ValueError unless these can be the categories of one column."""
        known, rare, statistics = self.known, self.rare, self.statistics
        every = [*known, *rare]
        kinds = {kind_of(value) for value in every}
        if len(kinds) > 1 or None in kinds or len(every) > len(set(every)):
            raise ValueError(f"No column has the categories {known} and {rare}.")
        if known != sorted(known) or rare != sorted(rare):
            raise ValueError(f"Categories are in sorted order, and not {known} and {rare}.")
        is_matrix = statistics.dtype == np.float64 and statistics.ndim == 2
        if not (is_matrix and len(statistics) == len(rare) and np.isfinite(statistics).all()):
            raise ValueError(f"No categories {rare} have the statistics {statistics}.")

    @property
    def example(self) -> Any:
        """A category; None if the column has none."""
        return next(iter(self.known or self.rare), None)

    @property
    def is_embedded(self) -> bool:
        """Whether the column becomes a code, of which the network makes an embedding."""
        return len(self.known) > MAX_ONE_HOT

    @property
    def is_binary(self) -> bool:
        """Whether the column becomes one input, -1 or 1."""
        return len(self.known) == 2 and not self.has_others

    @property
    def n_codes(self) -> int:
        """Number of codes but 0, which is that of missing categories."""
        return len(self.known) + self.has_others

    @property
    def n_one_hot(self) -> int:
        """Number of inputs but for target statistics; without any category it is one of zeros."""
        return 0 if self.is_embedded else 1 if self.is_binary else max(1, self.n_codes)

    def input_names(self, name: str) -> list[str]:
        """Return a name for each input of the column of that name."""
        values = [*map(str, self.known), *["other"] * self.has_others]
        inputs = [f"{name}={value}" for value in values[-self.n_one_hot :]] or [name]
        statistics = [f"{name}: {k}" for k in range(self.statistics.shape[1])]
        return inputs * (not self.is_embedded) + statistics

    def code(self, values: list[Any]) -> tuple[np.ndarray, np.ndarray]:
        """Return zeros and the code of each category, and last of a missing one."""
        code_of = {value: i for i, value in enumerate(self.known, 1)}
        others = self.n_codes * self.has_others
        codes = [*(code_of.get(value, others) for value in values), 0]
        return np.zeros(len(codes), int), np.array(codes, np.float64)

    def one_hot(self, values: list[Any]) -> tuple[np.ndarray, np.ndarray]:
        """Return the input of each category, and last of a missing one, and its value there."""
        inputs, numbers = np.zeros(len(values) + 1, int), np.zeros(len(values) + 1)
        if self.is_binary:
            first, second = self.known
            numbers[:-1] = [-1.0 if v == first else float(v == second) for v in values]
            return inputs, numbers
        input_of = {value: i for i, value in enumerate(self.known)}
        others = len(self.known) if self.has_others else -1
        found = np.array([input_of.get(value, others) for value in values], int)
        inputs[:-1] = np.maximum(found, 0)
        numbers[:-1] = found >= 0
        return inputs, numbers

    def statistics_of(self, column: Categories) -> Statistics:
        """Return for each row the number of its statistics, and the statistics; last come zeros."""
        none = np.zeros((1, self.statistics.shape[1]))
        return codes_of(column, self.rare), np.concatenate([self.statistics, none])

    def cross_fitted(
        self, column: Categories, targets: np.ndarray, weight: np.ndarray | None
    ) -> Statistics:
        """Return the same for the rows of the training set, each with statistics of its own."""
        codes = codes_of(column, self.rare)
        _, of_rows = target_statistics(codes, len(self.rare), targets, weight)
        return np.arange(len(codes)), of_rows


def codes_of(column: Categories, categories: list[Any]) -> np.ndarray:
    """Return for each row the place of its category among some, or -1."""
    place_of = {value: i for i, value in enumerate(categories)}
    places = [place_of.get(value, -1) for value in column.values]
    return np.array([*places, -1])[column.codes]


def _select(column: Categories, weight: np.ndarray | None, least: float) -> tuple[list[Any], bool]:
    """Return the known categories, sorted, and whether there are others.

    Of many categories only those are known that have at least so many rows.
    """
    codes, values = column
    totals = np.bincount(codes + 1, weight, minlength=len(values) + 1)[1:]
    plain = _plain(values)
    seen = sorted((plain[i], totals[i]) for i in np.flatnonzero(totals))
    if len(seen) <= MAX_ONE_HOT:
        return [value for value, _ in seen], False
    # Rounded, so that sums that are equal but for their last digits stay ties.
    counts = np.round([total for _, total in seen], 9)
    if len(seen) > MAX_CATEGORIES:
        # Those that are equally frequent go together: a selection of some would mean nothing.
        least = max(least, np.nextafter(np.sort(counts)[-MAX_CATEGORIES - 1], np.inf))
    known = [seen[i][0] for i in np.flatnonzero(counts >= least)]
    return known, 0 < len(known) < len(seen)


def _repeated(column: Categories, weight: np.ndarray | None, known: list[Any]) -> list[Any]:
    """Return the categories of at least two rows that are not known, sorted."""
    codes, values = column
    rows = codes if weight is None else codes[weight > 0]
    counts, plain = np.bincount(rows + 1, minlength=len(values) + 1)[1:], _plain(values)
    return sorted({plain[i] for i in np.flatnonzero(counts >= 2)} - set(known))


def _plain(values: list[Any]) -> list[Any]:
    """Return Python's own scalars in the place of NumPy's, as columns of objects may hold."""
    return [value.item() if isinstance(value, np.generic) else value for value in values]
