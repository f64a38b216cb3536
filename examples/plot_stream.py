"""
A stream that changes
=====================

Readings of machines arrive in chunks, and the machines age: what was a normal reading in January is
a fault in June. ``partial_fit`` goes on learning from each chunk. Only one chunk is in memory at a
time, so the same loop trains on data that are larger than memory.

Every chunk first tests the model, and then trains it. So the accuracy below is always that for rows
the model has not seen.
"""

# sphinx_gallery_thumbnail_number = 2

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sknn import SimpleMLPClassifier

# %%
# The stream
# ----------
# There are two sensors and two modes. A machine is faulty if its readings are too far from a
# centre; by night they may be closer. The centre moves slowly. At chunk 60 the sensors are
# replaced, and it jumps to another place.

CHUNKS, ROWS, JUMP = 100, 250, 60


def read_chunk(number, rng):
    """Return the readings of a chunk, and the states of the machines."""
    angle = 0.8 * np.pi * number / CHUNKS + (0.6 * np.pi if number >= JUMP else 0)
    table = pd.DataFrame(rng.normal(scale=1.5, size=(ROWS, 2)), columns=["vibration", "heat"])
    table["mode"] = rng.choice(["day", "night"], ROWS)
    distance = np.hypot(table["vibration"] - np.cos(angle), table["heat"] - np.sin(angle))
    limit = np.where(table["mode"] == "day", 1.9, 1.4) + rng.normal(scale=0.1, size=ROWS)
    return table, np.where(distance > limit, "faulty", "fine")


# %%
# Two models
# ----------
# Both see the first ten chunks. One of them goes on learning, the other is left as it is. The first
# call of ``partial_fit`` names all classes, because a chunk need not have each of them. Encoding
# and scaling are learnt from the first chunk, and kept.

learning, frozen = SimpleMLPClassifier(random_state=0), SimpleMLPClassifier(random_state=0)
accuracies = {"goes on learning": [], "left after 10 chunks": []}
snapshots = {}
side = np.linspace(-4, 4, 60)
vibration, heat = (grid.ravel() for grid in np.meshgrid(side, side))
plane = pd.DataFrame({"vibration": vibration, "heat": heat, "mode": "day"})

rng = np.random.default_rng(0)
for number in range(CHUNKS):
    X, y = read_chunk(number, rng)
    if number > 0:
        accuracies["goes on learning"].append(learning.score(X, y))
        accuracies["left after 10 chunks"].append(frozen.score(X, y))
    learning.partial_fit(X, y, classes=["faulty", "fine"])
    if number < 10:
        frozen.partial_fit(X, y, classes=["faulty", "fine"])
    if number in (9, 59, 61, 99):
        snapshots[number] = learning.predict_proba(plane)[:, 0], X[X["mode"] == "day"], y

for name, values in accuracies.items():
    print(f"{name:21} mean accuracy after chunk 20: {np.mean(values[20:]):.1%}")

# %%
# How they did
# ------------
# The model that goes on learning follows the slow change. After the jump it is wrong for a few
# chunks, and then it has learnt the new rule. The model that was left alone gets worse and worse.

figure, ax = plt.subplots(figsize=(9, 3.6), layout="constrained")
for (name, values), color in zip(accuracies.items(), ["C0", "C1"], strict=True):
    smooth = pd.Series(values).rolling(3, min_periods=1).mean()
    ax.plot(range(1, CHUNKS), values, ".", color=color, alpha=0.3)
    ax.plot(range(1, CHUNKS), smooth, color=color, linewidth=2, label=name)
ax.axvline(JUMP, color="0.4", linestyle=":")
ax.annotate("the sensors are replaced", (JUMP, 0.42), xytext=(5, 0), textcoords="offset points")
ax.set(
    title=f"Each chunk of {ROWS} rows tests a model before it trains it",
    xlabel="chunk",
    ylabel="accuracy",
    ylim=(0.4, 1.02),
)
ax.legend(loc="lower left")
plt.show()

# %%
# What the model believes at four times, about machines by day. Dots are the rows of the chunk.

figure, axes = plt.subplots(1, 4, figsize=(11, 3.4), sharey=True, layout="constrained")
for ax, (number, (p, X, y)) in zip(axes, snapshots.items(), strict=True):
    image = ax.pcolormesh(
        side, side, p.reshape(60, 60), cmap="RdBu_r", vmin=0, vmax=1, rasterized=True
    )
    states = y[X.index]
    for state, color in {"faulty": "black", "fine": "white"}.items():
        rows = X[states == state]
        ax.scatter(
            rows["vibration"], rows["heat"], 12, color, edgecolors="black", lw=0.4, label=state
        )
    ax.set(title=f"after chunk {number}", xlabel="vibration", xlim=(-4, 4), ylim=(-4, 4))
    ax.set_aspect("equal")
axes[0].set_ylabel("heat")
axes[0].legend(loc="lower left", facecolor="0.8", framealpha=1)
figure.colorbar(image, ax=axes, label="probability of a fault", shrink=0.8)
plt.show()

# %%
# **What else a stream needs.** ``partial_fit`` keeps the learning rate constant, because it knows
# no end. It neither calibrates nor stops early. :class:`~sknn.Checkpoint` saves a model from time
# to time, so that a program that was interrupted goes on where it was.
