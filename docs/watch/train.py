"""Train the network of the lecture on MNIST and write `examples/classic_network.npz`.

    python -m docs.watch.train FOLDER

The folder holds `train.npz` and `test.npz`, each with `X` (n, 784), uint8, and `y`; without an
argument it is the one that the environment variable MNIST names.  It takes about half a minute.
"""

import os
import sys
from pathlib import Path

import numpy as np

from docs.watch import classic
from sknn import SimpleMLPClassifier

BATCH_SIZE = classic.SETTINGS["batch_size"]
STAGES = {0: "0 steps", 10: "10 steps", 50: "50 steps", 200: "200 steps"}  # and these epochs:
EPOCHS = {1: "1 epoch", 3: "3 epochs", 10: "10 epochs", 20: "20 epochs"}
CURVE = [*range(1, 10), 15, 20, 30, 70, 100, 140, 300, 500, 700, 1000, 1400]
CURVE_EPOCHS = [1.5, 2, 4, 5, 7, 13, 15, 16]
SLOWER_FROM = 15  # epochs; from then on the steps are a fifth as long
SOURCE = (
    "MNIST test digits (Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten "
    "digits), licence CC BY-SA 3.0"
)


def read(folder):
    """Return the training and the test digits: pixels between 0 and 1, and labels."""
    for name in "train", "test":
        with np.load(Path(folder, f"{name}.npz")) as file:
            yield (file["X"] / 255).astype(np.float32), file["y"].astype(int)


def snapshots(X, y):
    """Yield the number of steps and the model at each stage and each point of the curve."""
    per_epoch = len(X) // BATCH_SIZE
    later = {round(epoch * per_epoch) for epoch in [*EPOCHS, *CURVE_EPOCHS]}
    order = np.random.default_rng(0).permutation(len(X))
    X, y = X[order], y[order]
    # A step of this length moves nothing: the model has its starting weights.
    model = SimpleMLPClassifier(**classic.SETTINGS | {"learning_rate": 1e-30})
    yield 0, model.partial_fit(X[:BATCH_SIZE], y[:BATCH_SIZE], np.arange(10))
    done = 0
    for until in sorted({*STAGES, *CURVE, *later} - {0}):
        slower = done >= SLOWER_FROM * per_epoch
        model.set_params(learning_rate=classic.SETTINGS["learning_rate"] / (5 if slower else 1))
        while done < until:
            start = done % per_epoch
            rows = slice(start * BATCH_SIZE, min(start + until - done, per_epoch) * BATCH_SIZE)
            model.partial_fit(X[rows], y[rows])
            done += len(X[rows]) // BATCH_SIZE
        yield done, model


def cost_and_accuracy(model, train, test):
    """Return the mean cost on the training digits and the accuracy on the test digits."""
    errors = model.activations(train[0])[-1] - np.eye(10)[train[1]]
    return np.mean(np.sum(errors**2, axis=1)), model.score(*test)


def rounded(model):
    """Return weights as int8 and their scales, and biases, layer by layer."""
    scales = [np.abs(weight).max().astype(np.float64) / 127 for weight in model.coefs_]
    pairs = zip(model.coefs_, scales, strict=True)
    weights = [np.round(weight / scale).astype(np.int8) for weight, scale in pairs]
    return weights, scales, [bias.astype(np.float32) for bias in model.intercepts_]


def samples(X, y):
    """Return images and labels of 100 test digits drawn at random, 10 of each class."""
    rng = np.random.default_rng(0)
    rows = [rng.choice(np.flatnonzero(y == label), 10, replace=False) for label in range(10)]
    rows = rng.permutation(np.concatenate(rows))
    return np.round(X[rows] * 255).astype(np.uint8).reshape(-1, 28, 28), y[rows].astype(np.uint8)


def train(folder):
    """Return all arrays of the file."""
    training, test = read(folder)
    per_epoch = len(training[0]) // BATCH_SIZE
    names = STAGES | {epochs * per_epoch: name for epochs, name in EPOCHS.items()}
    images, labels = samples(*test)
    stages, curve = [], []
    for steps, model in snapshots(*training):
        curve.append((steps, *cost_and_accuracy(model, training, test)))
        print("{:6} steps, cost {:.4f}, accuracy {:.4f}".format(*curve[-1]))
        if steps in names:
            stages.append((steps, *rounded(model)))
    steps, weights, scales, biases = zip(*stages, strict=True)
    arrays = {
        "names": np.array([names[each] for each in steps]),
        "steps": np.array(steps),
        "scales": np.array(scales),
        **{
            f"weights_{i}": np.stack(layer) for i, layer in enumerate(zip(*weights, strict=True), 1)
        },
        **{f"biases_{i}": np.stack(layer) for i, layer in enumerate(zip(*biases, strict=True), 1)},
        "curve": np.array(curve),
        "images": images,
        "labels": labels,
        "source": np.array(SOURCE),
    }
    models = [classic.classifier(arrays, stage) for stage in range(len(steps))]
    figures = [cost_and_accuracy(model, training, test) for model in models]
    arrays["cost"], arrays["accuracy"] = np.transpose(figures)
    return arrays


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("MNIST")
    if folder is None:
        sys.exit(__doc__)
    arrays = train(folder)
    np.savez_compressed(classic.PATH, **arrays)
    for row in zip(arrays["names"], arrays["cost"], arrays["accuracy"], strict=True):
        print("{:>9}  cost {:.4f}  accuracy {:.4f}".format(*row))
    print(f"{classic.PATH}: {classic.PATH.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
