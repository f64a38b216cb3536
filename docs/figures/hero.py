"""The picture of the start page: a digit, the lit network that reads it, and its answer."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import SimpleMLPClassifier


def light():
    draw(ink="#1f2d3d", paper="#ffffff", dim="#c9d3de")


def dark():
    draw(ink="#e6edf3", paper="#14181e", dim="#3b4654")


def draw(ink, paper, dim):
    X_train, X_test, y_train, y_test = train_test_split(
        *load_digits(return_X_y=True), random_state=0
    )
    settings = {"scaling": "standard", "max_iter": 60, "random_state": 0}
    model = SimpleMLPClassifier((16, 16), **settings).fit(X_train, y_train)
    sample = X_test[48:49]
    layers = [a.ravel() for a in model.activations(sample)][1:]

    figure, ax = plt.subplots(figsize=(8, 3.45))
    figure.subplots_adjust(0, 0, 1, 1)
    ax.set(xlim=(-0.05, 12.9), ylim=(-0.35, 5.35), aspect="equal")
    ax.axis("off")
    cmap = plt.matplotlib.colors.LinearSegmentedColormap.from_list("ink", [paper, ink])
    ax.imshow(sample.reshape(8, 8), cmap=cmap, extent=(0, 4, 0.5, 4.5))
    ax.add_patch(plt.Rectangle((0, 0.5), 4, 4, fill=False, ec=dim, lw=1))

    places = [np.column_stack([np.full(len(a), x), np.linspace(5, 0, len(a))])
              for a, x in zip(layers, (6.0, 8.6, 11.2), strict=True)]
    fan = [[(4, 2.5), place] for place in places[0]]
    ax.add_collection(LineCollection(fan, colors=dim, lw=0.5, zorder=0))
    for W, active, start, end in zip(model.coefs_[1:], layers, places, places[1:], strict=False):
        flow = W * active[:, None]
        flow /= np.abs(flow).max()
        for i, j in np.ndindex(flow.shape):
            colour = "#e0701a" if flow[i, j] > 0 else "#2f86c9"
            strength = min(1, abs(flow[i, j]) ** 0.8)
            ax.plot(*zip(start[i], end[j], strict=True), color=colour, lw=2.2 * strength,
                    alpha=strength, zorder=1, solid_capstyle="butt")
    for a, place in zip(layers, places, strict=True):
        lit = a / a.max()
        ax.scatter(*place.T, s=70, c=lit, cmap=plt.matplotlib.colors.LinearSegmentedColormap
                   .from_list("lit", [paper, "#f5b041"]), vmin=0, vmax=1, ec=ink, lw=0.8, zorder=3)
    answer = layers[-1].argmax()
    for digit, (x, height) in enumerate(places[-1]):
        is_answer = digit == answer
        ax.text(x + 0.35, height, str(digit), color=ink if is_answer else "#7b7b7b", va="center",
                size=18 if is_answer else 11, weight="bold" if is_answer else "normal")
    ax.text(x + 0.85, places[-1][answer][1], f"{layers[-1].max():.0%}", color=ink, va="center", size=13)
