"""CallbackAdapter: the callbacks of scikit-learn as one callback of training."""

import copy
from collections.abc import Callable
from typing import Any

from sknn.problem import Given
from sknn.sklearn_private import callback_context
from sknn.training.callbacks import Callback
from sknn.training.history import History


class CallbackAdapter(Callback):
    """Calls the callbacks of scikit-learn (from 1.9) when a run and its epochs begin and end.

    Meanwhile the estimator has the attributes of a fitted one, as far as it is trained.

    Parameters
    ----------
    estimator : SimpleMLPClassifier
        What the callbacks look at.
    method : {"fit", "partial_fit"}
        The method that was called.
    given : Given
        The training set as the user passed it.
    publish : callable
        Takes the history, and makes the estimator one with the model in training.
    withdraw : callable
        Makes it again what it was before.
    """

    def __init__(
        self,
        estimator: Any,
        method: str,
        given: Given,
        publish: Callable[[History], None],
        withdraw: Callable[[], None],
    ):
        super().__init__()
        self.estimator = estimator
        self.method = method
        weights = {} if given.sample_weight is None else {"sample_weight": given.sample_weight}
        self.arguments = {"estimator": estimator, "X": given.X, "y": given.y, "metadata": weights}
        self.publish = publish
        self.withdraw = withdraw
        self.run: Any = None
        self.epoch: Any = None

    def on_train_begin(self, history):
        """Announce the run."""
        self.publish(history)
        self.run = self.epoch = callback_context(
            self.estimator, self.method, history.max_epochs - history.n_epochs
        )
        self.run.call_on_fit_task_begin(**self.arguments)

    def on_epoch_begin(self, history):
        """Announce the epoch."""
        self.epoch = self.run.subcontext(task_name="epoch")
        self.epoch.call_on_fit_task_begin(**self.arguments)

    def on_epoch_end(self, history):
        """Announce its end; return whether a callback asks to end the run."""
        return self.epoch.call_on_fit_task_end(
            **self.arguments, reconstruction_attributes=self._fitted_attributes
        )

    def on_train_end(self, history):
        """Take the model back: it is not sure yet that it can be used."""
        self.withdraw()

    def on_fit_end(self, history, temperature):
        """Announce the end of the run, after the model is published."""
        self.run.call_on_fit_task_end(**self.arguments, reconstruction_attributes={})

    def _fitted_attributes(self) -> dict[str, Any]:
        """Return what makes a copy of the estimator one that stays as it is now."""
        return {"_model": copy.deepcopy(self.estimator._model)}
