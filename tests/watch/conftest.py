"""A browser for the tests of the page; without Playwright or Chromium they are skipped."""

import shutil
from contextlib import contextmanager

import pytest

from docs.watch import classic
from docs.watch.page import build

CHROMIUM = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]


@pytest.fixture(scope="session")
def arrays():
    return classic.load()


@pytest.fixture(scope="session")
def pixels(arrays):
    return arrays["images"].reshape(-1, 784) / 255


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """Return the address of the page, in a file."""
    path = tmp_path_factory.mktemp("watch") / "watch.html"
    path.write_text(build(), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="session")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install sknn[test-browser]")
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def opened(browser, address):
    """Return a context manager of the page in a new window, offline, that must raise no error."""

    @contextmanager
    def opened(width=1280, height=900, *, motion="reduce", clock=False, **settings):
        viewport = {"width": width, "height": height}
        context = browser.new_context(viewport=viewport, reduced_motion=motion, **settings)
        context.set_offline(True)
        page, errors, requests = context.new_page(), [], []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text))
        page.on("request", lambda request: requests.append(request.url))
        if clock:
            page.clock.install()
        page.goto(address)
        page.wait_for_function("window.watch")
        yield page
        assert errors == []
        assert requests == [address]
        context.close()

    return opened


@pytest.fixture(scope="module")
def page(opened):
    """Return a window for tests that only ask what the page computes."""
    with opened() as page:
        yield page
