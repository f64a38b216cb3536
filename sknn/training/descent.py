"""Descent: the steps of a run, on all parameters or on those that a batch touches."""

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse

from sknn.network.objective import Objective
from sknn.training.batches import Batches
from sknn.training.optimizers import Adam, Optimizer


class Descent:
    """Steps of all parameters.

    Parameters
    ----------
    objective : Objective
        What to minimize; its network's parameters are updated in place.
    optimizer : Optimizer
        What turns gradients into steps.
    """

    def __init__(self, objective: Objective, optimizer: Optimizer):
        self.objective = objective
        self.optimizer = optimizer

    def value_and_gradient(
        self, inputs: Any, targets: np.ndarray, sample_weight: np.ndarray | None
    ) -> np.ndarray:
        """Return the objective of each member on a batch; its gradient is for `step`."""
        return self.objective.value_and_gradient(inputs, targets, sample_weight)

    def step(self, learning_rate: float) -> None:
        """Take a step of this size against the gradient."""
        self.optimizer.step(self.objective.network.parameters, learning_rate)


class SparseDescent(Descent):
    """Steps of Adam that leave out the inputs which are zero throughout the batch.

    The first weights of such an input, and its factor, have no gradient.  They stay as they are,
    and so do their moments; nor do they decay.  All other parameters take the step of `Descent`.
    The corrections of the moments count all steps.

    A small network of the inputs that are left takes the step.  So a step takes time and memory
    for these inputs alone.

    Parameters
    ----------
    objective : Objective
        What to minimize, without penalty; its network's inputs are sparse.
    optimizer : Adam
        What turns gradients into steps.

    References
    ----------
    `torch.optim.SparseAdam` in PyTorch, for the moments.
    """

    optimizer: Adam

    def value_and_gradient(self, inputs, targets, sample_weight):
        """Return the objective of each member on a batch; its gradient is for `step`."""
        network = self.objective.network
        self._columns, places = np.unique(inputs.indices, return_inverse=True)
        shape = inputs.shape[0], len(self._columns)
        inputs = sparse.csr_array((inputs.data, places, inputs.indptr), shape)
        self._part = network.with_inputs(len(self._columns))
        self._gather(network.parameters.values, self._part.parameters.values)
        objective = self.objective.of(self._part)
        return objective.value_and_gradient(inputs, targets, sample_weight)

    def step(self, learning_rate):
        """Take a step of this size against the gradient."""
        values, moments = self.objective.network.parameters.values, self.optimizer.state
        part, optimizer = self._part.parameters, copy.copy(self.optimizer)
        optimizer.state = {
            name: self._gather(value, np.empty_like(part.values))
            if isinstance(value, np.ndarray)
            else value
            for name, value in moments.items()
        }
        if optimizer.step_factors is not None:
            factors = np.empty_like(part.values)
            optimizer.step_factors = self._gather(optimizer.step_factors, factors)
        optimizer.step(part, learning_rate)
        self._scatter(part.values, values)
        for name, value in optimizer.state.items():
            if isinstance(value, np.ndarray):
                if name not in moments:  # `np.zeros` takes no memory for what is never written
                    moments[name] = np.zeros(values.shape, values.dtype)
                self._scatter(value, moments[name])
            else:
                moments[name] = value

    def _gather(self, whole: np.ndarray, part: np.ndarray) -> np.ndarray:
        """Copy what belongs to the small network out of a vector of the whole, and return it."""
        for (its_array, array), depends in self._arrays(part, whole):
            if depends:  # mode="clip" skips a bounds check
                array.take(self._columns, axis=-1, out=its_array, mode="clip")
            else:
                its_array[...] = array
        return part

    def _scatter(self, part: np.ndarray, whole: np.ndarray) -> None:
        """Copy a vector of the small network to its places in one of the whole."""
        for (its_array, array), depends in self._arrays(part, whole):
            array[(..., self._columns) if depends else ...] = its_array

    def _arrays(
        self, part: np.ndarray, whole: np.ndarray
    ) -> Iterator[tuple[tuple[np.ndarray, np.ndarray], bool]]:
        """Yield the arrays of both networks, and whether their last axis counts inputs."""
        all_views = zip(
            self._part.parameters.views(part),
            self.objective.network.parameters.views(whole),
            strict=True,
        )
        for i, (its_views, views) in enumerate(all_views):
            for role, view in views.items():
                pair = its_views[role], view
                if i == 0 and role == "weight":
                    yield (_as_items(pair[0]), _as_items(pair[1])), True
                else:
                    yield pair, i == 0 and role == "scale"


def _as_items(weight: np.ndarray) -> np.ndarray:
    """Return a view with one item for the weights of an input: they move 3 times as fast."""
    return weight.view(f"V{weight.shape[-1] * weight.itemsize}")[..., 0]


def make_descent(objective: Objective, optimizer: Optimizer, batches: Batches) -> Descent:
    """Return steps that leave inputs out where that pays."""
    inputs = batches.inputs
    if sparse.issparse(inputs) and isinstance(optimizer, Adam) and objective.l2 == 0:
        n_entries = inputs.nnz / inputs.shape[0] * batches.batch_size
        if n_entries <= inputs.shape[1] / 2:
            return SparseDescent(objective, optimizer)
    return Descent(objective, optimizer)
