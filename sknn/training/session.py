"""One run of training: a network, data and settings in, a `Result` out.

Here settings become the parts of a run: batches, optimizer, objective, callbacks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import cpu_count

import numpy as np
from scipy import sparse

from sknn.calibration import Calibration
from sknn.network.blas import threads
from sknn.network.losses import Loss
from sknn.network.objective import Objective
from sknn.network.perceptron import MultilayerPerceptron
from sknn.network.rows import made
from sknn.settings import Settings
from sknn.training import diagnosis, lbfgs, parallel, stochastic
from sknn.training.batches import Batch
from sknn.training.calibration import calibration_of_one
from sknn.training.callbacks import LEAST_STEPS, BestCycle, Callback, EarlyStopping
from sknn.training.data import TrainingSet
from sknn.training.history import History
from sknn.training.optimizers import OPTIMIZERS, Optimizer
from sknn.training.out_of_fold import OutOfFold
from sknn.training.schedules import cycle_ends
from sknn.training.state import TrainingState

Score = Callable[[], float]


@dataclass
class Result:
    """What a run leaves besides the parameters of its network.

    Attributes
    ----------
    history : History
        What happened, epoch by epoch.
    calibration : Calibration or None
        What the rows ask for; None without calibration.
    exception : BaseException or None
        What ended the run early: a divergence, Ctrl-C, or the exception of a callback.
    warning : str or None
        What to warn of: a run that was cut short, or that has learnt nothing.  The exception of a
        callback goes on to the caller instead.
    was_finished : bool
        Whether the run of a checkpoint was over already, so that there was nothing to do.
    """

    history: History
    calibration: Calibration | None = None
    exception: BaseException | None = None
    warning: str | None = None
    was_finished: bool = False


def train(
    network: MultilayerPerceptron,
    loss: Loss,
    data: TrainingSet,
    settings: Settings,
    state: TrainingState,
    *,
    score: Score | None = None,
    callbacks: Sequence[Callback] = (),
    previous: History | None = None,
    n_jobs: int = 1,
) -> Result:
    """Train a network.

    A run that is cut short counts if an epoch is done and the weights are finite: the exception
    is part of the result.  Otherwise it is raised, and the network is of no use.

    Parameters
    ----------
    network : MultilayerPerceptron
        What to train, in place.
    loss : Loss
        What raw predictions cost.
    data : TrainingSet
        What to learn from.
    settings : Settings
        How to train.
    state : TrainingState
        What earlier runs have left: random stream, moments, perhaps an interrupted run, which is
        resumed.  It is updated in place.
    score : callable, optional
        Returns the validation score of the network as it is; greater is better.
    callbacks : sequence of Callback
        Called after those of the run itself.
    previous : History, optional
        The record of the last run, if the network was trained before.
    n_jobs : int
        Number of groups of members that train in parallel; more than members do no harm.

    Returns
    -------
    Result
        What happened.

    Raises
    ------
    FloatingPointError
        If training diverges and no best epoch is kept.
    ValueError
        If an interrupted run is resumed with other settings or data.
    """
    history = state.resumed(settings, data)
    if history is None:
        history = History(settings.max_iter, data.n_rows)
        if previous is not None:
            history.n_seen_before, history.loss_before = previous.n_seen, previous.kept_loss
    if history.finished:
        return Result(history, was_finished=True)
    session = _Session(network, loss, data, settings, state, history)
    calibration, cut_short_by = None, None
    try:
        n_rows = data.n_rows if settings.full_batch else settings.batch_size
        is_sparse = sparse.issparse(data.inputs)
        n_threads = min(n_jobs, cpu_count() or 1)  # the jobs of a cluster have other cores
        blas = threads(network.n_multiplications(n_rows, is_sparse=is_sparse), n_threads)
        # Overflow is met by the check that every loss is finite.
        with blas, np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            session.minimize(score, callbacks, continues=previous is not None, n_jobs=n_jobs)
            calibration = session.calibration()
    except BaseException as exception:
        session.raise_unless_usable(exception)
        cut_short_by = exception
    if history.kept_epoch != history.n_epochs:
        state.forget_moments()
    history.finished = history.is_over and cut_short_by is None
    warning = None
    if isinstance(cut_short_by, KeyboardInterrupt | FloatingPointError | None):
        warning = diagnosis.warning(network, loss, data, settings, history, cut_short_by)
    return Result(history, calibration, cut_short_by, warning)


class _Session:
    """The parts of one run."""

    def __init__(
        self,
        network: MultilayerPerceptron,
        loss: Loss,
        data: TrainingSet,
        settings: Settings,
        state: TrainingState,
        history: History,
    ):
        self.network = network
        self.loss = loss
        self.data = data
        self.settings = settings
        self.state = state
        self.history = history
        self.out_of_fold: OutOfFold | None = None
        if settings.calibrate and network.n_members > 1:
            # A warm-started fit has the same folds again.
            self.out_of_fold = OutOfFold(network, loss, data, state.split_rng())

    def minimize(
        self,
        score: Score | None,
        callbacks: Sequence[Callback],
        *,
        continues: bool,
        n_jobs: int,
    ) -> None:
        """Let the solver minimize the objective."""
        settings, history, data = self.settings, self.history, self.data
        frequencies = np.average(data.targets, axis=0, weights=data.weight)
        history.baseline = self.loss.value_of_constant(frequencies)
        every = [*self._callbacks(score, continues), *callbacks]
        self.state.begin_run(settings, data, history, every, resumable=bool(callbacks))
        if settings.is_stream and score is not None:
            history.best_score = score()  # of samples that the network has not learnt from
            history.see_score(history.best_score, epoch=1)
        objective = Objective(self.network, self.loss, settings.l2, self.state.rng)
        dtype = self.network.dtype
        targets = self.loss.smooth(data.targets).astype(dtype)
        if self.out_of_fold is None:
            weight = data.normalized_weight(dtype)
        else:
            weight = self.out_of_fold.training_weight()
        arrays = (data.inputs, targets, weight)
        if settings.solver == "lbfgs":
            lbfgs.train(objective, *arrays, history, tol=settings.tol, callbacks=every)
        else:
            self._take_steps(objective, arrays, every, n_jobs)
        if not settings.is_stream:  # whose next call tells whether the last step has diverged
            self._check_last_step(objective, arrays)

    def _check_last_step(self, objective: Objective, arrays: Batch) -> None:
        """Raise FloatingPointError if the last step has led to a loss that is not finite."""
        inputs, targets, weight = arrays
        first = slice(self.settings.batch_size)
        its_weight = None if weight is None else weight[first]
        value = objective.value(made(inputs[first]), targets[first], its_weight)
        self.history.see_loss(float(value.mean()))

    def _take_steps(
        self, objective: Objective, arrays: Batch, callbacks: list[Callback], n_jobs: int
    ) -> None:
        """Go downhill batch by batch, in one job or several."""
        settings, network, rng = self.settings, self.network, self.state.rng
        optimizer, history = self._optimizer(), self.history
        if n_jobs == 1 or network.n_members == 1:
            stochastic.train_with(settings, objective, arrays, optimizer, rng, history, callbacks)
            return
        parallel.train(
            network,
            self.loss,
            arrays,
            settings,
            optimizer.state,
            rng,
            history,
            n_jobs=n_jobs,
            callbacks=callbacks,
        )

    def calibration(self) -> Calibration | None:
        """Return what makes the predictions of the trained network as sure as they are right."""
        if not self.settings.calibrate:
            return None
        if self.out_of_fold is not None:
            return self.out_of_fold.calibration()
        return calibration_of_one(self.network, self.loss, self.data)

    def raise_unless_usable(self, exception: BaseException) -> None:
        """Raise the exception that has ended the run, unless the network can be used."""
        history, is_divergence = self.history, isinstance(exception, FloatingPointError)
        if is_divergence and history.best_epoch:
            return
        is_finite = np.isfinite(self.network.parameters.values).all()
        if not is_divergence and history.n_epochs > 0 and is_finite:
            return
        if history.progress > 0:
            self.state.forget_moments()
        if is_divergence:
            advice = diagnosis.remedy(self.settings, self.data)
            raise FloatingPointError(f"{exception} To help: {advice}.") from None
        raise exception

    def _optimizer(self) -> Optimizer:
        """Return the optimizer of the solver, with the moments of the last run with it."""
        settings, state = self.settings, self.state
        step_factors = self.network.step_factors()
        optimizer = OPTIMIZERS[settings.solver](settings, step_factors)
        if state.solver == settings.solver:
            optimizer.state = state.moments
        state.solver, state.moments = settings.solver, optimizer.state
        return optimizer

    def _callbacks(self, score: Score | None, continues: bool) -> list[Callback]:
        """Return the callback that chooses the epoch to keep, if there is one."""
        settings, parameters = self.settings, self.network.parameters
        if score is not None and not settings.is_stream:
            patience = settings.n_iter_no_change
            return [EarlyStopping(parameters, score, patience, settings.tol, continues=continues)]
        if self.out_of_fold is not None and settings.n_cycles > 0:
            rows, ends = self.out_of_fold, cycle_ends(settings.n_cycles, settings.max_iter)
            least_epochs = LEAST_STEPS * settings.batch_size / self.data.n_rows
            return [BestCycle(parameters, rows.evaluate, rows.n_rows, ends, least_epochs)]
        return []
