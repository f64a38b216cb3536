"""The pictures of the displays, for the user guide and the API reference."""

from functools import cache

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import (
    ActivationsDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    SimpleMLPClassifier,
    WeightsDisplay,
)


@cache
def data():
    return train_test_split(*load_digits(return_X_y=True), random_state=0)


@cache
def model(sizes):
    X_train, _, y_train, _ = data()
    settings = {"learning_rate": 0.01, "max_iter": 30, "early_stopping": True}
    return SimpleMLPClassifier(sizes, **settings, random_state=0).fit(X_train, y_train)


def loss_curve():
    ax = None
    for sizes in (8,), (16, 16):
        ax = LossCurveDisplay.from_estimator(model(sizes), name=str(sizes), ax=ax).ax_


def network():
    NetworkDisplay.from_estimator(model((16, 16)))


def weights():
    WeightsDisplay.from_estimator(model((16, 16)), image_shape=(8, 8))


def activations():
    ActivationsDisplay.from_estimator(model((16, 16)), data()[1][:1], image_shape=(8, 8))
