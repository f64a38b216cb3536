"""The layers of a drawn network: where their neurons stand, and how they and their lines look."""

from typing import Any

import numpy as np

from sknn.displays.drawing import WEIGHT_COLORMAP, colormap_on_black, draw_neurons, range_of

# In units of the distance between two neurons of a layer.
_RADIUS = 0.33
_RING_RADIUS = 0.45


class DrawnLayer:
    """What is drawn of a layer of neurons.

    Parameters
    ----------
    x : float
        Where it stands.
    size : int
        Number of neurons.
    activations : array-like of shape (size,) or None
        What lights them, if they are lit.
    biases : array-like of shape (size,) or None
        Their rings, if they are lit.
    max_neurons : int
        Of more neurons so many are shown.

    Attributes
    ----------
    shown : ndarray of shape (n_shown,)
        The numbers of the neurons shown, from the top.
    heights : ndarray of shape (n_shown,)
        Where they are, with 0 in the middle.
    top : float
        Where the highest neuron ends.
    limits : (float, float)
        What is black and what is white: 0 and 1, unless the layer goes beyond.
    """

    def __init__(self, x: float, size: int, activations: Any, biases: Any, max_neurons: int):
        self.x = x
        self.size = size
        self.activations = None if activations is None else np.asarray(activations, float)
        self.biases = None if biases is None or activations is None else np.asarray(biases, float)
        self.shown = _shown(size, max_neurons, self.activations)
        self.heights = _heights(size, max_neurons)
        self.top = self.heights.max() + 0.5
        low, high = (0.0, 1.0) if self.activations is None else range_of(self.activations)
        self.limits = low, max(high, 1.0)

    def draw_neurons(self, ax: Any) -> Any:
        """Draw the neurons, lit by their activations if there are any."""
        from matplotlib.colors import Normalize

        style: dict[str, Any] = {"facecolor": "white", "edgecolor": "0.2"}
        if self.activations is not None:
            norm, array = Normalize(*self.limits), self.activations[self.shown]
            style = {"array": array, "cmap": "gray", "norm": norm, "edgecolor": "0.5"}
        return draw_neurons(ax, self._centers(), _RADIUS, zorder=3, **style)

    def draw_rings(self, ax: Any, lines: Any) -> Any:
        """Draw the biases as rings, in the colours of the lines from below."""
        style = {"cmap": lines.cmap, "norm": lines.norm, "zorder": 2}
        biases = self.biases[self.shown]  # type: ignore[index]
        return draw_neurons(ax, self._centers(), _RING_RADIUS, array=biases, **style)

    def _centers(self) -> list[tuple[float, float]]:
        """Return the centres of the neurons shown."""
        return [(self.x, y) for y in self.heights]


def draw_lines(ax: Any, weights: Any, below: DrawnLayer, above: DrawnLayer, kwargs: dict) -> Any:
    """Draw the weights between two layers as lines, the strongest last; lit ones as products."""
    from matplotlib.collections import LineCollection
    from matplotlib.colors import Normalize

    values = np.asarray(weights)[np.ix_(below.shown, above.shown)]
    biases = 0.0 if above.biases is None else above.biases[above.shown]
    if below.activations is not None:
        values = below.activations[below.shown, np.newaxis] * values
    limit = max(np.abs(values).max(), np.abs(biases).max()) or 1.0
    order = np.argsort(np.abs(values), axis=None, kind="stable")
    i, j = np.unravel_index(order, values.shape)
    lines = [
        [(below.x, start), (above.x, end)]
        for start, end in zip(below.heights[i], above.heights[j], strict=True)
    ]
    style = {
        "cmap": WEIGHT_COLORMAP if below.activations is None else colormap_on_black(),
        "norm": Normalize(-limit, limit),
        "linewidths": 0.3 + 1.5 * np.abs(values[i, j]) / limit,
        "zorder": 1,
    }
    collection = LineCollection(lines, array=values[i, j], **(style | kwargs))
    return ax.add_collection(collection, autolim=False)


def _shown(n_neurons: int, max_neurons: int, activations: np.ndarray | None) -> np.ndarray:
    """Return the numbers of the neurons to show: all, the most active, or the first and last."""
    if n_neurons <= max_neurons:
        return np.arange(n_neurons)
    if activations is not None:
        return np.sort(np.argsort(-np.abs(activations), kind="stable")[:max_neurons])
    n_last = max_neurons // 2
    n_first = max_neurons - n_last
    return np.concatenate([np.arange(n_first), np.arange(n_neurons - n_last, n_neurons)])


def _heights(n_neurons: int, max_neurons: int) -> np.ndarray:
    """Return the heights of the neurons to show, from the top, with 0 in the middle."""
    n_shown = min(n_neurons, max_neurons)
    heights = (n_shown - 1) / 2 - np.arange(n_shown)
    if n_neurons > max_neurons:
        heights += np.where(heights >= 0, 0.75, -0.75)  # room for "⋮"
    return heights
