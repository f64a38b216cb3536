"""The Learn pages: their links and frames lead to parts of "Watch it think" that are there."""

import re
from pathlib import Path

import pytest

page = pytest.importorskip("docs.watch.page", reason="the documentation is not here")
PAGES = Path(__file__).parents[1] / "docs" / "learn"


TEXT = "".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.rst"))


@pytest.fixture(scope="module")
def selectors():
    """The `#id` and `.class` of every element of the page."""
    html = page.build()
    ids = re.findall(r'\bid="([\w-]+)"', html)
    classes = " ".join(re.findall(r'\bclass="([^"]+)"', html)).split()
    return {f"#{name}" for name in ids} | {f".{name}" for name in classes}


def test_links_lead_to_parts_of_the_page(selectors):
    links = set(re.findall(r"watch\.html(#[\w-]+)", TEXT))
    assert links
    assert links <= selectors


def test_frames_show_parts_of_the_page(selectors):
    lists = re.findall(r'data-(?:show|hide)="([^"]+)"', TEXT)
    assert len(lists) > 5
    assert set(", ".join(lists).split(", ")) <= selectors
