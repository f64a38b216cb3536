import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from threadpoolctl import threadpool_info

from examples.naive_network import log_loss, squared_error
from sknn.network.losses import make_loss
from sknn.network.objective import Objective
from sknn.network.perceptron import MultilayerPerceptron
from sknn.training.callbacks import Callback, EarlyStopping
from sknn.training.history import History
from sknn.training.lbfgs import train
from tests.reference import flat, naive
from tests.training.snapshots import Snapshots

REFERENCE_LOSSES = {"log_loss": log_loss, "squared_error": squared_error}


def make_network(sizes=(4, 6, 3), dtype=np.float64):
    network = MultilayerPerceptron(sizes, "tanh", dtype=dtype)
    network.initialize(np.random.default_rng(0))
    return network


def make_data(dtype=np.float64):
    """Return samples whose classes overlap."""
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(60, 4))
    classes = np.argmax(inputs[:, :3] + rng.normal(size=(60, 3)), axis=1)
    return inputs.astype(dtype), np.eye(3, dtype=dtype)[classes]


def make_objective(network, loss="log_loss", l2=0.01):
    return Objective(network, make_loss(loss, exclusive=True), l2)


def run(network, max_epochs=1000, tol=1e-8, loss="log_loss", weights=None, callbacks=None):
    history = History(max_epochs)
    data = make_data(network.dtype)
    objective = make_objective(network, loss)
    train(objective, *data, weights, history, tol=tol, callbacks=callbacks)
    return history


def naive_minimum(network, method, tol, data=None, loss="log_loss"):
    """Return what SciPy's minimizers find on the naive reference, and the reference there."""
    reference = naive(network, loss=REFERENCE_LOSSES[loss], l2=0.01)
    shapes = [array.shape for array in reference.weights + reference.biases]
    ends = np.cumsum([math.prod(shape) for shape in shapes])[:-1]
    n_layers = len(reference.weights)

    def value_and_gradient(vector):
        parts = np.split(vector, ends)
        arrays = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
        reference.weights, reference.biases = arrays[:n_layers], arrays[n_layers:]
        value, gradients = reference.value_and_gradients(*(data or make_data()))
        return value, flat(gradients)

    start = flat(reference.weights + reference.biases)
    result = minimize(value_and_gradient, start, jac=True, method=method, options={"gtol": tol})
    value_and_gradient(result.x)
    return result, reference


def test_without_hidden_layers_reaches_the_only_minimum():
    """The L2 penalty makes the weights of the convex problem unique; the biases may shift."""
    network = make_network((4, 3))
    result, reference = naive_minimum(network, "BFGS", 1e-9)
    history = run(network)
    assert history.loss[-1] == pytest.approx(result.fun, rel=1e-10)
    (layer,) = network.dense_layers()
    assert_allclose(layer.weight, reference.weights[0], atol=1e-5)
    (bias,) = reference.biases
    assert_allclose(layer.bias - layer.bias.mean(), bias - bias.mean(), atol=1e-5)


@pytest.mark.parametrize("loss", REFERENCE_LOSSES)
def test_with_hidden_layers_reaches_the_minimum_that_scipy_finds_on_the_reference(loss):
    network = make_network()
    result, _ = naive_minimum(network, "L-BFGS-B", 1e-8, loss=loss)
    start, _ = naive(network, loss=REFERENCE_LOSSES[loss], l2=0.01).value_and_gradients(
        *make_data()
    )
    history = run(network, loss=loss)
    assert history.loss[-1] < start - 0.1
    assert history.loss[-1] == pytest.approx(result.fun, rel=1e-5)


@pytest.mark.parametrize("loss", REFERENCE_LOSSES)
def test_gradient_of_the_reference_vanishes_where_the_run_ends(loss):
    network = make_network()
    history = run(network, loss=loss, tol=1e-5)
    reference = naive(network, loss=REFERENCE_LOSSES[loss], l2=0.01)
    value, gradients = reference.value_and_gradients(*make_data())
    assert np.abs(flat(gradients)).max() < 1e-4
    assert history.loss[-1] == pytest.approx(value, rel=1e-12)


def test_weighting_is_repeating_rows():
    counts = np.random.default_rng(2).integers(4, size=60)
    inputs, targets = make_data()
    repeated = inputs.repeat(counts, axis=0), targets.repeat(counts, axis=0)
    network = make_network((4, 3))
    result, reference = naive_minimum(network, "BFGS", 1e-9, repeated)
    history = run(network, weights=counts / counts.mean())
    assert history.loss[-1] == pytest.approx(result.fun, rel=1e-10)
    assert_allclose(network.layers[0].weight, reference.weights[0], atol=1e-5)


