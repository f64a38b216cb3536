import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize_scalar

from sknn.network.losses import make_loss
from sknn.network.perceptron import MultilayerPerceptron
from sknn.training.data import TrainingSet
from sknn.training.out_of_fold import OutOfFold, assign_folds


@pytest.mark.parametrize("n_members", [2, 8])
def test_folds_have_equal_shares_of_each_class(n_members):
    codes = np.random.default_rng(0).integers(3, size=500)
    folds = assign_folds(codes, n_members, np.random.default_rng(1))[:, 0]
    for code in range(3):
        sizes = np.bincount(folds[codes == code], minlength=n_members)
        assert sizes.max() - sizes.min() <= 1
    sizes = np.bincount(folds)
    assert sizes.max() - sizes.min() <= 1


def test_an_eighth_of_the_rows_is_left_out_by_two_members():
    first, second = assign_folds(np.zeros(640, int), 8, np.random.default_rng(0)).T
    shared = first != second
    assert shared.sum() == 80
    assert_array_equal(np.bincount(second[shared]), [10] * 8)
    first, second = assign_folds(np.zeros(640, int), 2, np.random.default_rng(0)).T
    assert_array_equal(first, second)  # of two members, one has to learn from each row


def test_folds_are_a_matter_of_the_seed():
    codes = np.zeros(50, int)
    first, again, other = (assign_folds(codes, 4, np.random.default_rng(s)) for s in (0, 0, 1))
    assert_array_equal(first, again)
    assert (first != other).any()


def test_each_row_is_predicted_by_the_members_that_leave_it_out():
    rng = np.random.default_rng(0)
    network = MultilayerPerceptron([2, 4, 3], dtype=np.float64, n_members=3)
    network.initialize(rng)
    data = TrainingSet(rng.normal(size=(20, 2)), np.eye(3)[rng.integers(3, size=20)], None)
    rows = OutOfFold(network, make_loss("log_loss", exclusive=True), data, rng)
    every = network.predict_raw(data.inputs)
    for raw, folds in zip(rows.raw(), rows.folds.T, strict=True):
        assert_array_equal(raw, [every[folds[i], i] for i in range(20)])
    takes_part = rows.training_weight() > 0
    for i, left_out in enumerate(rows.folds):
        assert_array_equal(np.flatnonzero(~takes_part[i]), np.unique(left_out))


class Team:
    """Members that see one signal, the first number of each row, and noise of their own."""

    n_members, dtype = 8, np.dtype(np.float64)

    def __init__(self, noise):
        self.noise = noise

    def raw(self, inputs):
        noise = np.random.default_rng(1).normal(scale=self.noise, size=(8, len(inputs), 1))
        return 2 * (inputs[:, :1] + noise)

    def map_chunks(self, function, inputs, *, are_inputs):
        return [function(slice(None), self.raw(inputs))]


@pytest.mark.parametrize("noise", [0.0, 0.5, 1.0])
def test_temperature_is_that_of_the_mean_of_the_members(noise):
    """The noise of members makes them too sure, and their mean only an eighth of it."""
    rng = np.random.default_rng(0)
    inputs, loss = rng.normal(size=(40_000, 1)), make_loss("log_loss", exclusive=False)
    targets = (rng.random((40_000, 1)) < 1 / (1 + np.exp(-inputs))).astype(float)
    team = Team(noise)
    found = OutOfFold(team, loss, TrainingSet(inputs, targets, None), rng).calibration()
    raw = team.raw(inputs)
    best = minimize_scalar(lambda t: loss.mean(loss.link.merge(raw / t), targets), (1, 2)).x
    assert_allclose(found.temperature, best, rtol=0.1)
    assert_allclose(found.offset, 0, atol=0.05)
