"""NetworkDisplay: the drawn network of the lectures, at rest or lit by one sample."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from sknn.displays.drawing import (
    COLORS_ON_BLACK,
    NEGATIVE_COLOR,
    POSITIVE_COLOR,
    axes_to_draw_on,
    layer_titles,
    range_of,
    scale_text,
    without_frame,
)
from sknn.displays.layers import DrawnLayer, draw_lines
from sknn.displays.one_member import (
    activations_for_sample,
    biases_of_neurons,
    feature_input_names,
    image_of_sample,
    output_names,
    weights_between_neurons,
)

# In units of the distance between two neurons of a layer.
_BETWEEN_LAYERS = 6.0
_IMAGE_HEIGHT = 9.0
_IMAGE_GAP = 1.5  # between the image and the inputs
_INCHES = 0.27  # of such a unit


class NetworkDisplay:
    """The network of the lectures: neurons as circles, weights as lines between them.

    Blue weights are positive and red ones negative; the stronger, the wider and darker, beside the
    largest one of its layer that is shown.  Of a layer that is too tall the first and the last
    neurons are shown, with "⋮" between them.  Make a display with `from_estimator`.

    With the activations for a sample the neurons are lit, on a black ground: a neuron is black
    at 0 and white at 1, or at the extremes of its layer where these are beyond.  A line is then
    what the neuron on its left adds to the sum of the one on its right, weight times activation,
    and the ring of a neuron is its bias.  Blue adds to the sum, red takes from it.  Of a layer that
    is too tall the most active neurons are shown.

    Parameters
    ----------
    weights : sequence of array-like of shape (n_inputs, n_outputs)
        The weights of each layer, from the inputs to the output neurons.
    biases : sequence of array-like of shape (n_outputs,), optional
        The biases of each layer, drawn with the activations.
    activations : sequence of array-like of shape (n_neurons,), optional
        What lights the neurons: the activations of each layer, inputs and outputs included.
    image : array-like of shape (n_rows, n_columns), optional
        The inputs as an image, drawn beside them.
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
        The neurons shown of each layer; where they are lit, `get_array` holds their activations.
    lines_ : list of matplotlib LineCollection
        The lines shown of each layer, from the weakest to the strongest; `get_array` holds the
        weights, or weights times activations.
    rings_ : list of matplotlib PatchCollection
        The biases shown of each layer above the inputs, where neurons are lit; `get_array` holds
        them.
    image_ : matplotlib AxesImage or None
        The image beside the inputs.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknn import NetworkDisplay, SimpleMLPClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> model = SimpleMLPClassifier((16, 16), max_iter=5, random_state=0).fit(X, y)
    >>> display = NetworkDisplay.from_estimator(model)
    >>> [lines.get_array().size for lines in display.lines_]  # 16 of 64 inputs are shown
    [256, 256, 160]

    The same network, lit by the first image:

    >>> display = NetworkDisplay.from_estimator(model, X[:1], image_shape=(8, 8))
    >>> outputs = display.neurons_[-1].get_array()
    >>> bool((outputs == model.activations(X[:1])[-1][0]).all())
    True
    """

    def __init__(
        self,
        weights: Sequence[Any],
        *,
        biases: Sequence[Any] | None = None,
        activations: Sequence[Any] | None = None,
        image: Any = None,
        input_names: Sequence[str] | None = None,
        class_names: Sequence[str] | None = None,
        max_neurons: int = 16,
    ):
        self.weights = weights
        self.biases = biases
        self.activations = activations
        self.image = image
        self.input_names = input_names
        self.class_names = class_names
        self.max_neurons = max_neurons

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any = None,
        *,
        image_shape: tuple[int, int] | None = None,
        max_neurons: int = 16,
        member: int = 0,
        ax: Any = None,
        **kwargs: Any,
    ) -> "NetworkDisplay":
        """Draw a fitted classifier, at rest or lit by one sample.

        The weights of the first layer are those that `WeightsDisplay` shows.  They act on the
        scaled inputs, which the circles of the first layer show; the image is as it is in `X`.

        Parameters
        ----------
        estimator : SimpleMLPClassifier
            A fitted classifier.
        X : DataFrame, array-like or sparse matrix of shape (1, n_features), optional
            The sample that lights the neurons; default none.
        image_shape : (int, int), optional
            Numbers of rows and columns of pixels, if the features are an image; it is drawn beside
            the inputs.
        max_neurons : int, default=16
            Of a layer of more neurons so many are shown.
        member : int, default=0
            Which network, if the classifier has several members; inputs and outputs are lit as
            those of all.
        ax : matplotlib Axes, optional
            Where to draw; default a new figure.
        **kwargs : dict
            Passed to Matplotlib's `LineCollection` for the lines.

        Returns
        -------
        NetworkDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If `X` is not one sample, there is no such member, or `image_shape` is given without
            `X` or with inputs that are no image of this shape.
        """
        lit: dict[str, Any] = {}
        if X is None and image_shape is not None:
            raise ValueError(
                f"image_shape={image_shape} was given without X; pass one sample, such as X[:1]."
            )
        if X is not None:
            lit["biases"] = biases_of_neurons(estimator, member)
            lit["activations"] = activations_for_sample(estimator, X, member)
            if image_shape is not None:
                lit["image"] = image_of_sample(estimator, X, image_shape)
        display = cls(
            weights_between_neurons(estimator, member),
            input_names=feature_input_names(estimator),
            class_names=output_names(estimator),
            max_neurons=max_neurons,
            **lit,
        )
        return display.plot(ax=ax, **kwargs)

    def plot(self, ax: Any = None, **kwargs: Any) -> "NetworkDisplay":
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; default a new figure.
        **kwargs : dict
            Passed to Matplotlib's `LineCollection` for the lines.

        Returns
        -------
        NetworkDisplay
            This display.
        """
        layers = self._layers()
        self._make_axes(ax, max(layer.top for layer in layers), layers[-1].x)
        self.lines_ = [
            draw_lines(self.ax_, weight, below, above, kwargs)
            for weight, (below, above) in zip(self.weights, pairwise(layers), strict=True)
        ]
        self.rings_ = [
            layer.draw_rings(self.ax_, lines)
            for layer, lines in zip(layers[1:], self.lines_, strict=True)
            if layer.biases is not None
        ]
        self.neurons_ = [layer.draw_neurons(self.ax_) for layer in layers]
        self.image_ = None if self.image is None else self._draw_image()
        self._write_titles(layers)
        self._write_names(layers[0], layers[-1])
        self._write_legend()
        return self

    def _layers(self) -> list[DrawnLayer]:
        """Return the layers of neurons, from the inputs to the outputs."""
        sizes = [len(self.weights[0]), *(np.shape(weight)[1] for weight in self.weights)]
        lights = [None] * len(sizes) if self.activations is None else self.activations
        biases = [None] * len(sizes) if self.biases is None else [None, *self.biases]
        return [
            DrawnLayer(_BETWEEN_LAYERS * i, *layer, self.max_neurons)
            for i, layer in enumerate(zip(sizes, lights, biases, strict=True))
        ]

    def _make_axes(self, ax: Any, top: float, right: float) -> None:
        """Make axes that all layers fit into; lit neurons have a black ground."""
        left = 0.0 if self.image is None else self._box_of_image()[0]
        width = max(right - left + self._width_of_names(), 14)  # the legend is not narrower
        self.ax_ = ax = axes_to_draw_on(ax, (_INCHES * width, _INCHES * (2 * top + 5)))
        self.figure_ = ax.figure
        ax.set(xlim=(left - 0.7, right + 0.7), ylim=(-top, top), aspect="equal")
        without_frame(ax)
        if self.activations is not None:
            # A patch: files that are saved with a transparent background lose that of the axes.
            ax.axhspan(-top, top, color="black", zorder=0)

    def _box_of_image(self) -> tuple[float, float, float, float]:
        """Return left, right, bottom and top of the image beside the inputs."""
        n_rows, n_columns = np.shape(self.image)
        width = _IMAGE_HEIGHT * n_columns / n_rows
        return -_IMAGE_GAP - width, -_IMAGE_GAP, -_IMAGE_HEIGHT / 2, _IMAGE_HEIGHT / 2

    def _draw_image(self) -> Any:
        """Draw the image beside the inputs, in a frame: it may be dark itself."""
        from matplotlib.colors import Normalize

        image = np.asarray(self.image, float)
        left, right, bottom, top = box = self._box_of_image()
        limits = {"xlim": self.ax_.get_xlim(), "ylim": self.ax_.get_ylim()}
        drawn = self.ax_.imshow(image, cmap="gray", norm=Normalize(*range_of(image)), extent=box)
        self.ax_.set(**limits)  # `imshow` has moved them
        frame = [left, right, right, left], [bottom, bottom, top, top]
        self.ax_.fill(*frame, fill=False, edgecolor="0.5")
        return drawn

    def _write_titles(self, layers: list[DrawnLayer]) -> None:
        """Write the size of each layer above it, and the scale of a lit one below."""
        bottom, top = self.ax_.get_ylim()
        titles = layer_titles([layer.size for layer in layers])
        for layer, title in zip(layers, titles, strict=True):
            self.ax_.text(layer.x, top + 0.3, title, ha="center", va="bottom", size=9)
            if layer.activations is not None:
                scale = scale_text(layer.limits)
                self.ax_.text(layer.x, bottom - 0.3, scale, ha="center", va="top", size=8)
            if layer.size > self.max_neurons:
                color = "black" if layer.activations is None else "white"
                self.ax_.text(layer.x, 0, "⋮", ha="center", va="center", size=14, color=color)

    def _width_of_names(self) -> float:
        """Return about how wide the names on both sides are."""
        sides = self._names_of_inputs(), self._names_of_outputs()
        return 3 + sum(0.3 * max(map(len, names), default=0) for names in sides)

    def _names_of_inputs(self) -> list[str]:
        """Return the names of the inputs; none where an image stands in their place."""
        return list(self.input_names or []) if self.image is None else []

    def _names_of_outputs(self) -> list[str]:
        """Return the names of the outputs, with the answers of lit ones."""
        names = list(self.class_names or [])
        if self.activations is None or not names:
            return names
        return [f"{name}  {a:.2f}" for name, a in zip(names, self.activations[-1], strict=True)]

    def _write_names(self, inputs: DrawnLayer, outputs: DrawnLayer) -> None:
        """Write names beside the inputs and outputs that are shown; the highest answer is bold."""
        left, right = self._names_of_inputs(), self._names_of_outputs()
        for layer, names, distance, align in (
            (inputs, left, -0.9, "right"),
            (outputs, right, 0.9, "left"),
        ):
            for neuron, y in zip(layer.shown if names else [], layer.heights, strict=False):
                self.ax_.text(layer.x + distance, y, names[neuron], ha=align, va="center", size=9)
        if right and outputs.activations is not None and outputs.size > 1:
            highest = list(outputs.shown).index(outputs.activations.argmax())
            self.ax_.texts[highest - len(outputs.shown)].set_weight("bold")

    def _write_legend(self) -> None:
        """Write which colour is which, and what a lit network draws."""
        style = {"loc": "upper center", "ncols": 2, "frameon": False, "fontsize": 9}
        labels, colors = ["positive weight", "negative weight"], (POSITIVE_COLOR, NEGATIVE_COLOR)
        below = 0.0
        if self.activations is not None:
            labels, colors = ["positive", "negative"], COLORS_ON_BLACK
            title = "line: weight × activation; ring: bias"
            style |= {"title": title, "title_fontsize": 9}
            below = -1.2 / np.ptp(self.ax_.get_ylim())  # under the scales
        for label, color in zip(labels, colors, strict=True):
            self.ax_.plot([], [], color=color, label=label)
        self.ax_.legend(bbox_to_anchor=(0.5, below), **style)
