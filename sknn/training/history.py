"""What happened in a run: the vocabulary that trainers and callbacks share."""

import math
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class History:
    """The record of a training run, one entry per epoch (or per iteration of L-BFGS).

    Attributes
    ----------
    max_epochs : int
        The budget of the run.
    n_samples : int
        Number of samples that an epoch goes through.
    loss : list of float
        Mean value of the objective over the epoch's batches.
    learning_rate : list of float
        The learning rate of the epoch's last step; empty for L-BFGS, which chooses its own.
    peak_loss : float
        Largest value of the objective that training went through.
    baseline : float
        Loss of predicting the frequencies of the targets, for comparison.
    validation_score : list of float
        What early stopping measured; greater is better.  Empty without it.
    best_epoch : int or None
        Number, from 1, of the epoch whose parameters the network keeps; 0 for those that it had
        before; None for the last.
    best_score : float or None
        Validation score of that epoch.
    stopped : bool
        Whether a callback has asked to end the run.
    finished : bool
        Whether the run is over and all that follows is done, such as going back to the best epoch.
    least_loss : float
        The smallest of `loss`.
    """

    max_epochs: int
    n_samples: int = 1
    loss: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    peak_loss: float = -math.inf
    baseline: float = math.nan
    validation_score: list[float] = field(default_factory=list)
    best_epoch: int | None = None
    best_score: float | None = None
    stopped: bool = False
    finished: bool = False
    least_loss: float = math.inf
    _total: float = field(default=0.0, repr=False)  # of the losses in the epoch under way
    _n_seen: int = field(default=0, repr=False)  # samples of it
    _rate: float = field(default=math.nan, repr=False)  # of its last step
    _start: float = field(default_factory=time.perf_counter, repr=False)

    @property
    def n_epochs(self) -> int:
        """The number of epochs done."""
        return len(self.loss)

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to do."""
        return self.stopped or self.n_epochs >= self.max_epochs

    @property
    def seconds(self) -> float:
        """The time since the start of the run, in seconds; of a resumed one, without the gap."""
        return time.perf_counter() - self._start

    @property
    def progress(self) -> float:
        """The number of epochs done, with the done part of the one under way."""
        return self.n_epochs + self._n_seen / self.n_samples

    @property
    def latest_loss(self) -> float:
        """The mean over the epoch under way, as far as it is done, or else over the last one."""
        return self._total / self._n_seen if self._n_seen else self.loss[-1]

    @property
    def latest_rate(self) -> float | None:
        """The learning rate of the last step; None for L-BFGS."""
        if self._n_seen:
            return self._rate
        return self.learning_rate[-1] if self.learning_rate else None

    def see_batch(self, value: float, n_rows: int, learning_rate: float) -> None:
        """Take note of the objective of a batch of so many rows, and the rate of its step."""
        self.see_loss(value)
        self._total += value * n_rows
        self._n_seen += n_rows
        self._rate = learning_rate

    def end_epoch(self) -> None:
        """Add the entry of an epoch whose batches were all seen."""
        self.add_loss(self._total / self._n_seen)
        self.learning_rate.append(self._rate)
        self._total, self._n_seen = 0.0, 0

    def add_loss(self, loss: float) -> None:
        """Add the loss of an epoch."""
        self.loss.append(loss)
        self.least_loss = min(self.least_loss, loss)

    def see_loss(self, value: float) -> None:
        """Take note of a value of the objective; raise FloatingPointError if it is not finite."""
        self.check_finite(value, "the loss", self.n_epochs + 1)
        self.peak_loss = max(self.peak_loss, value)

    def check_finite(self, value: float, what: str, epoch: int | None = None) -> None:
        """Raise FloatingPointError if `value`, which is named `what`, is not finite.

        It is of the last epoch done if `epoch` is not given.
        """
        if not math.isfinite(value):
            epoch = self.n_epochs if epoch is None else epoch
            raise FloatingPointError(f"Training diverged in epoch {epoch}: {what} is {value}.")

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for a file: the clock becomes the seconds that have passed."""
        return vars(self) | {"_start": self.seconds}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state of a file, and let the clock run on."""
        vars(self).update(state, _start=time.perf_counter() - state["_start"])
