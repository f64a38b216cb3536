"""Runs that are cut short and resumed end with the same bits as those that were not."""

import multiprocessing
import os
import pickle
import signal
import time

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_digits, make_multilabel_classification

from sknn import Checkpoint, SimpleMLPClassifier

callback = pytest.importorskip("sklearn.callback", reason="callbacks came with scikit-learn 1.9")

SETTINGS = {
    "members": {"max_iter": 15},
    "early stopping": {"early_stopping": True, "max_iter": 20, "n_iter_no_change": 3},
    "dropout": {"dropout": 0.2, "max_iter": 6, "weight_decay": 0.1},
    "sgd": {"solver": "sgd", "max_iter": 6, "learning_rate": 0.1},
    "one batch": {"batch_size": 1000, "max_iter": 8},
    "mapping": {"scoring": "accuracy", "early_stopping": True, "max_iter": 12},
}
each_setting = pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)


def digits():
    X, y = load_digits(return_X_y=True)
    return X[:200], y[:200]


def make(**parameters):
    return SimpleMLPClassifier(**{"hidden_layer_sizes": (8,), "n_members": 3} | parameters)


class Kill:
    """Cuts a run short after an epoch."""

    def __init__(self, after):
        self.after = after

    def setup(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch" and estimator.n_iter_ == self.after:
            raise InterruptedError

    def teardown(self, estimator, context):
        pass


def outcome(model):
    """Return all that a run leaves."""
    return {
        "values": model.network_.parameters.values,
        "losses": model.loss_curve_,
        "rates": model.learning_rates_,
        "scores": model.validation_scores_,
        "numbers": [model.temperature_, model.best_iter_, model.n_iter_, model.t_, model.loss_],
    }


def assert_same(one, other):
    for name, value in outcome(one).items():
        np.testing.assert_equal(outcome(other)[name], value, err_msg=name)


def resume(path, *data, **fit_parameters):
    return Checkpoint.load(path).set_params(warm_start=True).fit(*data, **fit_parameters)


@each_setting
@pytest.mark.parametrize("after", [1, 3, 5])
def test_a_resumed_fit_ends_with_the_same_bits(tmp_path, settings, after):
    X, y = digits()
    weight = np.random.default_rng(0).random(200)
    whole = make(random_state=0, **settings).fit(X, y, weight)
    model = make(random_state=0, **settings)
    model.set_callbacks(Checkpoint(tmp_path / "model"), Kill(after))
    with pytest.raises(InterruptedError):
        model.fit(X, y, weight)
    assert_same(resume(tmp_path / "model", X, y, sample_weight=weight), whole)


@pytest.mark.parametrize("after", [3, 6, 13, 14, 15])
def test_a_resumed_fit_is_as_long(tmp_path, after):
    """Cycles end after 2, 6, 14 and 30 epochs; what was measured there decides on the next."""
    X, y = digits()
    doubtful = np.random.default_rng(0).integers(0, 2, 200)
    for labels, n_epochs in ((y, 30), (doubtful, 14)):
        settings = {"max_iter": 30, "batch_size": 16, "learning_rate": 0.01}
        whole = make(random_state=0, **settings).fit(X, labels)
        assert whole.n_iter_ == n_epochs
        if after < n_epochs:
            model = make(random_state=0, **settings)
            model.set_callbacks(Checkpoint(tmp_path / "model"), Kill(after))
            with pytest.raises(InterruptedError):
                model.fit(X, labels)
            assert_same(resume(tmp_path / "model", X, labels), whole)


def test_it_may_be_cut_short_again_and_again(tmp_path):
    X, Y = make_multilabel_classification(n_samples=200, n_classes=3, random_state=0)
    whole = make(max_iter=9, random_state=0).fit(X, Y)
    model = make(max_iter=9, random_state=0, warm_start=True)
    for after in range(1, 9):
        with pytest.raises(InterruptedError):
            model.set_callbacks(Checkpoint(tmp_path / "model"), Kill(after)).fit(X, Y)
        model = Checkpoint.load(tmp_path / "model")
        assert model.n_iter_ == after
        model.predict_proba(X)
    assert_same(model.fit(X, Y), whole)


@each_setting
def test_the_file_of_a_finished_fit_returns_the_same_model(tmp_path, settings):
    X, y = digits()
    model = make(random_state=0, **settings)
    model.set_callbacks(Checkpoint(tmp_path / "model", every=4)).fit(X, y)
    for _ in range(2):
        assert_same(resume(tmp_path / "model", X, y), model)


def test_after_the_resumed_fit_the_model_trains_on_like_the_other(tmp_path):
    X, y = digits()
    whole = make(max_iter=6, random_state=0, warm_start=True).fit(X, y)
    make(max_iter=6, random_state=0).set_callbacks(Checkpoint(tmp_path / "model")).fit(X, y)
    resumed = resume(tmp_path / "model", X, y)
    for each in (whole, resumed):
        each.fit(X, y).partial_fit(X, y)
    assert_same(resumed, whole)


def test_a_stream_goes_on_with_the_same_bits(tmp_path):
    X, y = digits()
    chunks = [slice(start, start + 35) for start in range(0, 200, 35)]
    whole = make(random_state=0)
    for rows in chunks:
        whole.partial_fit(X[rows], y[rows], classes=range(10))
    model = make(random_state=0).set_callbacks(Checkpoint(tmp_path / "model"))
    for rows in chunks[:3]:
        model.partial_fit(X[rows], y[rows], classes=range(10))
    model = Checkpoint.load(tmp_path / "model")
    for rows in chunks[3:]:
        model.partial_fit(X[rows], y[rows])
    assert_same(model, whole)


@pytest.mark.parametrize("every", [1, 2, 5, 100])
def test_it_is_written_every_so_many_epochs_and_at_the_end(tmp_path, every):
    X, y = digits()
    written = []

    class Witness(Kill):
        def on_fit_task_end(self, estimator, context):
            if context.task_name == "epoch" and (tmp_path / "model").exists():
                written.append(Checkpoint.load(tmp_path / "model").n_iter_)

    model = make(max_iter=6, calibrate=False)
    model.set_callbacks(Checkpoint(tmp_path / "model", every=every), Witness(0)).fit(X, y)
    expected = [max(k for k in (0, *range(every, e + 1, every))) for e in range(1, 7)]
    assert Checkpoint.load(tmp_path / "model").n_iter_ == 6
    assert written == [epoch for epoch in expected if epoch]
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_every_counts_calls_of_partial_fit(tmp_path):
    X, y = digits()
    model = make(random_state=0).set_callbacks(Checkpoint(tmp_path / "model", every=3))
    for _ in range(5):
        model.partial_fit(X, y, classes=range(10))
    assert Checkpoint.load(tmp_path / "model").t_ == 3 * 200


def test_moments_are_in_a_checkpoint_and_in_no_other_file(tmp_path):
    X, y = digits()
    model = make(hidden_layer_sizes=(200,), n_members=1, max_iter=4, scaling="standard")
    model.set_callbacks(Checkpoint(tmp_path / "model"), Kill(3))
    with pytest.raises(InterruptedError):
        model.fit(X, y)
    n_bytes = model.network_.parameters.values.nbytes
    assert n_bytes < len(pickle.dumps(model)) < n_bytes + 8000
    assert (tmp_path / "model").stat().st_size > 3 * n_bytes


def test_a_model_from_another_file_has_a_random_stream_of_its_own():
    """Over and over loaded, trained and saved, it does not see one order for ever."""
    X, y = digits()
    # Steps too small for any weight: what the loss tells is which neurons dropout silenced.
    settings = {"dropout": 0.5, "learning_rate": 1e-30, "parametrization": "standard"}
    model = make(max_iter=1, random_state=0, **settings)
    saved = pickle.dumps(model.fit(X, y))

    def next_loss(file):
        return pickle.loads(file).partial_fit(X, y).loss_

    assert next_loss(saved) == next_loss(saved)
    assert next_loss(pickle.dumps(pickle.loads(saved).partial_fit(X, y))) != next_loss(saved)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"max_iter": 9}, "max_iter"),
        ({"early_stopping": True}, "early_stopping and n_samples and data"),
        ({"learning_rate": 0.1}, "learning_rate"),
        ({"class_weight": "balanced"}, r"data \(X, y, weights or"),
        ({"y": True}, r"data \(X, y, weights or validation_fraction\)"),
        ({"X": True}, r"data \(X, y, weights or validation_fraction\)"),
        ({"sample_weight": True}, r"data \(X, y, weights or validation_fraction\)"),
    ],
    ids=str,
)
def test_another_fit_is_not_resumed(tmp_path, change, what):
    X, y = digits()
    model = make(max_iter=5).set_callbacks(Checkpoint(tmp_path / "model"), Kill(2))
    with pytest.raises(InterruptedError):
        model.fit(X, y)
    loaded = Checkpoint.load(tmp_path / "model").set_params(warm_start=True)
    before = loaded.network_.parameters.values.copy()
    its_X, its_y = X + ("X" in change), y[::-1] if "y" in change else y
    weight = np.arange(200.0) if "sample_weight" in change else None
    changed = {name: value for name, value in change.items() if value is not True or "_" in name}
    changed.pop("sample_weight", None)
    with pytest.raises(ValueError, match=f"stands after epoch 2 of 5, .* had another {what}"):
        loaded.set_params(**changed).fit(its_X, its_y, weight)
    np.testing.assert_array_equal(loaded.network_.parameters.values, before)


