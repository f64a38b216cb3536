import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import log_softmax

from sknn.network.losses import make_loss
from sknn.settings import expected_temperature
from sknn.training.calibration import effective_size, fit_calibration, fit_temperature


def draw(n_rows, temperature, n_outputs=4):
    """Return raw predictions, and targets drawn from what they say at that temperature."""
    rng = np.random.default_rng(0)
    raw = rng.normal(scale=2, size=(n_rows, n_outputs))
    chosen = np.argmax(raw / temperature + rng.gumbel(size=raw.shape), axis=1)
    return raw, np.eye(n_outputs)[chosen]


@pytest.mark.parametrize("temperature", [0.3, 0.6, 1.0, 2.5])
def test_many_rows_tell_the_temperature(temperature):
    raw, targets = draw(50_000, temperature)
    found = fit_temperature(make_loss("log_loss", exclusive=True), raw, targets)
    assert_allclose(found, temperature, rtol=0.03)


def test_independent_labels_tell_the_temperature_too():
    rng = np.random.default_rng(0)
    raw = rng.normal(scale=2, size=(50_000, 1))
    targets = (rng.random(raw.shape) < 1 / (1 + np.exp(-raw / 0.5))).astype(float)
    found = fit_temperature(make_loss("log_loss", exclusive=False), raw, targets)
    assert_allclose(found, 0.5, rtol=0.03)


def test_one_row_hardly_moves_what_is_believed_beforehand():
    raw, targets = draw(1, 1.0)
    found = fit_temperature(make_loss("log_loss", exclusive=True), raw, targets)
    assert 0.3 < found < 1.2


def test_smoothing_says_what_to_expect():
    smoothing = [0, 0.05, 0.1, 0.2, 0.9]
    expected = [1, 0.6**0.5, 0.6, 0.6, 0.6]
    assert [expected_temperature(s) for s in smoothing] == pytest.approx(expected)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_rows_that_tell_nothing_leave_what_is_expected(smoothing):
    loss = make_loss("log_loss", exclusive=True, label_smoothing=smoothing)
    found = fit_temperature(loss, np.zeros((5, 3)), np.eye(3)[[0, 1, 2, 0, 1]])
    assert_allclose(found, expected_temperature(smoothing), rtol=1e-3)


def test_weights_are_repeated_rows():
    raw, targets = draw(200, 0.7)
    weights = np.random.default_rng(1).integers(0, 3, size=200)
    loss = make_loss("log_loss", exclusive=True)
    weighted = fit_temperature(loss, raw, targets, weights)
    repeated = fit_temperature(loss, raw.repeat(weights, axis=0), targets.repeat(weights, axis=0))
    assert_allclose(weighted, repeated, rtol=0.01)


def test_temperature_makes_the_rows_more_probable():
    raw, targets = draw(2_000, 0.4)
    found = fit_temperature(make_loss("log_loss", exclusive=True), raw, targets)

    def cost(temperature):
        return -np.mean(log_softmax(raw / temperature, axis=1)[targets == 1])

    assert cost(found) < min(cost(0.8 * found), cost(1.25 * found), cost(1.0))


def test_few_rows_of_weight_say_little():
    raw, targets = draw(150, 4.0)
    weights = np.zeros(150)
    weights[:2] = 1
    loss = make_loss("log_loss", exclusive=True, label_smoothing=0.1)
    assert effective_size(150, weights) == 2
    assert effective_size(150, None) == effective_size(150, np.full(150, 7.0)) == 150
    assert fit_temperature(loss, raw, targets, weights) < 2


@pytest.mark.parametrize("exclusive", [True, False])
def test_offset_makes_each_class_as_probable_as_it_is_frequent(exclusive):
    loss = make_loss("log_loss", exclusive=exclusive, prior=np.array([0.2, 0.3, 0.4]))
    raw, targets = draw(3_000, 0.7, n_outputs=3)
    weight = np.random.default_rng(1).integers(3, size=3_000).astype(float)
    raw += [1.0, 0.0, -0.5]
    p = loss.proba(fit_calibration(loss, 0.7, raw, targets, weight).apply(raw))
    frequencies = np.average(targets, axis=0, weights=weight)
    assert_allclose(np.average(p, axis=0, weights=weight), frequencies, rtol=0.03)


def test_few_rows_hardly_move_the_offset():
    loss = make_loss("log_loss", exclusive=False)
    found = fit_calibration(loss, 1.0, np.zeros((1, 1)), np.ones((1, 1)))
    assert 0 < found.offset[0] < 0.2
