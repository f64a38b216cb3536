"""The page, put together from its sources and the stages of the network."""

import base64
import json
import zlib
from pathlib import Path

import numpy as np

from docs.watch import classic

SOURCES = Path(__file__).parent
SCRIPTS = ["network", "recipe", "pictures", "pad", "net", "neuron", "learning", "nonsense", "main"]


def build():
    """Return the page as one HTML text."""
    arrays = classic.load()
    scripts = "\n".join(_source(f"{name}.js") for name in SCRIPTS)
    parts = {
        "style": _source("style.css"),
        "facts": json.dumps(_facts(arrays), separators=(",", ":")),
        "numbers": base64.b64encode(_numbers(arrays)).decode(),
        "script": f'"use strict";\n{scripts}',
    }
    page = _source("index.html")
    for name, text in parts.items():
        page = page.replace(f"{{{{ {name} }}}}", text)
    return page


def _source(name):
    return (SOURCES / name).read_text(encoding="utf-8")


def _facts(arrays):
    """Return what the page writes as text; scales keep all their digits."""
    return {
        "names": arrays["names"].tolist(),
        "steps": arrays["steps"].tolist(),
        "scales": arrays["scales"].tolist(),
        "cost": arrays["cost"].round(4).tolist(),
        "accuracy": arrays["accuracy"].round(4).tolist(),
        "curve": [[int(steps), *np.round(rest, 4)] for steps, *rest in arrays["curve"]],
        "labels": arrays["labels"].tolist(),
        "source": str(arrays["source"]),
    }


def _numbers(arrays):
    """Return the stages, then the images: biases in float32, weights in int8, pixels in uint8."""
    stages = [
        arrays[f"{kind}_{layer}"][stage].tobytes()
        for stage in range(classic.N_STAGES)
        for layer in (1, 2, 3)
        for kind in ("biases", "weights")
    ]
    return zlib.compress(b"".join(stages) + arrays["images"].tobytes(), 9)
