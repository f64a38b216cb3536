"""Progress: the lines that a run prints."""

import numpy as np
import pytest

from sknn.network.parameters import ParameterVector
from sknn.training.callbacks import BestCycle, end_epoch
from sknn.training.history import History
from sknn.training.progress import Progress


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def run_in_the_open(capsys, clock, verbose, max_epochs, seconds=1.0, n_batches=4, last_epoch=None):
    """Go through a run whose epochs take so many seconds; return the lines that were printed."""
    history = History(max_epochs, n_samples=n_batches * 10, clock=clock)
    progress = Progress(verbose, "a network; some data")
    for epoch in range(1, (last_epoch or max_epochs) + 1):
        progress.on_epoch_begin(history)
        for _ in range(n_batches):
            clock.now += seconds / n_batches
            history.see_batch(1 / epoch, 10, 0.01)
            progress.on_batch_end(history)
        history.end_epoch()
        end_epoch([progress], history)
    progress.on_train_end(history)
    title, head, *lines = capsys.readouterr().out.splitlines()
    assert title == "a network; some data"
    assert {len(line) for line in lines} == {len(head)}
    return lines


def epochs_of(lines):
    return [int(line.split()[0].partition("/")[0]) for line in lines]


class TestProgress:
    def test_prints_all_there_is_in_lines_of_equal_form(self, clock, capsys):
        history = History(100, clock=clock)
        progress = Progress(
            title="2-3; 4 samples", loss="loss (smoothed)", score="validation loss", sign=-1
        )
        progress.on_epoch_begin(history)
        for loss, rate, score in [(0.5, 0.001, -0.75), (25000, 0.0005, -0.875)]:
            clock.now += 60.5
            history.loss.append(loss)
            history.learning_rate.append(rate)
            history.validation_score.append(score)
            assert progress.on_epoch_end(history) is False
        history.best_epoch = 1
        progress.on_train_end(history)
        progress.on_fit_end(history, 0.5625)
        assert capsys.readouterr().out.splitlines() == [
            "2-3; 4 samples",
            "  epoch  loss (smoothed)  validation loss  learning rate      time      left",
            "  1/100          0.50000          0.75000       1.00e-03      1:00   1:39:50",
            "  2/100        2.500e+04          0.87500       5.00e-04      2:01   1:38:49",
            "kept epoch 1 of 2; temperature 0.56",
        ]

    def test_counts_to_the_next_decision(self, clock, capsys):
        history = History(60, clock=clock)
        losses = iter([3.0, 2.0, 1.9999])
        parameters = ParameterVector([{"weight": (2, 3)}], np.float32)
        cycles = BestCycle(parameters, lambda: (0.1, next(losses)), 9, [2, 4, 8])
        progress = Progress(unit="round", has_rate=False)
        for _ in range(8):
            for callback in (cycles, progress):
                callback.on_epoch_begin(history)
            clock.now += 1
            history.loss.append(0.5)
            end_epoch([cycles, progress], history)
        assert history.stopped
        counts = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
        assert counts == ["1/4", "2/4", "3/4", "4/4", "5/8", "6/8", "7/8", "8/8"]

    def test_prints_no_column_for_what_there_is_not(self, clock, capsys):
        history = History(5, clock=clock)
        clock.now += 3000
        history.loss.append(0.5)
        progress = Progress(title="2-3", unit="iteration", has_rate=False)
        assert progress.on_epoch_end(history) is False
        progress.on_fit_end(history, 1.0)
        assert capsys.readouterr().out.splitlines() == [
            "2-3",
            "iteration      loss      time      left",
            "      1/5   0.50000     50:00   3:20:00",
            "kept iteration 1 of 1",
        ]

    def test_says_that_no_epoch_was_better_than_the_model_of_before(self, capsys):
        Progress().on_fit_end(History(5, loss=[0.5], best_epoch=0), 1.0)
        assert capsys.readouterr().out == "kept the model of before, as no epoch was better\n"

    def test_counts_the_samples_of_a_stream(self, clock, capsys):
        for n_calls in range(3):
            history = History(1, n_samples=500, clock=clock)
            title = "" if n_calls else "a network"
            progress = Progress(title=title, n_seen_before=500 * n_calls)
            progress.on_epoch_begin(history)
            history.see_batch(0.25, 500, 0.01)
            history.end_epoch()
            end_epoch([progress], history)
            progress.on_train_end(history)
        assert capsys.readouterr().out.splitlines() == [
            "a network",
            "      samples      loss  learning rate      time",
            "          500   0.25000       1.00e-02     0.0 s",
            "        1,000   0.25000       1.00e-02     0.0 s",
            "        1,500   0.25000       1.00e-02     0.0 s",
        ]

    @pytest.mark.parametrize(("max_epochs", "seconds"), [(1, 0.0), (10, 0.0), (10, 1.0), (50, 0.5)])
    def test_prints_every_epoch_of_a_run_of_few_or_slow_ones(
        self, clock, capsys, max_epochs, seconds
    ):
        lines = run_in_the_open(capsys, clock, 1, max_epochs, seconds)
        assert epochs_of(lines) == list(range(1, max_epochs + 1))

    @pytest.mark.parametrize(("verbose", "n_lines"), [(1, 10), (2, 100)])
    @pytest.mark.parametrize("max_epochs", [50, 99, 1000])
    def test_prints_few_lines_in_a_short_run(self, clock, capsys, verbose, n_lines, max_epochs):
        lines = run_in_the_open(capsys, clock, verbose, max_epochs, 2 / max_epochs, n_batches=20)
        assert n_lines / 2 <= len(lines) <= n_lines + 2
        assert epochs_of(lines)[0] == 1
        assert epochs_of(lines)[-1] == max_epochs

    @pytest.mark.parametrize(("verbose", "n_lines"), [(1, 50), (2, 500)])
    @pytest.mark.parametrize("max_epochs", [51, 99, 1000])
    def test_thins_the_lines_of_a_long_run(self, clock, capsys, verbose, n_lines, max_epochs):
        lines = run_in_the_open(capsys, clock, verbose, max_epochs, 900 / max_epochs, n_batches=20)
        assert n_lines / 2 <= len(lines) <= n_lines + 2
        assert epochs_of(lines)[0] == 1
        assert epochs_of(lines)[-1] == max_epochs

    def test_prints_slow_epochs_at_least_once_a_minute(self, clock, capsys):
        lines = run_in_the_open(capsys, clock, 1, 1000, seconds=25, last_epoch=8)
        assert epochs_of(lines) == [1, 4, 7, 8]

    @pytest.mark.parametrize(
        ("n_batches", "parts"),
        [(1, ["100%"]), (2, ["50%", "100%"]), (40, [f"{k}0%" for k in range(1, 11)])],
    )
    def test_prints_groups_of_batches_too(self, clock, capsys, n_batches, parts):
        lines = run_in_the_open(capsys, clock, 2, 2, n_batches=n_batches)
        assert [line.split()[1] for line in lines] == 2 * parts
        assert epochs_of(lines) == [1] * len(parts) + [2] * len(parts)

    @pytest.mark.parametrize("n_batches", [1, 2])
    def test_prints_where_a_run_was_cut_short(self, clock, capsys, n_batches):
        history, progress = History(1000, n_samples=20, clock=clock), Progress()
        for _ in range(5):
            progress.on_epoch_begin(history)
            history.see_batch(0.5, 20, 0.01)
            history.end_epoch()
            end_epoch([progress], history)
        progress.on_epoch_begin(history)
        if n_batches > 1:
            history.see_batch(0.25, 10, 0.01)
        progress.on_train_end(history)
        lines = capsys.readouterr().out.splitlines()
        assert epochs_of(lines) == [1, 5]
        assert lines[1].split()[1] == "0.50000"  # of the last whole epoch
