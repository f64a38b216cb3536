"""What each part of the default model is worth: the numbers of the table in default_model.rst."""

import re
from pathlib import Path

import matplotlib.pyplot as plt

page = Path("../user_guide/default_model.rst")  # the picture is drawn in this folder
change = r"([+−][\d.]+) ± ([\d.]+)"
rows = re.findall(rf"\* - (.+)\n +- {change}\n +- {change}\n", page.read_text(encoding="utf-8"))

figure, axes = plt.subplots(1, 2, sharey=True, figsize=(7, 4), layout="constrained")
names = [row[0].replace("``", "") for row in rows]
for ax, title, first, limit in zip(axes, ("error", "log-loss"), (1, 3), (20, 40), strict=True):
    changes = [float(row[first].replace("−", "-")) for row in rows]
    errors = [float(row[first + 1]) for row in rows]
    ax.errorbar(changes, names, xerr=errors, fmt="o", capsize=3)
    ax.axvline(0, ls=":", color="#7b7b7b")
    ax.set(title=title, xlim=(-5, limit))
    for name, value in zip(names, changes, strict=True):
        if value > limit:
            ax.text(0.9 * limit, name, f"+{value:.0f}", ha="right", va="center")
axes[0].invert_yaxis()
figure.supxlabel("change in percent: further to the right is worse", color="#7b7b7b", size=10)
