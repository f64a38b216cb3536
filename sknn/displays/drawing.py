"""What the displays draw with: axes, and colours that do not depend on full colour vision."""

from collections.abc import Sequence
from typing import Any

import numpy as np

#: For things of different kinds: blue, vermilion, green, purple, sky blue, orange, black (Okabe and
#: Ito, "Color universal design", 2008, without their yellow, which is too pale for a line).
DISTINCT_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")

#: Of the colormap for weights: negative ones are red, positive ones blue, and those near 0 white.
WEIGHT_COLORMAP = "RdBu"
NEGATIVE_COLOR, POSITIVE_COLOR = "#B2182B", "#2166AC"

#: On black the numbers near 0 are black, and the strong ones bright.
COLORS_ON_BLACK = ("#4AA8FF", "#FF6E4A")  # positive, negative

#: Of the colormap for activations: the brighter, the more a neuron answers.
ACTIVATION_COLORMAP = "cividis"


def axes_to_draw_on(ax: Any, figsize: tuple[float, float] | None = None) -> Any:
    """Return `ax`, or the axes of a new figure if it is None.

    Parameters
    ----------
    ax : matplotlib Axes or None
        What the user gave.
    figsize : (float, float), optional
        Width and height of a new figure in inches.

    Returns
    -------
    matplotlib Axes
        Where to draw.

    Raises
    ------
    ImportError
        If Matplotlib is not installed.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            "Displays are drawn with Matplotlib, which is not installed; `pip install "
            "'sknn[plots]'` installs it."
        ) from error
    if ax is None:
        _, ax = plt.subplots(figsize=figsize, layout="constrained")
    return ax


def check_image_shape(image_shape: tuple[int, int], n_inputs: int) -> None:
    """Raise ValueError unless the inputs are an image of this shape."""
    height, width = image_shape
    if height * width != n_inputs:
        raise ValueError(
            f"image_shape={image_shape} has {height * width} pixels, but the network has "
            f"{n_inputs} inputs."
        )


def without_frame(ax: Any) -> None:
    """Take away ticks and frame, for pictures that are no graph of a function."""
    ax.set(xticks=[], yticks=[])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def draw_neurons(ax: Any, centers: Any, radius: float, **style: Any) -> Any:
    """Draw neurons as circles.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    centers : iterable of (float, float)
        The centres.
    radius : float
        Their radius.
    **style : dict
        Passed to Matplotlib's `PatchCollection`.

    Returns
    -------
    matplotlib PatchCollection
        The circles.
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Circle

    circles = PatchCollection([Circle(center, radius) for center in centers], **style)
    return ax.add_collection(circles, autolim=False)


def colormap_on_black() -> Any:
    """Return the colormap for what adds to a sum, or takes from it, on a black ground."""
    from matplotlib.colors import LinearSegmentedColormap

    positive, negative = COLORS_ON_BLACK
    colors = [negative, "black", positive]
    return LinearSegmentedColormap.from_list("red, black, blue", colors)


def range_of(activations: np.ndarray) -> tuple[float, float]:
    """Return what is darkest and what is brightest."""
    low, high = min(0.0, activations.min()), max(0.0, activations.max())
    return (low, high) if low < high else (0.0, 1.0)


def scale_text(limits: tuple[float, float]) -> str:
    """Return the two ends of a scale as text."""
    return "{:.2g} to {:.2g}".format(*limits).replace("-", "−")


def layer_titles(sizes: Sequence[int]) -> list[str]:
    """Return a title for each layer of neurons, with their number."""
    hidden = [f"hidden {number}" for number in range(1, len(sizes) - 1)]
    names = ["inputs", *hidden, "outputs"]
    return [f"{name}\n{size}" for name, size in zip(names, sizes, strict=True)]
