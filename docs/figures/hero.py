"""The picture of the start page: a digit, the network that reads it, and its answer."""

from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgba_array
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import SimpleMLPClassifier

EXCITES, INHIBITS, ACTIVE = "#e0701a", "#2f86c9", "#f5b041"
COLUMNS = 6.0, 8.6, 11.2  # where the layers stand


def light():
    draw(ink="#1f2d3d", paper="#ffffff", dim="#c9d3de")


def dark():
    draw(ink="#e6edf3", paper="#14181e", dim="#3b4654")


@cache
def trained():
    """Return a sample, the weights between the neurons, and the activations for the sample."""
    X, X_test, y, _ = train_test_split(*load_digits(return_X_y=True), random_state=0)
    model = SimpleMLPClassifier((16, 16), scaling="standard", max_iter=60, random_state=0)
    sample = X_test[48:49]
    activations = model.fit(X, y).activations(sample)[1:]
    return sample.reshape(8, 8), model.coefs_[1:], [a.ravel() for a in activations]


def draw(ink, paper, dim):
    image, weights, layers = trained()
    figure, ax = plt.subplots(figsize=(8, 3.45))
    figure.subplots_adjust(0, 0, 1, 1)
    ax.set(xlim=(-0.05, 12.9), ylim=(-0.35, 5.35), aspect="equal")
    ax.axis("off")

    shades = LinearSegmentedColormap.from_list("shades", [paper, ink])
    ax.imshow(image, cmap=shades, extent=(0, 4, 0.5, 4.5))
    ax.add_patch(plt.Rectangle((0, 0.5), 4, 4, fill=False, ec=dim))

    places = [
        np.column_stack([np.full(len(a), x), np.linspace(5, 0, len(a))])
        for a, x in zip(layers, COLUMNS, strict=True)
    ]
    fan = [[(4, 2.5), place] for place in places[0]]
    ax.add_collection(LineCollection(fan, colors=dim, lw=0.5, zorder=0))
    for W, a, below, above in zip(weights, layers, places, places[1:], strict=False):
        ax.add_collection(lines(W * a[:, None], below, above))
    lit = LinearSegmentedColormap.from_list("lit", [paper, ACTIVE])
    for a, place in zip(layers, places, strict=True):
        ax.scatter(
            *place.T, s=70, c=a / a.max(), cmap=lit, vmin=0, vmax=1, ec=ink, lw=0.8, zorder=3
        )
    label(ax, layers[-1], places[-1], ink)


def lines(flow, below, above):
    """Return a line for each weight times activation; the larger, the wider."""
    flow = flow / np.abs(flow).max()
    strength = np.abs(flow).ravel() ** 0.8
    colors = to_rgba_array([EXCITES if each > 0 else INHIBITS for each in flow.ravel()])
    colors[:, 3] = strength
    segments = [[start, end] for start in below for end in above]
    return LineCollection(segments, colors=colors, lw=2.2 * strength, zorder=1)


def label(ax, probabilities, places, ink):
    answer = probabilities.argmax()
    for digit, (x, y) in enumerate(places):
        if digit == answer:
            ax.text(x + 0.35, y, str(digit), color=ink, va="center", size=18, weight="bold")
            ax.text(x + 0.85, y, f"{probabilities[digit]:.0%}", color=ink, va="center", size=13)
        else:
            ax.text(x + 0.35, y, str(digit), color="#7b7b7b", va="center", size=11)
