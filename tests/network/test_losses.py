import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn.network.losses import LOSSES, make_loss, smoothing_prior


def log_loss(raw, target):
    total = sum(math.exp(z) for z in raw)
    return -sum(t * math.log(math.exp(z) / total) for z, t in zip(raw, target, strict=True))


def binary_log_loss(raw, target):
    loss = 0.0
    for z, t in zip(raw, target, strict=True):
        p = 1 / (1 + math.exp(-z))
        loss -= t * math.log(p) + (1 - t) * math.log(1 - p)
    return loss


def squared_error(raw, target):
    return sum((1 / (1 + math.exp(-z)) - t) ** 2 for z, t in zip(raw, target, strict=True))


FORMULAS = {
    ("log_loss", "exclusive"): log_loss,
    ("log_loss", "independent"): binary_log_loss,
    ("squared_error", "exclusive"): squared_error,
    ("squared_error", "independent"): squared_error,
}

each_loss = pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, kinds in LOSSES.items() for kind in kinds]
)


def loss_of(name, kind, label_smoothing=0.0):
    return make_loss(name, exclusive=kind == "exclusive", label_smoothing=label_smoothing)


def make_targets(kind, n_rows=7, n_outputs=4):
    """Return rows of zeros and ones: one-hot if the classes are exclusive."""
    rng = np.random.default_rng(1)
    if kind == "exclusive":
        return np.eye(n_outputs)[rng.integers(n_outputs, size=n_rows)]
    return rng.integers(2, size=(n_rows, n_outputs)).astype(float)


def make_raw(n_rows=7, n_outputs=4):
    return np.random.default_rng(0).normal(scale=3, size=(n_rows, n_outputs))


def evaluate(loss, raw, targets):
    """Return the losses and the gradients of raw predictions; `targets` may not be written to."""
    gradient = np.array(raw)
    targets = np.array(targets, gradient.dtype)
    targets.flags.writeable = False
    workspace = loss.workspace(raw.shape, gradient.dtype)
    return loss.value_and_gradient(gradient, targets, workspace), gradient


@each_loss
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_values_agree_with_scalar_formula(name, kind, label_smoothing):
    loss = loss_of(name, kind, label_smoothing)
    raw, targets = make_raw(), loss.smooth(make_targets(kind))
    losses, _ = evaluate(loss, raw, targets)
    expected = [FORMULAS[name, kind](*row) for row in zip(raw, targets, strict=True)]
    assert_allclose(losses, expected, rtol=1e-12)


@each_loss
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_gradients_agree_with_central_differences(name, kind, label_smoothing):
    loss = loss_of(name, kind, label_smoothing)
    raw, targets = make_raw(), loss.smooth(make_targets(kind))
    _, gradient = evaluate(loss, raw, targets)
    step = 1e-5
    for output in range(raw.shape[1]):
        shift = step * np.eye(raw.shape[1])[output]
        above, _ = evaluate(loss, raw + shift, targets)
        below, _ = evaluate(loss, raw - shift, targets)
        assert_allclose(gradient[:, output], (above - below) / (2 * step), atol=1e-9)


@each_loss
def test_float32_agrees_with_float64(name, kind):
    loss = loss_of(name, kind)
    losses, gradient = evaluate(loss, make_raw().astype(np.float32), make_targets(kind))
    exact_losses, exact_gradient = evaluate(loss, make_raw(), make_targets(kind))
    assert losses.dtype == gradient.dtype == np.float32
    assert_allclose(losses, exact_losses, rtol=1e-5)
    assert_allclose(gradient, exact_gradient, atol=1e-6)


@each_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_perfect_predictions_cost_nothing(name, kind, dtype):
    targets = make_targets(kind)
    raw = np.where(targets == 1, 1000, -1000).astype(dtype)
    losses, gradient = evaluate(loss_of(name, kind), raw, targets)
    assert_array_equal(losses, 0)
    assert_array_equal(gradient, 0)


# Target is the first of two outputs; the raw predictions say the contrary.
CONFIDENT_ERRORS = {
    ("log_loss", "exclusive"): (20000, [-1, 1]),
    ("log_loss", "independent"): (20000, [-1, 1]),
    ("squared_error", "exclusive"): (2, [0, 0]),
    ("squared_error", "independent"): (2, [0, 0]),
}


@each_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_confident_errors_have_finite_cost(name, kind, dtype):
    raw = np.array([[-1e4, 1e4]], dtype)
    losses, gradient = evaluate(loss_of(name, kind), raw, np.array([[1, 0]]))
    value, slopes = CONFIDENT_ERRORS[name, kind]
    assert_allclose(losses, [value])
    assert_allclose(gradient, [slopes])


