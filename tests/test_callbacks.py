"""The callbacks of scikit-learn 1.9 on the estimator, alone and inside other estimators."""

import pickle
import signal

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import SimpleMLPClassifier

callback = pytest.importorskip("sklearn.callback", reason="callbacks came with scikit-learn 1.9")

# Five epochs are hardly a beginning.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


class Recorder:
    """Notes the hooks that are called, and what the estimator tells meanwhile."""

    def __init__(self, stop_after=None, raise_after=None):
        self.stop_after, self.raise_after = stop_after, raise_after
        self.error = RuntimeError("of the callback")
        self.calls = []
        self.told = []
        self.fitted = []
        self.data = []

    def setup(self, estimator, context):
        self.calls.append("setup")

    def on_fit_task_begin(self, estimator, context):
        self.calls.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X, y, metadata, fitted_estimator):
        self.calls.append(f"end {context.task_name}")
        self.data.append((X, y, metadata))
        self.fitted.append(fitted_estimator)
        if context.task_name != "epoch":
            return False
        scores = estimator.validation_scores_
        rates = estimator.learning_rates_
        self.told.append(
            {
                "epoch": estimator.n_iter_,
                "loss": estimator.loss_curve_[-1],
                "rate": None if rates is None else rates[-1],
                "score": None if scores is None else scores[-1],
                "seen": estimator.t_,
            }
        )
        if estimator.n_iter_ == self.raise_after:
            raise self.error
        return estimator.n_iter_ == self.stop_after

    def teardown(self, estimator, context):
        self.calls.append("teardown")


@pytest.fixture(scope="module")
def data():
    return load_iris(return_X_y=True)


def quick(**parameters):
    settings = {
        "hidden_layer_sizes": (8,),
        "max_iter": 5,
        "learning_rate": 0.05,
        "learning_rate_schedule": "constant",
        "random_state": 0,
    }
    return SimpleMLPClassifier(**settings | parameters)


def values(model):
    return model.network_.parameters.values


SETTINGS = pytest.mark.parametrize(
    "settings",
    [{}, {"solver": "sgd"}, {"solver": "lbfgs"}, {"early_stopping": True}, {"n_members": 3}],
    ids=str,
)


@SETTINGS
def test_hooks_are_called_in_order_and_change_nothing(data, settings):
    recorder = Recorder()
    model = quick(**settings).set_callbacks(recorder).fit(*data)
    epochs = ["begin epoch", "end epoch"] * 5
    assert recorder.calls == ["setup", "begin fit", *epochs, "end fit", "teardown"]
    np.testing.assert_array_equal(values(model), values(quick(**settings).fit(*data)))


def test_epochs_of_lbfgs_begin_and_end(data):
    for tol in (0.5, 0.05):
        recorder = Recorder()
        model = quick(solver="lbfgs", max_iter=100, tol=tol).set_callbacks(recorder).fit(*data)
        epochs = ["begin epoch", "end epoch"] * model.n_iter_
        assert recorder.calls == ["setup", "begin fit", *epochs, "end fit", "teardown"]


@SETTINGS
def test_the_estimator_tells_how_far_it_is(data, settings):
    recorder = Recorder()
    model = quick(**settings).set_callbacks(recorder).fit(*data)
    n_samples = model.t_ // 5
    for epoch, told in enumerate(recorder.told, start=1):
        assert told["epoch"] == epoch
        assert told["loss"] == model.loss_curve_[epoch - 1]
        assert told["seen"] == epoch * n_samples
        if model.solver != "lbfgs":
            assert told["rate"] == model.learning_rates_[epoch - 1]
        if model.early_stopping:
            assert told["score"] == model.validation_scores_[epoch - 1]


def test_fitted_estimators_stay_as_they_were(data):
    X, y = data
    recorder = Recorder()
    model = quick(calibrate=False).set_callbacks(recorder).fit(X, y)
    for epoch, fitted in enumerate(recorder.fitted[:-1], start=1):
        shorter = quick(calibrate=False, max_iter=epoch).fit(X, y)
        np.testing.assert_array_equal(fitted.predict_proba(X), shorter.predict_proba(X))
    np.testing.assert_array_equal(recorder.fitted[-1].predict_proba(X), model.predict_proba(X))


def test_curves_that_were_seen_stay_as_they_were(data):
    class Witness(Recorder):
        seen = ()

        def on_fit_task_end(self, estimator, context):
            if context.task_name == "epoch":
                self.seen = (*self.seen, estimator.loss_curve_)

    witness = Witness()
    model = quick(max_iter=20).set_callbacks(witness).fit(*data)
    for n_epochs, curve in enumerate(witness.seen, start=1):
        np.testing.assert_array_equal(curve, model.loss_curve_[:n_epochs])


def test_callbacks_get_what_the_user_passed(data):
    X, y = data
    weight = np.ones(150)
    recorder = Recorder()
    quick().set_callbacks(recorder).fit(X, y, sample_weight=weight)
    quick().set_callbacks(recorder).fit(X, y)
    its_X, its_y, metadata = recorder.data[0]
    assert its_X is X
    assert its_y is y
    assert metadata["sample_weight"] is weight
    assert recorder.data[-1][2] == {}


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_a_callback_that_returns_true_stops_training(data, solver):
    recorder = Recorder(stop_after=2)
    model = quick(solver=solver).set_callbacks(recorder).fit(*data)
    assert model.n_iter_ == 2
    assert len(model.loss_curve_) == 2
    assert recorder.calls[-2:] == ["end fit", "teardown"]
    assert model.predict_proba(data[0]).shape == (150, 3)


