"""WeightsDisplay: what each neuron of the first layer looks for."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sknn.displays.drawing import (
    NEGATIVE_COLOR,
    POSITIVE_COLOR,
    WEIGHT_COLORMAP,
    axes_to_draw_on,
    check_image_shape,
    without_frame,
)
from sknn.displays.one_member import input_names, weights_between_neurons

# Of a wide layer so many neurons are shown unless the user chooses; more would be too small.
_MAX_NEURONS = 16
_NEURONS_PER_ROW = 8


class WeightsDisplay:
    """What each neuron of the first layer looks for: its weights, as an image or as named bars.

    Blue weights are positive: much of the input excites the neuron.  Red ones are negative.  All
    neurons are drawn to one scale.  Make a display with `from_estimator`.

    Parameters
    ----------
    weights : array-like of shape (n_inputs, n_neurons)
        Weights from the inputs to the neurons.
    image_shape : (int, int), optional
        Numbers of rows and columns of pixels, if the inputs are an image; default bars.
    names : sequence of str, optional
        Names of the inputs, for the bars.
    neurons : sequence of int, optional
        Numbers of the neurons, from 0, for their titles; default those of the columns.
    max_inputs : int, default=20
        Of more inputs bars are drawn for those with the largest weights only.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the weights are drawn.
    figure_ : matplotlib Figure
        The figure of `ax_`.
    images_ : list of matplotlib AxesImage
        The image of each neuron; empty for bars.
    bars_ : list of matplotlib BarContainer
        The bars of each neuron, from the first input to the last, as long as the weights are
        large; empty for images.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknn import SimpleMLPClassifier, WeightsDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> model = SimpleMLPClassifier((16, 16), max_iter=5, random_state=0).fit(X, y)
    >>> display = WeightsDisplay.from_estimator(model, image_shape=(8, 8))
    >>> len(display.images_)
    16
    """

    def __init__(
        self,
        weights: Any,
        *,
        image_shape: tuple[int, int] | None = None,
        names: Sequence[str] | None = None,
        neurons: Sequence[int] | None = None,
        max_inputs: int = 20,
    ):
        self.weights = weights
        self.image_shape = image_shape
        self.names = names
        self.neurons = neurons
        self.max_inputs = max_inputs

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        image_shape: tuple[int, int] | None = None,
        neurons: Sequence[int] | None = None,
        max_inputs: int = 20,
        member: int = 0,
        ax: Any = None,
        **kwargs: Any,
    ) -> "WeightsDisplay":
        """Draw the first-layer weights of a fitted classifier.

        They act on scaled inputs; learnt factors of the inputs are part of them.  Where numbers are
        embedded, the weights of the numbers themselves are shown, and not those of the functions.

        Parameters
        ----------
        estimator : SimpleMLPClassifier
            A fitted classifier.
        image_shape : (int, int), optional
            Numbers of rows and columns of pixels, if the features are an image; default bars with
            the names of features and categories.
        neurons : sequence of int, optional
            Which neurons, from 0; default all, but of more than 16 the first 16.
        max_inputs : int, default=20
            Of more inputs bars are drawn for those with the largest weights only.
        member : int, default=0
            Which network, if the classifier has several members.
        ax : matplotlib Axes, optional
            Where to draw; default a new figure.
        **kwargs : dict
            Passed to Matplotlib's `imshow` for the images, or `barh` for the bars.

        Returns
        -------
        WeightsDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there is no such member or neuron, or the inputs are no image of this shape.
        """
        weights = weights_between_neurons(estimator, member)[0]
        n_neurons = weights.shape[1]
        if neurons is None:
            neurons = range(min(n_neurons, _MAX_NEURONS))
        elif not all(0 <= neuron < n_neurons for neuron in neurons):
            raise ValueError(f"neurons must be from 0 to {n_neurons - 1}; got {list(neurons)}.")
        display = cls(
            weights[:, list(neurons)],
            image_shape=image_shape,
            names=input_names(estimator),
            neurons=neurons,
            max_inputs=max_inputs,
        )
        return display.plot(ax=ax, **kwargs)

    def plot(self, ax: Any = None, **kwargs: Any) -> "WeightsDisplay":
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; default a new figure.
        **kwargs : dict
            Passed to Matplotlib's `imshow` for the images, or `barh` for the bars.

        Returns
        -------
        WeightsDisplay
            This display.

        Raises
        ------
        ValueError
            If the inputs are no image of the given shape.
        """
        weights = np.asarray(self.weights)
        limit = np.abs(weights).max() or 1.0
        neurons = range(weights.shape[1]) if self.neurons is None else self.neurons
        titles = [str(neuron) for neuron in neurons]
        self.images_: list[Any] = []
        self.bars_: list[Any] = []
        if self.image_shape is None:
            self._plot_bars(ax, weights / limit, titles, kwargs)
        else:
            self._plot_images(ax, weights, limit, titles, kwargs)
        self.figure_ = self.ax_.figure
        return self

    def _plot_images(
        self, ax: Any, weights: np.ndarray, limit: float, titles: list[str], kwargs: dict
    ) -> None:
        """Draw the neurons' images side by side, in rows, on the same axes."""
        n_pixels, n_neurons = weights.shape
        height, width = self.image_shape  # type: ignore[misc]
        check_image_shape((height, width), n_pixels)
        n_rows = -(-n_neurons // _NEURONS_PER_ROW)
        n_columns = -(-n_neurons // n_rows)
        step_x, step_y = 1.1 * width, 1.3 * height  # with room for the titles
        figsize = (1.1 * n_columns + 1, 1.3 * n_rows * height / width + 0.3)
        self.ax_ = ax = axes_to_draw_on(ax, figsize)
        style = {"cmap": WEIGHT_COLORMAP, "vmin": -limit, "vmax": limit} | kwargs
        for k, title in enumerate(titles):
            left, top = step_x * (k % n_columns), step_y * (k // n_columns)
            extent = (left, left + width, top + height, top)
            image = ax.imshow(weights[:, k].reshape(height, width), extent=extent, **style)
            self.images_.append(image)
            edge = [left, left + width, left + width, left], [top, top, top + height, top + height]
            ax.fill(*edge, fill=False, edgecolor="0.8")  # pale images need it
            ax.text(left + width / 2, top - 0.03 * height, title, ha="center", va="bottom", size=9)
        right, bottom = step_x * n_columns, step_y * n_rows
        ax.set(xlim=(width - step_x, right), ylim=(bottom - 0.25 * height, -0.25 * height))
        without_frame(ax)
        ax.figure.colorbar(self.images_[0], ax=ax, label="weight", shrink=0.8)

    def _plot_bars(self, ax: Any, lengths: np.ndarray, titles: list[str], kwargs: dict) -> None:
        """Draw a column of bars for each neuron, on the same axes."""
        n_inputs, n_neurons = lengths.shape
        names = [f"x{j}" for j in range(n_inputs)] if self.names is None else self.names
        largest = np.argsort(-np.abs(lengths).max(axis=1), kind="stable")[: self.max_inputs]
        shown = np.sort(largest)
        figsize = (0.5 * n_neurons + 2.5, 0.25 * len(shown) + 1)
        self.ax_ = ax = axes_to_draw_on(ax, figsize)
        rows = np.arange(len(shown))
        for k, column in enumerate(lengths[shown].T):
            ax.axvline(k, color="0.8", linewidth=0.8, zorder=0)
            colors = np.where(column < 0, NEGATIVE_COLOR, POSITIVE_COLOR)
            # Bars of neighbours just do not meet.
            bars = ax.barh(rows, 0.47 * column, left=k, **({"color": colors} | kwargs))
            self.bars_.append(bars)
        without_frame(ax)
        ax.set(xlim=(-0.6, n_neurons - 0.4), ylim=(len(shown) - 0.4, -0.6))
        ax.set_xticks(range(n_neurons), titles)
        ax.set_yticks(rows, [names[j] for j in shown])
        part = f" ({len(shown)} of {n_inputs} inputs)" if len(shown) < n_inputs else ""
        ax.set_xlabel(f"neuron{part}")
