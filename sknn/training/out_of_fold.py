"""Out-of-fold predictions: what rows that a member has not trained on tell about all members.

Each member of a network trains without one fold of the rows.  There its predictions are honest.
All folds together measure the network without a validation set that no member learns from.

An eighth of the rows is left out by a second member too.  How far two honest members agree tells
how much less sure the mean of all members is than one of them.
"""

import numpy as np

from sknn.calibration import Calibration
from sknn.network.losses import Loss
from sknn.network.perceptron import MultilayerPerceptron
from sknn.training.calibration import (
    effective_size,
    fit_calibration,
    fit_temperature,
    temperature_of_mean,
)
from sknn.training.data import TrainingSet

# What a temperature of single members is multiplied by beforehand, as if 1,000 rows had asked for
# it.  Without it the log-loss of 52 data sets rises by 1.4 %, most of it on few rows without noise.
_EXPECTED_RATIO, _EXPECTED_ROWS = 0.8, 1000


class OutOfFold:
    """The rows of a training set, each predicted by members that have not trained on it.

    Parameters
    ----------
    network : MultilayerPerceptron
        A network of several members.
    loss : Loss
        The loss it is trained with.
    data : TrainingSet
        The rows.
    rng : Generator
        Source of the folds.

    Attributes
    ----------
    folds : ndarray of int of shape (n_rows, 2)
        The members that leave out each row: one of them twice, or two.
    n_rows : float
        Number of rows, or how many of equal weight say as much.
    """

    def __init__(
        self,
        network: MultilayerPerceptron,
        loss: Loss,
        data: TrainingSet,
        rng: np.random.Generator,
    ):
        self.network = network
        self.loss = loss
        self.data = data
        targets, classes = data.targets, np.zeros(data.n_rows, int)  # of independent labels
        if loss.exclusive:
            classes = targets.argmax(axis=1)
        elif targets.shape[1] == 1:
            classes = targets[:, 0].astype(int)
        self.folds = assign_folds(classes, network.n_members, rng)
        self.n_rows = effective_size(data.n_rows, data.weight)

    def training_weight(self) -> np.ndarray:
        """Return the weight of each row for each member, 0 in the member's own fold.

        The weights have shape (n_rows, n_members), the dtype of the network, and mean 1.
        """
        dtype, weight = self.network.dtype, self.data.normalized_weight(self.network.dtype)
        is_left_out = self.folds[:, :, np.newaxis] == np.arange(self.network.n_members)
        by_member = 1 - is_left_out.any(axis=1).astype(dtype)
        if weight is not None:
            by_member *= weight[:, np.newaxis]
        by_member /= by_member.mean(dtype=np.float64)
        return by_member

    def raw(self) -> np.ndarray:
        """Return each row's raw predictions by its two members, (2, n_rows, n_outputs)."""

        def of_its_members(rows: slice, raw: np.ndarray) -> np.ndarray:
            members = self.folds[rows].T
            return raw[members, np.arange(members.shape[1])]

        chunks = self.network.map_chunks(of_its_members, self.data.inputs, are_inputs=True)
        return np.concatenate(chunks, axis=1)

    def evaluate(self) -> tuple[float, float]:
        """Return the weighted fraction of rows predicted wrongly, and the loss when calibrated."""
        raw, targets, weight = self.raw()[0], self.data.targets, self.data.weight
        if self.loss.exclusive:
            wrong = raw.argmax(axis=1) != targets.argmax(axis=1)
        else:
            wrong = ((raw > 0) != targets).any(axis=1)
        temperature = fit_temperature(self.loss, raw, targets, weight)
        calibrated = Calibration.from_prior(self.loss, temperature).apply(raw)
        return float(np.average(wrong, weights=weight)), self.loss.mean(calibrated, targets, weight)

    def calibration(self) -> Calibration:
        """Return the calibration of the mean of all members: see `temperature_of_mean`.

        Few rows get nearly the usual multiple of the temperature of single members.
        """
        raw, loss = self.raw(), self.loss
        rows = raw[0], self.data.targets, self.data.weight
        single = fit_temperature(loss, *rows)
        signal, noise = self._variances(raw)
        mean = temperature_of_mean(single, signal, noise, self.network.n_members)
        share = self.n_rows / (self.n_rows + _EXPECTED_ROWS)
        temperature = mean**share * (_EXPECTED_RATIO * single) ** (1 - share)
        return fit_calibration(loss, temperature, *rows)

    def _variances(self, raw: np.ndarray) -> tuple[float, float]:
        """Return the variances of what two members predict alike and of what each adds.

        They are those of rows that both have left out: of raw predictions of independent labels,
        of the differences between those of two classes.
        """
        raw = raw[:, self.folds[:, 0] != self.folds[:, 1]].astype(np.float64)
        if raw.shape[1] == 0:
            return 1.0, 0.0
        factor, n_outputs = 1.0, raw.shape[2]
        if self.loss.exclusive:
            raw -= raw.mean(axis=2, keepdims=True)
            factor = 2 * n_outputs / (n_outputs - 1)
        raw -= raw.mean(axis=1, keepdims=True)
        signal = factor * max(0.0, float(np.mean(raw[0] * raw[1])))
        return signal, factor * float(np.mean(np.square(raw))) - signal


def assign_folds(codes: np.ndarray, n_members: int, rng: np.random.Generator) -> np.ndarray:
    """Return the members that leave out each row, of shape (n_rows, 2).

    Each member has a fold of its own: all are of equal size, with the same share of each class.
    Of three members or more, it also leaves out an eighth of the next member's fold.  `codes`,
    the classes, are integers of shape (n_rows,).
    """
    order = rng.permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]
    parts = np.empty(len(codes), int)
    parts[order] = np.arange(len(codes)) % (8 * n_members)
    folds = parts % n_members
    is_shared = (parts < n_members) & (n_members > 2)
    return np.stack([folds, np.where(is_shared, (folds - 1) % n_members, folds)], axis=1)
