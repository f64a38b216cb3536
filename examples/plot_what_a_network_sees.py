"""
What a network sees
===================

Four displays draw a trained network: its neurons and weights, what each neuron looks for, which
neurons light up for a sample, and how training went. Here they draw the network of the lectures,
784-16-16-10 neurons, on handwritten digits, and a network of today on a table of wines.
"""

# sphinx_gallery_thumbnail_number = 1

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_wine

from sknn import (
    ActivationsDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    SimpleMLPClassifier,
    WeightsDisplay,
)

# %%
# The network of the lectures
# ---------------------------
# The file beside this example holds its weights at eight stages of its training on the 60,000
# digits of MNIST, and 100 test digits. What it computes are four lines: each layer multiplies the
# activations by its weights, adds its biases, and squashes the sums with a sigmoid.

here = Path(__file__).parent if "__file__" in globals() else Path()  # notebooks have no __file__
file = np.load(here / "classic_network.npz")


def parameters(stage):
    """Return the weights and the biases of the three layers."""
    weights = [file[f"weights_{i}"][stage] * file["scales"][stage, i - 1] for i in (1, 2, 3)]
    return weights, [file[f"biases_{i}"][stage] for i in (1, 2, 3)]


def activations(images, weights, biases):
    """Return the activations of all layers, the pixels first."""
    layers = [images.reshape(len(images), -1) / 255]
    for weight, bias in zip(weights, biases, strict=True):
        layers.append(1 / (1 + np.exp(-(layers[-1] @ weight + bias))))
    return layers


weights, biases = parameters(stage=-1)
images, digits = file["images"], file["labels"]
layers = activations(images, weights, biases)
answers = layers[-1].argmax(axis=1)
print(f"accuracy on the 10,000 test digits of MNIST: {file['accuracy'][-1]:.1%}")
print(f"right on the {len(images)} digits of this file: {np.sum(answers == digits)}")

# %%
# The network, lit by a digit
# ---------------------------
# The brighter a neuron, the more it answers. A line is what one neuron adds to the next, weight
# times activation: blue adds, red takes away. Of the 784 pixels, the most active ones are shown.

names = [str(digit) for digit in range(10)]
sample = np.flatnonzero((digits == 7) & (answers == 7))[0]
NetworkDisplay(
    weights,
    biases=biases,
    activations=[layer[sample] for layer in layers],
    image=images[sample],
    class_names=names,
).plot()
plt.show()

# %%
# For a fitted model, ``NetworkDisplay.from_estimator(model, X[:1], image_shape=(28, 28))`` draws
# the same in one line.
#
# What each neuron looks for
# --------------------------
# The weights from the pixels to a neuron of the first hidden layer are themselves an image. Ink on
# a blue pixel excites the neuron, ink on a red pixel silences it. One hopes for edges and loops. A
# few images show the edge of a stroke. The others look like noise, and yet the network reads 95 %
# of the digits.

WeightsDisplay(weights[0], image_shape=(28, 28)).plot()
plt.show()

# %%
# The weights of one neuron at five stages. Beside what training adds, the noise of the start is too
# faint to be seen.

stages = [0, 4, 5, 6, 7]
neuron = np.abs(weights[0]).max(axis=0).argmax()
limit = np.abs(weights[0][:, neuron]).max()
figure, axes = plt.subplots(1, len(stages), figsize=(10, 2.6), layout="constrained")
for ax, stage in zip(axes, stages, strict=True):
    picture = parameters(stage)[0][0][:, neuron].reshape(28, 28)
    image = ax.imshow(picture, cmap="RdBu", vmin=-limit, vmax=limit)
    ax.set(title=file["names"][stage], xticks=[], yticks=[])
figure.colorbar(image, ax=axes, label="weight")
plt.show()

# %%
# Which neurons light up
# ----------------------
# A digit that the network reads, and one that it takes for another. The second one has lit the
# wrong output neuron, and perhaps the right one a little.

wrong = np.flatnonzero(answers != digits)[0]
like_it = np.flatnonzero((digits == digits[wrong]) & (answers == digits))[0]
figure, axes = plt.subplots(1, 2, figsize=(13, 4.6), layout="constrained")
for ax, i in zip(axes, [like_it, wrong], strict=True):
    pixels, *others = (layer[i] for layer in layers)
    ActivationsDisplay([pixels, *others], image_shape=(28, 28), class_names=names).plot(ax=ax)
    ax.set_title(f"a {digits[i]}, taken for a {answers[i]}", pad=35)
plt.show()

# %%
# A table
# -------
# In a table the inputs have names. A bar to the right of its line is a positive weight. All neurons
# have the same scale, and the weights act on scaled features, so they can be compared.

X, y = load_wine(return_X_y=True, as_frame=True)
cultivar = np.array(["Barolo", "Grignolino", "Barbera"])[y]
wines = SimpleMLPClassifier((8,), numeric_embedding=None, random_state=0).fit(X, cultivar)
WeightsDisplay.from_estimator(wines)
plt.show()

# %%
# One wine lights the network. Its features are in the first column, scaled.

NetworkDisplay.from_estimator(wines, X[:1])
plt.show()

# %%
# The default model is eight networks, on learnt functions of each number. ``member`` chooses one of
# them; the weights drawn are those of the numbers themselves.

default = SimpleMLPClassifier(random_state=0).fit(X, cultivar)
WeightsDisplay.from_estimator(default, member=3, neurons=range(12))
plt.show()

# %%
# How training went
# -----------------
# Several runs on the same axes have colours of their own. With early stopping there is a validation
# loss too, dashed, and a dot at the best epoch. Here are two learning rates.

figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
for learning_rate in 0.001, 0.01:
    model = SimpleMLPClassifier(
        (16,),
        learning_rate=learning_rate,
        learning_rate_schedule="constant",
        label_smoothing=0,
        early_stopping=True,
        validation_fraction=0.25,
        max_iter=60,
        random_state=0,
    ).fit(X, cultivar)
    LossCurveDisplay.from_estimator(model, name=f"learning rate {learning_rate}", ax=ax)
ax.set(title="Two learning rates", ylim=(0, None))
plt.show()
