"""Calibration: the temperature that makes probabilities as sure as they are right."""

import math

import numpy as np
from scipy.optimize import minimize_scalar

from sknn.network.losses import Loss
from sknn.network.perceptron import MultilayerPerceptron
from sknn.settings import expected_temperature
from sknn.training.data import TrainingSet

# The prior of the temperature: the standard deviation of its logarithm.  It counts as one row.
# Without it the log-loss of 52 data sets rises by 0.1 %, and few rows could ask for any value.
_PRIOR_DEVIATION = 0.5

_LIMITS = np.log([0.1, 5])


def fit_temperature(
    loss: Loss,
    raw: np.ndarray,
    targets: np.ndarray,
    sample_weight: np.ndarray | None = None,
) -> float:
    """Return the temperature of raw predictions that predicts the targets best.

    Parameters
    ----------
    loss : Loss
        The loss.
    raw : ndarray of shape (n_rows, n_outputs) or (n_members, n_rows, n_outputs)
        Raw predictions; those of several members are merged.
    targets : ndarray of shape (n_rows, n_outputs)
        Targets, not smoothed.
    sample_weight : ndarray of shape (n_rows,), optional
        Weights of the rows.

    Returns
    -------
    float
        The temperature.  A prior, `expected_temperature`, counts as much as one row.

    Notes
    -----
    Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", 2017.
    """
    raw = raw.astype(np.float64)
    expected = np.log(expected_temperature(loss.label_smoothing))
    n_rows = effective_size(len(targets), sample_weight)

    def cost(log_temperature: float) -> float:
        merged = loss.link.merge(loss.at_temperature(raw, np.exp(log_temperature)))
        deviation = (log_temperature - expected) / _PRIOR_DEVIATION
        return n_rows * loss.mean(merged, targets, sample_weight) + deviation**2 / 2

    found = minimize_scalar(cost, bounds=_LIMITS, method="bounded")
    return float(np.exp(found.x))


def effective_size(n_rows: int, sample_weight: np.ndarray | None) -> float:
    """Return how many rows of equal weight say as much, `(Σ w)² / Σ w²`.

    Source: Kish, "Survey sampling", 1965.
    """
    if sample_weight is None:
        return float(n_rows)
    return float(sample_weight.sum() ** 2 / np.square(sample_weight).sum())


def temperature_of_mean(single: float, signal: float, noise: float, n_members: int) -> float:
    """Return the temperature of the mean of `M` members, `T`, for that of single ones, `T₁`.

    A member's raw predictions are a signal, which all members see, of variance `s`, and noise of
    its own, of variance `v`, which it is too sure of.  Their mean has `1/M` of the noise, so that
    `T₁ (s + v/M) / (s + v)` suits it.  But the mean activation of raw predictions that differ by
    `v' = (1 - 1/M) v` is less sure than the activation of their mean, as if `T²` were larger by
    `π v' / 8`.  Where members agree, `T` is `T₁`; it is never less than half of what suits.

    Source: MacKay, "The evidence framework applied to classification networks", 1992.
    """
    if signal + noise == 0:
        return single
    suitable = single * (signal + noise / n_members) / (signal + noise)
    spread = (1 - 1 / n_members) * noise
    return math.sqrt(max(suitable**2 - math.pi / 8 * spread, suitable**2 / 4))


def temperature_of_one(network: MultilayerPerceptron, loss: Loss, data: TrainingSet) -> float:
    """Return the temperature of one network, which has trained on every row.

    Such rows ask for a temperature that is too low, because the network knows them.  So it is a
    lower bound: the expected temperature counts unless even these rows ask for more, as many
    noisy ones do.
    """
    chunks = [raw.copy() for _, raw in network.raw_chunks(data.inputs, scaled=True)]
    known = fit_temperature(loss, np.concatenate(chunks), data.targets, data.weight)
    return max(expected_temperature(loss.label_smoothing), known)
