"""A long fit meets no denormal numbers, with which processors compute many times slower."""

import numpy as np
import pytest

from sknn.network.activations import ACTIVATIONS
from sknn.network.losses import make_loss
from sknn.network.objective import Objective
from sknn.network.perceptron import MultilayerPerceptron
from sknn.training.batches import Batches
from sknn.training.history import History
from sknn.training.optimizers import Adam, Optimizer, Sgd
from sknn.training.stochastic import train


def n_denormal(array):
    """Return how many numbers are denormal."""
    sizes = np.abs(array)
    return np.count_nonzero((sizes > 0) & (sizes < np.finfo(array.dtype).tiny))


class Counting(Optimizer):
    """Another optimizer, and how many denormal numbers it meets in gradients and moments."""

    def __init__(self, optimizer):
        super().__init__()
        self.optimizer = optimizer
        self.n_denormal = {"gradient": 0, "moments": 0}

    def step(self, parameters, learning_rate):
        self.n_denormal["gradient"] += n_denormal(parameters.gradient)
        self.optimizer.step(parameters, learning_rate)
        moments = [each for each in self.optimizer.state.values() if isinstance(each, np.ndarray)]
        self.n_denormal["moments"] += sum(map(n_denormal, moments))


def separable(n_classes):
    """Return one-hot categories, of which one is rare, and targets that two of them tell."""
    rng = np.random.default_rng(0)
    category = rng.integers(0, 4, 60)
    category[0] = 4
    targets = np.eye(n_classes)[category % n_classes]
    inputs = np.eye(5)[category] + rng.normal(scale=0.01, size=(60, 5))
    inputs[1:, 4] = 0
    return inputs.astype(np.float32), targets.astype(np.float32)


@pytest.mark.parametrize("make_optimizer", [lambda: Adam(beta_2=0.99), lambda: Sgd(0.9)])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS.keys() - {"identity", "selu"}))
@pytest.mark.parametrize(
    ("loss", "exclusive"), [("log_loss", True), ("log_loss", False), ("squared_error", True)]
)
def test_a_long_fit_meets_no_denormal_numbers(make_optimizer, activation, loss, exclusive):
    """Some neurons are dead, one category is rare, and in the end all predictions are sure."""
    network = MultilayerPerceptron((5, 8, 8, 3), activation, n_members=2)
    network.initialize(np.random.default_rng(0))
    for layer in network.dense_layers()[:-1]:
        layer.weight *= 3
        layer.bias[:, :2] = (-50, -100)
    network.dense_layers()[-1].weight *= 30
    inputs, targets = separable(3)
    counting = Counting(make_optimizer())
    objective = Objective(network, make_loss(loss, exclusive=exclusive))
    batches = Batches(inputs, targets, None, batch_size=20, rng=np.random.default_rng(1))
    train(objective, batches, counting, History(max_epochs=250), learning_rate=0.01)
    assert counting.n_denormal == {"gradient": 0, "moments": 0}
    assert [n_denormal(each) for each in network.hidden_activations(inputs)] == [0, 0, 0]
