"""The objective: the one function of the parameters that every trainer minimizes."""

from functools import partial
from typing import Any

import numpy as np

from sknn.network.losses import Loss
from sknn.network.perceptron import MultilayerPerceptron


class Objective:
    """Mean loss of a network's predictions plus an L2 penalty, `C = Σᵢ wᵢ ℓᵢ / n + ½ λ ‖W‖²`.

    `n` is the number of rows.  The weights `wᵢ` have mean 1 over the whole training set, so that
    a batch is never divided by its own weights, which may all be zero.  Biases are free of
    penalty.

    Members of a network train side by side, each for itself: what is left as the gradient is that
    of their own `C`, and the value is the mean of them.

    The objective owns the memory of a run: buffers for each number of rows it has seen (a full
    batch and the last, smaller one).

    Parameters
    ----------
    network : MultilayerPerceptron
        The network; evaluating sets its `parameters.gradient`.
    loss : Loss
        The loss.
    l2 : float
        The penalty's factor λ.
    rng : Generator
        Source of the randomness in dropout.
    """

    def __init__(
        self,
        network: MultilayerPerceptron,
        loss: Loss,
        l2: float = 0.0,
        rng: np.random.Generator | None = None,
    ):
        self.network = network
        self.loss = loss
        self.l2 = l2
        self._rng = np.random.default_rng() if rng is None else rng
        self._buffers: dict[int, tuple] = {}
        if l2 > 0:
            self._penalized = network.parameters.slices["weight"]
            self._l2_weights = np.empty_like(network.parameters.values[self._penalized])

    def value_and_gradient(
        self, inputs: Any, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> float:
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
        float
            The objective, the mean over the members.
        """
        n_rows = inputs.shape[0]
        workspace, losses, scratch = self._buffers_for(n_rows)
        raw = self.network.forward(inputs, workspace)
        self.loss.value_and_gradient(raw, targets, losses, scratch)
        if sample_weight is not None:
            losses *= sample_weight.T
            raw *= sample_weight.T[..., np.newaxis]
        raw *= 1 / n_rows
        self.network.backward(raw, workspace)
        return float(losses.sum()) / losses.size + self._penalty()

    def value(
        self, inputs: Any, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> float:
        """Return the mean loss, without dropout or penalty; there is no gradient.

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
        float
            The mean loss, the mean over the members.
        """
        n_rows = inputs.shape[0]
        _, losses, scratch = self._buffers_for(n_rows)
        raw = self.network.forward(inputs, self.network.workspace(n_rows))
        self.loss.value_and_gradient(raw, targets, losses, scratch)
        if sample_weight is not None:
            losses *= sample_weight.T
        return float(losses.sum()) / losses.size

    def _penalty(self) -> float:
        """Return `½ λ ‖W‖²` and add its gradient, `λ W`."""
        if self.l2 == 0:
            return 0.0
        parameters = self.network.parameters
        weights = parameters.values[self._penalized]
        gradient = parameters.gradient[self._penalized]
        np.multiply(weights, self.l2, out=self._l2_weights)
        gradient += self._l2_weights
        return 0.5 * float(weights @ self._l2_weights) / self.network.n_members

    def _buffers_for(self, n_rows: int) -> tuple:
        """Return the workspace, and memory for the losses, for that many rows."""
        if n_rows not in self._buffers:
            network = self.network
            shape = network.raw_shape(n_rows)
            losses = np.empty(shape[:-1], network.dtype)
            scratch = self.loss.scratch(shape, network.dtype)
            self._buffers[n_rows] = network.workspace(n_rows, self._rng), losses, scratch
        return self._buffers[n_rows]


def mean_loss(
    network: MultilayerPerceptron,
    loss: Loss,
    X: Any,
    targets: np.ndarray,
    sample_weight: np.ndarray | None = None,
    temperature: float = 1.0,
) -> float:
    """Return the weighted mean loss of predictions, without dropout or penalty.

    Parameters
    ----------
    network : MultilayerPerceptron
        The network.
    loss : Loss
        The loss.
    X : ndarray or CSR matrix of shape (n_samples, n_inputs)
        Features in their own units.
    targets : ndarray of shape (n_samples, n_outputs)
        Targets.
    sample_weight : ndarray of shape (n_samples,), optional
        Weights, not all zero.
    temperature : float
        What raw predictions are divided by.

    Returns
    -------
    float
        The mean.
    """
    merge = partial(loss.merge, temperature=temperature)
    raw = network.predict_raw(X, merge).astype(np.float64)
    losses = np.empty(len(raw))
    scratch = loss.scratch(raw.shape, raw.dtype)
    loss.value_and_gradient(raw, targets, losses, scratch)
    return float(np.average(losses, weights=sample_weight))
