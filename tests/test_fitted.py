"""Attributes of a fitted estimator: there after `fit`, read-only, and documented."""

import inspect
import re

import pytest

from sknn import SimpleMLPClassifier
from sknn.fitted import FittedAttribute

NAMES = [
    name
    for name in dir(SimpleMLPClassifier)
    if isinstance(inspect.getattr_static(SimpleMLPClassifier, name), FittedAttribute)
]


@pytest.fixture(scope="module")
def model(iris):
    return SimpleMLPClassifier((4,), max_iter=2, random_state=0).fit(*iris)


@pytest.mark.parametrize("name", NAMES)
def test_an_attribute_is_there_after_fit_and_cannot_be_set(name, model):
    assert not hasattr(SimpleMLPClassifier(), name)
    with pytest.raises(AttributeError, match="SimpleMLPClassifier is not fitted yet"):
        getattr(SimpleMLPClassifier(), name)
    assert hasattr(model, name)
    with pytest.raises(AttributeError, match="read-only"):
        setattr(model, name, 1)


def test_all_of_them_are_documented():
    attributes = SimpleMLPClassifier.__doc__.partition("    Attributes\n")[2]
    documented = re.findall(r"^    (\w+_) :", attributes.partition("    See Also\n")[0], re.M)
    assert set(documented) == {*NAMES, "n_features_in_", "feature_names_in_"}
