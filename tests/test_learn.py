"""The Learn pages: their links into "Watch it think" lead to parts of it that are there."""

import re
from pathlib import Path

import pytest

page = pytest.importorskip("docs.watch.page", reason="the documentation is not here")
PAGES = Path(__file__).parents[1] / "docs" / "learn"


def test_links_lead_to_parts_of_the_page():
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.rst"))
    links = set(re.findall(r"watch\.html#([\w-]+)", text))
    assert links
    assert links <= set(re.findall(r'\bid="([\w-]+)"', page.build()))
