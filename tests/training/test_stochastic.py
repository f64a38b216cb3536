import functools
import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from examples.naive_network import adam, log_loss, sgd, squared_error
from sknn.network.losses import make_loss
from sknn.network.objective import Objective
from sknn.network.perceptron import MultilayerPerceptron
from sknn.training.batches import Batches
from sknn.training.callbacks import EarlyStopping
from sknn.training.history import History
from sknn.training.optimizers import Adam, Optimizer, Sgd
from sknn.training.schedules import SCHEDULES
from sknn.training.stochastic import train
from tests.reference import flat, naive
from tests.training.snapshots import Snapshots

N_SAMPLES, BATCH_SIZE = 23, 5  # the last of five batches has three samples

RULES = {
    "sgd": (lambda: Sgd(momentum=0), sgd),
    "momentum": (lambda: Sgd(0.9, nesterov=False), functools.partial(sgd, momentum=0.9)),
    "nesterov": (lambda: Sgd(0.9), functools.partial(sgd, momentum=0.9, nesterov=True)),
    "adam": (Adam, adam),
    "adam with decay": (lambda: Adam(weight_decay=0.3), functools.partial(adam, decay=0.3)),
}
LOSSES = {"log_loss": log_loss, "squared_error": squared_error}


class Counter(Optimizer):
    """Counts the steps, notes their learning rates, and moves nothing."""

    def __init__(self):
        super().__init__()
        self.rates = []

    def step(self, parameters, learning_rate):
        self.rates.append(learning_rate)


def make_network(sizes=(4, 6, 5, 3), activation="tanh"):
    network = MultilayerPerceptron(sizes, activation, dtype=np.float64)
    network.initialize(np.random.default_rng(0))
    return network


def make_data():
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(N_SAMPLES, 4))
    return inputs, np.eye(3)[np.argmax(inputs[:, :3] + 0.5 * inputs[:, 1:], axis=1)]


def make_batches(batch_size=BATCH_SIZE, shuffle=False, inputs=None, weights=None):
    data, targets = make_data()
    return Batches(
        data if inputs is None else inputs,
        targets,
        weights,
        batch_size=batch_size,
        rng=np.random.default_rng(2),
        shuffle=shuffle,
    )


def make_objective(network, loss="log_loss", l2=0.0):
    return Objective(network, make_loss(loss, exclusive=True), l2)


@pytest.mark.parametrize(("make_optimizer", "rule"), RULES.values(), ids=RULES)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("l2", [0, 0.01])
@pytest.mark.parametrize("schedule", ["constant", "one_cycle"])
def test_run_without_shuffling_agrees_with_reference(make_optimizer, rule, loss, l2, schedule):
    network, history = make_network(), History(max_epochs=8)
    reference = naive(network, loss=LOSSES[loss], l2=l2)
    snapshots = Snapshots(network.parameters)
    train(
        make_objective(network, loss, l2),
        make_batches(),
        make_optimizer(),
        history,
        learning_rate=0.05,
        schedule=SCHEDULES[schedule],
        callbacks=[snapshots],
    )
    inputs, targets = make_data()
    rates = iter([0.05 * SCHEDULES[schedule](step / 40) for step in range(40)])
    for epoch in range(8):
        total = 0
        for start in range(0, N_SAMPLES, BATCH_SIZE):
            batch = inputs[start : start + BATCH_SIZE], targets[start : start + BATCH_SIZE]
            rate = next(rates)
            total += len(batch[0]) * reference.step(*batch, rule, rate=rate)
        expected = flat(reference.weights + reference.biases)
        assert_allclose(snapshots.values[epoch], expected, rtol=1e-9, atol=1e-9)
        assert history.loss[epoch] == pytest.approx(total / N_SAMPLES, rel=1e-9)
        assert history.learning_rate[epoch] == pytest.approx(rate, rel=1e-12)


@pytest.mark.parametrize("activation", ["relu", "logistic"])
def test_full_batch_agrees_with_reference(activation):
    network, history = make_network(activation=activation), History(max_epochs=30)
    reference = naive(network, loss=log_loss)
    objective, batches = make_objective(network), make_batches(1000, shuffle=True)
    train(objective, batches, Sgd(0.9), history, learning_rate=0.1)
    inputs, targets = make_data()
    settings = {"rate": 0.1, "momentum": 0.9, "nesterov": True}
    losses = [reference.step(inputs, targets, sgd, **settings) for _ in range(30)]
    assert_allclose(history.loss, losses, rtol=1e-9)
    expected = flat(reference.weights + reference.biases)
    assert_allclose(network.parameters.values, expected, rtol=1e-9, atol=1e-9)


