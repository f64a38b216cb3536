"""Losses: what a network's raw predictions cost, given the targets.

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
from scipy.special import entr, log_expit, log_softmax

from sknn.network.activations import logistic

_LOG_TINY = np.log(np.finfo(np.float64).tiny)


class Loss(ABC):
    """The cost of raw predictions, sample by sample, and its gradient.

    Parameters
    ----------
    exclusive : bool
        Whether exactly one output of each sample is right (the classes of a multiclass problem),
        or each for itself (labels; the one output of a binary problem).
    label_smoothing : float in [0, 1)
        Moves the targets this part of the way towards "no idea": `1 / n_outputs` for exclusive
        classes, `1 / 2` for independent labels.

    Attributes
    ----------
    link : str
        Activation function of the output neurons: "softmax" or "logistic".
    """

    link: str

    def __init__(self, exclusive: bool, label_smoothing: float = 0.0):
        self.exclusive = exclusive
        self.label_smoothing = label_smoothing

    def definition(self) -> dict[str, Any]:
        """Return the arguments of `make_loss` that make this loss."""
        return {
            "name": next(name for name, kinds in LOSSES.items() if type(self) in kinds.values()),
            "exclusive": self.exclusive,
            "label_smoothing": self.label_smoothing,
        }

    def smooth(self, targets: np.ndarray) -> np.ndarray:
        """Return the targets after label smoothing; shape and dtype stay.

        Source: Szegedy et al., "Rethinking the Inception architecture", 2016.
        """
        if self.label_smoothing == 0:
            return targets
        no_idea = 1 / targets.shape[1] if self.exclusive else 0.5
        return targets + self.label_smoothing * (no_idea - targets)

    @abstractmethod
    def scratch(self, shape: tuple[int, ...], dtype: np.dtype) -> tuple[np.ndarray, ...]:
        """Allocate the memory that `value_and_gradient` works in, for raw predictions so shaped."""

    @abstractmethod
    def value_and_gradient(
        self,
        raw: np.ndarray,
        targets: np.ndarray,
        losses: np.ndarray,
        scratch: tuple[np.ndarray, ...],
    ) -> None:
        """Write each sample's loss to `losses` and overwrite `raw` with the gradients.

        Parameters
        ----------
        raw : ndarray of shape (..., n_rows, n_outputs), C-contiguous
            Raw predictions; they leave as the gradient of each row's loss.
        targets : ndarray of shape (n_rows, n_outputs)
            Targets.
        losses : ndarray of shape (..., n_rows), C-contiguous
            Where the losses go.
        scratch : tuple of ndarray
            Made by `scratch`.
        """

    @abstractmethod
    def value_of_constant(self, frequencies: np.ndarray) -> float:
        """Return the mean loss of answering every sample with the frequencies of the targets.

        Parameters
        ----------
        frequencies : ndarray of shape (n_outputs,)
            Mean of the targets before smoothing.
        """

    def log_activations(self, raw: np.ndarray) -> np.ndarray:
        """Return the logarithms of the output neurons' activations, in float64.

        They are computed without forming the activations first, so they are finite everywhere.
        """
        raw = raw.astype(np.float64)
        return log_softmax(raw, axis=-1) if self.link == "softmax" else log_expit(raw)

    def merge(self, raw: np.ndarray, temperature: float = 1.0) -> np.ndarray:
        """Return the raw predictions whose activations are the mean of the members'.

        Parameters
        ----------
        raw : ndarray of shape (n_rows, n_outputs) or (n_members, n_rows, n_outputs)
            Raw predictions.
        temperature : float
            What each of them is divided by first: below 1, predictions become surer.

        Returns
        -------
        ndarray of shape (n_rows, n_outputs)
            In float64 if there are several members; else as they came, divided.
        """
        if temperature != 1:
            raw = raw / raw.dtype.type(temperature)
        if raw.ndim == 2:
            return raw
        merged = self._log_mean_activations(raw)
        return merged if self.link == "softmax" else merged - self._log_mean_activations(-raw)

    def _log_mean_activations(self, raw: np.ndarray) -> np.ndarray:
        """Return the logarithms of the members' mean activations."""
        mean = np.exp(self.log_activations(raw)).mean(axis=0)
        return np.log(np.maximum(mean, np.finfo(np.float64).tiny))

    def log_proba(self, raw: np.ndarray) -> np.ndarray:
        """Return the logarithms of the probabilities that the targets are 1, in float64.

        They are the output activations, in proportion to their sum where the classes are
        exclusive.  For an independent label, `log_proba(-raw)` belongs to the opposite.  None is
        below -708.4, so that no probability is 0.
        """
        log_p = self.log_activations(raw)
        if self.exclusive and self.link == "logistic":
            log_p = log_softmax(log_p, axis=-1)
        return np.maximum(log_p, _LOG_TINY)


