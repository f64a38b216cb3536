import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn.calibration import Calibration
from sknn.network.losses import LOSSES, make_loss

each_kind = pytest.mark.parametrize("kind", LOSSES["log_loss"])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(7, 4), (3, 7, 4)])
def test_it_divides_by_the_temperature_and_adds_the_offset(dtype, shape):
    raw, offset = np.random.default_rng(0).normal(size=shape).astype(dtype), np.arange(4.0)
    found = Calibration(0.3, offset).apply(raw)
    assert found.dtype == dtype
    assert_array_equal(found, raw / dtype(0.3) + offset.astype(dtype))
    assert_array_equal(Calibration().apply(raw), raw)


@each_kind
def test_the_prior_stays_as_it_is(kind):
    prior = np.array([0.01, 0.3, 0.19, 0.5])
    loss = make_loss("log_loss", exclusive=kind == "exclusive", prior=prior)
    calibration, distance = Calibration.from_prior(loss, 0.25), np.array([1, -1, 0, 2])
    assert_allclose(calibration.apply(loss.link.raw(prior)), loss.link.raw(prior))
    surer = calibration.apply(loss.link.raw(prior) + distance)
    assert_allclose(surer, loss.link.raw(prior) + 4 * distance)
    equal = Calibration.from_prior(make_loss("log_loss", exclusive=loss.exclusive), 0.25)
    assert_array_equal(equal.apply(np.ones(4)), [4] * 4)
