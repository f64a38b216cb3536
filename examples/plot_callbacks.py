"""
Callbacks: watch training while it runs
=======================================

A callback is called after every epoch. It can draw a live curve, write to a log, or stop training.
From version 1.9 scikit-learn has callbacks, and ``SimpleMLPClassifier`` takes them: alone, in a
pipeline, and in a search. This example writes two of them, and uses one of scikit-learn's.
"""

# sphinx_gallery_thumbnail_number = 2

import matplotlib.pyplot as plt
import numpy as np
from sklearn.callback import ScoringMonitor
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import LossCurveDisplay, SimpleMLPClassifier

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0, stratify=y)

# %%
# A live curve
# ------------
# A callback is an object with four methods, of which one is called after each epoch. While training
# runs, the estimator says how far it is: ``n_iter_``, ``loss_curve_``, ``validation_scores_``,
# ``coefs_``.


class AfterEpoch:
    """A callback that does nothing but call ``after_epoch``."""

    def setup(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        return context.task_name == "epoch" and self.after_epoch(estimator)

    def teardown(self, estimator, context):
        pass


# %%
# This one draws the curve again after every epoch. After ``plt.ion()`` the window shows it while
# the model trains. For this page, it begins a new panel after some epochs.


class LiveCurve(AfterEpoch):
    """Draws the course of training."""

    def __init__(self, panels):
        self.panels = panels
        self.figure, self.axes = plt.subplots(
            1, len(panels), figsize=(11, 3.2), sharex=True, sharey=True, layout="constrained"
        )

    def after_epoch(self, estimator):
        ax = self.axes[np.searchsorted(self.panels, estimator.n_iter_)]
        ax.clear()
        LossCurveDisplay.from_estimator(estimator, ax=ax)
        ax.set(title=f"after epoch {estimator.n_iter_}", ylim=(0, None))
        ax.label_outer()
        if plt.isinteractive():
            plt.pause(0.001)


network = SimpleMLPClassifier(
    (16,), scaling=None, label_smoothing=0, early_stopping=True, max_iter=40, random_state=0
)
network.set_callbacks(LiveCurve(panels=[2, 10, 20, 40])).fit(X_train, y_train)
plt.show()

# %%
# A film of the weights
# ---------------------
# This callback copies the weights of the first layer after some epochs. Each neuron has one weight
# for each pixel, so its weights are an image: ink on a blue pixel excites the neuron, ink on a red
# pixel silences it. The images begin as noise, and do not become strokes or loops.


class Film(AfterEpoch):
    """Keeps the weights of the first layer as they are after some epochs."""

    def __init__(self, epochs):
        self.epochs = epochs
        self.weights = {}

    def after_epoch(self, estimator):
        if estimator.n_iter_ in self.epochs:
            self.weights[estimator.n_iter_] = estimator.coefs_[0].copy()


film = Film(epochs=[1, 3, 10, 40])
network.set_params(early_stopping=False).set_callbacks(film).fit(X_train, y_train)

limit = np.abs(film.weights[40]).max()
figure, axes = plt.subplots(4, 10, figsize=(10, 3.9), layout="constrained")
for row, (epoch, weights) in zip(axes, film.weights.items(), strict=True):
    for neuron, ax in enumerate(row):
        image = ax.imshow(weights[:, neuron].reshape(8, 8), cmap="RdBu", vmin=-limit, vmax=limit)
        ax.set(xticks=[], yticks=[])
    row[0].set_ylabel(f"epoch {epoch}", rotation=0, ha="right", va="center")
for neuron, ax in enumerate(axes[0]):
    ax.set_title(f"neuron {neuron}", fontsize=10)
figure.colorbar(image, ax=axes, label="weight", shrink=0.7)
plt.show()

# %%
# Stopping when it is good enough
# -------------------------------
# A callback that returns True ends training, and the model is kept as it is. This one stops at a
# training loss of 0.2. ``ScoringMonitor`` of scikit-learn notes a score after each epoch.


class Enough(AfterEpoch):
    """Stops training at a loss."""

    def __init__(self, loss):
        self.loss = loss

    def after_epoch(self, estimator):
        return estimator.loss_curve_[-1] < self.loss


monitor = ScoringMonitor(scoring="accuracy")
network.set_callbacks(Enough(loss=0.2), monitor).fit(X_train, y_train)
print(f"stopped after {network.n_iter_} epochs at a loss of {network.loss_curve_[-1]:.3f}")
epochs = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
for row in epochs[-3:]:
    print(f"epoch {row['task_id'] + 1}: {row['accuracy']:.1%} of the training images are right")
