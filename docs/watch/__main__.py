"""Build the page "Watch it think": one HTML file that needs no network.

    python -m docs.watch [FILE]

The file is `docs/_build/watch.html` unless another one is named.
"""

import sys
from pathlib import Path

from docs.watch.page import build

DEFAULT = Path(__file__).parents[1] / "_build" / "watch.html"


def main():
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(build(), encoding="utf-8")
    print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
