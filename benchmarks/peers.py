"""Who is measured: for the same network, data and number of epochs, a function that fits once."""

import importlib.util
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier

from benchmarks.workloads import Workload
from sknn import PLAIN, SimpleMLPClassifier

Fit = Callable[[], object]
Peer = Callable[[Workload, Any, np.ndarray], Fit]


def sknn_model(work: Workload) -> SimpleMLPClassifier:
    """Return our classifier, as plain as its peers: no scaling, embedding or calibration."""
    settings = PLAIN | {
        "hidden_layer_sizes": work.hidden_layer_sizes,
        "solver": work.solver,
        "batch_size": work.batch_size,
        "max_iter": work.n_epochs,
        "tol": 0,
        "random_state": 0,
    }
    return SimpleMLPClassifier(**settings)


def sknn(work: Workload, X: Any, y: np.ndarray) -> Fit:
    """This package."""
    return lambda: sknn_model(work).fit(X, y)


def mlp_classifier(work: Workload, X: Any, y: np.ndarray) -> Fit:
    """scikit-learn's multilayer perceptron."""
    return lambda: MLPClassifier(
        work.hidden_layer_sizes,
        solver=work.solver,
        alpha=0,
        batch_size=work.batch_size,
        max_iter=work.n_epochs,
        n_iter_no_change=work.n_epochs,
        tol=0,
        random_state=0,
    ).fit(X, y)


def floor(work: Workload, X: np.ndarray, y: np.ndarray) -> Fit:
    """The bare matrix products of the same shapes, forward and backward, and nothing else."""
    rng = np.random.default_rng(0)
    n_outputs = 1 if work.n_classes == 2 else work.n_classes
    sizes = (work.n_features, *work.hidden_layer_sizes, n_outputs)
    weights = [rng.random(shape, X.dtype) for shape in itertools.pairwise(sizes)]
    gradients = [np.empty_like(weight) for weight in weights]

    def buffers(n_rows: int) -> list[np.ndarray]:
        return [rng.random((n_rows, size), X.dtype) for size in sizes]

    n_full, n_left = divmod(work.n_samples, work.batch_size)
    batches = [buffers(work.batch_size)] * n_full + [buffers(n_left)] * (n_left > 0)

    def run() -> None:
        for _ in range(work.n_epochs):
            for a in batches:
                for below, weight, above in zip(a, weights, a[1:], strict=False):
                    np.matmul(below, weight, out=above)
                for layer in reversed(range(len(weights))):
                    np.matmul(a[layer].T, a[layer + 1], out=gradients[layer])
                    if layer > 0:
                        np.matmul(a[layer + 1], weights[layer].T, out=a[layer])

    return run


def has_torch() -> bool:
    """Whether PyTorch is installed."""
    return importlib.util.find_spec("torch") is not None


def pytorch(work: Workload, X: np.ndarray, y: np.ndarray) -> Fit:
    """An eager PyTorch loop with fused Adam on tensors in memory, one index per batch."""
    import torch
    from torch import nn

    binary = work.n_classes == 2
    inputs = torch.from_numpy(X)
    targets = torch.from_numpy(y)
    targets = targets.to(inputs.dtype)[:, None] if binary else targets

    def run() -> None:
        torch.manual_seed(0)
        sizes = (work.n_features, *work.hidden_layer_sizes)
        layers: list[nn.Module] = []
        for n_inputs, n_units in itertools.pairwise(sizes):
            layers += [nn.Linear(n_inputs, n_units), nn.ReLU()]
        layers.append(nn.Linear(sizes[-1], 1 if binary else work.n_classes))
        network = nn.Sequential(*layers)
        loss = nn.BCEWithLogitsLoss() if binary else nn.CrossEntropyLoss()
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
        for _ in range(work.n_epochs):
            for rows in torch.randperm(work.n_samples).split(work.batch_size):
                optimizer.zero_grad(set_to_none=True)
                loss(network(inputs[rows]), targets[rows]).backward()
                optimizer.step()

    return run
