"""NetworkDisplay: the drawn network of the lectures."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sknn.displays.drawing import (
    NEGATIVE_COLOR,
    POSITIVE_COLOR,
    WEIGHT_COLORMAP,
    axes_to_draw_on,
    draw_neurons,
    layer_titles,
    without_frame,
)
from sknn.displays.one_member import feature_input_names, output_names, weights_between_neurons

# In units of the distance between two neurons of a layer.
_BETWEEN_LAYERS = 6.0
_RADIUS = 0.33
_INCHES = 0.27  # of such a unit


class NetworkDisplay:
    """The network of the lectures: neurons as circles, weights as lines between them.

    Blue weights are positive and red ones negative; the stronger, the wider and darker, beside the
    largest one of its layer that is shown.  Of a layer that is too tall the first and the last
    neurons are shown, with "⋮" between them.  Make a display with `from_estimator`.

    Parameters
    ----------
    weights : sequence of array-like of shape (n_inputs, n_outputs)
        The weights of each layer, from the inputs to the output neurons.
    input_names : sequence of str, optional
        Names of the inputs.
    class_names : sequence of str, optional
        Names of the output neurons.
    max_neurons : int, default=16
        Of a layer of more neurons so many are shown.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the network is drawn.
    figure_ : matplotlib Figure
        The figure of `ax_`.
    neurons_ : list of matplotlib PatchCollection
        The neurons shown of each layer.
    lines_ : list of matplotlib LineCollection
        The weights shown of each layer, from the weakest to the strongest; `get_array` holds them.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknn import NetworkDisplay, SimpleMLPClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> model = SimpleMLPClassifier((16, 16), max_iter=5, random_state=0).fit(X, y)
    >>> display = NetworkDisplay.from_estimator(model)
    >>> [lines.get_array().size for lines in display.lines_]  # 16 of 64 inputs are shown
    [256, 256, 160]
    """

    def __init__(
        self,
        weights: Sequence[Any],
        *,
        input_names: Sequence[str] | None = None,
        class_names: Sequence[str] | None = None,
        max_neurons: int = 16,
    ):
        self.weights = weights
        self.input_names = input_names
        self.class_names = class_names
        self.max_neurons = max_neurons

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        max_neurons: int = 16,
        member: int = 0,
        ax: Any = None,
        **kwargs: Any,
    ) -> "NetworkDisplay":
        """Draw a fitted classifier.

        The weights of the first layer are those that `WeightsDisplay` shows.

        Parameters
        ----------
        estimator : SimpleMLPClassifier
            A fitted classifier.
        max_neurons : int, default=16
            Of a layer of more neurons so many are shown.
        member : int, default=0
            Which network, if the classifier has several members.
        ax : matplotlib Axes, optional
            Where to draw; default a new figure.
        **kwargs : dict
            Passed to Matplotlib's `LineCollection` for the weights.

        Returns
        -------
        NetworkDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there is no such member.
        """
        display = cls(
            weights_between_neurons(estimator, member),
            input_names=feature_input_names(estimator),
            class_names=output_names(estimator),
            max_neurons=max_neurons,
        )
        return display.plot(ax=ax, **kwargs)

    def plot(self, ax: Any = None, **kwargs: Any) -> "NetworkDisplay":
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; default a new figure.
        **kwargs : dict
            Passed to Matplotlib's `LineCollection` for the weights.

        Returns
        -------
        NetworkDisplay
            This display.
        """
        weights = [np.asarray(weight) for weight in self.weights]
        sizes = [weights[0].shape[0]] + [weight.shape[1] for weight in weights]
        shown = [_shown(size, self.max_neurons) for size in sizes]
        heights = [_heights(size, self.max_neurons) for size in sizes]
        top = max(map(max, heights)) + 0.5
        right = _BETWEEN_LAYERS * (len(sizes) - 1)
        width = max(right + self._width_of_names(), 14)  # the legend is not narrower
        figsize = (_INCHES * width, _INCHES * (2 * top + 5))
        self.ax_ = ax = axes_to_draw_on(ax, figsize)
        self.figure_ = ax.figure
        self.neurons_, self.lines_ = [], []
        for i, weight in enumerate(weights):
            part = weight[np.ix_(shown[i], shown[i + 1])]
            ends = _BETWEEN_LAYERS * i, _BETWEEN_LAYERS * (i + 1)
            self.lines_.append(_draw_lines(ax, part, ends, heights[i : i + 2], kwargs))
        for i, (size, title) in enumerate(zip(sizes, layer_titles(sizes), strict=True)):
            x = _BETWEEN_LAYERS * i
            centers = [(x, y) for y in heights[i]]
            style = {"facecolor": "white", "edgecolor": "0.2", "zorder": 2}
            self.neurons_.append(draw_neurons(ax, centers, _RADIUS, **style))
            ax.text(x, top + 0.3, title, ha="center", va="bottom", size=9)
            if size > self.max_neurons:
                ax.text(x, 0, "⋮", ha="center", va="center", size=14)
        self._write_names(shown, heights, right)
        for label, color in ("positive", POSITIVE_COLOR), ("negative", NEGATIVE_COLOR):
            ax.plot([], [], color=color, label=f"{label} weight")
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=2, frameon=False, fontsize=9)
        ax.set(xlim=(-0.7, right + 0.7), ylim=(-top, top), aspect="equal")
        without_frame(ax)
        return self

    def _width_of_names(self) -> float:
        """Return about how wide the names on both sides are."""
        names = (self.input_names or [], self.class_names or [])
        return 3 + sum(0.3 * max(map(len, side), default=0) for side in names)

    def _write_names(
        self, shown: list[np.ndarray], heights: list[np.ndarray], right: float
    ) -> None:
        """Write names beside the inputs and outputs that are shown."""
        sides = (self.input_names, 0, -0.6, "right"), (self.class_names, -1, right + 0.6, "left")
        for names, layer, x, align in sides:
            if names is not None:
                for neuron, y in zip(shown[layer], heights[layer], strict=True):
                    self.ax_.text(x, y, names[neuron], ha=align, va="center", size=9)


def _shown(n_neurons: int, max_neurons: int) -> np.ndarray:
    """Return the numbers of the neurons to show: all, or the first and the last."""
    if n_neurons <= max_neurons:
        return np.arange(n_neurons)
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


def _draw_lines(
    ax: Any,
    weights: np.ndarray,
    ends: tuple[float, float],
    heights: list[np.ndarray],
    kwargs: dict,
) -> Any:
    """Draw the weights of a layer as lines, the strongest last."""
    from matplotlib.collections import LineCollection
    from matplotlib.colors import Normalize

    limit = np.abs(weights).max() or 1.0
    order = np.argsort(np.abs(weights), axis=None, kind="stable")
    below, above = np.unravel_index(order, weights.shape)
    values = weights[below, above]
    lines = [
        [(ends[0], heights[0][i]), (ends[1], heights[1][j])]
        for i, j in zip(below, above, strict=True)
    ]
    style = {
        "cmap": WEIGHT_COLORMAP,
        "norm": Normalize(-limit, limit),
        "linewidths": 0.3 + 1.5 * np.abs(values) / limit,
        "zorder": 1,
    }
    collection = LineCollection(lines, array=values, **(style | kwargs))
    return ax.add_collection(collection, autolim=False)
