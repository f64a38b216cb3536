"""Pictures are drawn without a screen, and closed; models that several displays draw."""

import matplotlib as mpl
import numpy as np
import pytest
from sklearn.datasets import load_digits, load_wine

mpl.use("agg")
import matplotlib.pyplot as plt

from sknn import SimpleMLPClassifier


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="package")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:500] / 16, y[:500]


@pytest.fixture(scope="package")
def lectures(digits):
    """A plain network of 64-16-16-10 neurons."""
    model = SimpleMLPClassifier((16, 16), "logistic", scaling=None, max_iter=5, random_state=0)
    return model.fit(*digits)


@pytest.fixture(scope="package")
def default(digits):
    """Eight members, on an embedding of the numbers."""
    return SimpleMLPClassifier(max_iter=2, random_state=0).fit(*digits)


@pytest.fixture(scope="package")
def wines():
    X, y = load_wine(return_X_y=True, as_frame=True)
    return X, np.array(["Barolo", "Grignolino", "Barbera"])[y]


@pytest.fixture(scope="package")
def wine(wines):
    """Named features and classes."""
    return SimpleMLPClassifier((8,), max_iter=5, random_state=0).fit(*wines)
