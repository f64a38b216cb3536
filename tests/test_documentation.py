"""The pages: every parameter is listed, and the built site is whole by itself."""

import inspect
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from sknn import SimpleMLPClassifier

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="needs the documentation")

# Attributes that make a browser fetch something when it shows a page; a link (<a href>) does not.
FETCHED = {
    ("audio", "src"),
    ("embed", "src"),
    ("iframe", "src"),
    ("img", "src"),
    ("img", "srcset"),
    ("link", "href"),
    ("object", "data"),
    ("script", "src"),
    ("source", "src"),
    ("source", "srcset"),
    ("video", "src"),
}


class Page(HTMLParser):
    """What a page links to, what it fetches, and the places in it that can be linked to."""

    def __init__(self, path):
        super().__init__()
        self.links, self.fetched, self.places, self._is_style = [], [], set(), False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = {name: value for name, value in attrs if value}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        self._is_style = tag == "style"
        is_address = tag == "link" and given.get("rel") in ("canonical", "alternate")
        for name, value in given.items():
            if tag == "a" and name == "href":
                self.links.append(value)
            elif (tag, name) in FETCHED and not is_address:
                addresses = value.split(",") if name == "srcset" else [value]
                self.fetched += [address.split()[0] for address in addresses]
            elif name == "style":
                self.fetched += addresses_in_style(value)

    def handle_data(self, data):
        if self._is_style:
            self.fetched += addresses_in_style(data)


def addresses_in_style(text):
    """Return what a stylesheet fetches."""
    found = re.findall(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", text)
    return [first or second for first, second in found]


def is_outside(address):
    return address.startswith("//") or urlsplit(address).scheme in ("http", "https")


def test_the_table_of_parameters_is_complete_and_has_the_defaults():
    page = (DOCS / "parameters.rst").read_text(encoding="utf-8")
    listed = re.findall(r"\* - ``(\w+)``\n +- ``(.+)``\n", page)
    parameters = inspect.signature(SimpleMLPClassifier).parameters.values()
    written = {each.name: repr(each.default).replace("'", '"') for each in parameters}
    shown = {name: "1e-4" if name == "tol" else default for name, default in listed}
    written |= {"tol": "1e-4", "epsilon": "1e-8"}
    assert shown == written
    assert len(listed) == len(written)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of a built site: the one that SKNN_SITE names, or one built here."""
    if "SKNN_SITE" in os.environ:
        return Path(os.environ["SKNN_SITE"]).resolve()
    if find_spec("sphinx_gallery") is None:
        pytest.skip("needs what builds the documentation")
    folder = tmp_path_factory.mktemp("site")
    options = ["-W", "--keep-going", "-q", "-D", "plot_gallery=0", "-b", "html"]
    subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            *options,
            "-d",
            folder / "doctrees",
            DOCS,
            folder / "html",
        ],
        check=True,
        cwd=ROOT,
    )
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site):
    paths = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    found = {path: Page(path) for path in paths}
    assert len(found) > 20
    return found


def leads_somewhere(link, path, pages):
    """Return whether a link of the page at `path` leads to a file, and to a place that is in it."""
    parts = urlsplit(link)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    place = unquote(parts.fragment.partition(":~:")[0])  # what follows is text to mark
    if target in pages and place:
        return place in pages[target].places
    return target.is_file()


@pytest.mark.slow
def test_links_lead_somewhere(pages):
    broken = [
        (path.name, link)
        for path, page in pages.items()
        for link in page.links
        if path.name != "404.html" and not (urlsplit(link).scheme or urlsplit(link).netloc)
        if not leads_somewhere(link, path, pages)
    ]
    assert broken == []


@pytest.mark.slow
def test_pages_fetch_what_is_there_and_nothing_from_the_network(site, pages):
    fetched = [(path, address) for path, page in pages.items() for address in page.fetched]
    for path in site.rglob("*.css"):
        addresses = addresses_in_style(path.read_text(encoding="utf-8"))
        fetched += [(path, address) for address in addresses]
    assert len(fetched) > 100
    assert [(path.name, address) for path, address in fetched if is_outside(address)] == []
    missing = [
        (path.name, address)
        for path, address in fetched
        if not address.startswith("data:") and path.name != "404.html"
        if not (path.parent / unquote(urlsplit(address).path)).exists()
    ]
    assert missing == []


def test_a_page_that_fetches_from_the_network_is_found(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(
        '<a href="https://example.org/a"></a><script src="https://example.org/b.js"></script>'
        '<img srcset="//example.org/c.png 2x, d.png"><style>@import "https://example.org/e";</style>'
    )
    outside = [address for address in Page(path).fetched if is_outside(address)]
    assert outside == ["https://example.org/b.js", "//example.org/c.png", "https://example.org/e"]
