"""
What a network sees
===================

Four displays draw a trained network: how its training went, its neurons and weights, what each
neuron looks for, and which neurons light up for a sample. Here they draw the network of the
lectures on handwritten digits, and a network on a table of wines.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits, load_wine
from sklearn.model_selection import train_test_split

from sknn import (
    ActivationsDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    SimpleMLPClassifier,
    WeightsDisplay,
)

# %%
# Handwritten digits
# ------------------
# Images of 8 × 8 pixels, two hidden layers of 16 sigmoids, ten outputs; gradient descent makes the
# squared error small. The pixels are between 0 (paper) and 1 (ink), so nothing need be scaled.

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0, stratify=y)
digits = SimpleMLPClassifier(
    (16, 16),
    "logistic",
    loss="squared_error",
    solver="sgd",
    momentum=0,
    learning_rate=3.0,
    learning_rate_schedule="constant",
    batch_size=32,
    label_smoothing=0,
    scaling=None,
    max_iter=100,
    random_state=0,
)
digits.fit(X_train, y_train)

# %%

print(f"test accuracy: {digits.score(X_test, y_test):.1%}")

# %%
# The network
# -----------
# Neurons are circles, weights are lines: blue ones are positive, red ones negative. There are 64
# inputs, too many to draw, so the first and the last eight stand for all.

NetworkDisplay.from_estimator(digits)
plt.show()

# %%
# What each neuron looks for
# --------------------------
# The weights from the pixels to a neuron of the first hidden layer are themselves an image. Ink
# where it is blue excites the neuron, ink where it is red silences it.

WeightsDisplay.from_estimator(digits, image_shape=(8, 8))
plt.show()

# %%
# Which neurons light up
# ----------------------
# A test image goes in on the left; the brighter a neuron, the more it answers. Below each layer
# stand the numbers for the darkest and the brightest.

ActivationsDisplay.from_estimator(digits, X_test[:1], image_shape=(8, 8))
plt.show()

# %%
# And an image that the network gets wrong. ``plot`` draws on axes of one's own, so two samples can
# be compared.

wrong = np.flatnonzero(digits.predict(X_test) != y_test)[0]
like_it = np.flatnonzero(digits.predict(X_test) == y_test[wrong])[0]
figure, axes = plt.subplots(1, 2, figsize=(13, 4.6), layout="constrained")
for ax, i in zip(axes, [like_it, wrong], strict=True):
    ActivationsDisplay.from_estimator(digits, X_test[i : i + 1], image_shape=(8, 8), ax=ax)
    answer = digits.predict(X_test[i : i + 1])[0]
    ax.set_title(f"a {y_test[i]}, taken for a {answer}", pad=35)
plt.show()

# %%
# Neurons and lines together
# --------------------------
# With a sample, the drawn network is lit: a line is what a neuron adds to the sum of the next one,
# weight times activation, and the ring around a neuron is its bias.

NetworkDisplay.from_estimator(digits, X_test[:1], image_shape=(8, 8))
plt.show()

# %%
# How training went
# -----------------
# Runs on the same axes have colours of their own. With early stopping there is a validation loss
# too, dashed, and a dot at the best epoch. Here are two learning rates of Adam, with the
# cross-entropy as the loss.

ax = None
for learning_rate in 0.003, 0.03:
    model = SimpleMLPClassifier(
        (16, 16),
        "logistic",
        learning_rate=learning_rate,
        learning_rate_schedule="constant",
        label_smoothing=0,
        scaling=None,
        early_stopping=True,
        max_iter=60,
        random_state=0,
    ).fit(X_train, y_train)
    name = f"learning rate {learning_rate}"
    ax = LossCurveDisplay.from_estimator(model, name=name, ax=ax).ax_
plt.show()

# %%
# A table
# -------
# In a table the inputs have names, and so do the bars: to the right of its line a weight is
# positive. All neurons have the same scale. The weights act on scaled features, so they can be
# compared; the learnt factor of each feature is part of them.

X, y = load_wine(return_X_y=True, as_frame=True)
cultivar = np.array(["Barolo", "Grignolino", "Barbera"])[y]
wines = SimpleMLPClassifier((8,), numeric_embedding=None, random_state=0).fit(X, cultivar)
WeightsDisplay.from_estimator(wines)
plt.show()

# %%
# The names stand in the other displays too.

NetworkDisplay.from_estimator(wines)
plt.show()

# %%

ActivationsDisplay.from_estimator(wines, X[:1])
plt.show()

# %%
# The default model is eight networks, on learnt functions of each number. ``member`` chooses one of
# them; the weights drawn are those of the numbers themselves.

default = SimpleMLPClassifier(random_state=0).fit(X, cultivar)
WeightsDisplay.from_estimator(default, member=3, neurons=range(12))
plt.show()
