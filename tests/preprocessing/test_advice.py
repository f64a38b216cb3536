"""Advice: columns that were probably meant otherwise are named."""

import numpy as np
import pandas as pd
import pytest

from tests.preprocessing.tables import (
    FRAMES,
    Texts,
    numbers_as,
    quick,
)


class TestOddNumbers(Texts):
    @pytest.mark.parametrize("make", FRAMES)
    @pytest.mark.parametrize(
        ("odd", "message"),
        [
            (["?"], r"'\?'; use .*na_values=\['\?'\].*pd.to_numeric\(column, errors='coerce'\)"),
            ([" "], r"' '; use .*na_values=\[' '\]"),
            (["NaN", "inf", "1_000", "n/a"], r"'NaN', 'inf', '1_000'; use .*na_values"),
        ],
    )
    def test_odd_values_among_it_are_named(self, make, odd, message):
        text = odd + self.TEXT[len(odd) :]
        with pytest.warns(UserWarning, match=f"column 't' holds {message}") as warned:
            quick(max_iter=1).fit(numbers_as(make, text, self.OTHER), self.Y)
        assert len(warned) == 1
        assert warned[0].filename == __file__

    @pytest.mark.parametrize(
        ("form", "remedy"),
        [
            (lambda v: f"{v:.3f}".replace(".", ","), r"decimal=','"),
            (lambda v: f"{1e4 + 1e3 * v:,.0f}", r"thousands=','"),
            (lambda v: f"${1e4 + 1e3 * v:,.0f}", r"'\[%\$.*,\]', '', regex=True\)\.astype"),
            (lambda v: f"{v:.2f} €".replace(".", ","), r"'\[%\$.*¥\]'.*str.replace\(',', '\.'\)"),
            (lambda v: f"{v:.1f}%", r"'\[%\$.*¥\]', '', regex=True\)\.astype"),
        ],
    )
    def test_numbers_as_people_write_them_have_a_remedy(self, form, remedy):
        table = numbers_as("pandas", [form(value) for value in self.VALUES], self.OTHER)
        with pytest.warns(UserWarning, match=f"column 't' holds '.*; use .*{remedy}"):
            quick(max_iter=1).fit(table, self.Y)


class TestVagueCategories:
    @pytest.mark.parametrize("n_rows", [60, 400])
    def test_columns_with_a_value_for_nearly_every_row_are_named(self, n_rows):
        i = np.arange(n_rows)
        frame = pd.DataFrame(
            {
                "x": i * 1.0,
                "number": i,
                "text": [f"text {k}" for k in i],
                "day": pd.date_range("2020-01-01", periods=n_rows).strftime("%Y-%m-%d"),
                "often": [f"user {k // 2}" for k in i],
            }
        )
        with pytest.warns(UserWarning, match="identifier") as warned:
            quick(max_iter=1).fit(frame, i % 2)
        assert len(warned) == 1
        assert warned[0].filename == __file__
        message = str(warned[0].message)
        assert "column 'text'" in message
        assert "column 'day'" in message
        assert "'number'" not in message
        assert "'often'" not in message
        with pytest.warns(UserWarning, match="column 'number'"):
            quick(max_iter=1, categorical_features=["number"]).fit(frame[["x", "number"]], i % 2)

    def test_many_equally_rare_values_have_target_statistics(self):
        frame = pd.DataFrame({"shop": [f"shop {k % 300}" for k in range(900)]})
        quick(max_iter=1).fit(frame, np.arange(900) % 2)

    def test_a_few_rows_may_all_differ(self):
        frame = pd.DataFrame({"name": [f"name {k}" for k in range(49)]})
        quick(max_iter=1).fit(frame, np.arange(49) % 2)
