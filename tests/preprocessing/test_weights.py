"""Weights: of samples and of classes."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from sknn import SimpleMLPClassifier
from sknn.preprocessing.labels import Labels
from sknn.preprocessing.weights import check_class_weight, combine_weights, explicit_class_weight


def test_weights_stay_finite_however_large():
    X, y = np.eye(6), np.array([0, 1] * 3)
    models = [
        SimpleMLPClassifier((), learning_rate=0.003, class_weight=by_class, random_state=0).fit(
            X, y, np.full(6, w)
        )
        for w, by_class in ((1.0, {0: 1, 1: 1}), (1e308, {0: 1e308, 1: 1e308}))
    ]
    np.testing.assert_array_equal(models[0].predict_proba(X), models[1].predict_proba(X))


@pytest.mark.parametrize("wrong", [-0.1, np.nan, np.inf])
def test_class_weights_are_finite_and_not_negative(wrong):
    model = SimpleMLPClassifier(class_weight={0: wrong, 1: 1.0})
    with pytest.raises(ValueError, match="class_weight must be finite and not negative"):
        model.fit(np.eye(4), [0, 1, 0, 1])


def test_class_weights_of_zero_leave_nothing_to_learn():
    model = SimpleMLPClassifier(class_weight={0: 0.0, 1: 0.0})
    with pytest.raises(ValueError, match="weight zero"):
        model.fit(np.eye(4), [0, 1, 0, 1])


Y = np.random.default_rng(0).integers(3, size=50)
LABELS = np.random.default_rng(0).integers(2, size=(50, 2))


@pytest.mark.parametrize(
    ("class_weight", "y"),
    [
        ("balanced", Y),
        ("balanced", np.array(["no", "yes", "perhaps"])[Y]),
        ({0: 2.0, 1: 3.0, 2: 0.5}, Y),
        ("balanced", LABELS),
        ([{0: 2.0, 1: 3.0}, {0: 0.0, 1: 1.0}], LABELS),
    ],
)
def test_weights_of_classes_are_those_of_scikit_learn_but_for_a_power_of_2(class_weight, y):
    weight = combine_weights(np.zeros((50, 1)), y, None, class_weight)
    expected = compute_sample_weight(class_weight, y)
    ratio = weight[expected > 0] / expected[expected > 0]
    assert np.ptp(ratio) == 0
    assert np.log2(ratio[0]).is_integer()
    np.testing.assert_array_equal(weight == 0, expected == 0)


def test_classes_without_a_weight_have_weight_1_and_weights_without_a_class_are_ignored():
    weight = combine_weights(np.zeros((3, 1)), np.array([0, 1, 1]), None, {0: 4.0, 7: 2.0})
    np.testing.assert_array_equal(weight / weight[1], [4, 1, 1])


def test_sample_and_class_weights_are_multiplied():
    weight = combine_weights(np.zeros((3, 1)), np.array([0, 1, 1]), [1.0, 2, 4], {0: 8.0, 1: 1.0})
    np.testing.assert_array_equal(weight / weight.max(), [1, 0.25, 0.5])
    assert combine_weights(np.zeros((3, 1)), np.array([0, 1, 1]), None, None) is None


def test_balanced_weights_of_training_suit_validation():
    weight = explicit_class_weight("balanced", np.array(["a", "b", "b", "b"]))
    assert weight == {"a": 2.0, "b": 4 / 6}
    by_label = explicit_class_weight("balanced", np.array([[0, 1], [1, 1], [1, 1], [1, 0]]))
    assert by_label == [{0: 2.0, 1: 4 / 6}, {0: 2.0, 1: 4 / 6}]


def test_a_weight_for_no_class_is_named():
    labels = Labels.find(np.array(["a", "b"]))
    check_class_weight({"a": 2.0}, labels)
    with pytest.raises(ValueError, match=r"weight for 'c', which is none of .*\['a', 'b'\]"):
        check_class_weight({"a": 2.0, "c": 1.0}, labels)
    with pytest.raises(ValueError, match="weight for 2, which is none"):
        check_class_weight([{0: 1}, {2: 1}], Labels.find(LABELS))
