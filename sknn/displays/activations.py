"""ActivationsDisplay: the layers lighting up for one sample."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sknn.displays.drawing import (
    ACTIVATION_COLORMAP,
    axes_to_draw_on,
    check_image_shape,
    draw_neurons,
    layer_titles,
    range_of,
    scale_text,
    without_frame,
)
from sknn.displays.one_member import (
    activations_for_sample,
    feature_input_names,
    image_of_sample,
    output_names,
)

# In units of the distance between two neurons of a column: a layer of more neurons than this has
# several columns; an image is this high; and this is between the layers.
_MAX_IN_COLUMN = 20
_IMAGE_HEIGHT = 14.0
_GAP = 3.5
_INCHES = 0.22  # of such a unit


class ActivationsDisplay:
    """The layers lighting up for one sample, from the inputs to the classes.

    A circle is a neuron; the brighter, the more it answers.  Each layer has a scale of its own, the
    numbers below it.  Make a display with `from_estimator`.

    Parameters
    ----------
    activations : sequence of array-like of shape (n_neurons,)
        The activations of each layer: inputs, hidden layers, outputs.
    image_shape : (int, int), optional
        Numbers of rows and columns of pixels, if the inputs are an image.
    input_names : sequence of str, optional
        Names of the inputs, shown if these stand in one column.
    class_names : sequence of str, optional
        Names of the output neurons.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the layers are drawn.
    figure_ : matplotlib Figure
        The figure of `ax_`.
    layers_ : list of matplotlib PatchCollection or AxesImage
        The neurons of each layer, or the image of the inputs; their `get_array` holds the
        activations.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknn import ActivationsDisplay, SimpleMLPClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> model = SimpleMLPClassifier((16, 16), max_iter=5, random_state=0).fit(X, y)
    >>> display = ActivationsDisplay.from_estimator(model, X[:1], image_shape=(8, 8))
    >>> [layer.get_array().size for layer in display.layers_]
    [64, 16, 16, 10]
    """

    def __init__(
        self,
        activations: Sequence[Any],
        *,
        image_shape: tuple[int, int] | None = None,
        input_names: Sequence[str] | None = None,
        class_names: Sequence[str] | None = None,
    ):
        self.activations = activations
        self.image_shape = image_shape
        self.input_names = input_names
        self.class_names = class_names

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        image_shape: tuple[int, int] | None = None,
        member: int = 0,
        ax: Any = None,
        **kwargs: Any,
    ) -> "ActivationsDisplay":
        """Draw what a fitted classifier answers to one sample.

        An image is drawn as it is in `X`; inputs that are circles are those that the network gets,
        which are scaled.

        Parameters
        ----------
        estimator : SimpleMLPClassifier
            A fitted classifier.
        X : DataFrame, array-like or sparse matrix of shape (1, n_features)
            The sample.
        image_shape : (int, int), optional
            Numbers of rows and columns of pixels, if the features are an image.
        member : int, default=0
            Whose hidden layers, if the classifier has several members; inputs and outputs are
            those of all.
        ax : matplotlib Axes, optional
            Where to draw; default a new figure.
        **kwargs : dict
            Passed to Matplotlib for each layer: `cmap`, `norm`, `alpha`.

        Returns
        -------
        ActivationsDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If `X` is not one sample, there is no such member, or the inputs are no image of this
            shape.
        """
        activations = activations_for_sample(estimator, X, member)
        if image_shape is not None:
            activations[0] = image_of_sample(estimator, X, image_shape).ravel()
        display = cls(
            activations,
            image_shape=image_shape,
            input_names=feature_input_names(estimator),
            class_names=output_names(estimator),
        )
        return display.plot(ax=ax, **kwargs)

    def plot(self, ax: Any = None, **kwargs: Any) -> "ActivationsDisplay":
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; default a new figure.
        **kwargs : dict
            Passed to Matplotlib for each layer: `cmap`, `norm`, `alpha`.

        Returns
        -------
        ActivationsDisplay
            This display.

        Raises
        ------
        ValueError
            If the inputs are no image of the given shape.
        """
        layers = [np.asarray(layer, float) for layer in self.activations]
        grids = [_grid(len(layer)) for layer in layers]
        if self.image_shape is not None:
            check_image_shape(self.image_shape, len(layers[0]))
            grids[0] = _IMAGE_HEIGHT * self.image_shape[1] / self.image_shape[0], _IMAGE_HEIGHT
        x = np.cumsum([0.0] + [width + _GAP for width, _ in grids])
        top = max(height for _, height in grids) / 2
        figsize = (_INCHES * (x[-1] + self._width_of_names()), _INCHES * (2 * top + 6))
        self.ax_ = ax = axes_to_draw_on(ax, figsize)
        self.figure_ = ax.figure
        ranges = [*map(range_of, layers[:-1]), (0.0, 1.0)]  # the outputs are probabilities
        titles = layer_titles([len(layer) for layer in layers])
        self.layers_ = []
        for i, (layer, (width, height), limits) in enumerate(
            zip(layers, grids, ranges, strict=True)
        ):
            image_shape = self.image_shape if i == 0 else None
            box = (x[i], x[i] + width, height / 2, -height / 2)
            self.layers_.append(_draw_layer(ax, layer, box, limits, image_shape, kwargs))
            middle = x[i] + width / 2
            ax.text(middle, -top - 0.7, titles[i], ha="center", va="bottom", size=9)
            ax.text(middle, top + 0.7, scale_text(limits), ha="center", va="top", size=8)
        self._write_names(layers, grids, x)
        ax.set(xlim=(-0.5, x[-1] - _GAP + 0.5), ylim=(top + 0.5, -top - 0.5), aspect="equal")
        without_frame(ax)
        return self

    def _names_of_inputs(self) -> list[str]:
        """Return the names to write beside the inputs, if there is room for them."""
        one_column = self.image_shape is None and len(self.activations[0]) <= _MAX_IN_COLUMN
        return list(self.input_names or []) if one_column else []

    def _width_of_names(self) -> float:
        """Return about how wide the names on both sides are."""
        left = max(map(len, self._names_of_inputs()), default=0)
        right = max(map(len, self.class_names or []), default=0)
        return 0.35 * (left + right) + 4

    def _write_names(self, layers: list[np.ndarray], grids: list, x: np.ndarray) -> None:
        """Write names beside the inputs and outputs; of many outputs only the most active one's."""
        inputs = zip(
            _centers(len(layers[0]), 0.0, grids[0][1]), self._names_of_inputs(), strict=False
        )
        for (_, y), name in inputs:
            self.ax_.text(-0.3, y, name, ha="right", va="center", size=9)
        if self.class_names is None:
            return
        outputs = layers[-1]
        width, height = grids[-1]
        best = int(outputs.argmax()) if len(outputs) > 1 else -1
        for k, (_, y) in enumerate(_centers(len(outputs), 0.0, height)):
            if width == 1 or k == best:
                text = f"{self.class_names[k]}  {outputs[k]:.2f}"
                weight = "bold" if k == best else "normal"
                self.ax_.text(
                    x[-2] + width + 0.3, y, text, ha="left", va="center", size=9, weight=weight
                )


