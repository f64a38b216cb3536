"""Progress: the lines that a run prints."""

import math
from collections.abc import Callable

from sknn.settings import Settings
from sknn.training.callbacks import Callback
from sknn.training.history import History


class Progress(Callback):
    """Prints what is trained and how far the run is, in lines of equal form.

    A line has the number of the epoch, the loss, the validation score, the learning rate, the
    seconds since the start, and the time until the run may end: `History.milestone`.  What there
    is not, has no column.

    Parameters
    ----------
    verbose : int
        1 for a line per epoch: ten lines in a short run, at most one each half second and about 50
        in a longer one.  2 for ten lines per epoch, and ten times as many in all.  Of slow epochs
        there is a line per minute in any case.
    title : str
        What is trained on what, for the first line; empty in a run that goes on below the lines
        of another, without a head.
    unit : str
        What an epoch is to be called.
    loss, score : str
        Heads of the columns of the loss and the validation score; no score if it is empty.
    sign : {1, -1}
        -1 to print the score with the other sign: what was a loss is one again.
    has_rate : bool
        Whether there is a learning rate.
    n_seen_before : int, optional
        Number of samples that other runs have gone through.  It makes the run a part of a stream,
        which counts samples in the place of epochs and has no end.
    """

    def __init__(
        self,
        verbose: int = 1,
        title: str = "",
        *,
        unit: str = "epoch",
        loss: str = "loss",
        score: str = "",
        sign: int = 1,
        has_rate: bool = True,
        n_seen_before: int | None = None,
    ):
        super().__init__()
        self.parts = 1 if verbose == 1 else 10
        self.title = title
        self.unit = unit
        self.is_stream = n_seen_before is not None
        self._printed = 0.0  # progress, and time in seconds, of the last line
        self._printed_at = 0.0
        self._has_begun = False
        columns: dict[str, Callable[[History], str]] = {}
        if n_seen_before is None:
            columns[unit] = self._epoch
        else:
            columns["samples"] = lambda history: (
                f"{n_seen_before + round(history.progress * history.n_samples):,}"
            )
        if self.parts > 1:
            columns[f"of {unit}"] = lambda history: f"{_part(history):.0%}"
        columns[loss] = self._loss
        if score:
            columns[score] = lambda history: _latest(history.validation_score, sign)
        if has_rate:
            columns["learning rate"] = lambda history: f"{history.latest_rate:.2e}"
        columns["time"] = lambda history: _duration(history.seconds)
        if n_seen_before is None:
            columns["left"] = _time_left
        self._columns = columns

    @classmethod
    def of_run(
        cls,
        verbose: int,
        settings: Settings,
        title: str,
        score: tuple[str, int] | None,
        previous: History | None,
    ) -> "Progress":
        """Return what prints a run with these settings, after the previous one of the model.

        `score` is the name of the validation score, and its sign.
        """
        is_lbfgs, is_stream = settings.solver == "lbfgs", settings.is_stream
        name, sign = score or ("", 1)
        return cls(
            int(verbose),
            "" if is_stream and previous is not None else title,
            unit="iteration" if is_lbfgs else "epoch",
            loss="loss (smoothed)" if settings.label_smoothing > 0 else "loss",
            score=name,
            sign=sign,
            has_rate=not is_lbfgs,
            n_seen_before=(previous.n_seen if previous else 0) if is_stream else None,
        )

    def on_epoch_begin(self, history):
        """Print the title and the heads of the columns, once."""
        self._begin(history)

    def on_batch_end(self, history):
        """Print, if so much of an epoch is done."""
        if self.parts > 1:
            ends_soon = history.progress > history.n_epochs + 1 - 0.5 / self.parts
            if not ends_soon and self._is_due(history):
                self._print(history)

    def on_epoch_end(self, history):
        """Print, if it is time for a line."""
        if history.n_epochs == 1 or history.is_over or self._is_due(history):
            self._print(history)
        return False

    def on_train_end(self, history):
        """Print the last epoch if that is still to be done."""
        if self._printed < history.n_epochs:
            self._print(history)

    def on_fit_end(self, history, temperature):
        """Print which epoch is kept, and the temperature unless it is 1: the last line."""
        if self.is_stream:
            return
        kept, n_epochs = history.best_epoch, history.n_epochs
        if kept == 0:
            line = f"kept the model of before, as no {self.unit} was better"
        else:
            line = f"kept {self.unit} {n_epochs if kept is None else kept} of {n_epochs}"
        print(line if temperature == 1 else f"{line}; temperature {temperature:.2f}", flush=True)

    def _is_due(self, history: History) -> bool:
        """Return whether a tenth was done since the last line, or enough in enough time."""
        done = history.progress - self._printed + 1e-9
        waited = history.seconds - self._printed_at
        is_short_of_lines = self.parts * done >= max(1, history.milestone / 10)
        is_far = self.parts * done >= max(1, history.milestone / 50)
        return is_short_of_lines or (is_far and self.parts * waited >= 0.5) or waited >= 60

    def _begin(self, history: History) -> None:
        """Print the title and the heads of the columns, unless they stand there."""
        if self._has_begun:
            return
        self._has_begun = True
        self._printed, self._printed_at = history.progress, history.seconds
        if self.title:
            print(self.title)
            self._print_line(history, list(self._columns))

    def _print(self, history: History) -> None:
        """Print how far the run is."""
        self._begin(history)
        self._printed, self._printed_at = history.progress, history.seconds
        self._print_line(history, [column(history) for column in self._columns.values()])

    def _print_line(self, history: History, entries: list[str]) -> None:
        """Print an entry for each column, as wide as all that it may hold."""
        first, *others = self._columns
        width = max(len(first), 2 * len(str(history.max_epochs)) + 1)
        if first == "samples":
            width = 13
        widths = [width, *(max(len(name), 8) for name in others)]
        line = [f"{entry:>{n}}" for entry, n in zip(entries, widths, strict=True)]
        print("  ".join(line), flush=True)

    def _epoch(self, history: History) -> str:
        """Return the number of the last whole epoch, or where there are parts, of the last one."""
        n = history.n_epochs if self.parts == 1 else math.ceil(history.progress)
        return f"{n}/{history.milestone}"

    def _loss(self, history: History) -> str:
        """Return the loss of the same epoch."""
        return _decimals(history.loss[-1] if self.parts == 1 else history.latest_loss)


def _part(history: History) -> float:
    """Return how much of the last epoch is done; all of it between two epochs."""
    return history.progress % 1 or 1.0


def _latest(scores: list[float], sign: int) -> str:
    """Return the last score, if there is one yet."""
    return _decimals(sign * scores[-1]) if scores else ""


def _time_left(history: History) -> str:
    """Return the time until the run may end."""
    return _duration(history.seconds * (history.milestone / history.progress - 1))


def _decimals(value: float) -> str:
    """Return a number with five decimals, as long as it is not out of all proportion."""
    return f"{value:.5f}" if abs(value) < 1000 else f"{value:.3e}"


def _duration(seconds: float) -> str:
    """Return seconds for people: "8.3 s", "2:05", "1:00:00"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