def test_exclusive_log_loss_ignores_a_common_shift():
    loss, targets = loss_of("log_loss", "exclusive"), make_targets("exclusive")
    losses, gradient = evaluate(loss, make_raw(), targets)
    shifted_losses, shifted_gradient = evaluate(loss, make_raw() + 1e4, targets)
    assert_allclose(shifted_losses, losses, atol=1e-10)
    assert_allclose(shifted_gradient, gradient, atol=1e-10)


def test_two_exclusive_classes_cost_what_one_independent_label_costs():
    raw, target = make_raw(n_outputs=1), make_targets("independent", n_outputs=1)
    binary, _ = evaluate(loss_of("log_loss", "independent"), raw, target)
    softmax, _ = evaluate(
        loss_of("log_loss", "exclusive"),
        np.hstack([np.zeros_like(raw), raw]),
        np.hstack([1 - target, target]),
    )
    assert_allclose(binary, softmax, rtol=1e-12)


def sigmoid(raw):
    return 1 / (1 + np.exp(-raw))


def in_proportion(numbers):
    return numbers / numbers.sum(axis=1, keepdims=True)


PROBABILITIES = {
    ("log_loss", "exclusive"): lambda raw: in_proportion(np.exp(raw)),
    ("log_loss", "independent"): sigmoid,
    ("squared_error", "exclusive"): lambda raw: in_proportion(sigmoid(raw)),
    ("squared_error", "independent"): sigmoid,
}


@each_loss
def test_log_proba_agrees_with_naive_formula(name, kind):
    log_p = loss_of(name, kind).log_proba(make_raw())
    assert_allclose(log_p, np.log(PROBABILITIES[name, kind](make_raw())), rtol=1e-12)


@each_loss
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_probabilities_are_positive_and_sum_to_one(name, kind, scale):
    loss, raw = loss_of(name, kind), (scale * make_raw()).astype(np.float32)
    log_p = loss.log_proba(raw)
    assert log_p.dtype == np.float64
    assert np.all(np.exp(log_p) > 0)
    if kind == "exclusive":
        total = np.exp(log_p).sum(axis=1)
    else:
        total = np.exp(log_p) + np.exp(loss.log_proba(-raw))
    assert_allclose(total, np.ones_like(total), rtol=1e-12)


@each_loss
def test_log_proba_leaves_its_input_alone(name, kind):
    raw = make_raw()
    raw.flags.writeable = False
    assert np.all(loss_of(name, kind).log_proba(raw) <= 0)


def test_normalized_sigmoids_keep_their_proportions_where_all_underflow():
    log_p = loss_of("squared_error", "exclusive").log_proba(np.array([[-5000.0, -4999.0]]))
    assert log_p[0, 1] - log_p[0, 0] == pytest.approx(1)
    assert_allclose(np.exp(log_p).sum(), 1)


@each_loss
def test_proba_is_the_mean_of_the_members(name, kind):
    loss = loss_of(name, kind)
    raw = np.random.default_rng(0).normal(scale=3, size=(3, 7, 4)).astype(np.float32)
    activate = in_proportion if loss.link.is_normalized else np.asarray
    nominal = np.exp if loss.link.is_normalized else sigmoid
    mean = np.mean([activate(nominal(each)) for each in raw.astype(float)], axis=0)
    expected = in_proportion(mean) if kind == "exclusive" else mean
    p = loss.proba(raw)
    assert p.dtype == np.float64
    assert_allclose(p, expected, rtol=1e-12)
    assert_allclose(loss.log_proba(raw), np.log(expected), rtol=1e-11)
    merged = loss.link.merge(raw)
    assert_allclose(loss.proba(merged), expected, rtol=1e-12)
    assert_allclose(np.exp(loss.log_proba(merged)), expected, rtol=1e-12)


@each_loss
@pytest.mark.parametrize("members", [(), (3,)])
def test_probabilities_are_never_zero_and_their_logarithms_finite(name, kind, members):
    loss, raw = loss_of(name, kind), np.tile([[-1e4, 1e4], [-1e4, -1e4]], (*members, 1, 1))
    assert np.all(loss.proba(raw) > 0)
    assert np.isfinite(loss.log_proba(raw)).all()


@each_loss
@pytest.mark.parametrize("weight", [None, np.arange(7.0)])
def test_mean_is_the_weighted_mean_of_the_losses(name, kind, weight):
    loss, raw, targets = loss_of(name, kind), make_raw().astype(np.float32), make_targets(kind)
    before = raw.copy()
    losses, _ = evaluate(loss, raw.astype(np.float64), targets)
    assert loss.mean(raw, targets, weight) == np.average(losses, weights=weight)
    assert_array_equal(raw, before)


