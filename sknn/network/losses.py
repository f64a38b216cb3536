"""Losses: what a network's raw predictions cost, given the targets.

The cost of the lectures is the mean of these losses over the samples; see `Objective`.

A network ends in a linear layer.  Its loss owns the link from these *raw* predictions to
probabilities, so that no output activation has to be matched with a loss by hand.  A target is a
row of zeros and ones, one for each output: a *one-hot* row where the classes exclude each other,
any row where the outputs are independent labels.  Raw predictions of a network of several members
have a leading axis for them, "..." below; all members have the same targets.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.special import entr, log_softmax, softmax

from sknn.network.activations import logistic
from sknn.network.links import Link, Logistic, Softmax
from sknn.network.workspace import Workspace

_TINY = np.finfo(np.float64).tiny
_LOG_TINY = np.log(_TINY)

# Label smoothing moves a class at most towards this many times its frequency.
_MOST = 3.0


class Loss(ABC):
    """The cost of raw predictions, sample by sample, and its gradient.

    Parameters
    ----------
    exclusive : bool
        Whether exactly one output of each sample is right (the classes of a multiclass problem),
        or each for itself (labels; the one output of a binary problem).
    label_smoothing : float in [0, 1)
        Moves the targets by this fraction towards the prior.
    prior : ndarray of shape (n_outputs,), optional
        The probabilities that stand for "no idea", each between 0 and 1: see `smoothing_prior`.
        Without them they are equal: `1 / n_outputs` for exclusive classes, `1 / 2` for
        independent labels.

    Attributes
    ----------
    link : Link
        Activation function of the output neurons.
    """

    link: Link

    def __init__(
        self, exclusive: bool, label_smoothing: float = 0.0, prior: np.ndarray | None = None
    ):
        self.exclusive = exclusive
        self.label_smoothing = label_smoothing
        self.prior = prior
        # Activations that do not sum to 1 are divided by their sum to be exclusive probabilities.
        self._normalizes = exclusive and not self.link.is_normalized

    def definition(self) -> dict[str, Any]:
        """Return the arguments of `make_loss` that make this loss."""
        return {
            "name": next(name for name, kinds in LOSSES.items() if type(self) in kinds.values()),
            "exclusive": self.exclusive,
            "label_smoothing": self.label_smoothing,
            "prior": self.prior,
        }

    def smooth(self, targets: np.ndarray) -> np.ndarray:
        """Return the targets after label smoothing; shape and dtype stay.

        Source: Szegedy et al., "Rethinking the Inception architecture", 2016.
        """
        if self.label_smoothing == 0:
            return targets
        prior: Any = self.prior
        if prior is None:
            prior = 1 / targets.shape[1] if self.exclusive else 0.5
        return targets + self.label_smoothing * (prior - targets)

    @abstractmethod
    def workspace(self, shape: tuple[int, ...], dtype: np.dtype) -> Workspace:
        """Allocate the memory of `value_and_gradient` for raw predictions of that shape."""

    @abstractmethod
    def value_and_gradient(
        self, raw: np.ndarray, targets: np.ndarray, workspace: Workspace
    ) -> np.ndarray:
        """Return each sample's loss and overwrite `raw` with the gradients.

        Parameters
        ----------
        raw : ndarray of shape (..., n_rows, n_outputs), C-contiguous
            Raw predictions; they become the gradient of each row's loss.
        targets : ndarray of shape (n_rows, n_outputs)
            Targets.
        workspace : Workspace
            Made by `workspace`.

        Returns
        -------
        ndarray of shape (..., n_rows)
            The losses, in the workspace.
        """

    def mean(
        self, raw: np.ndarray, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> float:
        """Return the weighted mean loss of raw predictions, which stay as they are, in float64.

        Raw predictions and targets have shape (n_rows, n_outputs); the weights are not all zero.
        """
        raw = np.array(raw, np.float64)
        losses = self.value_and_gradient(raw, targets, self.workspace(raw.shape, raw.dtype))
        return float(np.average(losses, weights=sample_weight))

    @abstractmethod
    def value_of_constant(self, frequencies: np.ndarray) -> float:
        """Return the mean loss of answering every sample with the frequencies of the targets.

        The frequencies, of shape (n_outputs,), are those before smoothing.
        """

    def proba(self, raw: np.ndarray) -> np.ndarray:
        """Return the probabilities that the targets are 1: the members' mean activations.

        Where the classes are exclusive, activations are divided by their sum.  From (n_rows,
        n_outputs) or (n_members, n_rows, n_outputs) to (n_rows, n_outputs), in float64; no
        probability is 0.
        """
        if self._normalizes:
            p = softmax(self.link.log_mean_activations(raw), axis=-1)
        else:
            p = self.link.mean_activations(raw)
        return np.maximum(p, _TINY, out=p)

    def log_proba(self, raw: np.ndarray) -> np.ndarray:
        """Return the logarithms of what `proba` returns, in float64.

        Those of one member are computed without the probabilities, so that they stay precise where
        these underflow.  None is below -708.4, so that no probability is 0.  For an independent
        label, `log_proba(-raw)` belongs to the opposite.
        """
        log_p = self.link.log_mean_activations(raw)
        if self._normalizes:
            log_p = log_softmax(log_p, axis=-1)
        return np.maximum(log_p, _LOG_TINY)


class LogLoss(Loss):
    """The cross-entropy of exclusive classes, `-Σₖ tₖ log pₖ` with `p = softmax(raw)`.

    The gradient is `p - t`.
    """

    link = Softmax()

    def workspace(self, shape, dtype):
        """Allocate the probabilities, the transposed raw predictions, sums, and ones."""
        *rows, n_outputs = shape
        transposed = np.empty((n_outputs, math.prod(rows)), dtype)
        sums, ones = np.empty(rows, dtype), np.ones(n_outputs, dtype)
        cache = np.empty(shape, dtype), transposed, sums, ones, _least_log(dtype)
        return Workspace(cache, outputs=np.empty(rows, dtype))

    def value_and_gradient(self, raw, targets, workspace):
        """Compute `log Σₖ exp(rawₖ) - Σₖ tₖ rawₖ`, as `Σₖ tₖ = 1`, and `p - t`.

        The largest raw prediction is shifted to 0 before.  NumPy reduces short rows slowly: the
        maximum over columns of the transpose, and sums as products with ones, take a quarter of
        the time for 10 classes.
        """
        losses, (p, transposed, sums, ones, least_log) = workspace.outputs, workspace.cache
        np.copyto(transposed, raw.reshape(-1, len(transposed)).T)
        np.maximum.reduce(transposed, axis=0, out=losses.reshape(-1))
        raw -= losses[..., np.newaxis]
        _exp(raw, least_log, transposed.reshape(p.shape), out=p)
        np.matmul(p, ones, out=sums)
        p /= sums[..., np.newaxis]
        np.log(sums, out=losses)
        losses -= np.vecdot(raw, targets, out=sums)
        np.subtract(p, targets, out=raw)
        return losses

    def value_of_constant(self, frequencies):
        """Return the entropy, `-Σₖ fₖ log fₖ`, of the frequencies after smoothing."""
        return float(np.sum(entr(self.smooth(frequencies[np.newaxis]))))


class BinaryLogLoss(Loss):
    """The cross-entropy of independent labels, `-Σₖ [tₖ log pₖ + (1 - tₖ) log(1 - pₖ)]`.

    Here `p = σ(raw)`, and the gradient is `p - t`.
    """

    link = Logistic()

    def workspace(self, shape, dtype):
        """Allocate two arrays shaped like the raw predictions."""
        cache = (*np.empty((2, *shape), dtype), _least_log(dtype))
        return Workspace(cache, outputs=np.empty(shape[:-1], dtype))

    def value_and_gradient(self, raw, targets, workspace):
        """Compute `Σₖ [log(1 + exp(rawₖ)) - tₖ rawₖ]` and `p - t`."""
        softplus, loss, least_log = workspace.cache  # softplus = -log(1 - p)
        np.logaddexp(0, raw, out=softplus)
        np.multiply(targets, raw, out=loss)
        np.subtract(softplus, loss, out=loss)
        raw -= softplus  # log p
        _exp(raw, least_log, softplus, out=raw)
        raw -= targets
        return np.add.reduce(loss, axis=-1, out=workspace.outputs)

    def value_of_constant(self, frequencies):
        """Return `-Σₖ [fₖ log fₖ + (1 - fₖ) log(1 - fₖ)]` of the frequencies after smoothing."""
        f = self.smooth(frequencies[np.newaxis])
        return float(np.sum(entr(f) + entr(1 - f)))


class SquaredError(Loss):
    """The squared error of sigmoid outputs, `Σₖ (aₖ - tₖ)²` with `a = σ(raw)`.

    The cost of the classic lecture on neural networks, without a factor ½.  The gradient is
    `2 (a - t) a (1 - a)`: it vanishes where an output is sure of itself, right or wrong, which
    is why cross-entropy has taken its place.
    """

    link = Logistic()

    def workspace(self, shape, dtype):
        """Allocate two arrays shaped like the raw predictions."""
        cache = tuple(np.empty((2, *shape), dtype))
        return Workspace(cache, outputs=np.empty(shape[:-1], dtype))

    def value_and_gradient(self, raw, targets, workspace):
        """Compute `Σₖ (aₖ - tₖ)²` and `2 (a - t) a (1 - a)`."""
        error, slope = workspace.cache
        logistic(raw, out=raw)  # a
        np.subtract(raw, targets, out=error)
        np.subtract(1, raw, out=slope)
        slope *= raw
        np.multiply(error, slope, out=raw)
        raw *= 2
        return np.vecdot(error, error, out=workspace.outputs)

    def value_of_constant(self, frequencies):
        """Return `(1 - ε)² Σₖ fₖ (1 - fₖ)`: the variance of targets after smoothing by ε."""
        variance = float(np.sum(frequencies * (1 - frequencies)))
        return (1 - self.label_smoothing) ** 2 * variance


def _least_log(dtype: np.dtype) -> np.ndarray:
    """Return the logarithm of the least probability that has a gradient: 3e-10 in float32."""
    return np.array(np.log(np.finfo(dtype).tiny) / 4, dtype)


def _exp(log_p: np.ndarray, least_log: np.ndarray, mask: np.ndarray, out: np.ndarray) -> None:
    """Write `exp(log_p)`, or 0 where `log_p` is not greater than the least, to `out`.

    The gradients of smaller probabilities, and their squares in Adam, become denormal numbers, with
    which processors compute many times slower.  `mask` is overwritten.
    """
    np.greater(log_p, least_log, out=mask)
    np.exp(log_p, out=out)
    out *= mask


#: The losses by name, for exclusive classes and for independent labels.
LOSSES: Mapping[str, Mapping[str, Callable[..., Loss]]] = {
    "log_loss": {"exclusive": LogLoss, "independent": BinaryLogLoss},
    "squared_error": {"exclusive": SquaredError, "independent": SquaredError},
}


def make_loss(
    name: str, *, exclusive: bool, label_smoothing: float = 0.0, prior: np.ndarray | None = None
) -> Loss:
    """Return the loss of that name in `LOSSES` for exclusive classes or independent labels."""
    kind = "exclusive" if exclusive else "independent"
    return LOSSES[name][kind](exclusive, label_smoothing, prior)


def smoothing_prior(
    targets: np.ndarray, weight: np.ndarray | None, *, exclusive: bool
) -> np.ndarray:
    """Return the probabilities that label smoothing moves targets towards, of shape (n_outputs,).

    They are equal, but none is more than three times the frequency of its class: equal ones would
    tell a network that a class of 0.2 % has at least 5 %, and no temperature mends that.  One row
    more, shared by all classes, keeps them above 0.

    Parameters
    ----------
    targets : ndarray of shape (n_rows, n_outputs)
        Targets, not smoothed.
    weight : ndarray of shape (n_rows,) or None
        Weights of the rows.
    exclusive : bool
        Whether exactly one output of each sample is right.
    """
    n_rows, n_outputs = targets.shape
    equal = 1 / n_outputs if exclusive else 0.5
    frequencies = (n_rows * np.average(targets, axis=0, weights=weight) + equal) / (n_rows + 1)
    if not exclusive:
        return np.clip(equal, 1 - _MOST * (1 - frequencies), _MOST * frequencies)
    prior = np.minimum(equal, _MOST * frequencies)
    return prior + (1 - prior.sum()) * frequencies