class LogLoss(Loss):
    """The cross-entropy of exclusive classes, `-Σₖ tₖ log pₖ` with `p = softmax(raw)`.

    The gradient is `p - t`.
    """

    link = "softmax"

    def scratch(self, shape, dtype):
        """Allocate the probabilities, the transposed raw predictions, sums, and ones."""
        *rows, n_outputs = shape
        transposed = np.empty((n_outputs, math.prod(rows)), dtype)
        return np.empty(shape, dtype), transposed, np.empty(rows, dtype), np.ones(n_outputs, dtype)

    def value_and_gradient(self, raw, targets, losses, scratch):
        """Compute `log Σₖ exp(rawₖ) - Σₖ tₖ rawₖ`, as `Σₖ tₖ = 1`, and `p - t`.

        The largest raw prediction is shifted to 0 before.  NumPy reduces short rows slowly: the
        maximum over columns of the transpose, and sums as products with ones, take a quarter of
        the time for 10 classes.
        """
        p, transposed, sums, ones = scratch
        np.copyto(transposed, raw.reshape(-1, len(transposed)).T)
        np.maximum.reduce(transposed, axis=0, out=losses.reshape(-1))
        raw -= losses[..., np.newaxis]
        np.exp(raw, out=p)
        np.matmul(p, ones, out=sums)
        p /= sums[..., np.newaxis]
        np.log(sums, out=losses)
        losses -= np.vecdot(raw, targets, out=sums)
        np.subtract(p, targets, out=raw)

    def value_of_constant(self, frequencies):
        """Return the entropy, `-Σₖ fₖ log fₖ`, of the frequencies after smoothing."""
        return float(np.sum(entr(self.smooth(frequencies[np.newaxis]))))


class BinaryLogLoss(Loss):
    """The cross-entropy of independent labels, `-Σₖ [tₖ log pₖ + (1 - tₖ) log(1 - pₖ)]`.

    Here `p = σ(raw)`, and the gradient is `p - t`.
    """

    link = "logistic"

    def scratch(self, shape, dtype):
        """Allocate two arrays shaped like the raw predictions."""
        return tuple(np.empty((2, *shape), dtype))

    def value_and_gradient(self, raw, targets, losses, scratch):
        """Compute `Σₖ [log(1 + exp(rawₖ)) - tₖ rawₖ]` and `p - t`."""
        softplus, loss = scratch  # softplus = -log(1 - p)
        np.logaddexp(0, raw, out=softplus)
        np.multiply(targets, raw, out=loss)
        np.subtract(softplus, loss, out=loss)
        np.sum(loss, axis=-1, out=losses)
        raw -= softplus  # log p
        np.exp(raw, out=raw)
        raw -= targets

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

    link = "logistic"

    def scratch(self, shape, dtype):
        """Allocate two arrays shaped like the raw predictions."""
        return tuple(np.empty((2, *shape), dtype))

    def value_and_gradient(self, raw, targets, losses, scratch):
        """Compute `Σₖ (aₖ - tₖ)²` and `2 (a - t) a (1 - a)`."""
        error, slope = scratch
        logistic(raw, out=raw)  # a
        np.subtract(raw, targets, out=error)
        np.subtract(1, raw, out=slope)
        slope *= raw
        np.multiply(error, slope, out=raw)
        raw *= 2
        np.vecdot(error, error, out=losses)

    def value_of_constant(self, frequencies):
        """Return `(1 - ε)² Σₖ fₖ (1 - fₖ)`: the variance of targets after smoothing by ε."""
        variance = float(np.sum(frequencies * (1 - frequencies)))
        return (1 - self.label_smoothing) ** 2 * variance


#: The losses by name, for exclusive classes and for independent labels.
LOSSES: Mapping[str, Mapping[str, Callable[..., Loss]]] = {
    "log_loss": {"exclusive": LogLoss, "independent": BinaryLogLoss},
    "squared_error": {"exclusive": SquaredError, "independent": SquaredError},
}


def make_loss(name: str, *, exclusive: bool, label_smoothing: float = 0.0) -> Loss:
    """Return the loss of that name in `LOSSES` for exclusive classes or independent labels."""
    kind = "exclusive" if exclusive else "independent"
    return LOSSES[name][kind](exclusive, label_smoothing)
