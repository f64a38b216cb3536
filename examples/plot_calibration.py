"""
Probabilities that can be trusted
=================================

A probability of 80 % should be right in 80 % of the cases. Neural networks are known for
probabilities that are too sure: the longer they train, the more so. ``SimpleMLPClassifier``
smooths its targets, averages eight networks, and then divides its raw predictions by a temperature
that is fitted to out-of-fold rows.

The data here are generated, so the true probability of each row is known. Each model can be
compared with the truth, and not with 0 and 1 alone.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import SimpleMLPClassifier

# %%
# Data with known probabilities
# -----------------------------
# A row has twenty numbers, of which four decide on the chances of the two classes. No model can be
# right each time: even the true probabilities have a log-loss.


def make_rows(n_rows, rng):
    """Return features, classes, and the true probability of class 1."""
    X = rng.normal(size=(n_rows, 20))
    score = 1.5 * np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.7 * X[:, 3]
    truth = 1 / (1 + np.exp(-score))
    return X, (rng.random(n_rows) < truth).astype(int), truth


rng = np.random.default_rng(0)
X_train, y_train, _ = make_rows(3000, rng)
X_test, y_test, truth = make_rows(20_000, rng)

# %%
# Three default models
# --------------------

models = {
    "SimpleMLPClassifier": SimpleMLPClassifier(random_state=0),
    "MLPClassifier": make_pipeline(StandardScaler(), MLPClassifier(random_state=0)),
    "HistGradientBoosting": HistGradientBoostingClassifier(random_state=0),
}
print(f"{'':22} {'accuracy':>8} {'log-loss':>9} {'mean error of the probability':>30}")
print(f"{'the truth':22} {np.mean((truth > 0.5) == y_test):8.1%} {log_loss(y_test, truth):9.3f}")
predictions = {}
for name, model in models.items():
    with warnings.catch_warnings():
        # MLPClassifier warns that its 200 epochs are over.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X_train, y_train)
    p = predictions[name] = model.predict_proba(X_test)[:, 1]
    print(
        f"{name:22} {model.score(X_test, y_test):8.1%} {log_loss(y_test, p):9.3f} "
        f"{np.abs(p - truth).mean():30.3f}"
    )

# %%
# What is predicted, and what is true
# -----------------------------------
# Each column of a picture collects test rows of similar predicted probability. Its colours show
# where their true probabilities lie. The line is their mean. On the dashed diagonal, a model is
# exactly as sure as it should be.

figure, axes = plt.subplots(1, 3, figsize=(11, 4.2), sharey=True, layout="constrained")
edges = np.linspace(0, 1, 21)
centres = (edges[:-1] + edges[1:]) / 2
for ax, (name, p) in zip(axes, predictions.items(), strict=True):
    counts, _, _ = np.histogram2d(p, truth, bins=edges)
    rows = counts.sum(axis=1)
    mesh = ax.pcolormesh(
        edges, edges, (counts / np.maximum(rows, 1)[:, None]).T, cmap="Blues", vmin=0, vmax=0.4
    )
    means = np.histogram(p, bins=edges, weights=truth)[0] / np.maximum(rows, 1)
    ax.plot(centres[rows > 0], means[rows > 0], color="C1", linewidth=2.5, label="mean")
    ax.plot([0, 1], [0, 1], color="black", linestyle="--", linewidth=1)
    ax.set(title=name, xlabel="predicted probability", aspect="equal")
axes[0].set_ylabel("true probability")
axes[0].legend(loc="upper left")
figure.colorbar(mesh, ax=axes, label="part of the rows", shrink=0.8)
plt.show()

# %%
# The network of scikit-learn knows its 3,000 rows by heart after 200 epochs, and is far too sure.
# Gradient boosting is too sure as well, but less so. The default model is about as sure as it
# should be, and its colours lie closer to the diagonal.

for name, p in predictions.items():
    about_90 = (p > 0.87) & (p < 0.93)
    print(f"where {name} says 90 %, the truth is {truth[about_90].mean():.0%} on average")

# %%
# The temperature
# ---------------
# Raw predictions are divided by ``temperature_``. A temperature above 1 makes them less sure, one
# below 1 makes them surer. Out-of-fold rows choose it, so no rows are lost for training.

model = models["SimpleMLPClassifier"]
raw = SimpleMLPClassifier(calibrate=False, random_state=0).fit(X_train, y_train)
print(f"temperature_ is {model.temperature_:.2f}")
print(f"log-loss without calibration: {log_loss(y_test, raw.predict_proba(X_test)):.3f}")

# %%
# **When to calibrate by hand.** A single network (``hidden_layer_sizes`` given) has no out-of-fold
# rows. On noisy data put it into scikit-learn's ``CalibratedClassifierCV(method="temperature")``.
