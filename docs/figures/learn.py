"""The pictures of the Learn pages, drawn from the trained network of the lecture."""

import matplotlib.pyplot as plt
import numpy as np

from docs.watch import classic
from examples.naive_network import Network, sigmoid, squared_error
from sknn import NetworkDisplay

BLUE, RED, GREY = "#3b8ed0", "#e0552f", "#808080"


def network(arrays, stage=-1):
    """Return the naive network of a stage."""
    return Network(*classic.weights_and_biases(arrays, stage), "logistic", squared_error)


def digits(arrays):
    """Return the 100 digits as rows of pixels between 0 and 1, and their targets."""
    return arrays["images"].reshape(-1, 784) / 255, np.eye(10)[arrays["labels"]]


def outputs(network, x):
    """Return what the output neurons answer."""
    return sigmoid(network.forward(x)[1][-1])


def show(ax, image, title, limit=None):
    """Draw pixels from black to white or, with a limit, weights from red to blue."""
    style = {"cmap": "gray", "vmin": 0} if limit is None else {"cmap": "RdBu", "vmin": -limit}
    # The browser enlarges the pixels; doing it here would nearly double the size of `strip`.
    ax.imshow(image.reshape(28, 28), vmax=limit, interpolation="none", **style)
    ax.set_title(title, size=9)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color=GREY)


def neuron(number=11, digit=7):
    """Draw a digit, the weights of a neuron, their products, and the sums that follow."""
    arrays = classic.load()
    x, _ = digits(arrays)
    weights, biases = classic.weights_and_biases(arrays)
    a, w, b = x[digit], weights[0][:, number], biases[0][number]
    z = a @ w + b
    _, axes = plt.subplots(1, 4, figsize=(6, 1.7), layout="constrained")
    limit = np.abs(w).max()
    show(axes[0], a, "784 activations a")
    show(axes[1], w, "784 weights w", limit)
    show(axes[2], a * w, "784 products w a", limit)
    sums = f"Σ w a = {a @ w:.2f}\n      b = {b:.2f}\n      z = {z:.2f}\n\n σ(z) = {sigmoid(z):.2f}"
    axes[3].text(0, 0.5, sums.replace("-", "−"), va="center", size=9, family="monospace")
    axes[3].set_axis_off()


def hoped_for(n_images):
    """Return hand-made images of short edges, light below dark, at several places and angles."""
    rows, columns = np.mgrid[:28, :28] - 13.5
    images = []
    for angle in np.linspace(0, 2 * np.pi, n_images, endpoint=False):
        along = rows * np.sin(angle) + columns * np.cos(angle)
        across = rows * np.cos(angle) - columns * np.sin(angle) + 4
        images.append(np.where((np.abs(along) < 6) & (np.abs(across) < 3), np.sign(across), 0))
    return images


def strip(n_neurons=6):
    """Draw the weights of some neurons at each stage of training, beside the hoped-for edges."""
    arrays = classic.load()
    names = [str(name).replace(" ", "\n") for name in arrays["names"]]
    figure, axes = plt.subplots(
        n_neurons, len(names) + 1, figsize=(6, 0.66 * n_neurons + 0.6), layout="constrained"
    )
    for row, edge in zip(axes, hoped_for(n_neurons), strict=True):
        show(row[0], edge, "", 1)
    for stage in range(len(names)):
        weight = classic.weights_and_biases(arrays, stage)[0][0]
        limit = np.abs(weight).max()
        for j, ax in enumerate(axes[:, stage + 1]):
            show(ax, weight[:, j], "", limit)
        axes[-1, stage + 1].set_xlabel(f"±{limit:.2g}", size=8)
    for ax, name in zip(axes[0], ["hoped\nfor", *names], strict=True):
        ax.set_title(name, size=8)
    for j, ax in enumerate(axes[:, 0]):
        ax.set_ylabel(str(j), size=9, rotation=0, ha="right", va="center")
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02)


def lit(digit=7):
    """Draw the network of the lecture, lit by a digit."""
    arrays = classic.load()
    x, _ = digits(arrays)
    model = classic.classifier(arrays)
    _, ax = plt.subplots(figsize=(5.6, 3.9), layout="constrained")
    NetworkDisplay.from_estimator(model, x[digit : digit + 1], image_shape=(28, 28), ax=ax)


