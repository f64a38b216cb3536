"""The other trainer: L-BFGS, a quasi-Newton method on all samples at once."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import OptimizeResult, minimize
from threadpoolctl import ThreadpoolController

from sknn.network.objective import Objective
from sknn.training.batches import Batch
from sknn.training.callbacks import Callback, begin_epoch, end_epoch
from sknn.training.history import History

# No limit to the evaluations; an objective that falls by less than this part of it has converged.
_STOPS = {"maxfun": np.iinfo(np.int32).max, "ftol": 64 * np.finfo(np.float64).eps}


def train(
    objective: Objective,
    inputs: Any,
    targets: np.ndarray,
    sample_weight: np.ndarray | None,
    history: History,
    *,
    tol: float,
    callbacks: list[Callback] | None = None,
) -> None:
    """Train the objective's network for up to `history.max_epochs` iterations.

    SciPy's implementation, which works in float64.

    Parameters
    ----------
    objective : Objective
        What to minimize; its network's parameters are updated in place.
    inputs, targets, sample_weight : ndarray
        The training set, as `Objective.value_and_gradient` takes it.
    history : History
        Gets an entry per iteration.
    tol : float
        The run has converged when no component of the gradient is larger.
    callbacks : list of Callback, optional
        Called in order; an iteration is an epoch, and has no batches.

    Raises
    ------
    FloatingPointError
        If the objective or a weight is not finite where an iteration ends.

    References
    ----------
    Byrd, Lu, Nocedal, Zhu, "A limited memory algorithm for bound constrained optimization", 1995.
    """
    callbacks = callbacks or []
    parameters = objective.network.parameters
    run = _Run(objective, (inputs, targets, sample_weight), history, callbacks)
    try:
        for callback in callbacks:
            callback.on_train_begin(history)
        history.see_loss(objective.value_and_gradient(inputs, targets, sample_weight).mean())
        with _one_thread_for_scipy():
            result = minimize(
                run.value_and_gradient,
                parameters.values.astype(np.float64),
                jac=True,
                method="L-BFGS-B",
                callback=run.end_iteration,
                options=_STOPS | {"maxiter": history.max_epochs, "gtol": tol},
            )
        parameters.values[...] = result.x
        history.check_finite(float(np.sum(parameters.values)), "a weight")
        if not history.loss:  # converged before the first iteration
            history.loss.append(float(result.fun))
            end_epoch(callbacks, history)
    finally:
        for callback in callbacks:
            callback.on_train_end(history)


class _Run:
    """What SciPy calls: the objective, and what happens when an iteration ends."""

    def __init__(
        self, objective: Objective, data: Batch, history: History, callbacks: list[Callback]
    ):
        self.objective = objective
        self.data = data
        self.history = history
        self.callbacks = callbacks
        self.is_inside = False  # an iteration

    def value_and_gradient(self, values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the objective and its gradient at these parameters."""
        if not self.is_inside:  # only now it is sure that there is another iteration
            self.is_inside = True
            begin_epoch(self.callbacks, self.history)
        network = self.objective.network
        network.parameters.values[...] = values
        value = float(self.objective.value_and_gradient(*self.data).mean())
        # The value is the mean over the members, the gradient that of each for itself.
        return value, network.parameters.gradient.astype(np.float64) / network.n_members

    def end_iteration(self, intermediate_result: OptimizeResult) -> None:
        """Record an iteration; raise StopIteration if a callback asks for it."""
        self.is_inside = False
        # The line search may have looked further: back to the point that it accepted.
        self.objective.network.parameters.values[...] = intermediate_result.x
        self.history.see_loss(float(intermediate_result.fun))
        self.history.loss.append(float(intermediate_result.fun))
        end_epoch(self.callbacks, self.history)
        if self.history.stopped:
            raise StopIteration


def _one_thread_for_scipy() -> AbstractContextManager:
    """Return a context in which the BLAS library inside SciPy's wheel uses one thread.

    NumPy's wheel brings another.  In turn they compute and wait actively, each with a thread per
    core, for the same cores: 64-100-10 on 1,797 rows takes 8 times longer without this.
    """
    controller = ThreadpoolController()
    inside_scipy = [
        library.filepath
        for library in controller.lib_controllers
        if any(part.startswith("scipy") for part in Path(library.filepath).parts[:-1])
    ]
    return controller.select(filepath=inside_scipy).limit(limits=1)
