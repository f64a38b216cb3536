"""Displays: pictures of a trained network.  Matplotlib is imported when one is drawn."""

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted


class LossCurveDisplay:
    """The course of training: the loss of each epoch, and the validation scores if there are any.

    Make one with `from_estimator`.

    Parameters
    ----------
    loss_curve : array-like of shape (n_epochs,)
        Training loss of each epoch.
    validation_scores : array-like of shape (n_epochs,), optional
        Validation score of each epoch.
    best_iter : int, optional
        Number, from 1, of the epoch to mark as the best.
    name : str, optional
        Name of the training loss in the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the loss is drawn.
    validation_ax_ : matplotlib Axes or None
        The twin of `ax_` with the scale of the validation scores on the right.
    figure_ : matplotlib Figure
        The figure of `ax_`.
    line_ : matplotlib Line2D
        The training loss.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import LossCurveDisplay, SimpleMLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = SimpleMLPClassifier((16,), max_iter=20, random_state=0).fit(X, y)
    >>> display = LossCurveDisplay.from_estimator(model)
    >>> display.line_.get_xdata().size
    20
    """

    def __init__(
        self,
        loss_curve: Any,
        *,
        validation_scores: Any = None,
        best_iter: int | None = None,
        name: str | None = None,
    ):
        self.loss_curve = loss_curve
        self.validation_scores = validation_scores
        self.best_iter = best_iter
        self.name = name

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, name: str | None = None, ax: Any = None, **kwargs: Any
    ) -> "LossCurveDisplay":
        """Draw the training of a fitted classifier.

        Parameters
        ----------
        estimator : SimpleMLPClassifier
            A fitted classifier.
        name : str, optional
            Name in the legend; default "training loss".
        ax : matplotlib Axes, optional
            Where to draw; default a new figure.
        **kwargs : dict
            Passed to Matplotlib's `plot` for the training loss.

        Returns
        -------
        LossCurveDisplay
            The display, drawn.
        """
        check_is_fitted(estimator)
        early_stopped = estimator.validation_scores_ is not None
        display = cls(
            estimator.loss_curve_,
            validation_scores=estimator.validation_scores_,
            best_iter=estimator.best_iter_ if early_stopped else None,
            name=name,
        )
        return display.plot(ax=ax, **kwargs)

    def plot(self, ax: Any = None, *, name: str | None = None, **kwargs: Any) -> "LossCurveDisplay":
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; default a new figure.
        name : str, optional
            Name in the legend, instead of the display's.
        **kwargs : dict
            Passed to Matplotlib's `plot` for the training loss.

        Returns
        -------
        LossCurveDisplay
            This display.
        """
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots()
        self.ax_, self.figure_, self.validation_ax_ = ax, ax.figure, None
        name = name or self.name or "training loss"
        epochs = np.arange(1, len(self.loss_curve) + 1)
        (self.line_,) = ax.plot(epochs, self.loss_curve, **{"label": name, **kwargs})
        ax.set(xlabel="epoch", ylabel="loss")
        if self.best_iter is not None:
            ax.axvline(self.best_iter, color="0.6", linestyle=":", label="best epoch")
        handles, labels = ax.get_legend_handles_labels()
        if self.validation_scores is not None:
            self.validation_ax_ = ax.twinx()
            (line,) = self.validation_ax_.plot(epochs, self.validation_scores, color="tab:orange")
            self.validation_ax_.set_ylabel("validation score")
            handles, labels = [*handles, line], [*labels, "validation score"]
        # Matplotlib's choice of a place does not look at the twin axis.
        ax.legend(handles, labels, loc="best" if self.validation_ax_ is None else "center right")
        return self
