import math
import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn.network.parameters import ParameterVector
from sknn.training.callbacks import BestCycle, Callback, EarlyStopping, end_epoch
from sknn.training.history import History


class Recorder(Callback):
    """Notes its calls, and answers as it is told."""

    def __init__(self, answer=False):
        super().__init__()
        self.answer = answer
        self.epochs = []
        self.ended = 0

    def on_epoch_end(self, history):
        self.epochs.append(history.n_epochs)
        return self.answer

    def on_train_end(self, history):
        self.ended += 1


def run(scores, patience, tol=0.0):
    """Go through epochs of these scores; the parameters are the number of the epoch."""
    parameters = ParameterVector([{"weight": (2, 3)}], np.float32)
    parameters.values[...] = -1
    history = History(max_epochs=len(scores))
    stopping = EarlyStopping(parameters, iter(scores).__next__, patience, tol)
    for epoch in range(1, len(scores) + 1):
        parameters.values[...] = epoch
        history.loss.append(1 / epoch)
        if stopping.on_epoch_end(history):
            break
    stopping.on_train_end(history)
    return history, parameters


class TestEarlyStopping:
    @pytest.mark.parametrize("patience", [1, 2, 5])
    @pytest.mark.parametrize("n_good", [1, 2, 7])
    def test_stops_after_exactly_so_many_epochs_without_improvement(self, patience, n_good):
        scores = list(range(n_good)) + [-1] * 10
        history, _ = run(scores, patience)
        assert history.n_epochs == n_good + patience
        assert history.validation_score == scores[: n_good + patience]

    def test_improvement_renews_the_patience(self):
        history, _ = run([1, 0, 0, 2, 0, 0, 3, 0, 0, 0, 0], patience=3)
        assert history.n_epochs == 10
        assert history.best_epoch == 7

    @pytest.mark.parametrize(
        ("scores", "tol", "n_epochs", "best_epoch"),
        [
            ([0, 0.4, 0.8, 1.2, 1.6, 2.0, 2.4], 1, 7, 7),  # slow, but 4 and 7 exceed tol
            ([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 1, 4, 4),  # too slow; the last is still the best
            ([0, 1, 1, 1, 1], 1, 4, 2),  # just tol is not more than tol
            ([0, 1.5, 2.5, 2.5, 2.5, 2.5], 1, 5, 3),
            ([-5, -5, -5, -5, -5], 0, 4, 1),
        ],
    )
    def test_improvement_must_exceed_the_last_one_by_more_than_tol(
        self, scores, tol, n_epochs, best_epoch
    ):
        history, parameters = run(scores, patience=3, tol=tol)
        assert history.n_epochs == n_epochs
        assert history.best_epoch == best_epoch
        assert_array_equal(parameters.values, best_epoch)

    def test_infinite_patience_never_stops(self):
        history, parameters = run([3] + [0] * 500, patience=math.inf)
        assert history.n_epochs == 501
        assert_array_equal(parameters.values, 1)

    @pytest.mark.parametrize("best_epoch", [1, 3, 5])
    def test_first_of_equally_good_epochs_is_restored(self, best_epoch):
        scores = [0.1] * (best_epoch - 1) + [0.9] * 3 + [0.5]
        history, parameters = run(scores, patience=math.inf)
        assert history.best_epoch == best_epoch
        assert_array_equal(parameters.values, best_epoch)

    def test_parameters_are_restored_in_place(self):
        parameters = ParameterVector([{"weight": (2, 3)}], np.float32)
        values, history = parameters.values, History(2)
        stopping = EarlyStopping(parameters, iter([1.0, 0.0]).__next__, 5, 0.0)
        for epoch in (1, 2):
            values[...] = epoch
            stopping.on_epoch_end(history)
        assert_array_equal(values, 2)  # nothing is touched before the end
        stopping.on_train_end(history)
        assert parameters.values is values
        assert_array_equal(values, 1)

    def test_best_parameters_are_kept_in_the_same_memory(self):
        parameters = ParameterVector([{"weight": (2, 3)}], np.float32)
        stopping = EarlyStopping(parameters, iter([1.0, 2.0]).__next__, 5, 0.0)
        stopping.on_epoch_end(History(2))
        kept = stopping.state["best_values"]
        parameters.values += 1
        stopping.on_epoch_end(History(2))
        assert stopping.state["best_values"] is kept
        assert_array_equal(kept, 1)
        assert not np.shares_memory(kept, parameters.values)

    def test_run_without_an_epoch_restores_nothing(self):
        parameters = ParameterVector([{"weight": (2, 3)}], np.float32)
        parameters.values[...] = 7
        EarlyStopping(parameters, float, 5, 0.0).on_train_end(History(2))
        assert_array_equal(parameters.values, 7)

    @pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
    def test_score_that_is_not_finite_ends_the_run(self, score):
        history = History(5)
        parameters = ParameterVector([{"weight": (2, 3)}], np.float32)
        stopping = EarlyStopping(parameters, iter([0.5, score]).__next__, 5, 0.0)
        history.loss.append(1.0)
        assert not stopping.on_epoch_end(history)
        history.loss.append(1.0)
        message = f"diverged in epoch 2: the validation score is {score}"
        with pytest.raises(FloatingPointError, match=message):
            stopping.on_epoch_end(history)
        np.testing.assert_equal(history.validation_score, [0.5, score])
        assert history.best_epoch == 1


def run_cycles(errors, losses=None, n_rows=100, ends=(1, 3, 7, 15), least_epochs=0):
    """Run epochs with these errors and losses at cycle ends; the parameters are the epoch."""
    parameters = ParameterVector([{"weight": (2, 3)}], np.float32)
    if losses is None:
        losses = 0.5 ** np.arange(len(errors))  # each cycle gains
    history, calls = History(15), zip(errors, losses, strict=True)
    callback = BestCycle(parameters, calls.__next__, n_rows, ends, least_epochs)
    for epoch in range(1, 16):
        callback.on_epoch_begin(history)
        parameters.values[...] = epoch
        history.loss.append(1 / epoch)
        if callback.on_epoch_end(history):
            break
    callback.on_train_end(history)
    return history, parameters


class TestBestCycle:
    @pytest.mark.parametrize(
        ("errors", "best_epoch"),
        [
            ([0.4, 0.3, 0.2, 0.1], 15),  # better and better
            ([0.1, 0.1, 0.1, 0.1], 15),  # of equals the latest
            ([0.4, 0.1, 0.12, 0.4], 7),  # the standard error of 0.1 is 0.03
            ([0.4, 0.1, 0.1299, 0.1299], 15),
            ([0.4, 0.1, 0.1299, 0.1301], 7),
            ([0.4, 0.3, 0.1, 0.2], 7),
            ([0.1, 0.4, 0.12, 0.4], 7),
            ([0.1, 0.4, 0.12, 0.05], 15),
            ([0.1, 0.2, 0.3, 0.4], 1),
            ([0.0, 0.0, 0.0, 0.01], 7),  # no error has no standard error
        ],
    )
    def test_keeps_the_latest_within_one_standard_error_of_the_best(self, errors, best_epoch):
        history, parameters = run_cycles(errors)
        assert history.n_epochs == 15
        assert history.best_epoch == best_epoch
        assert_array_equal(parameters.values, best_epoch)

    @pytest.mark.parametrize(("n_rows", "best_epoch"), [(100, 15), (120, 7)])
    def test_more_rows_tell_smaller_differences(self, n_rows, best_epoch):
        history, _ = run_cycles([0.2, 0.15, 0.1, 0.129], n_rows=n_rows)
        assert history.best_epoch == best_epoch

    @pytest.mark.parametrize(
        ("losses", "n_epochs"),
        [
            ([0.8, 0.7, 0.6, 0.5], 15),  # each cycle gains
            ([0.8, 0.9], 3),  # the second is the first that can gain nothing
            ([0.8, 0.8], 3),
            ([0.79, 0.779], 3),  # less than 1.5 % of 0.8
            ([0.79, 0.777, 0.77], 7),  # more, and then less
            ([0.8, 0.6, 0.7], 7),
            ([0.0, 0.0], 3),
            ([0.01, 0.001, 0.0009], 7),  # a tenth of next to nothing is nothing
        ],
    )
    def test_ends_with_the_first_cycle_that_gains_too_little(self, losses, n_epochs):
        history, parameters = run_cycles([0.1] * len(losses), losses)
        assert history.n_epochs == n_epochs
        assert history.best_epoch == n_epochs
        assert_array_equal(parameters.values, n_epochs)

    @pytest.mark.parametrize(("least_epochs", "n_epochs"), [(3, 3), (3.5, 7), (7, 7), (99, 15)])
    def test_a_run_that_has_hardly_begun_does_not_end(self, least_epochs, n_epochs):
        history, _ = run_cycles(4 * [0.1], 4 * [0.7], least_epochs=least_epochs)
        assert history.n_epochs == n_epochs

    def test_looks_only_at_cycle_ends(self):
        seen = []
        parameters, history = ParameterVector([{"weight": (2, 3)}], np.float32), History(15)

        def evaluate():
            seen.append(history.n_epochs)
            return 0.1, 1 / history.n_epochs

        callback = BestCycle(parameters, evaluate, 9, [2, 5, 9])
        for _ in range(10):
            history.loss.append(1.0)
            assert callback.on_epoch_end(history) is False
        assert seen == [2, 5, 9]

    def test_milestone_is_the_next_end_that_can_be_the_last(self):
        parameters, history = ParameterVector([{"weight": (2, 3)}], np.float32), History(17)
        losses = iter([4.0, 3.0, 2.0, 1.0])
        callback = BestCycle(parameters, lambda: (0.1, next(losses)), 9, [1, 3, 7, 15])
        milestones = []
        for _ in range(17):
            callback.on_epoch_begin(history)
            milestones.append(history.milestone)
            history.loss.append(1.0)
            callback.on_epoch_end(history)
        assert milestones == 3 * [3] + 4 * [7] + 8 * [15] + 2 * [17]

    def test_kept_parameters_are_copies_and_come_back_in_place(self):
        parameters = ParameterVector([{"weight": (2, 3)}], np.float32)
        values, history = parameters.values, History(2)
        callback = BestCycle(parameters, iter([(0.1, 0.1), (0.9, 0.9)]).__next__, 50, [1, 2])
        for epoch in (1, 2):
            values[...] = epoch
            history.loss.append(1.0)
            callback.on_epoch_end(history)
        assert_array_equal(values, 2)  # nothing is touched before the end
        callback.on_train_end(history)
        assert parameters.values is values
        assert_array_equal(values, 1)

    def test_without_a_cycle_end_nothing_is_restored(self):
        parameters, history = ParameterVector([{"weight": (2, 3)}], np.float32), History(15)
        parameters.values[...] = 7
        callback = BestCycle(parameters, lambda: pytest.fail("asked"), 50, [3, 15])
        history.loss.append(1.0)
        assert callback.on_epoch_end(history) is False
        callback.on_train_end(history)
        assert_array_equal(parameters.values, 7)
        assert history.best_epoch is None


def test_stateful_callbacks_continue_from_the_state_of_others():
    """Whatever epoch a run is cut after, two callbacks with the same state do as one."""
    scores = [0.1, 0.5, 0.3, 0.6, 0.6, 0.2, 0.1, 0.7]
    whole_history, whole_parameters = run(scores, patience=3)
    for cut in range(1, whole_history.n_epochs):
        parameters, history = ParameterVector([{"weight": (2, 3)}], np.float32), History(8)
        calls, state = iter(scores), None
        for part in (range(1, cut + 1), range(cut + 1, 9)):
            stopping = EarlyStopping(parameters, calls.__next__, 3, 0.0)
            stopping.state = state or stopping.state
            state = pickle.loads(pickle.dumps(stopping.state))
            stopping.state = state
            for epoch in part:
                if history.stopped:
                    break
                parameters.values[...] = epoch
                history.loss.append(1 / epoch)
                history.stopped = stopping.on_epoch_end(history)
        stopping.on_train_end(history)
        assert history.validation_score == whole_history.validation_score
        assert history.best_epoch == whole_history.best_epoch
        assert_array_equal(parameters.values, whole_parameters.values)


class TestEndEpoch:
    @pytest.mark.parametrize(
        "answers", [[], [False], [True], [False, True], [True, False, True], [False, False]]
    )
    def test_calls_all_and_stops_if_one_asks_for_it(self, answers):
        callbacks = [Recorder(answer) for answer in answers]
        history = History(5, loss=[0.5, 0.4])
        end_epoch(callbacks, history)
        assert history.stopped is (True in answers)
        assert [callback.epochs for callback in callbacks] == [[2]] * len(answers)
        assert all(callback.ended == 0 for callback in callbacks)

    def test_calls_in_order(self):
        calls = []
        first, second = Recorder(), Recorder()
        first.on_epoch_end = lambda history: calls.append("first")
        second.on_epoch_end = lambda history: calls.append("second")
        end_epoch([first, second], History(5))
        assert calls == ["first", "second"]