def test_a_half_trained_model_can_be_trained_on_with_other_data(tmp_path):
    X, y = digits()
    model = make(max_iter=5).set_callbacks(Checkpoint(tmp_path / "model"), Kill(2))
    with pytest.raises(InterruptedError):
        model.fit(X, y)
    Checkpoint.load(tmp_path / "model").partial_fit(X[:100], y[:100])


def test_a_finished_model_may_get_more_epochs(tmp_path):
    X, y = digits()
    whole = make(max_iter=4, warm_start=True, random_state=0).fit(X, y)
    make(max_iter=4, random_state=0).set_callbacks(Checkpoint(tmp_path / "model")).fit(X, y)
    loaded = Checkpoint.load(tmp_path / "model").set_params(warm_start=True)
    for each in (whole, loaded):
        each.set_params(max_iter=6).fit(X, y)
    assert_same(loaded, whole)


class Enough(Kill):
    """Ends a run after an epoch, as a callback may."""

    def on_fit_task_end(self, estimator, context):
        return context.task_name == "epoch" and estimator.n_iter_ == self.after


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("every", [1, 100])
def test_a_fit_that_another_callback_ended_is_finished(tmp_path, first, every):
    X, y = digits()
    callbacks = [Checkpoint(tmp_path / "model", every=every), Enough(3)]
    model = make(max_iter=10, random_state=0)
    model.set_callbacks(*(callbacks if first else callbacks[::-1])).fit(X, y)
    assert model.n_iter_ == 3
    assert_same(resume(tmp_path / "model", X, y), model)


