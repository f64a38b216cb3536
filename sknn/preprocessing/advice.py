"""Advice on columns that were read otherwise than they were probably meant."""

import re
from collections.abc import Sequence

import numpy as np

from sknn.preprocessing.columns import Categories, parse_number
from sknn.user_warnings import warn_user

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


def warn_of_columns(
    columns: Sequence[np.ndarray | Categories],
    names: Sequence[str],
    as_category: Sequence[bool | None],
) -> None:
    """Warn of text that is nearly all numbers, and of categories that say little.

    Parameters
    ----------
    columns : sequence of ndarray or Categories
        Columns that were read.
    names : sequence of str
        Their names.
    as_category : sequence of bool or None
        Which columns were to be categories; None where the values decided.
    """
    odd, vague = [], []
    for column, name, wanted in zip(columns, names, as_category, strict=True):
        if not isinstance(column, Categories):
            continue
        if wanted is None and (doubt := doubt_about_numbers(column)):
            odd.append(f"column {name} {doubt}")
        elif doubt := doubt_about_categories(column):
            vague.append(f"column {name} ({doubt})")
    if odd:
        warn_user(
            f"Text that is nearly all numbers was read as categories: {_first(odd)}. If categories "
            "are meant, give the column the dtype 'category'."
        )
    if vague:
        warn_user(
            f"Nearly every row has its own category: {_first(vague)}. "
            "Little can be learnt from that. Drop the column if it is an identifier; make "
            "numbers, or fewer categories, of dates and texts."
        )


def _first(reasons: list[str]) -> str:
    """Return the first five reasons, and how many more there are."""
    more = f" and {len(reasons) - 5} more" if len(reasons) > 5 else ""
    return "; ".join(reasons[:5]) + more


def doubt_about_numbers(column: Categories) -> str | None:
    """Return what is odd about text that is nearly all numbers, and what to do.

    That is up to three odd values, and how to read the column as numbers, if more than half of the
    rows hold a number in any form; else None.
    """
    if column.kind != "strings":
        return None
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    strays, written, n_numbers = [], [], 0
    for value, count in zip(column.values, counts.tolist(), strict=True):
        if parse_number(value) is not None:
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


def doubt_about_categories(column: Categories) -> str | None:
    """Return why the categories of a column say little, None if they may say something."""
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    counts = counts[counts > 0]
    n_rows = counts.sum()
    if n_rows < _LEAST_ROWS_OF_AN_ID:
        return None
    if len(counts) > 0.9 * n_rows:
        return f"{len(counts)} values in {n_rows} rows"
    return None


def warn_of_vanishing(names: list[str], scaling: str | None) -> None:
    """Warn of columns with these names, whose numbers are too small to be learnt from."""
    remedy = "Multiply them" if scaling else "Multiply them, or set scaling='robust'"
    warn_user(
        f"The numbers of {len(names)} columns are so small that the network takes them "
        f"for zeros: {names[:5]}{' ...' if len(names) > 5 else ''}. {remedy}."
    )
