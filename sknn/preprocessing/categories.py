"""Categories of a column: which are known, and what numbers they become."""

from typing import Any

import numpy as np

from sknn.preprocessing.columns import Categories, kind_of

#: Largest number of categories of a column with an input each.
MAX_ONE_HOT = 25

#: Largest number of categories of a column with an embedding each.
MAX_CATEGORIES = 254


def check_categories(known: list[Any], rare: list[Any], statistics: np.ndarray) -> None:
    """Raise ValueError unless these can be the categories of one column, and their statistics."""
    every = [*known, *rare]
    kinds = {kind_of(value) for value in every}
    if len(kinds) > 1 or None in kinds or len(every) > len(set(every)):
        raise ValueError(f"No column has the categories {known} and {rare}.")
    if known != sorted(known) or rare != sorted(rare):
        raise ValueError(f"Categories are in sorted order, and not {known} and {rare}.")
    is_matrix = statistics.dtype == np.float64 and statistics.ndim == 2
    if not (is_matrix and len(statistics) == len(rare) and np.isfinite(statistics).all()):
        raise ValueError(f"No categories {rare} have the statistics {statistics}.")


def select_categories(
    column: Categories, weight: np.ndarray | None, least: float
) -> tuple[list[Any], bool]:
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


def repeated_categories(
    column: Categories, weight: np.ndarray | None, known: list[Any]
) -> list[Any]:
    """Return the categories of at least two rows that are not known, sorted."""
    codes, values = column
    rows = codes if weight is None else codes[weight > 0]
    counts, plain = np.bincount(rows + 1, minlength=len(values) + 1)[1:], _plain(values)
    return sorted({plain[i] for i in np.flatnonzero(counts >= 2)} - set(known))


def _plain(values: list[Any]) -> list[Any]:
    """Return Python's own scalars in the place of NumPy's, as columns of objects may hold."""
    return [value.item() if isinstance(value, np.generic) else value for value in values]


def codes_of(column: Categories, categories: list[Any]) -> np.ndarray:
    """Return for each row the place of its category among some, or -1."""
    place_of = {value: i for i, value in enumerate(categories)}
    places = [place_of.get(value, -1) for value in column.values]
    return np.array([*places, -1])[column.codes]


def code(values: list[Any], known: list[Any], has_others: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return zeros and the code of each category, and last of a missing one."""
    code_of = {value: i for i, value in enumerate(known, 1)}
    others = len(known) + 1 if has_others else 0
    codes = [*(code_of.get(value, others) for value in values), 0]
    return np.zeros(len(codes), int), np.array(codes, np.float64)


def one_hot(values: list[Any], known: list[Any], has_others: bool) -> tuple[np.ndarray, np.ndarray]:
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
