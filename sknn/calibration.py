"""Calibration: what makes raw predictions as sure as they are right."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from sknn.network.losses import Loss


@dataclass(frozen=True, eq=False)
class Calibration:
    """A map of raw predictions, `raw / temperature + offset`.

    Attributes
    ----------
    temperature : float
        Below 1 it makes predictions surer.
    offset : ndarray of shape (n_outputs,), float64, or None
        What makes classes more probable; None adds nothing.
    """

    temperature: float = 1.0
    offset: np.ndarray | None = None

    @classmethod
    def from_prior(cls, loss: Loss, temperature: float) -> Self:
        """Return the calibration of that temperature that leaves the prior of a loss as it is.

        Predictions go away from the prior as they become surer: `(raw - c) / temperature + c`,
        where `c` are the raw predictions of the prior.
        """
        if loss.prior is None or temperature == 1:
            return cls(temperature)
        return cls(temperature, (1 - 1 / temperature) * loss.link.raw(loss.prior))

    def apply(self, raw: np.ndarray) -> np.ndarray:
        """Return calibrated raw predictions, of shape (..., n_outputs) and dtype as before.

        They are `raw` itself if there is nothing to do.
        """
        if self.temperature == 1 and self.offset is None:
            return raw
        raw = raw / raw.dtype.type(self.temperature)
        if self.offset is not None:
            raw += self.offset.astype(raw.dtype)
        return raw
