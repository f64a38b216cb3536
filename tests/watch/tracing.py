"""Strokes traced from images of digits: the thinned middle of the ink, as short segments."""

import numpy as np
from scipy import ndimage

ZOOM = 4


def strokes_of(image):
    """Return the segments, in the unit square, between neighbours in the skeleton of the ink."""
    wide = ndimage.zoom(
        np.pad(image, 1).astype(float), ZOOM, order=1, grid_mode=True, mode="grid-constant"
    )
    rows, columns = np.nonzero(thinned(wide > 140))
    here = set(zip(rows.tolist(), columns.tolist(), strict=True))
    place = lambda row, column: [(column + 0.5) / wide.shape[1], (row + 0.5) / wide.shape[0]]  # noqa: E731
    ahead = [(0, 1), (1, -1), (1, 0), (1, 1)]
    return [
        [place(r, c), place(r + dr, c + dc)]
        for r, c in sorted(here)
        for dr, dc in ahead
        if (r + dr, c + dc) in here
    ]


def thinned(ink):
    """Return the skeleton of the ink.

    Source: Zhang and Suen, "A fast parallel algorithm for thinning digital patterns", 1984.
    """
    ink = np.pad(ink, 1)
    while True:
        before = ink.sum()
        for first in (True, False):
            # The neighbours P2 to P9, clockwise from the one above.
            p = [
                np.roll(ink, shift, axis=(0, 1))
                for shift in [(1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1)]
            ]
            n = sum(each.astype(int) for each in p)
            changes = sum((~p[i] & p[(i + 1) % 8]).astype(int) for i in range(8))
            up, right, down, left = p[0], p[2], p[4], p[6]
            if first:
                keeps = (up & right & down) | (right & down & left)
            else:
                keeps = (up & right & left) | (up & down & left)
            ink = ink & ~((n >= 2) & (n <= 6) & (changes == 1) & ~keeps)
        if ink.sum() == before:
            return ink[1:-1, 1:-1]
