"""LossCurveDisplay: the course of training."""

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sknn.displays.drawing import DISTINCT_COLORS, axes_to_draw_on

# Artists carry these as their `gid`, so that the next run on the same axes finds them.
_TRAINING, _SCORES = "sknn training loss", "sknn validation scores"


class LossCurveDisplay:
    """The course of training: the loss of each epoch, and how the validation set was doing.

    A validation loss shares the axis of the training loss, any other score has an axis of its own
    on the right.  A dot marks the epoch whose parameters the model has.  Each run has a colour of
    its own; several may share the axes.  Make a display with `from_estimator`.

    The training loss is that of smoothed targets, penalty included.  The validation loss is that of
    the true ones, without penalty, so it may lie far below.

    Parameters
    ----------
    loss_curve : array-like of shape (n_epochs,)
        Training loss of each epoch.
    validation_loss : array-like of shape (n_epochs,), optional
        Validation loss of each epoch.
    validation_scores : array-like of shape (n_epochs,), optional
        Validation score of each epoch, if it is not the loss.
    best_iter : int, optional
        Number, from 1, of the epoch to mark as the best.
    name : str, optional
        Name of the run in the legend.

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
    validation_line_ : matplotlib Line2D or None
        The validation loss or scores.
    best_ : matplotlib Line2D or None
        The dot at the best epoch.

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
        validation_loss: Any = None,
        validation_scores: Any = None,
        best_iter: int | None = None,
        name: str | None = None,
    ):
        self.loss_curve = loss_curve
        self.validation_loss = validation_loss
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
            Name of the run in the legend, where several share the axes.
        ax : matplotlib Axes, optional
            Where to draw, the axes of an earlier run perhaps; default a new figure.
        **kwargs : dict
            Passed to Matplotlib's `plot` for the training loss.

        Returns
        -------
        LossCurveDisplay
            The display, drawn.
        """
        check_is_fitted(estimator)
        scores = estimator.validation_scores_
        scored_by_loss = scores is not None and estimator.scoring == "loss"
        went_back = estimator.best_iter_ < estimator.n_iter_
        has_best = estimator.best_iter_ > 0 and (scores is not None or went_back)
        display = cls(
            estimator.loss_curve_,
            validation_loss=-scores if scored_by_loss else None,
            validation_scores=None if scored_by_loss else scores,
            best_iter=estimator.best_iter_ if has_best else None,
            name=name,
        )
        return display.plot(ax=ax, **kwargs)

    def plot(self, ax: Any = None, *, name: str | None = None, **kwargs: Any) -> "LossCurveDisplay":
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw, the axes of an earlier run perhaps; default a new figure.
        name : str, optional
            Name of the run in the legend, instead of the display's.
        **kwargs : dict
            Passed to Matplotlib's `plot` for the training loss.

        Returns
        -------
        LossCurveDisplay
            This display.
        """
        self.ax_ = ax = axes_to_draw_on(ax)
        self.figure_ = ax.figure
        name = name or self.name
        prefix = f"{name}: " if name else ""
        n_earlier = sum(line.get_gid() == _TRAINING for line in ax.lines)
        style = {
            "color": DISTINCT_COLORS[n_earlier % len(DISTINCT_COLORS)],
            "label": f"{prefix}training loss",
        }
        epochs = np.arange(1, len(self.loss_curve) + 1)
        (self.line_,) = ax.plot(epochs, self.loss_curve, **(style | kwargs), gid=_TRAINING)
        ax.set(xlabel="epoch", ylabel="loss")
        _tick_whole_epochs(ax)

        self.validation_ax_ = _twin_of(ax)
        self.validation_line_ = self.best_ = None
        self._plot_validation(epochs, prefix)
        if self.best_iter is not None:
            self._plot_best(self.best_iter)
        self._plot_legend()
        return self

    def _plot_validation(self, epochs: np.ndarray, prefix: str) -> None:
        """Draw the validation loss or scores, dashed, in the colour of the training loss."""
        style = {"color": self.line_.get_color(), "linestyle": "--"}
        if self.validation_loss is not None:
            (self.validation_line_,) = self.ax_.plot(
                epochs, self.validation_loss, **style, label=f"{prefix}validation loss"
            )
        elif self.validation_scores is not None:
            if self.validation_ax_ is None:
                self.validation_ax_ = self.ax_.twinx()
                self.validation_ax_.set(ylabel="validation score", gid=_SCORES)
            (self.validation_line_,) = self.validation_ax_.plot(
                epochs, self.validation_scores, **style, label=f"{prefix}validation score"
            )

    def _plot_best(self, epoch: int) -> None:
        """Mark the best epoch, on the curve that chose it."""
        line = self.validation_line_ or self.line_
        point = [epoch], [line.get_ydata()[epoch - 1]]
        (self.best_,) = line.axes.plot(*point, "o", color=line.get_color(), label="best epoch")

    def _plot_legend(self) -> None:
        """Name all curves on the axes and on their twin, and the best epochs once."""
        entries = [
            (handle, label)
            for axes in (self.ax_, self.validation_ax_)
            if axes is not None
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        ]
        best = [entry for entry in entries if entry[1] == "best epoch"]
        entries = [entry for entry in entries if entry not in best] + best[:1]
        # Matplotlib's choice of a location ignores the twin.
        location = "best" if self.validation_ax_ is None else "center right"
        self.ax_.legend(*zip(*entries, strict=True), loc=location)


def _tick_whole_epochs(ax: Any) -> None:
    """Let Matplotlib tick no half epochs, unless the user has chosen the ticks."""
    from matplotlib.ticker import AutoLocator

    if isinstance(locator := ax.xaxis.get_major_locator(), AutoLocator):
        locator.set_params(integer=True)


def _twin_of(ax: Any) -> Any:
    """Return the axes for validation scores that an earlier run made, or None."""
    for other in ax.get_shared_x_axes().get_siblings(ax):
        # Subplots may share an x-axis too, elsewhere in the figure.
        if other.get_gid() == _SCORES and other.bbox.bounds == ax.bbox.bounds:
            return other
    return None
