"""LossCurveDisplay: the artists it draws."""

import matplotlib as mpl
import numpy as np
import pytest
from sklearn.datasets import load_iris

mpl.use("agg")
import matplotlib.pyplot as plt

from sknn import LossCurveDisplay, SimpleMLPClassifier


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def model():
    return SimpleMLPClassifier((32,), max_iter=20, batch_size=16, random_state=0).fit(
        *load_iris(return_X_y=True)
    )


@pytest.fixture(scope="module")
def early_stopped():
    model = SimpleMLPClassifier((8,), learning_rate=0.1, early_stopping=True, random_state=0)
    return model.fit(*load_iris(return_X_y=True))


def legend_of(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def test_draws_the_loss_of_each_epoch(model):
    display = LossCurveDisplay.from_estimator(model, color="red")
    np.testing.assert_array_equal(display.line_.get_xdata(), np.arange(1, 21))
    np.testing.assert_array_equal(display.line_.get_ydata(), model.loss_curve_)
    assert display.line_.get_color() == "red"
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("epoch", "loss")
    assert legend_of(display) == ["training loss"]
    assert display.validation_ax_ is None
    assert display.figure_ is display.ax_.figure


def test_draws_validation_scores_and_the_best_epoch(early_stopped):
    display = LossCurveDisplay.from_estimator(early_stopped)
    (scores,) = display.validation_ax_.lines
    np.testing.assert_array_equal(scores.get_ydata(), early_stopped.validation_scores_)
    best = display.ax_.lines[1]
    np.testing.assert_array_equal(best.get_xdata(), [early_stopped.best_iter_] * 2)
    assert legend_of(display) == ["training loss", "best epoch", "validation score"]


def test_several_runs_share_an_axis(model, early_stopped):
    _, ax = plt.subplots()
    LossCurveDisplay.from_estimator(model, ax=ax, name="first")
    display = LossCurveDisplay(model.loss_curve_).plot(ax, name="second")
    assert display.ax_ is ax
    assert legend_of(display) == ["first", "second"]
