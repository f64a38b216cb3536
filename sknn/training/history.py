"""What happened in a run: the vocabulary that trainers and callbacks share."""

import math
import time
from dataclasses import dataclass, field


@dataclass
class History:
    """The record of a training run, one entry per epoch (or per iteration of L-BFGS).

    Attributes
    ----------
    max_epochs : int
        The budget of the run.
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
        Number, from 1, of the epoch whose parameters the network keeps; None for the last.
    """

    max_epochs: int
    loss: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    peak_loss: float = -math.inf
    baseline: float = math.nan
    validation_score: list[float] = field(default_factory=list)
    best_epoch: int | None = None
    _start: float = field(default_factory=time.perf_counter, repr=False)

    @property
    def n_epochs(self) -> int:
        """The number of epochs done."""
        return len(self.loss)

    @property
    def seconds(self) -> float:
        """The time since the start of the run, in seconds."""
        return time.perf_counter() - self._start

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
