"""The frames of the Learn pages show the parts of the page that they name, and nothing else."""

import re
from pathlib import Path

import pytest

from docs.watch.page import build

DOCS = Path(__file__).parents[2] / "docs"
SITE = "http://site.test"
NAMES = ["neuron", "weights", "layers", "cost", "descent"]


def frames_of(name):
    """Return the frames of a Learn page and the script that they need, as HTML."""
    text = (DOCS / "learn" / f"{name}.rst").read_text(encoding="utf-8")
    return "".join(re.findall(r"<iframe class=\"watch\".*?</iframe>|<script.*?</script>", text))


@pytest.fixture
def learn(browser):
    """Return a function that opens the frames of a Learn page in a column of a given width."""
    context, errors = browser.new_context(bypass_csp=True), []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    style = "<style>iframe { width: 100%; height: 70rem; border: 0 }</style>"

    def answer(route):
        path = route.request.url.removeprefix(SITE)
        if path == "/watch.html":
            route.fulfill(body=build(), content_type="text/html; charset=utf-8")
        elif path == "/_static/watch.js":
            route.fulfill(path=DOCS / "_static" / "watch.js", content_type="text/javascript")
        else:
            body = f"<!doctype html>{style}<body>{frames_of(Path(path).stem)}"
            route.fulfill(body=body, content_type="text/html; charset=utf-8")

    def opened(name, width):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{SITE}/learn/{name}.html")
        return page

    context.route("**/*", answer)
    yield opened
    assert errors == []
    context.close()


@pytest.mark.parametrize("name", NAMES)
def test_frames_show_their_parts_in_full_on_a_phone(learn, name):
    page = learn(name, 343)
    elements = page.query_selector_all("iframe[data-show]")
    assert elements
    for element in elements:
        element.scroll_into_view_if_needed()
        frame = element.content_frame()
        frame.wait_for_function(
            "window.watch && document.querySelector('header').offsetHeight === 0"
        )
        for selector in element.get_attribute("data-show").split(", "):
            assert frame.is_visible(selector)
        hidden = element.get_attribute("data-hide") or "footer"
        assert not any(each.is_visible() for each in frame.query_selector_all(hidden))
        frame.wait_for_function("Math.abs(document.body.offsetHeight - innerHeight) < 5")
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_step_in_a_frame(learn):
    page = learn("descent", 650)
    page.query_selector("iframe").scroll_into_view_if_needed()
    frame = page.query_selector("iframe").content_frame()
    frame.wait_for_function("window.watch")
    frame.click("#step")
    frame.wait_for_function("/Step 1/.test(document.querySelector('#step-words').textContent)")
