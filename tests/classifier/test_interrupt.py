"""Ctrl-C at any moment leaves a whole model, or none."""

import pickle
import signal
import sys
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from tests.models import members, quick


class CtrlC:
    """Raises KeyboardInterrupt at a call that this package makes; counts them until then."""

    def __init__(self, at):
        self.at = at
        self.n_calls = 0

    def __call__(self, frame, event, arg):
        if event == "c_call" and frame.f_globals.get("__name__", "").startswith("sknn."):
            self.n_calls += 1
            if self.n_calls == self.at:
                raise KeyboardInterrupt

    def __enter__(self):
        sys.setprofile(self)
        return self

    def __exit__(self, *exception):
        sys.setprofile(None)


def fit(model, X, y):
    return model.fit(X, y)


def partial_fit(model, X, y):
    return model.partial_fit(X, y, classes=[0, 1, 2])


def is_fitted(model):
    try:
        check_is_fitted(model)
    except NotFittedError:
        return False
    return True


@pytest.mark.parametrize("train", [fit, partial_fit])
def test_an_interrupt_leaves_a_whole_model_or_none(iris, train):
    X, y = iris
    model = quick((3,), max_iter=1, n_members=2, warm_start=True)
    with CtrlC(at=None) as counter:
        expected = train(clone(model), X, y).predict_proba(X)
    left = []
    for at in range(1, counter.n_calls + 1, 17):
        interrupted = clone(model)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Training was interrupted")
            try:
                with CtrlC(at):
                    train(interrupted, X, y)
            except KeyboardInterrupt:
                pass
        copy = pickle.loads(pickle.dumps(interrupted))
        left.append(is_fitted(interrupted))
        assert is_fitted(copy) == left[-1]
        if left[-1]:
            predictions = interrupted.predict_proba(X)
            np.testing.assert_array_equal(copy.predict_proba(X), predictions)
            assert interrupted.n_iter_ == 1
        elif len(left) % 4 == 0:  # it starts afresh
            np.testing.assert_array_equal(train(interrupted, X, y).predict_proba(X), expected)
    assert {*left} == {False, True}


def test_an_interrupt_takes_nothing_from_a_model_that_is_continued(iris):
    X, y = iris
    model = quick((3,), max_iter=1, n_members=2, warm_start=True).fit(X, y)
    before = model.predict_proba(X)
    for at in range(1, 60, 6):
        with pytest.raises(KeyboardInterrupt), CtrlC(at):
            model.set_params(label_smoothing=0.3).fit(X, y)
        np.testing.assert_array_equal(model.predict_proba(X), before)


def test_ctrl_c_before_the_first_epoch_leaves_no_model(iris):
    model = quick()
    with pytest.raises(KeyboardInterrupt), CtrlC(at=5):
        model.fit(*iris)
    assert not is_fitted(model)


class Interrupt:
    """A scorer that sends the process Ctrl-C after some epochs."""

    def __init__(self, after):
        self.after = after
        self.calls = 0

    def __call__(self, estimator, X, y):
        self.calls += 1
        if self.calls > self.after:
            signal.raise_signal(signal.SIGINT)
        return float(self.calls)


def test_ctrl_c_leaves_the_model_of_the_epochs_done(iris):
    model = quick(early_stopping=True, scoring=Interrupt(after=4))
    with pytest.warns(UserWarning, match="interrupted after 5 of 10 epochs"):
        model.fit(*iris)
    assert model.n_iter_ == 5
    assert model.best_iter_ == 4
    assert model.score(*iris) > 0.3


def test_ctrl_c_while_scoring_leaves_curves_of_equal_length(iris):
    class Interrupting(Interrupt):
        def __call__(self, estimator, X, y):
            if self.calls == self.after:
                raise KeyboardInterrupt
            return super().__call__(estimator, X, y)

    model = quick(early_stopping=True, scoring=Interrupting(after=2))
    with pytest.warns(UserWarning, match="interrupted after 3"):
        model.fit(*iris)
    assert len(model.loss_curve_) == len(model.validation_scores_) == 3
    assert np.isnan(model.validation_scores_[2])


def test_ctrl_c_leaves_the_best_cycle_before_it(iris):
    """A callback of scikit-learn is where a run of members can be interrupted."""
    pytest.importorskip("sklearn.callback", reason="callbacks came with scikit-learn 1.9")

    class InterruptAfter20:
        def setup(self, estimator, context):
            pass

        on_fit_task_begin = teardown = setup

        def on_fit_task_end(self, estimator, context):
            if context.task_name == "epoch" and estimator.n_iter_ == 20:
                signal.raise_signal(signal.SIGINT)

    model = members(max_iter=60, batch_size=30).set_callbacks(InterruptAfter20())
    with pytest.warns(UserWarning, match="interrupted after 20 of 60 epochs"):
        model.fit(*iris)
    assert model.n_iter_ == 20
    assert model.best_iter_ in {4, 12}
    assert model.score(*iris) > 0.9
