"""TrainingState: what training must remember to go on exactly where it stands."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sknn.training.history import History


@dataclass
class TrainingState:
    """All that a run needs to go on besides the network and the samples.

    Attributes
    ----------
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
    origin : dict
        What tells this run from others: the parameters, and a checksum of the data.
    """

    rng: np.random.Generator
    solver: str = ""
    moments: dict[str, Any] = field(default_factory=dict)
    history: History | None = None
    callbacks: dict[str, dict[str, Any]] = field(default_factory=dict)
    origin: dict[str, Any] = field(default_factory=dict)

    def end_run(self) -> None:
        """Forget the run that was under way."""
        self.history, self.callbacks, self.origin = None, {}, {}

    def forget_moments(self) -> None:
        """Let the optimizer start afresh: its moments are those of parameters given up."""
        self.solver, self.moments = "", {}
