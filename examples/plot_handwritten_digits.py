"""
The network of the lectures, and today's, on handwritten digits
===============================================================

Many courses on neural networks start with the same one. The pixels of a handwritten digit go in,
and pass through two hidden layers of 16 neurons. Ten output neurons say how much the image looks
like a 0, a 1, ... a 9. Each neuron computes ``a = σ(w·a + b)``, and gradient descent on
mini-batches makes the squared cost small.

This example trains that network, and beside it one of today: 256 and 128 rectifiers,
cross-entropy, Adam. Both are single networks. The default model is made for tables: it is eight
small networks with learnt functions of each input. The example also times scikit-learn's
``MLPClassifier`` at the same network, batch size and number of epochs.

Run it on the 1,797 digits of 8 × 8 pixels that scikit-learn ships::

    python examples/plot_handwritten_digits.py

or on the 70,000 of 28 × 28 pixels (MNIST), downloaded from OpenML or from a folder that holds
``train.npz`` and ``test.npz`` with arrays ``X`` and ``y``::

    python examples/plot_handwritten_digits.py --mnist openml
    python examples/plot_handwritten_digits.py --mnist DIR

"""

# sphinx_gallery_thumbnail_number = 2

import argparse
import time
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import fetch_openml, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from sknn import LossCurveDisplay, SimpleMLPClassifier

parser = argparse.ArgumentParser(description="Train two networks on handwritten digits.")
parser.add_argument("--mnist", metavar="DIR|openml", help="use the 70,000 images of 28 × 28")
parser.add_argument("--pictures", metavar="DIR", default="pictures", help="where pictures go")
args = parser.parse_args()
pictures = Path(args.pictures)
pictures.mkdir(parents=True, exist_ok=True)

# %%
# The data
# --------
# An image is a row of pixels between 0 (paper) and 1 (ink).


def load_images(mnist):
    """Return training and test images, one row of pixels each, and their digits."""
    if mnist is None:
        X, y = load_digits(return_X_y=True)
        return train_test_split(X / 16, y, test_size=0.25, random_state=0, stratify=y)
    if mnist == "openml":
        X, y = fetch_openml("mnist_784", version=1, return_X_y=True, as_frame=False)
        parts = X[:60000], X[60000:], y[:60000], y[60000:]
    else:
        train, test = (np.load(Path(mnist) / f"{part}.npz") for part in ("train", "test"))
        parts = train["X"], test["X"], train["y"], test["y"]
    X_train, X_test, y_train, y_test = parts
    X_train, X_test = (X.reshape(len(X), -1) / 255 for X in (X_train, X_test))
    return X_train, X_test, y_train.astype(int), y_test.astype(int)


X_train, X_test, y_train, y_test = load_images(args.mnist)
side = int(X_train.shape[1] ** 0.5)
print(f"{len(X_train)} training images and {len(X_test)} test images of {side} × {side} pixels\n")

# %%
# Two networks
# ------------
# The pixels have a common scale already, so the model need not scale them: ``scaling=None``. That
# also switches off the learnt functions of each input. A model with ``hidden_layer_sizes`` has a
# single member.

classic = SimpleMLPClassifier(
    hidden_layer_sizes=(16, 16),
    activation="logistic",  # σ
    loss="squared_error",  # the cost Σ (a - y)²
    solver="sgd",  # gradient descent ...
    momentum=0,
    learning_rate=3.0,
    learning_rate_schedule="constant",
    batch_size=32,  # ... on mini-batches
    label_smoothing=0,
    scaling=None,
    max_iter=30 if args.mnist else 100,
    random_state=0,
)
today = SimpleMLPClassifier(
    hidden_layer_sizes=(256, 128),
    parametrization="standard",  # the same step size in all layers
    learning_rate=0.001,
    learning_rate_schedule="cosine",
    batch_size=128,
    label_smoothing=0,
    scaling=None,
    max_iter=20 if args.mnist else 40,
    random_state=0,
)

# %%
# Training
# --------
# Beside each network, scikit-learn's has the same layers, batch size and number of epochs. It
# has no squared error for classes, and minimizes the cross-entropy.


def timed_fit(model):
    """Train a model and return the seconds it took per epoch."""
    start = time.perf_counter()
    with warnings.catch_warnings():
        # MLPClassifier warns whenever a fixed number of epochs is all it gets.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X_train, y_train)
    return (time.perf_counter() - start) / model.n_iter_


def scikit_learns(model, **settings):
    """Return an MLPClassifier with the layers, batch size and epochs of a model."""
    return MLPClassifier(
        model.hidden_layer_sizes,
        model.activation,
        batch_size=model.batch_size,
        max_iter=model.max_iter,
        n_iter_no_change=model.max_iter,
        random_state=0,
        **settings,
    )


