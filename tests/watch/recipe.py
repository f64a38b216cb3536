"""From strokes to pixels as MNIST was made, in NumPy: the twin of the page's `recipe.js`.

A stroke is a sequence of points (x, y) in the unit square.  MNIST: the ink's box, its short side
extended to a square; the exact area average to 20 × 20; the maximum to 255, rounded; and an integer
shift that brings the centre of mass into the middle of 28 × 28.
"""

import numpy as np

PEN = 2.6
FINE = 8


def pixels_of(strokes, centred):
    """Return 784 pixels between 0 and 1."""
    if not strokes:
        return np.zeros(784)
    if not centred:
        placed = [np.multiply(stroke, 28.0) for stroke in strokes]
        return brightened(coverage(placed, 28)).ravel() / 255
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    side = (high - low).max()
    scale = (20 - PEN) / side if side > 0 else 0.0
    placed = [10 + (np.asarray(stroke) - (low + high) / 2) * scale for stroke in strokes]
    return centred_by_mass(brightened(coverage(placed, 20))).ravel() / 255


def coverage(strokes, side):
    """Return the part of each pixel that is within half a pen's width of a stroke."""
    at = (np.arange(side * FINE) + 0.5) / FINE
    grid = np.stack(np.meshgrid(at, at), axis=-1)  # (row, column) -> (x, y)
    inked = np.zeros(grid.shape[:2], bool)
    for stroke in strokes:
        starts = [stroke[0], *stroke[:-1]]
        for start, end in zip(starts, stroke, strict=True):
            d, p = end - start, grid - start
            length2 = d @ d
            t = np.clip(p @ d / length2, 0, 1) if length2 > 0 else np.zeros(p.shape[:2])
            inked |= ((p - t[..., np.newaxis] * d) ** 2).sum(axis=-1) <= (PEN / 2) ** 2
    return inked.reshape(side, FINE, side, FINE).mean(axis=(1, 3))


def brightened(values):
    """Return whole numbers, the largest of which is 255."""
    return np.floor(values / values.max() * 255 + 0.5) if values.any() else values


def centred_by_mass(box):
    """Return 28 × 28 values with the top left of the 20 × 20 at `floor(14.5 - c)`."""
    rows, columns = np.indices(box.shape)
    top = int(np.floor(14.5 - (rows * box).sum() / box.sum()))
    left = int(np.floor(14.5 - (columns * box).sum() / box.sum()))
    wide = np.zeros((28 + 40, 28 + 40))  # what leaves the 28 × 28 is clipped
    wide[20 + top : 40 + top, 20 + left : 40 + left] = box
    return wide[20:48, 20:48]
