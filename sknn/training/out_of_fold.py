"""Out-of-fold predictions: what rows that a member has not trained on tell about all members.

Each member of a network trains without one fold of the rows.  There its predictions are honest.
All folds together measure the network without a validation set that no member learns from.

An eighth of the rows is left out by a second member too.  How far two honest members agree tells
how much less sure the mean of all members is than one of them.
"""

import numpy as np

from sknn.network.losses import Loss
from sknn.network.perceptron import MultilayerPerceptron
from sknn.training.calibration import effective_size, fit_temperature
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
        chosen = []
        for rows, raw in self.network.raw_chunks(self.data.inputs, scaled=True):
            members = self.folds[rows].T
            chosen.append(raw[members, np.arange(members.shape[1])])
        return np.concatenate(chosen, axis=1)

    def error(self) -> float:
        """Return the weighted fraction of rows that are predicted wrongly."""
        raw, targets = self.raw()[0], self.data.targets
        if self.loss.exclusive:
            wrong = raw.argmax(axis=1) != targets.argmax(axis=1)
        else:
            wrong = ((raw > 0) != targets).any(axis=1)
        return float(np.average(wrong, weights=self.data.weight))

    def temperature(self) -> float:
        """Return the temperature of the mean of all `M` members, `T₁ (1 + (M - 1) ρ) / M`.

        `T₁` is the temperature of single members, and `ρ` the correlation of two.  A member
        predicts a signal, and noise of its own, which it is too sure of: `ρ` is the share of the
        signal in its variance.  The mean of `M` members has `1/M` of the noise.  Where members
        agree, as on many rows, the mean is as sure as they are.  Few rows get what is usual.
        """
        raw, n_members = self.raw(), self.network.n_members
        temperature = fit_temperature(self.loss, raw[0], self.data.targets, self.data.weight)
        ratio = (1 + (n_members - 1) * self._correlation(raw)) / n_members
        share = self.n_rows / (self.n_rows + _EXPECTED_ROWS)
        return float(temperature * ratio**share * _EXPECTED_RATIO ** (1 - share))

    def _correlation(self, raw: np.ndarray) -> float:
        """Return the correlation of what two members predict for rows that both have left out."""
        rows = self.folds[:, 0] != self.folds[:, 1]
        if not rows.any():
            return 1.0
        raw = raw[:, rows].astype(np.float64)
        if self.loss.exclusive:  # one number more for all classes of a row changes nothing
            raw -= raw.mean(axis=-1, keepdims=True)
        raw -= raw.mean(axis=1, keepdims=True)
        variance, covariance = np.mean(np.square(raw)), np.mean(raw[0] * raw[1])
        return float(max(covariance, 0) / variance) if variance > 0 else 1.0


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