@pytest.mark.parametrize("first", [True, False])
def test_a_fit_that_was_interrupted_by_hand_goes_on(tmp_path, first):
    X, y = digits()

    class CtrlC(Kill):
        def on_fit_task_end(self, estimator, context):
            if context.task_name == "epoch" and estimator.n_iter_ == self.after:
                signal.raise_signal(signal.SIGINT)

    whole = make(max_iter=8, random_state=0).fit(X, y)
    callbacks = [Checkpoint(tmp_path / "model", every=2), CtrlC(5)]
    model = make(max_iter=8, random_state=0)
    with pytest.warns(UserWarning, match="interrupted after 5 of 8 epochs"):
        model.set_callbacks(*(callbacks if first else callbacks[::-1])).fit(X, y)
    assert Checkpoint.load(tmp_path / "model").n_iter_ == 4
    assert_same(resume(tmp_path / "model", X, y), whole)


@each_setting
def test_the_model_in_the_file_of_a_finished_fit_is_the_fitted_one(tmp_path, settings):
    X, y = digits()
    model = make(random_state=0, **settings).set_callbacks(Checkpoint(tmp_path / "model"))
    model.fit(X, y)
    loaded = Checkpoint.load(tmp_path / "model")
    assert_same(loaded, model)
    model.set_callbacks()
    assert_same(loaded.partial_fit(X, y), model.partial_fit(X, y))


def test_the_file_can_be_read_by_others_and_a_link_stays_one(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "model")
    make(max_iter=1).set_callbacks(Checkpoint(tmp_path / "link")).fit(*digits())
    (tmp_path / "usual").write_text("")
    assert (tmp_path / "model").stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert (tmp_path / "link").is_symlink()
    assert Checkpoint.load(tmp_path / "link").n_iter_ == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "model", "usual"]


def test_what_cannot_be_resumed_is_refused(tmp_path):
    X, y = digits()
    with pytest.raises(ValueError, match="needs solver='adam' or 'sgd'"):
        make(solver="lbfgs").set_callbacks(Checkpoint(tmp_path / "model")).fit(X, y)
    for every in (0, 1.5, True):
        with pytest.raises(ValueError, match=f"every must be an int of at least 1. Got {every}"):
            make().set_callbacks(Checkpoint(tmp_path / "model", every=every)).fit(X, y)
    from sklearn.preprocessing import StandardScaler

    with pytest.raises(TypeError, match="for SimpleMLPClassifier; StandardScaler was given"):
        StandardScaler().set_callbacks(Checkpoint(tmp_path / "model")).fit(X)
    with pytest.raises(FileNotFoundError):
        make().set_callbacks(Checkpoint(tmp_path / "no folder" / "model")).fit(X, y)
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_joblib_wrote_is_no_checkpoint(tmp_path):
    joblib.dump(make(max_iter=1).fit(*digits()), tmp_path / "model")
    with pytest.raises(ValueError, match="model' is not a checkpoint"):
        Checkpoint.load(tmp_path / "model")


