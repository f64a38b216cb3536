"""The objective: the cost function `C` of all weights and biases, which training minimizes."""

import copy
from typing import Any

import numpy as np

from sknn.network.losses import Loss
from sknn.network.perceptron import MultilayerPerceptron
from sknn.network.workspace import Workspace


class Objective:
    """Mean loss of a network's predictions plus an L2 penalty, `C = Σᵢ wᵢ ℓᵢ / n + ½ λ ‖W‖²`.

    `n` is the number of rows.  The weights `wᵢ` have mean 1 over the whole training set, so that
    a batch is never divided by its own weights, which may all be zero.  Biases are free of
    penalty.

    Members of a network train side by side.  Each has a value and a gradient of its own, which are
    the same to the last bit whatever other members there are.

    The objective owns the memory of a run: workspaces for each number of rows it has seen (a full
    batch and the last, smaller one).

    Parameters
    ----------
    network : MultilayerPerceptron
        The network; evaluating sets its `parameters.gradient`.
    loss : Loss
        The loss.
    l2 : float
        The penalty's factor λ.
    rng : Generator, optional
        Source of the randomness in dropout.
    first_member : int
        Number of the network's first member, if it is a group of a larger network's members.
    """

    def __init__(
        self,
        network: MultilayerPerceptron,
        loss: Loss,
        l2: float = 0.0,
        rng: np.random.Generator | None = None,
        *,
        first_member: int = 0,
    ):
        self.network = network
        self.loss = loss
        self.l2 = l2
        self._rng = np.random.default_rng() if rng is None else rng
        self._first_member = first_member
        self._dropout_rngs = [self._rng] * network.n_members
        self._workspaces: dict[int, tuple[list[Workspace], Workspace]] = {}
        if l2 > 0:
            self._penalized = network.parameters.slices["weight"]
            self._l2_weights = np.empty_like(network.parameters.values[self._penalized])

    def of(self, network: MultilayerPerceptron) -> "Objective":
        """Return the objective of another network with as many members, and the same randomness.

        There is no penalty.
        """
        other = copy.copy(self)
        other.network, other.l2, other._workspaces = network, 0.0, {}
        return other

    def begin_epoch(self) -> None:
        """Begin a random stream for the dropout of each member, if there is dropout."""
        if self.network.dropout > 0:
            seed = int(self._rng.integers(2**63))
            for i in range(self.network.n_members):
                self._dropout_rngs[i] = np.random.default_rng([seed, self._first_member + i])

    def value_and_gradient(
        self, inputs: Any, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> np.ndarray:
        """Return `C` and leave its gradient in `network.parameters.gradient`.

        Parameters
        ----------
        inputs : ndarray or CSR matrix of shape (n_rows, n_inputs)
            Scaled inputs in the network's dtype.
        targets : ndarray of shape (n_rows, n_outputs)
            Targets, smoothed, in the network's dtype.
        sample_weight : ndarray of shape (n_rows,) or (n_rows, n_members), optional
            Weights in the network's dtype.

        Returns
        -------
        ndarray of shape `network.members`, float64
            The objective of each member, or of the one network.
        """
        n_rows, network = inputs.shape[0], self.network
        if n_rows not in self._workspaces:
            shape = (*network.members, n_rows, network.sizes[-1])
            self._workspaces[n_rows] = (
                network.workspaces(n_rows, self._dropout_rngs),
                self.loss.workspace(shape, network.dtype),
            )
        workspaces, loss_workspace = self._workspaces[n_rows]
        raw = network.forward(inputs, workspaces)
        losses = self.loss.value_and_gradient(raw, targets, loss_workspace)
        if sample_weight is not None:
            losses *= sample_weight.T
            raw *= sample_weight.T[..., np.newaxis]
        raw *= 1 / n_rows
        network.backward(raw, workspaces)
        value = _mean(losses)
        return value + self._penalty() if self.l2 > 0 else value

    def value(
        self, inputs: Any, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the mean loss of each member, without dropout or penalty; there is no gradient.

        The parameters are those of `value_and_gradient`.
        """
        raw = self.network.forward(inputs, self.network.workspaces(inputs.shape[0]))
        workspace = self.loss.workspace(raw.shape, raw.dtype)
        losses = self.loss.value_and_gradient(raw, targets, workspace)
        if sample_weight is not None:
            losses *= sample_weight.T
        return _mean(losses)

    def _penalty(self) -> np.ndarray:
        """Return `½ λ ‖W‖²` of each member and add its gradient, `λ W`."""
        network, parameters = self.network, self.network.parameters
        weights = parameters.values[self._penalized]
        gradient = parameters.gradient[self._penalized]
        np.multiply(weights, self.l2, out=self._l2_weights)
        gradient += self._l2_weights
        flat = [each.weight.reshape(*network.members, -1) for each in network.dense_layers()]
        return 0.5 * self.l2 * sum(np.vecdot(each, each) for each in flat)


def _mean(losses: np.ndarray) -> np.ndarray:
    """Return the mean loss of each member: what `losses.mean(axis=-1)` returns 2 µs later."""
    return (np.add.reduce(losses, axis=-1) / losses.shape[-1]).astype(np.float64)