def functions():
    """Draw the sigmoid and ReLU, and their slopes."""
    z = np.linspace(-6, 6, 301)
    a = sigmoid(z)
    _, axes = plt.subplots(1, 2, figsize=(6, 2.3), layout="constrained")
    pairs = ("sigmoid", a, a * (1 - a)), ("ReLU", np.maximum(z, 0), np.where(z > 0, 1.0, 0.0))
    for ax, (name, values, slope) in zip(axes, pairs, strict=True):
        ax.plot(z, values, color=BLUE, label=f"{name}(z)")
        ax.plot(z, slope, color=RED, linestyle="--", label="its slope")
        ax.set(xlabel="z", ylim=(-0.1, 2.1 if name == "ReLU" else 1.1))
        ax.legend()


def answers(digit=7, stages=(0, 2, 4, -1)):
    """Draw the outputs for a digit at some stages beside the targets, with their cost."""
    arrays = classic.load()
    x, t = digits(arrays)
    _, axes = plt.subplots(1, len(stages), figsize=(6, 1.8), layout="constrained", sharey=True)
    for ax, stage in zip(axes, stages, strict=True):
        a = outputs(network(arrays, stage), x[digit : digit + 1])[0]
        ax.bar(range(10), a, color=BLUE, label="output")
        ax.step(np.arange(-0.5, 10.5), [*t[digit], t[digit, -1]], where="post", color=RED, lw=1)
        ax.set_title(f"{arrays['names'][stage]}:\ncost {np.sum((a - t[digit]) ** 2):.2f}", size=8)
        ax.set(xticks=range(10), ylim=(0, 1.05))
        ax.tick_params(labelsize=7)


def curve():
    """Draw cost and accuracy over the steps of training."""
    steps, cost, accuracy = classic.load()["curve"].T
    _, axes = plt.subplots(1, 2, figsize=(6, 2.2), layout="constrained")
    pairs = (axes[0], cost, "cost", BLUE), (axes[1], accuracy, "accuracy on test digits", RED)
    for ax, values, name, color in pairs:
        ax.plot(steps, values, color=color)
        ax.set_xscale("symlog", linthresh=1)
        ax.set(xlabel="steps", title=name, ylim=(0, None))
        ax.grid(alpha=0.3)


def downhill(stage=4):
    """Draw the cost along the gradient, with the slope that the gradient predicts."""
    arrays = classic.load()
    x, t = digits(arrays)
    start = network(arrays, stage)
    cost, gradients = start.value_and_gradients(x, t)
    slope = -sum(np.sum(g**2) for g in gradients)
    rates = np.linspace(-4, 24, 113)
    thetas = start.weights + start.biases
    costs = []
    for rate in rates:
        moved = [theta - rate * g for theta, g in zip(thetas, gradients, strict=True)]
        there = Network(moved[:3], moved[3:], "logistic", squared_error)
        costs.append(there.value_and_gradients(x, t)[0])
    _, ax = plt.subplots(figsize=(6, 2.6), layout="constrained")
    ax.plot(rates, costs, color=BLUE, label="cost")
    line = np.array([-4, 6])
    ax.plot(line, cost + slope * line, color=RED, linestyle="--", label="predicted by the gradient")
    ax.plot(0, cost, "o", color=BLUE)
    ax.set(xlabel="length of the step (rate)", ylabel="cost of 100 digits")
    ax.legend()


def nonsense(digit=7):
    """Draw what the network answers to a digit, its shuffled pixels, noise, and a blank image."""
    arrays = classic.load()
    x, _ = digits(arrays)
    rng = np.random.default_rng(0)
    images = {
        "a digit": x[digit],
        "its pixels shuffled": rng.permutation(x[digit]),
        "noise": rng.random(784),
        "blank": np.zeros(784),
    }
    _, axes = plt.subplots(
        2, 4, figsize=(6, 2.7), layout="constrained", height_ratios=(1.4, 1), sharey="row"
    )
    for (name, image), (top, bottom) in zip(images.items(), axes.T, strict=True):
        top.imshow(image.reshape(28, 28), cmap="gray", vmin=0, vmax=1)
        top.set(xticks=[], yticks=[])
        top.set_title(name, size=9)
        bottom.bar(range(10), outputs(network(arrays), image[np.newaxis])[0], color=BLUE)
        bottom.set(xticks=range(10), ylim=(0, 1.05))
        bottom.tick_params(labelsize=7)
