"""The trainer of several jobs: groups of members train side by side, through joblib.

Members share nothing that is trained, and each group goes through the same batches in the same
order.  So each member learns the same, to the last bit, in whatever group it is.
"""

import copy
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse

from sknn.network.blas import threads
from sknn.network.losses import Loss
from sknn.network.objective import Objective
from sknn.network.perceptron import MultilayerPerceptron
from sknn.settings import Settings
from sknn.training import stochastic
from sknn.training.batches import Batch
from sknn.training.callbacks import Callback, begin_epoch, end_epoch
from sknn.training.history import History, Step
from sknn.training.optimizers import OPTIMIZERS


class _Trained(NamedTuple):
    """What a group of members leaves after some epochs.

    Attributes
    ----------
    values : ndarray of shape (n_parameters_of_the_group,)
        Its parameters.
    moments : dict
        What its optimizer remembers.
    steps : list of Step
        What happened; the last one is not finite if the group diverged.
    rng : Generator
        The source of the order of batches, as it stands.
    """

    values: np.ndarray
    moments: dict[str, Any]
    steps: list[Step]
    rng: np.random.Generator


class _Recorder(Callback):
    """Records the steps of some epochs, and ends the run after them."""

    def __init__(self, n_epochs: int):
        super().__init__()
        self.n_epochs = n_epochs
        self.steps: list[Step] = []

    def on_batch_end(self, history):
        """Record the step."""
        self.steps.append(history.last_step)

    def on_epoch_end(self, history):
        """Ask to stop after the last epoch."""
        self.n_epochs -= 1
        return self.n_epochs == 0


def train(
    network: MultilayerPerceptron,
    loss: Loss,
    arrays: Batch,
    settings: Settings,
    moments: dict[str, Any],
    rng: np.random.Generator,
    history: History,
    *,
    n_jobs: int,
    callbacks: list[Callback],
) -> None:
    """Train the members of a network in groups, up to `history.max_epochs` epochs.

    The groups train on their own up to the next epoch that a callback wants to see.  Callbacks
    hear of the steps and epochs afterwards.

    Parameters
    ----------
    network : MultilayerPerceptron
        A network of several members, which is updated in place.
    loss : Loss
        What raw predictions cost.
    arrays : tuple
        Inputs, targets, and weights of shape (n_rows, n_members) or (n_rows,), or None.
    settings : Settings
        How to train.
    moments : dict
        What the optimizer remembers, which is updated in place.
    rng : Generator
        Source of the order of batches, which is updated in place.
    history : History
        Gets an entry per epoch.
    n_jobs : int
        Number of groups.
    callbacks : list of Callback
        Called in order.

    Raises
    ------
    FloatingPointError
        If the objective or a weight is not finite.
    """
    groups = [
        slice(part[0], part[-1] + 1)
        for part in np.array_split(np.arange(network.n_members), n_jobs)
        if len(part) > 0
    ]
    inputs, targets, weight = arrays
    weights = [_weight_of(group, weight) for group in groups]
    places = [network.group(group)[1] for group in groups]
    try:
        for callback in callbacks:
            callback.on_train_begin(history)
        with Parallel(n_jobs=len(groups)) as parallel:
            while not history.is_over:
                wanted = [callback.next_epoch(history) for callback in callbacks]
                n_epochs = min([*wanted, history.max_epochs]) - history.n_epochs
                results = parallel(
                    delayed(_train_group)(
                        network,
                        group,
                        loss,
                        (inputs, targets, its_weight),
                        settings,
                        {name: _part(value, place) for name, value in moments.items()},
                        rng,
                        (history.n_epochs, n_epochs, history.max_epochs),
                    )
                    for group, its_weight, place in zip(groups, weights, places, strict=True)
                )
                _merge(results, places, network, moments, rng)
                _replay([result.steps for result in results], history, callbacks)
                total = float(np.sum(network.parameters.values))
                history.check_finite(total, "a weight", history.n_epochs)
    finally:
        for callback in callbacks:
            callback.on_train_end(history)


def _weight_of(members: slice, weight: np.ndarray | None) -> np.ndarray | None:
    """Return the weights of a group, in memory of their own."""
    if weight is None or weight.ndim == 1:
        return weight
    return np.ascontiguousarray(weight[:, members])


def _part(value: Any, place: np.ndarray) -> Any:
    """Return the entries of a group in an array of the whole network; numbers are common."""
    return value[place] if isinstance(value, np.ndarray) else value


def _merge(
    results: list[_Trained],
    places: list[np.ndarray],
    network: MultilayerPerceptron,
    moments: dict[str, Any],
    rng: np.random.Generator,
) -> None:
    """Put together what the groups have learnt."""
    for result, place in zip(results, places, strict=True):
        network.parameters.values[place] = result.values
        for name, value in result.moments.items():
            if isinstance(value, np.ndarray):
                if name not in moments:
                    moments[name] = np.zeros_like(network.parameters.values)
                moments[name][place] = value
            else:
                moments[name] = value
    rng.bit_generator.state = results[0].rng.bit_generator.state


def _replay(steps: list[list[Step]], history: History, callbacks: list[Callback]) -> None:
    """Tell the history and the callbacks of the steps of all groups, up to a divergence."""
    for its_steps in zip(*steps, strict=False):
        if history.is_between_epochs:
            begin_epoch(callbacks, history)
        value = np.concatenate([step.value for step in its_steps])
        history.see_batch(value, *its_steps[0][1:])
        for callback in callbacks:
            callback.on_batch_end(history)
        if history.has_seen_all:
            history.end_epoch()
            end_epoch(callbacks, history)


def _train_group(
    network: MultilayerPerceptron,
    members: slice,
    loss: Loss,
    arrays: Batch,
    settings: Settings,
    moments: dict[str, Any],
    rng: np.random.Generator,
    epochs: tuple[int, int, int],
) -> _Trained:
    """Train some members for some epochs.

    `epochs` are the number that are done, that are to be done now, and that are in the run.
    """
    n_done, n_epochs, max_epochs = epochs
    group, _ = network.group(members)
    rng, recorder = copy.deepcopy(rng), _Recorder(n_epochs)  # of this job's own
    objective = Objective(group, loss, settings.l2, rng, first_member=members.start)
    optimizer = OPTIMIZERS[settings.solver](settings, group.step_factors())
    optimizer.state = moments
    history = History(max_epochs, len(arrays[1]), loss=[0.0] * n_done)
    is_sparse = sparse.issparse(arrays[0])
    n_multiplications = group.n_multiplications(settings.batch_size, is_sparse=is_sparse)
    try:
        with (
            threads(n_multiplications),
            np.errstate(over="ignore", invalid="ignore", divide="ignore"),
        ):
            stochastic.train_with(settings, objective, arrays, optimizer, rng, history, [recorder])
    except FloatingPointError:  # the replay raises it again
        if not recorder.steps or recorder.steps[-1] is not history.last_step:
            recorder.steps.append(history.last_step)
    return _Trained(group.parameters.values, moments, recorder.steps, rng)
