"""Make the picture at the top of the README from the page, for light and for dark readers.

    python -m docs.watch.hero

It needs Playwright and Chromium, as the tests of the page do.
"""

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image

from docs.watch.page import build

FOLDER = Path(__file__).parents[1] / "_static"
PAPER = {"light": "#ffffff", "dark": "#0d1117"}

# The network and the drawing alone; nothing that invites a click.
STYLE = """
body { max-width: none; padding: 0; background: PAPER; }
header, section:not(.stage), footer, .buttons, .switch, #pad-keys, #hint, .training, #story,
#answer, .seen figcaption { display: none !important; }
.stage { width: 1040px; padding: 24px 32px; gap: 24px; align-items: center; }
.thinking { grid-area: auto; }
.column button { outline: none !important; }
"""


def picture(browser, address, scheme):
    """Return the page's first part as a PNG, with the corners in the colour of the paper."""
    settings = {"viewport": {"width": 1040, "height": 700}, "reduced_motion": "reduce"}
    page = browser.new_page(**settings, color_scheme=scheme, device_scale_factor=1.2)
    page.goto(address)
    page.wait_for_function("window.watch")
    page.add_style_tag(content=STYLE.replace("PAPER", PAPER[scheme]))
    page.wait_for_timeout(300)
    return page.locator(".stage").screenshot()


def main():
    from playwright.sync_api import sync_playwright  # only here is it needed

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "watch.html")
        path.write_text(build(), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for scheme in PAPER:
            png = picture(browser, path.as_uri(), scheme)
            result = FOLDER / f"hero-{scheme}.png"
            with Image.open(io.BytesIO(png)) as image:
                colours = image.convert("RGB").quantize(128, dither=Image.Dither.NONE)
            colours.save(result, optimize=True)
            print(f"{result}: {result.stat().st_size:,} bytes, {image.width} × {image.height}")
        browser.close()


if __name__ == "__main__":
    main()
