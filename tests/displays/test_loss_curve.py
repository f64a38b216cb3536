"""LossCurveDisplay: the artists it draws."""

import copy

import matplotlib.pyplot as plt
import numpy as np
import pytest

from sknn import LossCurveDisplay, SimpleMLPClassifier


@pytest.fixture(scope="module")
def model(iris):
    return SimpleMLPClassifier((32,), max_iter=20, batch_size=16, random_state=0).fit(*iris)


@pytest.fixture(scope="module")
def early_stopped(iris):
    model = SimpleMLPClassifier(
        (8,), learning_rate=0.03, early_stopping=True, calibrate=False, random_state=0
    )
    return model.fit(*iris)


@pytest.fixture(scope="module")
def scored(iris):
    model = SimpleMLPClassifier(
        (8,), early_stopping=True, calibrate=False, scoring="accuracy", random_state=0
    )
    return model.fit(*iris)


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
    assert display.validation_line_ is None
    assert display.best_ is None
    assert display.figure_ is display.ax_.figure


def test_ticks_are_whole_epochs(model):
    display = LossCurveDisplay(model.loss_curve_[:4]).plot()
    ticks = display.ax_.get_xticks()
    np.testing.assert_array_equal(ticks, ticks.round())
    _, ax = plt.subplots()
    ax.set_xscale("log")
    LossCurveDisplay.from_estimator(model, ax=ax)
    assert ax.get_xscale() == "log"


def test_a_validation_loss_shares_the_axis_of_the_training_loss(early_stopped):
    display = LossCurveDisplay.from_estimator(early_stopped)
    line = display.validation_line_
    assert line.axes is display.ax_
    assert display.validation_ax_ is None
    np.testing.assert_array_equal(line.get_ydata(), -early_stopped.validation_scores_)
    assert line.get_color() == display.line_.get_color()
    assert line.get_linestyle() != display.line_.get_linestyle()
    assert legend_of(display) == ["training loss", "validation loss", "best epoch"]


def test_any_other_score_has_an_axis_of_its_own(scored):
    display = LossCurveDisplay.from_estimator(scored)
    line = display.validation_line_
    assert line.axes is display.validation_ax_ is not display.ax_
    assert display.validation_ax_.get_ylabel() == "validation score"
    np.testing.assert_array_equal(line.get_ydata(), scored.validation_scores_)
    assert legend_of(display) == ["training loss", "validation score", "best epoch"]


@pytest.mark.parametrize("name", ["early_stopped", "scored"])
def test_a_dot_marks_the_best_epoch_on_the_validation_curve(name, request):
    model = request.getfixturevalue(name)
    display = LossCurveDisplay.from_estimator(model)
    assert display.best_.axes is display.validation_line_.axes
    assert display.best_.get_xdata() == [model.best_iter_]
    assert abs(display.best_.get_ydata()[0]) == abs(model.best_validation_score_)


def test_a_best_epoch_without_validation_set_is_marked_on_the_training_loss(model):
    display = LossCurveDisplay(model.loss_curve_, best_iter=7).plot()
    assert display.best_.get_xdata() == [7]
    assert display.best_.get_ydata() == [model.loss_curve_[6]]


def test_runs_on_the_same_axes_have_colours_and_names_of_their_own(model, early_stopped):
    first = LossCurveDisplay.from_estimator(early_stopped, name="first")
    LossCurveDisplay.from_estimator(early_stopped, name="second", ax=first.ax_)
    third = LossCurveDisplay(model.loss_curve_).plot(first.ax_, name="third")
    assert third.ax_ is first.ax_
    training = [line for line in first.ax_.lines if "training" in line.get_label()]
    assert len({line.get_color() for line in training}) == 3
    assert legend_of(third) == [
        "first: training loss",
        "first: validation loss",
        "second: training loss",
        "second: validation loss",
        "third: training loss",
        "best epoch",
    ]


def test_runs_on_the_same_axes_share_the_axis_of_the_scores(scored):
    first = LossCurveDisplay.from_estimator(scored, name="first")
    second = LossCurveDisplay.from_estimator(scored, name="second", ax=first.ax_)
    assert second.validation_ax_ is first.validation_ax_
    assert len(first.figure_.axes) == 2
    assert second.validation_line_.get_color() != first.validation_line_.get_color()
    assert "first: validation score" in legend_of(second)


def test_subplots_with_a_common_x_axis_keep_their_scores_apart(scored):
    _, (left, right) = plt.subplots(1, 2, sharex=True)
    first = LossCurveDisplay.from_estimator(scored, ax=left)
    second = LossCurveDisplay.from_estimator(scored, ax=right)
    assert second.validation_ax_ is not first.validation_ax_


def test_no_epoch_is_marked_where_the_model_that_was_continued_was_the_best(early_stopped, iris):
    model = copy.deepcopy(early_stopped).set_params(warm_start=True, learning_rate=1e-30)
    model.set_params(max_iter=1, learning_rate_schedule="constant").fit(*iris)
    assert model.best_iter_ == 0
    assert LossCurveDisplay.from_estimator(model).best_ is None
