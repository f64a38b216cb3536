import math
import pickle

import pytest

from sknn.training.history import History

NOT_FINITE = pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])


def test_starts_with_nothing_done():
    history = History(7)
    assert history.max_epochs == 7
    assert history.n_epochs == 0
    assert history.loss == history.learning_rate == history.validation_score == []
    assert history.best_epoch is None


def test_epochs_are_counted_by_their_losses():
    history = History(7)
    for n_epochs in range(1, 4):
        history.loss.append(0.5)
        assert history.n_epochs == n_epochs


def test_runs_do_not_share_their_records():
    one, other = History(7), History(7)
    one.loss.append(0.5)
    one.learning_rate.append(0.1)
    one.validation_score.append(0.9)
    assert other.loss == other.learning_rate == other.validation_score == []


def test_seconds_are_those_since_the_start():
    history = History(7, clock=iter([100.0, 112.5]).__next__)
    assert history.seconds == 12.5


def test_the_clock_of_a_file_goes_on_without_the_gap():
    history = History(7, clock=iter([100.0, 112.5]).__next__)
    loaded = pickle.loads(pickle.dumps(history))
    assert 12.5 <= loaded.seconds < 100
    assert 12.5 <= pickle.loads(pickle.dumps(loaded)).seconds < 100


def test_clock_starts_with_the_run():
    early = History(7)
    late = History(7)
    assert 0 <= late.seconds <= early.seconds


def test_peak_loss_is_the_largest_that_was_seen():
    history = History(7)
    for value, peak in [(-3.0, -3.0), (2.0, 2.0), (1.0, 2.0), (5.0, 5.0), (0.0, 5.0)]:
        history.see_loss(value)
        assert history.peak_loss == peak


@NOT_FINITE
def test_loss_that_is_not_finite_is_reported_with_its_epoch(value):
    history = History(7)
    history.see_loss(2.0)
    history.loss += [0.5, 0.4]
    with pytest.raises(FloatingPointError, match=f"diverged in epoch 3: the loss is {value}"):
        history.see_loss(value)
    assert history.peak_loss == 2.0


@NOT_FINITE
def test_check_finite_names_what_is_not(value):
    with pytest.raises(FloatingPointError, match=f"a weight is {value}"):
        History(7).check_finite(value, "a weight")


@pytest.mark.parametrize("value", [0.0, -1e308, 1e308])
def test_check_finite_lets_every_finite_number_pass(value):
    history = History(7)
    history.check_finite(value, "a weight")
    history.see_loss(value)
    assert history.peak_loss == value
