"""axe-core finds no violation; `AXE` names its file `axe.min.js`, from npm."""

import os

import pytest

pytestmark = pytest.mark.skipif("AXE" not in os.environ, reason="AXE names no axe.min.js")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("layer", [0, 2])
def test_axe_finds_nothing(opened, scheme, width, layer):
    with opened(width, 900, color_scheme=scheme) as page:
        page.evaluate("layer => watch.open(layer, 3)", layer)
        page.click("#step")
        page.click("#noises")
        page.click("summary")
        page.add_script_tag(path=os.environ["AXE"])
        rules = "{rules: {'target-size': {enabled: true}}}"
        found = page.evaluate(f"axe.run(document, {rules})")
        violations = {
            each["id"]: [n["html"] for n in each["nodes"]] for each in found["violations"]
        }
        assert violations == {}
        assert len(found["passes"]) > 20
