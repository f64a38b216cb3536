"""What happened in a run: the vocabulary that trainers and callbacks share."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np


class Step(NamedTuple):
    """A step of training.

    Attributes
    ----------
    value : ndarray of shape (n_members,) or (), float64
        The objective of each member on the batch, before the step.
    n_rows : int
        Number of samples in the batch.
    learning_rate : float
        The rate of the step.
    """

    value: Any
    n_rows: int
    learning_rate: float


@dataclass
class History:
    """The record of a training run, one entry per epoch (or per iteration of L-BFGS).

    Attributes
    ----------
    max_epochs : int
        The budget of the run.
    n_samples : int
        Number of samples that an epoch goes through.
    n_seen_before : int
        Number of samples that earlier runs of the model have gone through.
    loss_before : float
        Training loss of the model that is continued; NaN of a new one.
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
    milestone : int
        Number, from 1, of the epoch that may be the last one: where a callback will decide, or the
        end of the budget.
    finished : bool
        Whether the run is over and all that follows is done, such as going back to the best epoch.
    clock : callable
        Returns the time in seconds.
    last_step : Step
        The step that was seen last.
    """

    max_epochs: int
    n_samples: int = 1
    n_seen_before: int = 0
    loss_before: float = math.nan
    loss: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    peak_loss: float = -math.inf
    baseline: float = math.nan
    validation_score: list[float] = field(default_factory=list)
    best_epoch: int | None = None
    best_score: float | None = None
    stopped: bool = False
    milestone: int = 0
    finished: bool = False
    clock: Callable[[], float] = field(default=time.perf_counter, repr=False)
    last_step: Step = field(default=Step(math.nan, 0, math.nan), repr=False)
    _total: Any = field(default=0.0, repr=False)  # of the losses in the epoch under way
    _n_in_epoch: int = field(default=0, repr=False)  # samples of it that were seen
    _start: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._start = self.clock()
        self.milestone = self.milestone or self.max_epochs

    @property
    def n_epochs(self) -> int:
        """The number of epochs done."""
        return len(self.loss)

    @property
    def n_seen(self) -> int:
        """The number of samples that training has gone through, each as often as it was seen."""
        return self.n_seen_before + self.n_epochs * self.n_samples

    @property
    def kept_epoch(self) -> int:
        """The number, from 1, of the epoch whose parameters are kept; 0 for those of before."""
        return self.n_epochs if self.best_epoch is None else self.best_epoch

    @property
    def kept_loss(self) -> float:
        """The training loss of that epoch."""
        return self.loss[self.kept_epoch - 1] if self.kept_epoch else self.loss_before

    @property
    def least_loss(self) -> float:
        """The smallest training loss of an epoch."""
        return min(self.loss, default=math.inf)

    @property
    def score_of_each_epoch(self) -> list[float]:
        """The validation scores; NaN for an epoch that was not scored.  Empty without any."""
        n_missing = self.n_epochs - len(self.validation_score)
        return [*self.validation_score, *[math.nan] * n_missing] if self.validation_score else []

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to do."""
        return self.stopped or self.n_epochs >= self.max_epochs

    @property
    def seconds(self) -> float:
        """The time since the start of the run, in seconds; of a resumed one, without the gap."""
        return self.clock() - self._start

    @property
    def progress(self) -> float:
        """The number of epochs done, with the done part of the one under way."""
        return self.n_epochs + self._n_in_epoch / self.n_samples

    @property
    def latest_loss(self) -> float:
        """The mean over the epoch under way, as far as it is done, or else over the last one."""
        return self._mean_loss() if self._n_in_epoch else self.loss[-1]

    @property
    def latest_rate(self) -> float | None:
        """The learning rate of the last step; None for L-BFGS."""
        if self._n_in_epoch:
            return self.last_step.learning_rate
        return self.learning_rate[-1] if self.learning_rate else None

    @property
    def is_between_epochs(self) -> bool:
        """Whether no epoch is under way."""
        return self._n_in_epoch == 0

    @property
    def has_seen_all(self) -> bool:
        """Whether the epoch under way has seen all samples."""
        return self._n_in_epoch == self.n_samples

    def see_batch(self, value: Any, n_rows: int, learning_rate: float) -> None:
        """Take note of a step, as in `Step`; raise FloatingPointError if it has diverged."""
        self.last_step = Step(value, n_rows, learning_rate)
        self.see_loss(float(np.mean(value) if np.ndim(value) else value))
        self._total = self._total + value * n_rows
        self._n_in_epoch += n_rows

    def end_epoch(self) -> None:
        """Add the entry of an epoch whose batches were all seen."""
        self.loss.append(self._mean_loss())
        self.learning_rate.append(self.last_step.learning_rate)
        self._total, self._n_in_epoch = 0.0, 0

    def _mean_loss(self) -> float:
        """Return the mean over the epoch under way, of each member by itself and then of all."""
        return float(np.mean(self._total / self._n_in_epoch))

    def see_score(self, score: float, epoch: int | None = None) -> None:
        """Add a validation score; raise FloatingPointError if it is not finite."""
        self.validation_score.append(score)
        self.check_finite(score, "the validation score", epoch)

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

    def definition(self) -> dict[str, Any]:
        """Return in plain types what there is to know of a run that is over."""
        return {
            "max_epochs": self.max_epochs,
            "n_samples": self.n_samples,
            "n_seen_before": self.n_seen_before,
            "loss_before": self.loss_before,
            "loss": np.array(self.loss),
            "learning_rate": np.array(self.learning_rate),
            "validation_score": np.array(self.validation_score),
            "best_epoch": self.best_epoch,
            "best_score": self.best_score,
        }

    @classmethod
    def from_definition(cls, definition: Mapping[str, Any]) -> "History":
        """Return the record with that definition; raise an error if there is none such."""
        best_epoch, best_score = definition["best_epoch"], definition["best_score"]

        def numbers(name: str) -> list[float]:
            return np.asarray(definition[name], np.float64).tolist()

        history = cls(
            int(definition["max_epochs"]),
            int(definition["n_samples"]),
            int(definition["n_seen_before"]),
            float(definition["loss_before"]),
            numbers("loss"),
            numbers("learning_rate"),
            validation_score=numbers("validation_score"),
            best_epoch=None if best_epoch is None else int(best_epoch),
            best_score=None if best_score is None else float(best_score),
            stopped=True,
            finished=True,
        )
        if not 0 <= history.kept_epoch <= history.n_epochs:
            raise ValueError(f"No run of {history.n_epochs} epochs has kept number {best_epoch}.")
        return history

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for a file: the clock becomes the seconds that have passed."""
        state = vars(self) | {"_start": self.seconds}
        state.pop("clock", None)  # not there after loading
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state of a file, and let the clock run on."""
        vars(self).update(state, _start=self.clock() - state["_start"])
