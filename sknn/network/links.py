"""Links: what raw predictions mean.

A link is the activation function of the output neurons, from raw predictions to probabilities.  A
loss owns its link.  Raw predictions of several members have a leading axis for them, and their
common prediction is the mean of their activations.  Everything here is computed in float64.
"""

from abc import ABC, abstractmethod

import numpy as np
from scipy.special import expit, log_expit, log_softmax, logit

_TINY = np.finfo(np.float64).tiny


class Link(ABC):
    """The activation function of the output neurons.

    Attributes
    ----------
    name : str
        Name of the function.
    is_normalized : bool
        Whether the activations of a row sum to 1.
    """

    name: str
    is_normalized: bool

    @abstractmethod
    def activations(self, raw: np.ndarray) -> np.ndarray:
        """Return the activations of the output neurons, shaped like `raw`, in float64."""

    @abstractmethod
    def log_activations(self, raw: np.ndarray) -> np.ndarray:
        """Return the logarithms of the activations, in float64.

        They are computed without the activations, so they are finite everywhere.
        """

    @abstractmethod
    def raw(self, activations: np.ndarray) -> np.ndarray:
        """Return raw predictions of these activations, all of them between 0 and 1, in float64."""

    @abstractmethod
    def raw_of_mean(self, raw: np.ndarray) -> np.ndarray:
        """Return the raw predictions whose activations are the mean of the members'.

        From (n_members, n_rows, n_outputs) to (n_rows, n_outputs), in float64.
        """

    def merge(self, raw: np.ndarray) -> np.ndarray:
        """Return one raw prediction for all members: see `raw_of_mean`.

        `raw` has shape (n_rows, n_outputs) or (n_members, n_rows, n_outputs).  Raw predictions of
        one member stay as they are.
        """
        return raw if raw.ndim == 2 else self.raw_of_mean(raw)

    def mean_activations(self, raw: np.ndarray) -> np.ndarray:
        """Return the mean of the members' activations, for raw predictions as in `merge`."""
        a = self.activations(raw)
        return a if a.ndim == 2 else a.mean(axis=0)

    def log_mean_activations(self, raw: np.ndarray) -> np.ndarray:
        """Return the logarithm of the mean of the members' activations, finite everywhere."""
        log_a = self.log_activations(raw)
        if log_a.ndim == 2:
            return log_a
        return np.log(np.maximum(np.exp(log_a).mean(axis=0), _TINY))


class Softmax(Link):
    """Probabilities of classes that exclude each other, `exp(rawₖ) / Σⱼ exp(rawⱼ)`."""

    name = "softmax"
    is_normalized = True

    def activations(self, raw):
        """Return `exp(rawₖ) / Σⱼ exp(rawⱼ)`.

        The largest raw prediction is shifted to 0 before.  NumPy reduces short rows slowly: on the
        transpose this takes 41 µs for 1,024 × 10, `scipy.special.softmax` 100 µs.
        """
        a = np.array(raw.mT, np.float64, order="C")
        a -= np.maximum.reduce(a, axis=-2, keepdims=True)
        np.exp(a, out=a)
        a /= np.add.reduce(a, axis=-2, keepdims=True)
        return a.mT

    def log_activations(self, raw):
        """Return `rawₖ - log Σⱼ exp(rawⱼ)`."""
        return log_softmax(raw.astype(np.float64), axis=-1)

    def raw(self, activations):
        """Return `log a`."""
        return np.log(activations)

    def raw_of_mean(self, raw):
        """Return `log a` of the mean `a`: softmax leaves it as it is."""
        return self.log_mean_activations(raw)


class Logistic(Link):
    """Probabilities of independent labels, `σ(raw) = 1 / (1 + exp(-raw))`."""

    name = "logistic"
    is_normalized = False

    def activations(self, raw):
        """Return `σ(raw)`."""
        return expit(raw.astype(np.float64))

    def log_activations(self, raw):
        """Return `log σ(raw)`."""
        return log_expit(raw.astype(np.float64))

    def raw(self, activations):
        """Return `log a - log(1 - a)`."""
        return logit(activations)

    def raw_of_mean(self, raw):
        """Return `log a - log(1 - a)` of the mean `a`; `1 - a` is the mean of `σ(-raw)`."""
        return self.log_mean_activations(raw) - self.log_mean_activations(-raw)
