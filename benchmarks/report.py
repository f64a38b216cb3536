"""The plot of the figures."""

from pathlib import Path
from typing import Any

import numpy as np

#: Colours that colour-blind readers can tell apart (Okabe, Ito, 2008).
COLOURS = {
    "MLPClassifier, float64": "#0072B2",
    "MLPClassifier, float32": "#56B4E9",
    "PyTorch, float32": "#E69F00",
    "floor, float32": "#999999",
}


def plot(results: dict[str, Any], path: Path) -> bool:
    """Draw training beside the peers, and growth, into a picture file; whatever was measured.

    Return whether there was anything to draw.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    panels = [name for name in ("training", "growth") if results.get(name)]
    if not panels:
        return False
    heights = [5.0 if name == "training" else 3.5 for name in panels]
    figure, axes = plt.subplots(
        len(panels), squeeze=False, height_ratios=heights, figsize=(8, sum(heights))
    )
    draw = {"training": _draw_training, "growth": _draw_growth}
    for name, ax in zip(panels, axes[:, 0], strict=True):
        draw[name](ax, results[name])
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    plt.close(figure)
    return True


def _draw_training(ax: Any, training: dict[str, Any]) -> None:
    """Draw a group of bars for each workload: the peers' time in units of ours."""
    names = list(training)
    height = 0.8 / len(COLOURS)
    for i, (peer, colour) in enumerate(COLOURS.items()):
        places = [j for j, name in enumerate(names) if peer in training[name]]
        ratios = [training[names[j]][peer] for j in places]
        median, low, high = np.array(ratios).T if ratios else np.empty((3, 0))
        ax.barh(
            [j + (i - 1.5) * height for j in places],
            median,
            height,
            xerr=[median - low, high - median],
            color=colour,
            label=peer,
            error_kw={"elinewidth": 0.8},
        )
    ax.axvline(1, color="black", linewidth=0.8)
    ax.set_yticks(range(len(names)), [name.split(":")[0] for name in names])
    ax.invert_yaxis()
    ax.set_xlabel("time of fit in units of SimpleMLPClassifier's")
    ax.legend(loc="best")


def _draw_growth(ax: Any, growth: dict[str, Any]) -> None:
    """Draw the time of an epoch against each quantity, in units of the smallest."""
    (growth,) = growth.values()  # it has one group
    markers = dict(zip(growth, "os^", strict=False))
    for quantity, its_growth in growth.items():
        sizes, times = np.array(its_growth.sizes), np.array(its_growth.seconds)
        label = f"{quantity} (exponent {its_growth.exponents[0]:.2f})"
        ax.loglog(sizes / sizes[0], times / times[0], marker=markers[quantity], label=label)
    limits = np.array(ax.get_xlim())
    ax.loglog(limits, limits, color="black", linewidth=0.8, label="linear")
    ax.set_xlabel("size in units of the smallest")
    ax.set_ylabel("time of an epoch in units of the smallest")
    ax.legend()