@each_loss
def test_link_matches_the_slope_of_the_loss(name, kind):
    """The activations are what minimizes the loss: it vanishes where they equal the targets."""
    loss, raw = loss_of(name, kind), make_raw()
    _, gradient = evaluate(loss, raw, loss.link.activations(raw))
    assert_allclose(gradient, np.zeros_like(gradient), atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_smoothing_moves_exclusive_targets_towards_uniform(dtype):
    loss = loss_of("log_loss", "exclusive", label_smoothing=0.2)
    smooth = loss.smooth(np.array([[0, 1, 0, 0]], dtype))
    assert smooth.dtype == dtype
    assert_allclose(smooth, [[0.05, 0.85, 0.05, 0.05]], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_smoothing_moves_independent_targets_towards_a_half(dtype):
    loss = loss_of("log_loss", "independent", label_smoothing=0.2)
    smooth = loss.smooth(np.array([[0, 1, 1, 0]], dtype))
    assert smooth.dtype == dtype
    assert_allclose(smooth, [[0.1, 0.9, 0.9, 0.1]], rtol=1e-6)


def test_smoothing_moves_rare_classes_towards_little_more_than_they_have():
    targets = np.eye(3)[np.repeat([0, 1, 2], [1, 100, 899])]
    prior = smoothing_prior(targets, None, exclusive=True)
    assert_allclose(prior.sum(), 1)
    assert 0.003 < prior[0] < 0.005
    assert 0.3 < prior[1] < 0.4 < prior[2]
    assert_allclose(smoothing_prior(np.eye(4)[np.arange(8) % 4], None, exclusive=True), 0.25)
    weight = np.repeat([100.0, 1.0, 100 / 899], [1, 100, 899])
    assert_allclose(smoothing_prior(targets, weight, exclusive=True), 1 / 3)
    loss = make_loss("log_loss", exclusive=True, label_smoothing=0.1, prior=prior)
    assert_allclose(loss.smooth(targets)[0], [0.9 + 0.1 * prior[0], *(0.1 * prior[1:])])


def test_smoothing_moves_rare_labels_towards_little_more_than_they_have():
    labels = np.zeros((1000, 4))
    labels[:10, 0] = labels[:990, 1] = labels[:400, 2] = 1
    prior = smoothing_prior(labels, None, exclusive=False)
    assert_allclose(prior[:3], [0.03, 0.97, 0.5], rtol=0.1)
    assert 0 < prior[3] < 0.002


@each_loss
def test_smoothing_by_nothing_returns_the_targets_themselves(name, kind):
    targets, exclusive = make_targets(kind), kind == "exclusive"
    assert make_loss(name, exclusive=exclusive).smooth(targets) is targets
    assert LOSSES[name][kind](exclusive).smooth(targets) is targets


@pytest.mark.parametrize("label_smoothing", [0, 0.2])
@each_loss
def test_value_of_constant_is_the_mean_loss_of_the_frequencies(name, kind, label_smoothing):
    loss, unsmoothed = loss_of(name, kind, label_smoothing), make_targets(kind, n_rows=50)
    targets = loss.smooth(unsmoothed)
    frequencies = targets.mean(axis=0)
    if loss.link.is_normalized:
        constant = np.log(frequencies)
    else:
        constant = np.log(frequencies / (1 - frequencies))
    losses, _ = evaluate(loss, np.tile(constant, (50, 1)), targets)
    found = loss.value_of_constant(unsmoothed.mean(axis=0))
    assert found == pytest.approx(losses.mean(), rel=1e-12)


@each_loss
def test_value_of_constant_is_the_least_mean_loss_of_a_constant(name, kind):
    loss, targets = loss_of(name, kind), make_targets(kind, n_rows=50)
    least = loss.value_of_constant(targets.mean(axis=0))
    for constant in make_raw(n_rows=20):
        losses, _ = evaluate(loss, np.tile(constant, (50, 1)), targets)
        assert losses.mean() > least


@each_loss
def test_value_of_constant_is_zero_where_there_is_nothing_to_learn(name, kind):
    assert loss_of(name, kind).value_of_constant(np.array([0.0, 1.0, 0.0])) == 0


@each_loss
def test_make_loss_finds_the_registry_entry(name, kind):
    loss = loss_of(name, kind, label_smoothing=0.3)
    assert type(loss) is LOSSES[name][kind]
    assert loss.exclusive == (kind == "exclusive")
    assert loss.label_smoothing == 0.3


@each_loss
def test_a_loss_is_made_again_of_its_definition(name, kind):
    loss = loss_of(name, kind, 0.1)
    loss.prior = np.array([0.1, 0.9])
    again = make_loss(**loss.definition())
    assert (type(again), vars(again)) == (type(loss), vars(loss))