def test_loss_of_an_epoch_is_the_mean_over_samples_of_unequal_batches():
    """Where nothing moves, an epoch's loss is that of all samples, whatever the batches are."""
    network = make_network()
    expected, _ = naive(network, loss=log_loss, l2=0.1).value_and_gradients(*make_data())
    for batch_size in (1, 2, 5, 22, 23):
        for shuffle in (False, True):
            history = History(max_epochs=2)
            batches = make_batches(batch_size, shuffle)
            train(make_objective(network, l2=0.1), batches, Counter(), history, learning_rate=1)
            assert_allclose(history.loss, [expected, expected], rtol=1e-12)


def test_weighted_loss_of_an_epoch_is_that_of_repeated_rows():
    network, history = make_network(), History(max_epochs=1)
    inputs, targets = make_data()
    counts = np.random.default_rng(3).integers(4, size=N_SAMPLES)
    repeated = inputs.repeat(counts, axis=0), targets.repeat(counts, axis=0)
    expected, _ = naive(network, loss=log_loss).value_and_gradients(*repeated)
    batches = make_batches(weights=counts / counts.mean())
    train(make_objective(network), batches, Counter(), history, learning_rate=1)
    assert history.loss[0] == pytest.approx(expected, rel=1e-12)


def test_schedule_sees_progress_from_0_towards_1_step_by_step():
    network, history, optimizer = make_network(), History(max_epochs=3), Counter()
    seen = []

    def schedule(progress):
        seen.append(progress)
        return 1 - progress

    train(
        make_objective(network),
        make_batches(),
        optimizer,
        history,
        learning_rate=0.1,
        schedule=schedule,
    )
    assert_allclose(seen, np.arange(15) / 15)
    assert_allclose(optimizer.rates, 0.1 * (1 - np.arange(15) / 15))
    assert_allclose(history.learning_rate, [0.1 * 11 / 15, 0.1 * 6 / 15, 0.1 * 1 / 15])


def test_learning_rate_is_constant_without_a_schedule():
    optimizer, history = Counter(), History(max_epochs=2)
    train(make_objective(make_network()), make_batches(), optimizer, history, learning_rate=0.1)
    assert optimizer.rates == [0.1] * 10
    assert history.learning_rate == [0.1] * 2


@pytest.mark.parametrize("shuffle", [False, True])
def test_training_learns(shuffle):
    network, history = make_network(), History(max_epochs=200)
    batches = make_batches(shuffle=shuffle)
    train(make_objective(network), batches, Adam(), history, learning_rate=0.01)
    inputs, targets = make_data()
    predicted = np.argmax(network.predict_raw(inputs), axis=1)
    assert_array_equal(predicted, np.argmax(targets, axis=1))
    assert history.n_epochs == 200
    assert history.loss[-1] < 0.1 * history.loss[0]


def test_peak_loss_is_that_of_the_worst_batch():
    network, history = make_network(), History(max_epochs=1)
    reference, (inputs, targets) = naive(network, loss=log_loss), make_data()
    values = [
        reference.value_and_gradients(inputs[rows], targets[rows])[0]
        for rows in np.split(np.arange(N_SAMPLES), range(BATCH_SIZE, N_SAMPLES, BATCH_SIZE))
    ]
    train(make_objective(network), make_batches(), Counter(), history, learning_rate=1)
    assert history.peak_loss == pytest.approx(max(values), rel=1e-12)


