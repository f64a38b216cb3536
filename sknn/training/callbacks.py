"""Callbacks: what else happens after each epoch of a run."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from sknn.network.parameters import ParameterVector
from sknn.training.history import History


class Callback(ABC):
    """Something that a trainer calls when an epoch ends and when the run ends."""

    @abstractmethod
    def on_epoch_end(self, history: History) -> bool:
        """Return True to end the run."""

    @abstractmethod
    def on_train_end(self, history: History) -> None:
        """Finish; called once, also when the run ends early or with an exception."""


class EarlyStopping(Callback):
    """Ends the run when the validation score no longer improves, and restores the best epoch.

    The best parameters are kept in memory.  Of several epochs with the same score the first is
    the best one.

    Parameters
    ----------
    parameters : ParameterVector
        What to keep and restore.
    score : callable
        Returns the validation score of the network as it is; greater is better.
    patience : int or inf
        The run ends after this many epochs in a row without improvement.
    tol : float
        The score improves if it exceeds the last improvement by more than this.
    """

    def __init__(
        self,
        parameters: ParameterVector,
        score: Callable[[], float],
        patience: float,
        tol: float,
    ):
        self.parameters = parameters
        self.score = score
        self.patience = patience
        self.tol = tol
        self.best_values: np.ndarray | None = None
        self._best_score = -np.inf
        self._last_improvement = -np.inf
        self._n_waited = 0

    def on_epoch_end(self, history):
        """Score the epoch, keep its parameters if they are the best, and count the patience."""
        score = self.score()
        history.validation_score.append(score)
        history.check_finite(score, "the validation score")
        if score > self._best_score:
            self._best_score = score
            history.best_epoch = history.n_epochs
            self._keep()
        if score > self._last_improvement + self.tol:
            self._last_improvement = score
            self._n_waited = 0
        else:
            self._n_waited += 1
        return self._n_waited >= self.patience

    def on_train_end(self, history):
        """Restore the best parameters."""
        if self.best_values is not None:
            self.parameters.values[...] = self.best_values

    def _keep(self) -> None:
        """Copy the parameters, into the same memory each time."""
        if self.best_values is None:
            self.best_values = np.empty_like(self.parameters.values)
        np.copyto(self.best_values, self.parameters.values)


class BestRest(Callback):
    """Looks back where the learning rate comes to rest, and keeps the best of these moments.

    Of the moments whose error is within one standard error of the smallest, as far as the rows can
    tell, it is the latest.  The run ends before the last and longest cycle of the schedule if the
    moment before it is none of them.

    Parameters
    ----------
    parameters : ParameterVector
        What to keep and restore.
    error : callable
        Returns the part of the rows that the network as it is gets wrong, between 0 and 1.
    n_rows : float
        Number of these rows, or how many of equal weight say as much.
    epochs : set of int
        Numbers, from 1, of the epochs to look back after.
    """

    def __init__(
        self,
        parameters: ParameterVector,
        error: Callable[[], float],
        n_rows: float,
        epochs: set[int],
    ):
        self.parameters = parameters
        self.error = error
        self.n_rows = n_rows
        self.epochs = epochs
        self._moments: list[tuple[int, float, np.ndarray]] = []

    def on_epoch_end(self, history):
        """Keep the error and the parameters, if it is time; ask whether to go on."""
        if history.n_epochs not in self.epochs:
            return False
        kept = self.parameters.values.copy()
        self._moments.append((history.n_epochs, self.error(), kept))
        is_last_but_one = len(self._moments) == len(self.epochs) - 1
        return is_last_but_one and self._good()[-1] is not self._moments[-1]

    def on_train_end(self, history):
        """Restore the parameters of the chosen moment."""
        if self._moments:
            history.best_epoch, _, self.parameters.values[...] = self._good()[-1]

    def _good(self) -> list[tuple[int, float, np.ndarray]]:
        """Return the moments that cannot be told from the best."""
        smallest = min(error for _, error, _ in self._moments)
        bound = smallest + (smallest * (1 - smallest) / self.n_rows) ** 0.5
        return [moment for moment in self._moments if moment[1] <= bound]


class Progress(Callback):
    """Prints a line per epoch: epoch, loss, validation score, learning rate, seconds."""

    def on_epoch_end(self, history):
        """Print the epoch."""
        width = len(str(history.max_epochs))
        line = f"epoch {history.n_epochs:{width}d}/{history.max_epochs}"
        line += f"  loss {history.loss[-1]:.5f}"
        if history.validation_score:
            line += f"  validation score {history.validation_score[-1]:.5f}"
        if history.learning_rate:
            line += f"  learning rate {history.learning_rate[-1]:.2e}"
        print(f"{line}  {history.seconds:.1f} s", flush=True)
        return False

    def on_train_end(self, history):
        """Print which epoch was the best."""
        if history.best_epoch is not None:
            print(f"best epoch: {history.best_epoch}", flush=True)


def notify(callbacks: list[Callback], history: History) -> bool:
    """Call every callback at the end of an epoch; return whether one of them asks to stop."""
    # First call all, then decide: `any` over the calls would skip those after one that stops.
    answers = [callback.on_epoch_end(history) for callback in callbacks]
    return any(answers)