names = {"classic": "the network of the lectures", "today": "today's network"}
models = {"classic": classic, "today": today}
rivals = {
    "classic": scikit_learns(classic, solver="sgd", momentum=0, learning_rate_init=0.3),
    "today": scikit_learns(today),
}
for key, model in models.items():
    print(f"{names[key]}, {model.hidden_layer_sizes}, {model.activation}:")
    model.set_params(verbose=1)
    seconds = timed_fit(model)
    rival_seconds = timed_fit(rivals[key])
    layers = " - ".join(map(str, model.network_.sizes))
    accuracy = model.score(X_test, y_test)
    print(
        f"{layers} neurons, {model.n_parameters_:,} weights and biases\n"
        f"test accuracy {accuracy:.2%} after {model.n_iter_} epochs"
        f" ({rivals[key].score(X_test, y_test):.2%} for MLPClassifier)\n"
        f"{seconds:.3f} s per epoch ({rival_seconds:.3f} s for MLPClassifier, "
        f"{rival_seconds / seconds:.1f} times as long)\n"
    )

# %%
# How training went
# -----------------
# The two losses have different units. What they share is the way down.

colors = {"classic": "C0", "today": "C1"}
figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
for ax, (key, model) in zip(axes, models.items(), strict=True):
    LossCurveDisplay.from_estimator(model, ax=ax, color=colors[key])
    ax.set(title=f"{names[key]}: {model.score(X_test, y_test):.1%} right", ylim=(0, None))
    ax.set_ylabel("squared error" if model.loss == "squared_error" else "cross-entropy")
    if ax.get_legend():
        ax.get_legend().remove()
figure.savefig(pictures / "loss_curves.png", dpi=100)

# %%
# Some answers
# ------------
# Twelve test images: the first six, and the first six that the network of the lectures gets wrong.
# Below each image are the answers and the outputs of both networks. A cross marks a wrong answer.

wrong = np.flatnonzero(classic.predict(X_test) != y_test)[:6]
shown = np.concatenate([np.arange(12 - len(wrong)), wrong])
outputs = {key: model.activations(X_test[shown])[-1] for key, model in models.items()}
figure, axes = plt.subplots(4, 6, figsize=(11, 7.5), height_ratios=[3, 2] * 2, layout="constrained")
for i, image in enumerate(shown):
    picture_ax, bars_ax = axes[2 * (i // 6)][i % 6], axes[2 * (i // 6) + 1][i % 6]
    picture_ax.imshow(X_test[image].reshape(side, side), cmap="gray_r")
    picture_ax.set(title=f"a {y_test[image]}", xticks=[], yticks=[])
    for (key, color), side_of_bar, place in zip(
        colors.items(), [-0.2, 0.2], ["left", "right"], strict=True
    ):
        values = outputs[key][i]
        bars_ax.bar(np.arange(10) + side_of_bar, values, 0.4, color=color, label=names[key])
        answer = values.argmax()
        mark = "" if answer == y_test[image] else " ✗"
        bars_ax.set_title(f"{answer}{mark}", loc=place, color=color, fontweight="bold")
    bars_ax.set(ylim=(0, 1), xticks=range(10), yticks=[0, 1])
for ax in axes[1::2, 0]:
    ax.set_ylabel("output")
figure.legend(*axes[1, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
figure.savefig(pictures / "answers.png", dpi=100)

# %%
# What each neuron looks for
# --------------------------
# The weights from the pixels to a neuron of the first hidden layer are themselves an image. Ink on
# a blue pixel excites the neuron, ink on a red pixel silences it. All neurons of a picture have the
# same scale.

for key, model in models.items():
    weight = model.coefs_[0]  # (n_pixels, n_neurons)
    limit = np.abs(weight[:, :16]).max()
    figure, axes = plt.subplots(2, 8, figsize=(10, 3.2), layout="constrained")
    for neuron, ax in enumerate(axes.flat):
        picture = weight[:, neuron].reshape(side, side)
        image = ax.imshow(picture, cmap="RdBu", vmin=-limit, vmax=limit)
        ax.set(title=f"neuron {neuron}", xticks=[], yticks=[])
    figure.colorbar(image, ax=axes, label="weight")
    figure.suptitle(f"{names[key]}: 16 of {weight.shape[1]} neurons of the first hidden layer")
    figure.savefig(pictures / f"first_layer_{key}.png", dpi=100)

print(f"Pictures written to {pictures}/: " + ", ".join(sorted(p.name for p in pictures.iterdir())))
plt.show()
