"""Learning-rate schedules: the factor of the learning rate as a function of progress.

Progress is the part of the run that is done, from 0 at its start towards 1 at its end.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial

Schedule = Callable[[float], float]


def constant(progress: float) -> float:
    """Return 1: the learning rate stays as it is."""
    return 1.0


def inverse_scaling(progress: float) -> float:
    """Fall as one over a square root, `1 / √(1 + 99 p)`, from 1 to a tenth."""
    return (1 + 99 * progress) ** -0.5


def cosine(progress: float) -> float:
    """Fall along half a cosine, `½ (1 + cos πp)`, from 1 to 0.

    Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017
    (one cycle of it).
    """
    return 0.5 * (1 + math.cos(math.pi * progress))


def coslog4(progress: float) -> float:
    """Rise and fall four times, each twice as long as the last, `½ (1 - cos(2π log₂(1 + 15 p)))`.

    Source: Holzmüller, Grinsztajn, Steinwart, "Better by default", 2024.
    """
    return doubling_cycles(progress, 4)


def doubling_cycles(progress: float, n_cycles: int) -> float:
    """Rise and fall `n_cycles` times, each twice as long as the last, like "coslog4"."""
    return 0.5 * (1 - math.cos(2 * math.pi * math.log2(1 + (2**n_cycles - 1) * progress)))


def cycle_ends(n_cycles: int, n_epochs: int) -> list[int]:
    """Return the numbers, from 1, of the epochs in which the cycles of such a run end."""
    ends = (round(n_epochs * (2**k - 1) / (2**n_cycles - 1)) for k in range(1, n_cycles + 1))
    return sorted(set(ends) - {0})


def one_cycle(progress: float) -> float:
    """Rise for 30 % of the run from a 25th to 1, then fall to 0, both along half a cosine.

    Source: Smith, Topin, "Super-convergence", 2018, in the form that fastai made popular.
    """
    if progress < 0.3:
        return 1 - (1 - 1 / 25) * cosine(progress / 0.3)
    return cosine((progress - 0.3) / 0.7)


SCHEDULES: Mapping[str, Schedule] = {
    "constant": constant,
    "inverse_scaling": inverse_scaling,
    "cosine": cosine,
    "coslog4": coslog4,
    "one_cycle": one_cycle,
}


def make_schedule(name: str, n_cycles: int) -> Schedule:
    """Return the schedule of that name; "coslog4" with so many cycles, which may be more."""
    return partial(doubling_cycles, n_cycles=n_cycles) if n_cycles else SCHEDULES[name]