def _draw_layer(
    ax: Any,
    activations: np.ndarray,
    box: tuple[float, float, float, float],
    limits: tuple[float, float],
    image_shape: tuple[int, int] | None,
    kwargs: dict,
) -> Any:
    """Draw a layer into the box (left, right, bottom, top): its neurons, or an image."""
    from matplotlib.colors import Normalize

    style = {"cmap": ACTIVATION_COLORMAP, "norm": Normalize(*limits)} | kwargs
    if image_shape is not None:
        return ax.imshow(activations.reshape(image_shape), extent=box, **style)
    centers = _centers(len(activations), box[0], box[2] - box[3])
    return draw_neurons(ax, centers, 0.4, array=activations, edgecolor="0.5", **style)


def _grid(n_neurons: int) -> tuple[float, float]:
    """Return the numbers of columns and rows of a layer."""
    in_column = max(_MAX_IN_COLUMN, math.isqrt(n_neurons))
    n_columns = -(-n_neurons // in_column)
    return n_columns, -(-n_neurons // n_columns)


def _centers(n_neurons: int, left: float, height: float) -> list[tuple[float, float]]:
    """Return the centres of a layer's neurons, column by column."""
    n_rows = int(height)
    return [(left + 0.5 + k // n_rows, 0.5 + k % n_rows - height / 2) for k in range(n_neurons)]
