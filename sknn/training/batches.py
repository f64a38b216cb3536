"""Mini-batches: the training set in portions, each gathered into the same memory."""

from collections.abc import Iterator
from itertools import repeat
from typing import Any

import numpy as np

from sknn.network.rows import LazyRows, made, take_rows

#: Inputs, targets and weights of a batch, or of all samples.
Batch = tuple[Any, np.ndarray, np.ndarray | None]


class Batches:
    """Splits the samples into batches, anew and in random order each time it is iterated over.

    The last batch of an epoch is smaller where the number of samples asks for it.  Gathered
    batches are views of buffers that the next one overwrites; batches in order are views of the
    data.  A single batch of all samples is the data itself: its order makes no difference.

    Parameters
    ----------
    inputs : ndarray, CSR matrix or LazyRows of shape (n_samples, n_inputs)
        Scaled inputs.
    targets : ndarray of shape (n_samples, n_outputs)
        Targets.
    sample_weight : ndarray of shape (n_samples,), or None
        Weights.
    batch_size : int
        Number of samples in a batch.
    rng : Generator
        Source of the order.
    shuffle : bool
        Whether the order is random.
    """

    def __init__(
        self,
        inputs: Any,
        targets: np.ndarray,
        sample_weight: np.ndarray | None,
        *,
        batch_size: int,
        rng: np.random.Generator,
        shuffle: bool = True,
    ):
        self.inputs = inputs
        self.n_samples = inputs.shape[0]
        self.batch_size = min(batch_size, self.n_samples)
        self._rng = rng
        self._shuffle = shuffle and self.batch_size < self.n_samples
        self._data = (inputs, targets, sample_weight)
        self._buffers: list[np.ndarray | None] = [None, None, None]
        for i, part in enumerate(self._data):
            if self._shuffle and isinstance(part, np.ndarray | LazyRows):
                self._buffers[i] = np.empty((self.batch_size, *part.shape[1:]), part.dtype)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return -(-self.n_samples // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        """Yield `(inputs, targets, sample_weight)` of each batch of an epoch."""
        order = self._rng.permutation(self.n_samples) if self._shuffle else None
        for start in range(0, self.n_samples, self.batch_size):
            rows = slice(start, start + self.batch_size)
            if order is None:
                yield tuple(_rows(part, rows) for part in self._data)
            else:
                yield tuple(map(_gathered, self._data, repeat(order[rows]), self._buffers))


def _rows(part: Any, rows: slice) -> Any:
    """Return a slice of rows; None of None."""
    return None if part is None else made(part[rows])


def _gathered(part: Any, rows: np.ndarray, buffer: np.ndarray | None) -> Any:
    """Return the chosen rows, in the buffer where there is one; None of None."""
    if part is None:
        return None
    if buffer is None:
        return part[rows]
    return take_rows(part, rows, buffer if len(rows) == len(buffer) else buffer[: len(rows)])
