"""The stochastic trainer: epochs of mini-batches, one step for each."""

import numpy as np

from sknn.network.objective import Objective
from sknn.settings import Settings
from sknn.training.batches import Batch, Batches
from sknn.training.callbacks import Callback, begin_epoch, end_epoch
from sknn.training.descent import make_descent
from sknn.training.history import History
from sknn.training.optimizers import Optimizer
from sknn.training.schedules import Schedule, constant, make_schedule


def train(
    objective: Objective,
    batches: Batches,
    optimizer: Optimizer,
    history: History,
    *,
    learning_rate: float,
    schedule: Schedule = constant,
    callbacks: list[Callback] | None = None,
) -> None:
    """Train the objective's network, up to `history.max_epochs` epochs.

    A history in which some epochs are done already continues the run that it is of.

    Parameters
    ----------
    objective : Objective
        What to minimize; its network's parameters are updated in place.
    batches : Batches
        The training set.
    optimizer : Optimizer
        What turns gradients into steps.
    history : History
        Gets an entry per epoch.
    learning_rate : float
        Step size, multiplied by the schedule's factor.
    schedule : callable
        Factor as a function of progress from 0 to 1.
    callbacks : list of Callback, optional
        Called in order.

    Raises
    ------
    FloatingPointError
        As soon as the objective, or at the end of an epoch a weight, is not finite.
    """
    callbacks = callbacks or []
    parameters = objective.network.parameters
    descent = make_descent(objective, optimizer, batches)
    n_steps = history.max_epochs * len(batches)
    step = history.n_epochs * len(batches)
    try:
        for callback in callbacks:
            callback.on_train_begin(history)
        while not history.is_over:
            begin_epoch(callbacks, history)
            objective.begin_epoch()
            for inputs, targets, sample_weight in batches:
                value = descent.value_and_gradient(inputs, targets, sample_weight)
                rate = learning_rate * schedule(step / n_steps)
                history.see_batch(value, len(targets), rate)
                descent.step(rate)
                step += 1
                for callback in callbacks:
                    callback.on_batch_end(history)
            history.check_finite(float(np.sum(parameters.values)), "a weight", history.n_epochs + 1)
            history.end_epoch()
            end_epoch(callbacks, history)
    finally:
        for callback in callbacks:
            callback.on_train_end(history)


def train_with(
    settings: Settings,
    objective: Objective,
    arrays: Batch,
    optimizer: Optimizer,
    rng: np.random.Generator,
    history: History,
    callbacks: list[Callback],
) -> None:
    """Train with these settings on inputs, targets and weights; `rng` orders the batches."""
    train(
        objective,
        Batches(*arrays, batch_size=settings.batch_size, rng=rng, shuffle=settings.shuffle),
        optimizer,
        history,
        learning_rate=settings.learning_rate,
        schedule=make_schedule(settings.learning_rate_schedule, settings.n_cycles),
        callbacks=callbacks,
    )
