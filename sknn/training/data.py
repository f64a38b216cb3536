"""TrainingSet: what a network learns from, as arrays."""

import zlib
from typing import Any, NamedTuple

import numpy as np

from sknn.network.rows import to_dense


class TrainingSet(NamedTuple):
    """Inputs, targets and weights of a run.

    Attributes
    ----------
    inputs : ndarray, CSR matrix or LazyRows of shape (n_rows, n_inputs)
        Scaled inputs.
    targets : ndarray of shape (n_rows, n_outputs), float64
        Zeros and ones, not smoothed.
    weight : ndarray of shape (n_rows,), float64, or None
        Weights of the rows, not negative and not all zero; None where all are equal.
    """

    inputs: Any
    targets: np.ndarray
    weight: np.ndarray | None

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.targets)

    def normalized_weight(self, dtype: np.dtype) -> np.ndarray | None:
        """Return the weights with mean 1."""
        return None if self.weight is None else (self.weight / self.weight.mean()).astype(dtype)

    def checksum(self) -> int:
        """Return a number that tells this training set from others: of targets, weights, 64 rows.

        Without it, a run that is resumed with other data would mix two data sets in one model.
        """
        rows = self.inputs[:: max(1, self.n_rows // 64)]
        weight = np.zeros(0) if self.weight is None else self.weight
        checksum = 0
        for array in (self.targets, to_dense(rows), weight):
            checksum = zlib.crc32(np.ascontiguousarray(array, np.float64).data, checksum)
        return checksum
