"""The Learn pages: their frames show parts of "Watch it think" that are there."""

import re
from pathlib import Path

import pytest

page = pytest.importorskip("docs.watch.page", reason="the documentation is not here")
PAGES = Path(__file__).parents[1] / "docs" / "learn"


TEXT = "".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.rst"))


def test_frames_show_parts_of_the_page():
    html = page.build()
    classes = " ".join(re.findall(r'\bclass="([^"]+)"', html)).split()
    selectors = {f"#{name}" for name in re.findall(r'\bid="([\w-]+)"', html)}
    selectors |= {f".{name}" for name in classes}
    lists = re.findall(r'data-(?:show|hide)="([^"]+)"', TEXT)
    assert len(lists) > 5
    assert set(", ".join(lists).split(", ")) <= selectors
