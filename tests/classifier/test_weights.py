"""Weights of samples and of classes."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification

from sknn.network.losses import LOSSES
from tests.models import members, plain, quick


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("loss", LOSSES)
def test_weights_equal_repeated_samples(two_classes, solver, loss):
    X, y = (part[:60] for part in two_classes)
    weight = np.random.default_rng(0).integers(0, 4, 60)
    model = plain(solver=solver, loss=loss, batch_size=1000, max_iter=20, weight_decay=0.001)
    model.set_params(learning_rate=0.1)
    weighted = clone(model).fit(X, y, sample_weight=weight)
    repeated = clone(model).fit(X.repeat(weight, axis=0), y.repeat(weight))
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), rtol=1e-6)


def test_weights_equal_repeated_samples_for_members_too(iris):
    """Also where the largest weight is no power of 2: it must not cost a digit."""
    X, y = iris[0][::3], iris[1][::3]
    counts = np.random.default_rng(0).integers(0, 4, size=len(y))
    repeated = np.repeat(np.arange(len(y)), counts)
    expected = members().fit(X[repeated], y[repeated]).predict_proba(X)
    np.testing.assert_array_equal(members().fit(X, y, counts * 1.0).predict_proba(X), expected)
    for unit in (0.1, 3e200):
        p = members().fit(X, y, counts * unit).predict_proba(X)
        np.testing.assert_allclose(p, expected, atol=0.01)


def test_only_the_proportions_of_weights_matter(two_classes):
    X, y = two_classes
    weight = np.random.default_rng(0).random(300)
    p, q = (members().fit(X, y, weight * c).predict_proba(X) for c in (1, 1024))
    np.testing.assert_array_equal(p, q)


def test_batches_of_zero_weight_do_no_harm(two_classes):
    X, y = two_classes
    weight = np.where(np.arange(300) < 250, 0.0, 1.0)
    model = quick(batch_size=10, shuffle=False).fit(X, y, weight)
    assert np.isfinite(model.loss_curve_).all()


def test_class_weight_is_a_weight_of_samples(problem):
    X, y = problem
    if y.ndim == 2:
        class_weight, factor = [{0: 1, 1: 3}] * 4, np.where(y == 1, 3, 1).prod(axis=1)
    else:
        class_weight, factor = {0: 1, 1: 3} | ({2: 1} if y.max() == 2 else {}), 1 + 2 * (y == 1)
    weight = np.random.default_rng(0).random(len(X))
    by_class = members(class_weight=class_weight).fit(X, y, weight)
    by_sample = members().fit(X, y, weight * factor)
    np.testing.assert_allclose(by_class.predict_proba(X), by_sample.predict_proba(X), atol=1e-4)


@pytest.mark.parametrize("make", [quick, members])
def test_balanced_classes_raise_the_recall_of_the_rare_one(make):
    X, y = make_classification(n_samples=600, weights=[0.9], flip_y=0.1, random_state=0)
    recalls = [
        (make(class_weight=each, max_iter=40).fit(X, y).predict(X)[y == 1] == 1).mean()
        for each in (None, "balanced")
    ]
    assert recalls[1] > recalls[0] + 0.1


def test_labels_take_a_list_of_class_weights(labels):
    X, Y = labels
    p, q = (
        quick(class_weight=[{0: 1, 1: w}] * 4, batch_size=20).fit(X, Y).predict_proba(X).mean()
        for w in (1, 5)
    )
    assert q > p


def test_class_weights_are_for_classes_of_the_model_not_of_the_portion(iris):
    X, y = iris
    model = quick(class_weight={0: 5.0, 1: 1.0})
    model.partial_fit(X[50:], y[50:], classes=[0, 1, 2]).partial_fit(X, y)
    twin = quick()
    twin.partial_fit(X[50:], y[50:], classes=[0, 1, 2])
    twin.partial_fit(X, y, sample_weight=np.where(y == 0, 5.0, 1.0))
    np.testing.assert_allclose(model.coefs_[0], twin.coefs_[0], rtol=1e-5, atol=1e-7)
    quick(class_weight={0: 5.0}, early_stopping=True).fit(X, y, X_val=X[50:], y_val=y[50:])
    with pytest.raises(ValueError, match=r"class_weight has a weight for 7, .* \[0, 1, 2\]"):
        quick(class_weight={0: 1, 7: 2}).fit(X, y)
    for weights in ({0: 1}, [{0: 1}]):
        with pytest.raises(ValueError, match="a list with a dict for each of the 2 labels"):
            quick(class_weight=weights).fit(X, np.eye(150, 2, dtype=int))
    with pytest.raises(ValueError, match="as a list is for multilabel targets"):
        quick(class_weight=[{0: 1}]).fit(X, y)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.zeros(150), "weight zero|at least one non-zero"),
        (
            np.r_[-1.0, np.ones(149)],
            "sample_weight must be finite and not negative; it contains -1.0",
        ),
        (np.ones(149), "shape"),
    ],
)
def test_bad_sample_weights(iris, weight, message):
    with pytest.raises(ValueError, match=message):
        quick().fit(*iris, sample_weight=weight)


def test_weights_may_be_very_far_apart():
    """Where the heavy samples are held out, squares of the other weights underflow."""
    X, Y = np.zeros((4, 1)), np.array([[1, 0], [0, 1], [1, 1], [1, 0]])
    weight = [1e300, 1, 1, 1e300]
    model = quick(early_stopping=True, max_iter=1, random_state=1).fit(X, Y, weight)
    assert np.isfinite(model.predict_proba(X)).all()


def test_thresholds_of_numbers_come_from_rows_with_weight_alone():
    """Also where they are few of very many."""
    X = np.random.default_rng(0).normal(size=(25_000, 1)).astype(np.float32)
    y, rows = (X[:, 0] > 0.3).astype(int), slice(0, 1000)
    weight = np.zeros(len(y))
    weight[rows] = 1
    model = quick((), batch_size=5000, max_iter=1, dtype="float32")
    expected = clone(model).fit(X[rows], y[rows]).network_.basis
    basis = clone(model).fit(X, y, weight).network_.basis
    np.testing.assert_array_equal(basis.start, expected.start)
    np.testing.assert_array_equal(basis.slope, expected.slope)
