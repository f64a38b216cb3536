"""Labels: what is no class, and what is none of the model's."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import label_binarize

from sknn import SimpleMLPClassifier
from sknn.preprocessing.labels import Labels

X = np.random.default_rng(0).normal(size=(20, 2))
STRINGS = ["a", "b"] * 10


def quick(**parameters):
    """Return a small classifier that trains fast."""
    return SimpleMLPClassifier((4,), max_iter=1, random_state=0, **parameters)


def with_gap(value, dtype=object):
    """Return labels of which that of row 3 is missing."""
    y = np.array(STRINGS, object)
    y[3] = value
    return pd.Series(y, dtype=dtype)


@pytest.mark.parametrize(
    "y",
    [
        with_gap(None),
        with_gap(np.nan),
        with_gap(pd.NA, "string"),
        with_gap(None).tolist(),
        np.where(np.arange(20) == 3, np.nan, 1.0),
        pd.array([0, 1, 0, None, 1] * 4, dtype="Int64"),
    ],
)
def test_a_missing_class_is_named_by_its_argument_and_row(y):
    with pytest.raises(ValueError, match=r"Input y contains (None|nan|<NA>).*\(row 3"):
        quick().fit(X, y)
    with pytest.raises(ValueError, match=r"Input y_val contains (None|nan|<NA>).*\(row 3"):
        quick(early_stopping=True).fit(X, STRINGS, X_val=X, y_val=y)


@pytest.mark.parametrize("container", [list, lambda y: np.array(y, object), pd.Series])
def test_strings_beside_numbers_are_no_classes(container):
    y = container(["a", 1] * 10)
    message = r"mixes strings like 'a' \(row 0\) and numbers like 1 \(row 1\)"
    with pytest.raises(ValueError, match=f"Input y {message}"):
        quick().fit(X, y)
    with pytest.raises(ValueError, match=f"Input y_val {message}"):
        quick(early_stopping=True).fit(X, STRINGS, X_val=X, y_val=y)
    with pytest.raises(ValueError, match=f"Input classes {message}"):
        quick().partial_fit(X, STRINGS, classes=["a", 1])


@pytest.mark.parametrize("scoring", ["loss", "accuracy"])
@pytest.mark.parametrize(("unknown", "row"), [(["a", "c"] * 10, 1), ([1, 2] * 10, 0)])
def test_an_unknown_class_for_validation_is_named(scoring, unknown, row):
    model = quick(early_stopping=True, scoring=scoring)
    message = rf"y_val contains the class {unknown[row]!r}, .*\['a', 'b'\] \(row {row}\)"
    with pytest.raises(ValueError, match=message):
        model.fit(X, STRINGS, X_val=X, y_val=unknown)


def test_another_form_of_labels_for_validation_is_named():
    with pytest.raises(ValueError, match=r"y_val of shape \(20, 2\) does not fit"):
        quick(early_stopping=True).fit(X, STRINGS, X_val=X, y_val=np.eye(2, dtype=int)[[0, 1] * 10])


@pytest.mark.parametrize("classes", [[], ["a"]])
def test_a_stream_has_at_least_two_classes(classes):
    with pytest.raises(ValueError, match=r"classes must hold at least 2 classes; got \["):
        quick().partial_fit(X, STRINGS, classes=classes)


@pytest.mark.parametrize("classes", [[0, 1], [-1.0, 1.0], ["b", "a", "c"], [True, False]])
def test_targets_are_those_of_label_binarize(classes):
    y = np.array(classes)[np.random.default_rng(0).integers(len(classes), size=30)]
    labels = Labels.find(y)
    np.testing.assert_array_equal(labels.targets(y), label_binarize(y, classes=labels.classes))
    some = y[y == y[0]]
    np.testing.assert_array_equal(
        labels.targets(some), label_binarize(some, classes=labels.classes)
    )
    assert labels.targets(y).shape == (30, labels.n_outputs)
    assert labels.targets(y).dtype == np.float64


def test_decisions_are_the_inverse_of_targets():
    for y in (np.array([3, 1, 2, 1]), np.array(["x", "y", "x"]), np.eye(3, dtype=int)):
        labels = Labels.find(y)
        np.testing.assert_array_equal(labels.decide(2 * labels.targets(y) - 1), y)
