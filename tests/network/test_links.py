import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, softmax

from sknn.network.links import Logistic, Softmax


def naive_softmax(raw):
    return np.exp(raw) / np.exp(raw).sum(axis=-1, keepdims=True)


def naive_logistic(raw):
    return 1 / (1 + np.exp(-raw))


FORMULAS = {Softmax: naive_softmax, Logistic: naive_logistic}
STABLE = {Softmax: lambda raw: softmax(raw, axis=-1), Logistic: expit}

each_link = pytest.mark.parametrize("link_class", FORMULAS)


def make_raw(*members, dtype=np.float64):
    """Return raw predictions that may not be written to."""
    raw = np.random.default_rng(0).normal(scale=3, size=(*members, 7, 4)).astype(dtype)
    raw.flags.writeable = False
    return raw


@each_link
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("members", [(), (3,)])
def test_activations_and_their_logarithms_agree_with_the_formula(link_class, dtype, members):
    link, raw = link_class(), make_raw(*members, dtype=dtype)
    expected = FORMULAS[link_class](raw.astype(np.float64))
    for found in (link.activations(raw), np.exp(link.log_activations(raw))):
        assert found.dtype == np.float64
        assert_allclose(found, expected, rtol=1e-12)


@each_link
def test_logarithms_are_finite_where_activations_underflow(link_class):
    log_a = link_class().log_activations(np.array([[-1e4, 1e4]], np.float32))
    assert np.isfinite(log_a).all()
    assert log_a[0, 0] < -9999


@each_link
def test_normalized_activations_sum_to_one(link_class):
    link = link_class()
    sums = link.activations(make_raw()).sum(axis=-1)
    assert np.allclose(sums, 1) == link.is_normalized


@each_link
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_members_are_merged_by_the_mean_of_their_activations(link_class, dtype):
    link, raw, activate = link_class(), make_raw(3, dtype=dtype), STABLE[link_class]
    expected = activate(raw.astype(np.float64)).mean(axis=0)
    assert_allclose(activate(link.merge(raw)), expected, rtol=1e-12)
    assert_allclose(link.mean_activations(raw), expected, rtol=1e-12)
    assert_allclose(link.log_mean_activations(raw), np.log(expected), rtol=1e-11)


@each_link
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_member_is_merged_already(link_class, dtype):
    link, raw = link_class(), make_raw(dtype=dtype)
    assert_array_equal(link.merge(raw), raw)
    assert_array_equal(link.mean_activations(raw), link.activations(raw))
    assert_array_equal(link.log_mean_activations(raw), link.log_activations(raw))


@each_link
def test_raw_predictions_of_activations_have_these_activations(link_class):
    link = link_class()
    activations = link.activations(make_raw())
    assert_allclose(link.activations(link.raw(activations)), activations, rtol=1e-12)


@each_link
def test_merged_predictions_are_finite_however_sure_the_members_are(link_class):
    link = link_class()
    raw = np.array([[[0.0, 2000.0]], [[0.0, 3000.0]]])
    assert np.isfinite(link.merge(raw)).all()
    assert np.isfinite(link.log_mean_activations(raw)).all()
