"""TrainingState: what training must remember to go on exactly where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sknn.settings import Settings
from sknn.training.callbacks import Callback
from sknn.training.data import TrainingSet
from sknn.training.history import History


@dataclass
class Fingerprint:
    """What a run that is resumed must have in common with the interrupted one.

    Attributes
    ----------
    settings : Settings
        How it trains.
    n_samples : int
        Number of training samples.
    checksum : int
        Of the data.
    """

    settings: Settings
    n_samples: int
    checksum: int

    def differences(self, other: "Fingerprint") -> list[str]:
        """Return the names of what differs."""
        names = self.settings.differences(other.settings)
        if self.n_samples != other.n_samples:  # of which batch_size="auto" makes another size
            names = [name for name in names if name != "batch_size"] + ["n_samples"]
        data = "data (X, y, weights or validation_fraction)"
        return names + [data] * (self.checksum != other.checksum)


@dataclass
class TrainingState:
    """All that a run needs to go on besides the network and the samples.

    Attributes
    ----------
    seed : list of int
        What the random stream began with.
    rng : Generator
        Source of everything random.
    solver : str
        The solver that the moments are of; empty before the first run.
    moments : dict
        What the solver's optimizer remembers.
    history : History or None
        The record of the run that is under way; None between two runs.
    callbacks : dict of str to dict
        What the callbacks of this run remember, by the names of their classes.
    fingerprint : Fingerprint or None
        What tells this run from others; None where it cannot be resumed.
    """

    seed: list[int]
    rng: np.random.Generator
    solver: str = ""
    moments: dict[str, Any] = field(default_factory=dict)
    history: History | None = None
    callbacks: dict[str, dict[str, Any]] = field(default_factory=dict)
    fingerprint: Fingerprint | None = None

    @classmethod
    def start(cls, seed: list[int], n_seen: int = 0) -> "TrainingState":
        """Return the state before the first run, or of a model that comes from a file.

        What training remembers is in no file: a new random stream begins.
        """
        return cls(seed, np.random.default_rng([*seed, n_seen] if n_seen else seed))

    def split_rng(self) -> np.random.Generator:
        """Return a source of the choice of validation samples, or of folds.

        A warm-started fit chooses the same ones again, and none that it has learnt from.
        """
        return np.random.default_rng(self.seed[0])

    def resumed(self, settings: Settings, data: TrainingSet) -> History | None:
        """Return the record of an interrupted run that this one resumes; None if it is new.

        Raise ValueError if the interrupted run had other settings or data.
        """
        history, known = self.history, self.fingerprint
        if history is None or known is None or settings.is_stream:
            return None
        changed = known.differences(Fingerprint(settings, data.n_rows, data.checksum()))
        if not changed:
            return history
        if history.finished:  # a fit of its own that continues the model
            return None
        raise ValueError(
            f"The checkpoint stands after epoch {history.n_epochs} of {history.max_epochs}, and "
            f"the fit that wrote it had another {' and '.join(changed)}. Pass what it had, or "
            "train on with partial_fit."
        )

    def begin_run(
        self,
        settings: Settings,
        data: TrainingSet,
        history: History,
        callbacks: Sequence[Callback],
        *,
        resumable: bool,
    ) -> None:
        """Give the callbacks what those of the resumed run remember, and note the new run."""
        remembered = {}
        for callback in callbacks:
            name = type(callback).__name__
            callback.state.update(self.callbacks.get(name, {}))
            remembered[name] = callback.state
        self.end_run()
        if not settings.is_stream:
            self.history, self.callbacks = history, remembered
            if resumable:
                self.fingerprint = Fingerprint(settings, data.n_rows, data.checksum())

    def end_run(self) -> None:
        """Forget the run that was under way."""
        self.history, self.callbacks, self.fingerprint = None, {}, None

    def forget_moments(self) -> None:
        """Let the optimizer start afresh: its moments are those of parameters given up."""
        self.solver, self.moments = "", {}