class TestStopping:
    def test_run_ends_where_a_callback_asks_for_it(self):
        network, history, optimizer = make_network(), History(max_epochs=9), Counter()
        objective = make_objective(network)
        stopping, other = Snapshots(network.parameters, 4), Snapshots(network.parameters)
        train(
            objective,
            make_batches(),
            optimizer,
            history,
            learning_rate=0.1,
            callbacks=[stopping, other],
        )
        assert history.n_epochs == len(history.learning_rate) == 4
        assert len(optimizer.rates) == 4 * 5
        assert len(stopping.values) == len(other.values) == 4
        assert stopping.ended == other.ended == 1

    def test_early_stopping_leaves_the_best_parameters(self):
        network, history = make_network(), History(max_epochs=9)
        snapshots = Snapshots(network.parameters)
        scores = iter([0.1, 0.5, 0.9, 0.8, 0.7, 0.6]).__next__
        stopping = EarlyStopping(network.parameters, scores, patience=2, tol=0)
        callbacks = [stopping, snapshots]
        train(
            make_objective(network),
            make_batches(),
            Adam(),
            history,
            learning_rate=0.1,
            callbacks=callbacks,
        )
        assert history.n_epochs == 5
        assert history.best_epoch == 3
        assert_array_equal(network.parameters.values, snapshots.values[2])


class TestDivergence:
    def test_raises_at_the_first_loss_that_is_not_finite(self):
        inputs, _ = make_data()
        inputs[7] = np.inf  # in the second batch
        history, optimizer = History(max_epochs=3), Counter()
        snapshots = Snapshots(None)
        objective, batches = make_objective(make_network()), make_batches(inputs=inputs)
        with (
            np.errstate(all="ignore"),
            pytest.raises(FloatingPointError, match="in epoch 1: the loss is nan"),
        ):
            train(objective, batches, optimizer, history, learning_rate=1, callbacks=[snapshots])
        assert len(optimizer.rates) == 1
        assert history.loss == []
        assert snapshots.ended == 1

    def test_too_large_a_step_raises_at_the_next_loss(self):
        network, history = make_network(activation="relu"), History(max_epochs=10)
        snapshots = Snapshots(network.parameters)

        def schedule(progress):
            return 0.01 if progress < 0.32 else 1e300  # from the second batch of the fourth epoch

        with (
            np.errstate(all="ignore"),
            pytest.raises(FloatingPointError, match="diverged in epoch 4: the loss is nan"),
        ):
            train(
                make_objective(network),
                make_batches(),
                Sgd(0),
                history,
                learning_rate=1,
                schedule=schedule,
                callbacks=[snapshots],
            )
        assert history.n_epochs == len(snapshots.values) == 3
        assert snapshots.ended == 1

    def test_weights_that_are_not_finite_at_the_end_raise(self):
        """The last step has no loss after it that would tell."""
        network, history = make_network(), History(max_epochs=1)
        snapshots = Snapshots(network.parameters)
        with (
            np.errstate(all="ignore"),
            pytest.raises(FloatingPointError, match="diverged in epoch 1: a weight is"),
        ):
            train(
                make_objective(network),
                make_batches(batch_size=N_SAMPLES),
                Sgd(0),
                history,
                learning_rate=math.inf,
                callbacks=[snapshots],
            )
        assert snapshots.ended == 1

    def test_early_stopping_saves_the_best_epoch_from_it(self):
        network, history = make_network(activation="relu"), History(max_epochs=10)
        snapshots = Snapshots(network.parameters)
        stopping = EarlyStopping(network.parameters, iter([1.0, 3.0, 2.0]).__next__, 9, 0)

        def schedule(progress):
            return 0.01 if progress < 0.3 else 1e300

        with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match="epoch 4"):
            train(
                make_objective(network),
                make_batches(),
                Sgd(0),
                history,
                learning_rate=1,
                schedule=schedule,
                callbacks=[snapshots, stopping],
            )
        assert history.best_epoch == 2
        assert_array_equal(network.parameters.values, snapshots.values[1])


@pytest.mark.parametrize("exception", [KeyboardInterrupt, ValueError])
def test_callbacks_learn_of_the_end_also_when_an_exception_flies(exception):
    network, history = make_network(), History(max_epochs=5)
    first, last = Snapshots(network.parameters), Snapshots(network.parameters)

    class Interruption(Snapshots):
        def on_epoch_end(self, history):
            if history.n_epochs == 2:
                raise exception
            return super().on_epoch_end(history)

    interruption = Interruption(network.parameters)
    with pytest.raises(exception):
        train(
            make_objective(network),
            make_batches(),
            Adam(),
            history,
            learning_rate=0.1,
            callbacks=[first, interruption, last],
        )
    assert [len(callback.values) for callback in (first, interruption, last)] == [2, 1, 1]
    assert [callback.ended for callback in (first, interruption, last)] == [1, 1, 1]
    assert history.n_epochs == 2