def test_one_that_stops_does_not_keep_others_from_being_called(data):
    first, second = Recorder(stop_after=2), Recorder()
    quick().set_callbacks(first, second).fit(*data)
    assert first.calls == second.calls


@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}])
def test_a_callback_that_raises_leaves_the_epochs_that_were_done(data, settings):
    X, y = data
    recorder = Recorder(raise_after=3)
    model = quick(**settings).set_callbacks(recorder)
    with pytest.raises(RuntimeError, match="of the callback") as raised:
        model.fit(X, y)
    assert raised.value is recorder.error
    assert recorder.calls[-2:] == ["end epoch", "teardown"]
    assert model.n_iter_ == 3
    assert model.predict_proba(X).shape == (150, 3)
    if settings:
        assert model.best_iter_ == np.argmax(model.validation_scores_) + 1


def test_a_callback_that_raises_before_an_epoch_leaves_no_new_model(data):
    recorder = Recorder()

    def fail(estimator, context):
        raise RuntimeError("at once")

    recorder.on_fit_task_begin = fail
    model = quick().set_callbacks(recorder)
    with pytest.raises(RuntimeError, match="at once"):
        model.fit(*data)
    assert not hasattr(model, "network_")
    # A model that there was before is given back.
    model = quick(warm_start=True).fit(*data)
    before = values(model).copy()
    with pytest.raises(RuntimeError, match="at once"):
        model.set_callbacks(recorder).fit(*data)
    np.testing.assert_array_equal(values(model), before)
    model.set_callbacks().fit(*data)


def test_ctrl_c_in_a_callback_leaves_a_model(data):
    class Interrupt(Recorder):
        def on_fit_task_end(self, estimator, context):
            if context.task_name == "epoch" and estimator.n_iter_ == 2:
                signal.raise_signal(signal.SIGINT)

    model = quick().set_callbacks(Interrupt())
    with pytest.warns(UserWarning, match="interrupted after 2 of 5 epochs"):
        model.fit(*data)
    assert model.n_iter_ == 2
    model.predict(data[0])


def test_partial_fit_is_announced_too(data):
    X, y = data
    recorder = Recorder()
    model = quick().set_callbacks(recorder)
    model.partial_fit(X, y, classes=[0, 1, 2]).partial_fit(X, y)
    once = ["setup", "begin partial_fit", "begin epoch", "end epoch", "end partial_fit", "teardown"]
    assert recorder.calls == once * 2
    assert [told["seen"] for told in recorder.told] == [150, 300]


def test_a_file_of_a_fitted_model_has_no_callbacks(data):
    fitted = quick().set_callbacks(Recorder()).fit(*data)
    assert len(pickle.dumps(fitted)) == len(pickle.dumps(quick().fit(*data)))
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(fitted)).predict_proba(data[0]), fitted.predict_proba(data[0])
    )


def test_scoring_monitor_logs_every_epoch(data):
    X, y = data
    monitor = callback.ScoringMonitor(scoring=["accuracy", "neg_log_loss"])
    recorder = Recorder()
    quick(max_iter=7).set_callbacks(monitor, recorder).fit(X, y)
    rows = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert [row["task_id"] for row in rows] == list(range(7))
    for row, fitted in zip(rows, recorder.fitted[:7], strict=True):
        assert row["accuracy"] == fitted.score(X, y)


def test_scoring_monitor_takes_weights(data):
    X, y = data
    weight = (y == 0).astype(float) + 0.01
    monitor = callback.ScoringMonitor(scoring="accuracy")
    # The monitor sees each epoch before calibration, whose offset may change a decision.
    model = quick(calibrate=False).set_callbacks(monitor).fit(X, y, sample_weight=weight)
    rows = monitor.get_logs().data
    assert rows[-1]["accuracy"] == pytest.approx(model.score(X, y, weight))


def test_progress_bar_of_the_estimator(data, capsys):
    pytest.importorskip("rich")
    quick().set_callbacks(callback.ProgressBar()).fit(*data)
    assert "SimpleMLPClassifier - fit" in capsys.readouterr().out


def test_grid_search_in_two_processes(data, capsys):
    pytest.importorskip("rich")
    X, y = data
    monitor = callback.ScoringMonitor(scoring="accuracy")
    search = GridSearchCV(
        quick().set_callbacks(monitor), {"learning_rate": [0.001, 0.01]}, cv=2, n_jobs=2
    )
    search.set_callbacks(callback.ProgressBar()).fit(X, y)
    rows = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert len(rows) == (2 * 2 + 1) * 5  # candidates × folds, and the refit
    serial = GridSearchCV(quick(), {"learning_rate": [0.001, 0.01]}, cv=2).fit(X, y)
    np.testing.assert_array_equal(search.predict_proba(X), serial.predict_proba(X))


def test_pipeline(data, capsys):
    pytest.importorskip("rich")
    X, y = data
    monitor = callback.ScoringMonitor(scoring="accuracy")
    pipeline = make_pipeline(StandardScaler(), quick(calibrate=False).set_callbacks(monitor))
    pipeline.set_callbacks(callback.ProgressBar(max_propagation_depth=2)).fit(X, y)
    rows = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert len(rows) == 5
    assert rows[-1]["accuracy"] == pipeline.score(X, y)
    assert "SimpleMLPClassifier - fit" in capsys.readouterr().out