OTHER_FILES = {
    "empty": b"",
    "text": b"hello world",
    "a zip archive": b"PK\x03\x04" + bytes(40),
    "a NumPy array": b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', }",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "numbers": bytes(range(256)),
    "a place of no memo": b"\x80\x04h\x08.",
    "no dict": pickle.dumps([1, 2]),
    "other keys": pickle.dumps({"model": 1, "weights": 2}),
    "other values": pickle.dumps({"model": 1, "training": 2}),
}


@pytest.mark.parametrize("kind", OTHER_FILES)
def test_another_file_is_no_checkpoint(tmp_path, kind):
    (tmp_path / "model").write_bytes(OTHER_FILES[kind])
    with pytest.raises(ValueError, match="model' is not a checkpoint"):
        Checkpoint.load(tmp_path / "model")


def test_half_a_checkpoint_is_refused(tmp_path):
    make(max_iter=1).set_callbacks(Checkpoint(tmp_path / "model")).fit(*digits())
    content = (tmp_path / "model").read_bytes()
    (tmp_path / "model").write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match="model' is not a checkpoint, or it is damaged"):
        Checkpoint.load(tmp_path / "model")


def test_no_file_is_not_found(tmp_path):
    with pytest.raises(FileNotFoundError):
        Checkpoint.load(tmp_path / "model")


def test_a_folder_is_refused_before_the_first_epoch(tmp_path):
    model = make(max_iter=1).set_callbacks(Checkpoint(tmp_path))
    with pytest.raises(IsADirectoryError, match="is a folder, not a file"):
        model.fit(*digits())
    assert not hasattr(model, "n_iter_")


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    resource = pytest.importorskip("resource", reason="no limits here")
    X, y = digits()
    model = make(max_iter=4, random_state=0)
    model.set_callbacks(Checkpoint(tmp_path / "model"), Kill(2))
    with pytest.raises(InterruptedError):
        model.fit(X, y)
    model = Checkpoint.load(tmp_path / "model").set_params(warm_start=True)
    model.set_callbacks(Checkpoint(tmp_path / "model"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            model.fit(X, y)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert Checkpoint.load(tmp_path / "model").n_iter_ == 2


# ------------------------------------------------------------------------- SIGKILL


def train(path, settings):
    """Train to the end, from the checkpoint if there is one: what a restarted job does."""
    model = make(random_state=0, **settings)
    if os.path.exists(path):
        model = Checkpoint.load(path).set_params(warm_start=True)
    model.set_callbacks(Checkpoint(path)).fit(*digits())


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_process_killed_fifty_times_tears_no_file_and_changes_no_bit(tmp_path):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.files.test_checkpoint"])
    rng = np.random.default_rng(0)
    settings = [{"max_iter": 30}, {"early_stopping": True, "max_iter": 30, "dropout": 0.1}]
    wholes = [make(random_state=0, **each).fit(*digits()) for each in settings]
    n_killed = n_finished = 0
    while n_killed < 50 or n_finished < 2:
        its_settings, whole = settings[n_finished % 2], wholes[n_finished % 2]
        path = tmp_path / f"model {n_finished}"
        process = context.Process(target=train, args=(path, its_settings))
        process.start()
        if n_killed < 50:
            seen = path.stat().st_mtime_ns if path.exists() else None
            deadline = time.monotonic() + 60
            while process.is_alive() and time.monotonic() < deadline:
                # Kill it at any moment after the first file that it writes.
                if path.exists() and path.stat().st_mtime_ns != seen:
                    time.sleep(rng.uniform(0, 0.03))
                    break
                time.sleep(0.001)
            process.kill()
        process.join(120)
        if process.exitcode == -signal.SIGKILL:
            n_killed += 1
            model = Checkpoint.load(path)
            assert 1 <= model.n_iter_ <= 30
        else:
            assert process.exitcode == 0
            assert_same(resume(path, *digits()), whole)
            n_finished += 1
    assert n_killed == 50
