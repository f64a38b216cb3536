"""Checkpoint: a callback that saves a run, so that it can be resumed after a crash."""

import os
from numbers import Integral
from pathlib import Path
from typing import Any

import joblib

from sknn.files.atomic import replacing
from sknn.training.state import TrainingState


class Checkpoint:
    """Writes the model, and all that training needs to go on, to a file while it is fitted.

    A callback for `SimpleMLPClassifier.set_callbacks` (scikit-learn 1.9 or newer).  The file is
    written aside and renamed, so that it is whole at any moment, even if the process is killed.

    A fit that was cut short goes on where the file stands, and ends with the same bits as one
    that was not: load the model, set `warm_start=True`, and call `fit` with the same data.  If
    the last epoch is in the file already, this returns at once with the same model.  A stream
    goes on with the chunk after the last one of which `partial_fit` has written the checkpoint.

    Parameters
    ----------
    path : str or Path
        The file.  Fits that run side by side, as in a grid search, need one each.
    every : int, default=1
        It is written after every so many epochs, or calls of `partial_fit`, and after the last
        epoch of `fit`.

    See Also
    --------
    joblib.dump : Writes a finished model, without what only training needs.

    Notes
    -----
    The file is a pickle: load only what you trust.  A process that is killed while it writes may
    leave a file named `<path>.<letters>.partial` behind; it can be deleted.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sklearn.datasets import load_iris
    >>> from sknn import Checkpoint, SimpleMLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = SimpleMLPClassifier((16,), max_iter=20, random_state=0)
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "iris.checkpoint"
    ...     model = model.set_callbacks(Checkpoint(path, every=5)).fit(X, y)
    ...     resumed = Checkpoint.load(path).set_params(warm_start=True).fit(X, y)
    >>> bool((resumed.predict_proba(X) == model.predict_proba(X)).all())
    True
    """

    def __init__(self, path: str | os.PathLike, *, every: int = 1):
        self.path = path
        self.every: Any = every
        self._n_calls = 0

    @staticmethod
    def load(path: str | os.PathLike) -> Any:
        """Return the model in a file, ready to be trained on.

        Parameters
        ----------
        path : str or Path
            A file that this callback has written.

        Returns
        -------
        SimpleMLPClassifier
            The model as it was after the epoch of the checkpoint; it can predict, too.  Callbacks
            are not in the file: set them again.

        Raises
        ------
        ValueError
            If this is another file, or a damaged one.
        """
        with Path(path).open("rb") as file:
            try:
                content = joblib.load(file)
            except Exception as error:  # whatever the bytes of another file make pickle do
                raise ValueError(
                    f"{os.fspath(path)!r} is not a checkpoint, or it is damaged. "
                    f"{type(error).__name__}: {error}"
                ) from error
        parts: dict[str, Any] = content if isinstance(content, dict) else {}
        model: Any = parts.get("model")
        training = parts.get("training")
        if not (hasattr(model, "network_") and isinstance(training, TrainingState)):
            raise ValueError(
                f"{os.fspath(path)!r} is not a checkpoint; a model that joblib.dump has written "
                "is loaded by joblib.load."
            )
        model._state = training
        return model

    def setup(self, estimator: Any, context: Any) -> None:
        """Refuse what cannot be resumed.

        Parameters
        ----------
        estimator : SimpleMLPClassifier
            The model that is to be fitted.
        context : CallbackContext
            Unused.
        """
        if Path(self.path).is_dir():
            raise IsADirectoryError(f"The checkpoint {str(self.path)!r} is a folder, not a file.")
        if not Path(self.path).absolute().parent.is_dir():
            raise FileNotFoundError(f"There is no folder for the checkpoint {str(self.path)!r}.")
        if type(self.every) is bool or not isinstance(self.every, Integral) or self.every < 1:
            raise ValueError(f"every must be an int of at least 1. Got {self.every!r} instead.")
        if not hasattr(estimator, "_state"):
            raise TypeError(
                f"Checkpoint is for SimpleMLPClassifier; {type(estimator).__name__} was given."
            )
        if estimator.solver == "lbfgs":
            raise ValueError(
                "Checkpoint needs solver='adam' or 'sgd': what L-BFGS remembers is inside SciPy."
            )

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Do nothing.

        Parameters
        ----------
        estimator : SimpleMLPClassifier
            The model.
        context : CallbackContext
            What begins.
        """

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Write the file, if it is time.

        Parameters
        ----------
        estimator : SimpleMLPClassifier
            The model.
        context : CallbackContext
            What has ended.
        """
        history = estimator._state.history
        if history is None:  # partial_fit
            self._n_calls += context.task_name == "epoch"
            is_time = context.task_name == "epoch" and self._n_calls % self.every == 0
        elif context.task_name == "epoch":
            is_time = history.n_epochs % self.every == 0
        else:  # the end of fit, gone back to the best epoch and calibrated
            is_time = history.finished
        if is_time:
            self._write({"model": estimator, "training": estimator._state})

    def teardown(self, estimator: Any, context: Any) -> None:
        """Do nothing.

        Parameters
        ----------
        estimator : SimpleMLPClassifier
            The model.
        context : CallbackContext
            Unused.
        """

    def _write(self, content: dict[str, Any]) -> None:
        """Write the file."""
        with replacing(self.path) as file:
            joblib.dump(content, file)
