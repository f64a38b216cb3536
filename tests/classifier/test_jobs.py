"""`n_jobs`: members train in several jobs, and nothing else changes."""

import copy

import joblib
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.features import texts
from tests.models import members, plain


def assert_same(a, b):
    """Check that two models are equal to the last bit, and would train on alike."""
    assert_array_equal(a.network_.parameters.values, b.network_.parameters.values)
    assert_array_equal(a.loss_curve_, b.loss_curve_)
    assert a.temperature_ == b.temperature_
    assert a.best_iter_ == b.best_iter_


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden_layer_sizes": "auto", "max_iter": 4},
        {"n_members": 5, "dropout": 0.3},
        {"n_members": 3, "solver": "sgd", "weight_decay": 0.01, "learning_rate": 0.01},
        {"n_members": 3, "early_stopping": True, "n_iter_no_change": 2},
        {"n_members": 2, "dtype": "float64", "class_weight": "balanced", "calibrate": False},
    ],
)
def test_every_number_of_jobs_gives_the_same_bits(settings, iris):
    def fit(n_jobs):
        return members(**({"max_iter": 3} | settings), n_jobs=n_jobs).fit(*iris)

    one = fit(None)
    with joblib.parallel_config("threading"):
        for n_jobs in (2, 3, 16):
            several = fit(n_jobs)
            assert_same(several, one)
            # The random stream and the moments too are those of one job.
            twin = copy.deepcopy(one).set_params(warm_start=True).fit(*iris)
            assert_same(several.set_params(warm_start=True).fit(*iris), twin)


@pytest.mark.parametrize("settings", [{"hidden_layer_sizes": "auto"}, {"dropout": 0.3}])
def test_texts_give_the_same_bits(settings):
    X, y = texts()

    def fit(n_jobs):
        return members(**({"max_iter": 3, "batch_size": 8} | settings), n_jobs=n_jobs).fit(X, y)

    one = fit(None)
    with joblib.parallel_config("threading"):
        for n_jobs in (2, 3):
            several = fit(n_jobs)
            assert_same(several, one)
            twin = copy.deepcopy(one).set_params(warm_start=True).fit(X, y)
            assert_same(several.set_params(warm_start=True).fit(X, y), twin)


def test_training_is_as_long_in_several_jobs(iris):
    """It may have more cycles than "coslog4"; out-of-fold rows end it after whole cycles."""
    settings = {"n_members": 2, "max_iter": "auto", "batch_size": 5, "hidden_layer_sizes": (4,)}
    one = members(**settings).fit(*iris)
    with joblib.parallel_config("threading"):
        two = members(**settings, n_jobs=2).fit(*iris)
    assert two.n_iter_ == one.n_iter_
    assert_array_equal(two.learning_rates_, one.learning_rates_)
    assert_same(two, one)


def test_processes_give_the_same_bits(iris):
    one = members(n_members=4, max_iter=3).fit(*iris)
    assert_same(members(n_members=4, max_iter=3, n_jobs=2).fit(*iris), one)


def test_a_context_chooses_the_number_of_jobs(iris):
    one = members(max_iter=2).fit(*iris)
    with joblib.parallel_config("threading", n_jobs=2):
        assert_same(members(max_iter=2).fit(*iris), one)


def test_progress_and_callbacks_hear_of_every_epoch(iris, capsys):
    def fit(n_jobs):
        with joblib.parallel_config("threading"):
            members(max_iter=5, n_jobs=n_jobs, verbose=1).fit(*iris)
        rows = [line.split() for line in capsys.readouterr().out.splitlines()]
        return [[row[0], *row[2:3]] for row in rows]

    assert fit(2) == fit(1)


def test_divergence_is_reported_as_with_one_job(iris):
    def message(n_jobs):
        settings = {"solver": "sgd", "learning_rate": 1e30, "calibrate": False, "n_members": 3}
        with (
            joblib.parallel_config("threading"),
            pytest.raises(FloatingPointError, match="Training diverged") as raised,
        ):
            members(**settings, n_jobs=n_jobs).fit(*iris)
        return str(raised.value)

    assert message(2) == message(1)


def test_predictions_of_many_rows_are_made_in_threads_to_the_same_bits(iris):
    X, y = iris
    model = members(max_iter=2).fit(X, y)
    many = np.tile(X, (40, 1))[:5555]
    for method in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
        expected = getattr(model.set_params(n_jobs=1), method)(many)
        assert_array_equal(getattr(model.set_params(n_jobs=3), method)(many), expected)


def test_overflow_in_a_thread_names_the_first_row(iris):
    X, y = iris
    model = plain(n_jobs=2).fit(X * 1e-10, y)
    many = np.tile(X * 1e-10, (40, 1))
    many[[4000, 5000]] = 3e38
    with pytest.raises(ValueError, match="The prediction for row 4000 of X overflows"):
        model.predict(many)
