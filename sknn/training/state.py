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
    callbacks : list of dict
        What the callbacks of this run remember.
    """

    rng: np.random.Generator
    solver: str = ""
    moments: dict[str, Any] = field(default_factory=dict)
    history: History | None = None
    callbacks: list[dict[str, Any]] = field(default_factory=list)
