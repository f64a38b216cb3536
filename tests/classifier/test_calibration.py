"""Calibration: what members leave out, the temperature, and which cycle of the schedule is kept."""

import copy

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.base import clone
from sklearn.metrics import log_loss

from sknn import SimpleMLPClassifier
from tests.models import members

# Without scaling and embedding nothing that the members share depends on a single sample.
ALONE = {
    "hidden_layer_sizes": (4,),
    "activation": "leaky_relu",
    "scaling": None,
    "batch_size": 8,
    "max_iter": 2,
    "learning_rate_schedule": "cosine",
}


def refitted(model, X, y):
    """Return a model that goes on as this one does, fitted."""
    return (copy.deepcopy(model) if hasattr(model, "network_") else clone(model)).fit(X, y)


def left_out(model, X, y, rows=range(24)):
    """Return the members that leave out each row: those that do not change if it does."""
    before = refitted(model, X, y).intercepts_[-1]
    found = []
    for row in rows:
        other = X.copy()
        other[row] += 1
        after = refitted(model, other, y).intercepts_[-1]
        found.append(np.flatnonzero((before == after).all(axis=1)).tolist())
    return found


@pytest.fixture
def few(problem):
    X, y = problem
    rows = np.arange(24) * (len(X) // 24)
    return X[rows], y[rows]


def test_each_member_leaves_out_a_fold_of_its_own(few):
    X, y = few
    found = left_out(members(**ALONE), X, y)
    assert sorted(map(len, found)) == [1] * 21 + [2] * 3  # an eighth by two members
    sizes = np.bincount(np.concatenate(found))
    assert sizes.tolist() == [9, 9, 9]


def test_folds_are_those_of_the_seed_whatever_else_is_random(iris):
    X, y = (part[::6] for part in iris)
    folds = left_out(members(**ALONE), X, y, range(8))
    for each in ({"dropout": 0.01}, {"shuffle": False}, {"batch_size": 6}, {"activation": "elu"}):
        assert left_out(members(**ALONE | each), X, y, range(8)) == folds
    assert left_out(members(**ALONE, random_state=1), X, y, range(8)) != folds


def test_a_continued_model_leaves_out_the_same_samples(iris):
    X, y = (part[::6] for part in iris)
    model = members(**ALONE, warm_start=True)
    first = left_out(model, X, y, range(8))
    assert left_out(model.fit(X, y), X, y, range(8)) == first


def test_partial_fit_leaves_out_nothing(iris):
    X, y = (part[::6] for part in iris)
    one, other = (
        members(**ALONE).partial_fit(each, y, classes=[0, 1, 2]) for each in (X, X + np.eye(25, 4))
    )
    assert (one.intercepts_[-1] != other.intercepts_[-1]).any(axis=1).all()
    assert one.temperature_ == 1


def test_a_member_learns_nothing_of_the_labels_it_left_out(labels):
    X, Y = (part[:40] for part in labels)
    settings = ALONE | {"max_iter": 8}
    model = members(**settings).fit(X, Y)
    is_left_out = np.array([[1 in each] for each in left_out(members(**ALONE), X, Y, range(40))])
    other = members(**settings).fit(X, np.where(is_left_out, 1 - Y, Y))
    for mine, its in zip(model.coefs_, other.coefs_, strict=True):
        changed = [not np.array_equal(a, b) for a, b in zip(mine, its, strict=True)]
        assert changed == [True, False, True]
    assert other.temperature_ > model.temperature_  # what it says of them is wrong


# --------------------------------------------------------------------------- temperature


@pytest.mark.parametrize(
    "settings",
    [
        {"calibrate": False},
        {"n_members": 1, "calibrate": False},
        {"n_members": 1, "solver": "lbfgs"},
        {"loss": "squared_error"},
        {"solver": "lbfgs"},
        {"batch_size": 150},
    ],
)
def test_temperature_is_1_where_nothing_is_calibrated(iris, settings):
    assert members(**settings).fit(*iris).temperature_ == 1


@pytest.mark.parametrize(
    ("label_smoothing", "temperature"), [(0, 1), (0.05, 0.6**0.5), (0.1, 0.6), (0.3, 0.6)]
)
def test_one_network_has_the_temperature_usual_for_its_smoothing(
    iris, label_smoothing, temperature
):
    """The classes of iris are equally frequent and nearly certain."""
    model = members(n_members=1, label_smoothing=label_smoothing, max_iter=60).fit(*iris)
    assert model.temperature_ == pytest.approx(temperature)
    raw = model.network_.predict_raw(iris[0]).astype(float)
    expected = softmax(raw / temperature + model.offset_, axis=1)
    np.testing.assert_allclose(model.predict_proba(iris[0]), expected, rtol=1e-5)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("schedule", ["coslog4", "cosine"])
def test_temperature_is_another_where_something_is(problem, solver, schedule):
    model = members(solver=solver, learning_rate_schedule=schedule, max_iter=12).fit(*problem)
    assert 0.05 < model.temperature_ < 4
    assert model.temperature_ != 1


def test_temperature_of_an_earlier_fit_is_forgotten_where_nothing_is_calibrated(iris):
    for warm_start in (False, True):
        model = members(warm_start=warm_start).fit(*iris)
        assert model.temperature_ != 1
        assert model.set_params(calibrate=False).fit(*iris).temperature_ == 1


def test_calibration_makes_predictions_of_smoothed_targets_surer(digits):
    X, y = digits
    settings = {"hidden_layer_sizes": (32,), "max_iter": 15, "batch_size": 32}
    calibrated, not_calibrated = (
        members(calibrate=calibrate, **settings).fit(X[:300], y[:300]).predict_proba(X[300:])
        for calibrate in (True, False)
    )
    assert calibrated.max(axis=1).mean() > not_calibrated.max(axis=1).mean() + 0.05
    assert log_loss(y[300:], calibrated) < 0.9 * log_loss(y[300:], not_calibrated)


def rare(offset, n_rows, seed=0):
    """Return features, true probabilities of the second class, and classes drawn from these."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, 5))
    p = expit(1.5 * X[:, 0] + offset)
    return X, p, (rng.random(n_rows) < p).astype(int)


def distances(model, X, p):
    """Return the mean probability by that of the truth, and the excess of the log-loss.

    The excess is 0 for the truth and 1 for a constant.
    """
    found = model.predict_proba(X)[:, 1]
    truth, constant, loss = (
        -np.mean(p * np.log(each) + (1 - p) * np.log1p(-each))
        for each in (p, np.full_like(p, p.mean()), found)
    )
    return found.mean() / p.mean(), (loss - truth) / (constant - truth)


@pytest.mark.parametrize("n_members", [1, 4])
def test_rare_classes_are_as_probable_as_they_are_frequent(n_members):
    X, p, y = rare(-4, 8_000)
    model = members(n_members=n_members, hidden_layer_sizes=(16,), numeric_embedding=None)
    mean, excess = distances(model.fit(X[:4_000], y[:4_000]), X[4_000:], p[4_000:])
    assert mean == pytest.approx(y[:4_000].mean() / p.mean(), rel=0.15)
    assert excess < 0.2


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, {"hidden_layer_sizes": (64, 64)}])
@pytest.mark.parametrize(
    ("offset", "tolerance", "most"),
    [(-7.5, 0.3, 1.0), (-5.5, 0.15, 0.2), (-3.5, 0.07, 0.1), (0, 0.05, 0.08)],
)
def test_probabilities_of_many_rows_are_frequencies(settings, offset, tolerance, most):
    X, p, y = rare(offset, 40_000)
    halves = slice(20_000), slice(20_000, None)
    # Of the rarest class, a training set has only some 35 rows: the average over two counts.
    found = []
    for known, new in [halves, halves[::-1]][: 1 + (offset == -7.5)]:
        model = SimpleMLPClassifier(random_state=0, **settings).fit(X[known], y[known])
        found.append(distances(model, X[new], p[new]))
    mean, excess = np.mean(found, axis=0)
    assert mean == pytest.approx(1, rel=tolerance)
    is_single_and_rarest = settings and offset == -7.5  # 26 to 120 % over six training sets
    assert excess < (1.5 if is_single_and_rarest else most)


# ------------------------------------------------------------------------ the best cycle


@pytest.fixture
def doubtful():
    """Return samples of which many labels are wrong: it helps nothing to learn them by heart."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 3))
    return X, (X[:, 0] > 0) ^ (rng.random(150) < 0.3)


@pytest.fixture
def spirals():
    """Return samples whose classes are two arms of a spiral, which takes long to learn."""
    angle = np.random.default_rng(0).uniform(np.pi, 3.5 * np.pi, 300)
    sign = np.where(np.arange(300) % 2, 1, -1)
    return np.column_stack([angle * np.cos(angle) * sign, angle * np.sin(angle) * sign]), sign


def test_best_iter_is_the_end_of_a_cycle(doubtful):
    for seed in range(3):
        model = members(hidden_layer_sizes=(64, 64), max_iter=120, random_state=seed).fit(*doubtful)
        assert model.best_iter_ in {8, 24, 56, 120}
        assert model.n_iter_ in {56, 120}
        assert model.best_iter_ <= model.n_iter_
        assert len(model.loss_curve_) == model.n_iter_
        assert model.loss_ == model.loss_curve_[model.best_iter_ - 1]


def test_training_is_shorter_where_labels_are_doubtful_and_longer_where_they_are_learnt_slowly(
    doubtful, spirals
):
    """Without out-of-fold rows there are 1,000 steps: 500 epochs of 2 batches, 200 of 5."""
    settings = {"max_iter": "auto", "learning_rate": 0.0025, "hidden_layer_sizes": (16,)}
    assert members(**settings).fit(*doubtful).n_iter_ < 500 / 2
    assert members(**settings).fit(*spirals).n_iter_ > 2 * 200
    for data, n_epochs in ((doubtful, 500), (spirals, 200)):
        assert members(**settings, calibrate=False).fit(*data).n_iter_ == n_epochs


def test_learning_rates_do_not_depend_on_how_long_training_may_last(doubtful):
    settings = {"max_iter": "auto", "hidden_layer_sizes": (4,), "learning_rate": 0.0025}
    decided, fixed = (
        members(**settings, calibrate=calibrate).fit(*doubtful).learning_rates_
        for calibrate in (True, False)
    )
    n = min(len(decided), len(fixed))
    np.testing.assert_allclose(decided[:n], fixed[:n], rtol=0.02, atol=1e-5)


def test_early_stopping_decides_alone(doubtful):
    """What out-of-fold rows say ends no run that has validation samples."""
    settings = {"early_stopping": True, "n_iter_no_change": np.inf, "hidden_layer_sizes": (16,)}
    model = members(**settings, max_iter=120, learning_rate=0.0025).fit(*doubtful)
    assert model.n_iter_ == 120


@pytest.mark.parametrize("max_iter", [1, 2, 3, 4, 7, 8])
def test_few_epochs_have_fewer_cycles(iris, max_iter):
    model = members(max_iter=max_iter).fit(*iris)
    assert 1 <= model.best_iter_ <= model.n_iter_ <= max_iter