def test_the_blas_library_inside_scipy_uses_one_thread_meanwhile():
    def threads():
        """Return the number of threads of each BLAS library, by its file."""
        return {library["filepath"]: library["num_threads"] for library in threadpool_info()}

    class Watch(Callback):
        def on_epoch_end(self, history):
            seen.update(threads())
            return True

        def on_train_end(self, history):
            pass

    seen = {}
    network = make_network()
    before = threads()
    run(network, callbacks=[Watch()])
    assert threads() == before
    for filepath, n_threads in before.items():
        inside_scipy = "/scipy" in filepath.rsplit("/", 1)[0]
        assert seen[filepath] == (1 if inside_scipy else n_threads)


def test_loss_falls_from_iteration_to_iteration():
    history = run(make_network())
    assert history.n_epochs > 5
    assert np.all(np.diff(history.loss) < 0)
    assert history.learning_rate == []


def test_peak_loss_is_that_of_the_start():
    network = make_network()
    start, _ = naive(network, loss=log_loss, l2=0.01).value_and_gradients(*make_data())
    assert run(network).peak_loss == pytest.approx(start, rel=1e-12)


@pytest.mark.parametrize("max_epochs", [1, 4])
def test_iterations_are_limited_and_parameters_are_those_of_the_last(max_epochs):
    network = make_network()
    snapshots = Snapshots(network.parameters)
    history = run(network, max_epochs, callbacks=[snapshots])
    assert history.n_epochs == len(snapshots.values) == max_epochs
    assert_array_equal(network.parameters.values, snapshots.values[-1])
    value, _ = naive(network, loss=log_loss, l2=0.01).value_and_gradients(*make_data())
    assert history.loss[-1] == pytest.approx(value, rel=1e-12)


def test_callbacks_see_the_parameters_that_belong_to_the_loss():
    network = make_network()
    snapshots = Snapshots(network.parameters)
    history = run(network, callbacks=[snapshots])
    for loss, values in zip(history.loss, snapshots.values, strict=True):
        network.parameters.values[...] = values
        value, _ = naive(network, loss=log_loss, l2=0.01).value_and_gradients(*make_data())
        assert loss == pytest.approx(value, rel=1e-12)


def test_run_ends_where_a_callback_asks_for_it():
    network = make_network()
    stopping, other = Snapshots(network.parameters, 3), Snapshots(network.parameters)
    history = run(network, callbacks=[stopping, other])
    assert history.n_epochs == 3
    assert len(stopping.values) == len(other.values) == 3
    assert stopping.ended == other.ended == 1
    assert_array_equal(network.parameters.values, stopping.values[-1])


def test_early_stopping_leaves_the_best_parameters():
    network = make_network()
    snapshots = Snapshots(network.parameters)
    scores = iter([0.1, 0.9, 0.8, 0.7, 0.6]).__next__
    stopping = EarlyStopping(network.parameters, scores, patience=2, tol=0)
    history = run(network, callbacks=[snapshots, stopping])
    assert history.n_epochs == 4
    assert history.best_epoch == 2
    assert_array_equal(network.parameters.values, snapshots.values[1])


def test_network_may_compute_in_float32():
    network, exact = make_network((4, 3), np.float32), make_network((4, 3))
    history, exact_history = run(network, tol=1e-4), run(exact)
    assert network.parameters.values.dtype == np.float32
    assert history.loss[-1] == pytest.approx(exact_history.loss[-1], rel=1e-4)


def test_run_that_has_converged_at_once_records_one_loss():
    network = make_network()
    before = network.parameters.values.copy()
    expected, _ = naive(network, loss=log_loss, l2=0.01).value_and_gradients(*make_data())
    snapshots = Snapshots(network.parameters)
    history = run(network, tol=100, callbacks=[snapshots])
    assert history.loss == [pytest.approx(expected, rel=1e-12)]
    assert_array_equal(network.parameters.values, before)
    assert_array_equal(snapshots.values, [before])
    assert snapshots.ended == 1


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_start_that_is_not_finite_raises(value):
    network = make_network()
    network.parameters.values[-1] = value
    snapshots = Snapshots(network.parameters)
    with (
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match="diverged in epoch 1: the loss is nan"),
    ):
        run(network, callbacks=[snapshots])
    assert snapshots.values == []
    assert snapshots.ended == 1


@pytest.mark.parametrize("exception", [KeyboardInterrupt, ValueError])
def test_callbacks_learn_of_the_end_also_when_an_exception_flies(exception):
    network = make_network()

    class Interruption(Snapshots):
        def on_epoch_end(self, history):
            if history.n_epochs == 2:
                raise exception
            return super().on_epoch_end(history)

    interruption = Interruption(network.parameters)
    with pytest.raises(exception):
        run(network, callbacks=[interruption])
    assert len(interruption.values) == 1
    assert interruption.ended == 1


@pytest.mark.parametrize("tol", [100, 0.05, 1e-8])
def test_every_epoch_that_begins_ends(tol):
    calls = []

    class Witness(Callback):
        def on_epoch_begin(self, history):
            calls.append("begin")

        def on_epoch_end(self, history):
            calls.append("end")
            return False

    history = run(make_network(), tol=tol, callbacks=[Witness()])
    assert calls == ["begin", "end"] * history.n_epochs
