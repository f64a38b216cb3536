"""scikit-learn's own checks of an estimator, and agreement with its MLPClassifier."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknn import PLAIN, SimpleMLPClassifier
from tests.models import members, plain, quick


# The checks themselves fit data that gives scikit-learn's and our own warnings.
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(
    [
        members(learning_rate=0.03, max_iter=15),
        plain(early_stopping=True, learning_rate=0.03, max_iter=20),
        quick(solver="lbfgs", loss="squared_error", scaling=None, max_iter=50),
    ]
)
def test_estimator_checks(estimator, check):
    check(estimator)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(
    [
        SimpleMLPClassifier(),
        SimpleMLPClassifier((32,), n_members=3, solver="sgd"),
        # Their few samples are one batch, for which 200 steps of 0.001 are not enough.
        SimpleMLPClassifier(**(PLAIN | {"learning_rate": 0.01})),
        SimpleMLPClassifier((16,), "logistic", loss="squared_error", learning_rate=0.01),
    ]
)
def test_estimator_checks_of_further_models(estimator, check):
    check(estimator)


SETTINGS = [
    pytest.param({"solver": "sgd", "momentum": 0.0}, id="sgd"),
    pytest.param({"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False}, id="momentum"),
    pytest.param({"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": True}, id="nesterov"),
    pytest.param({"solver": "adam"}, id="adam"),
]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("activation", ["relu", "logistic", "tanh", "identity"])
def test_a_run_equals_that_of_mlp_classifier(settings, n_classes, activation):
    X, y = make_classification(
        n_samples=120, n_features=6, n_informative=4, n_classes=n_classes, random_state=0
    )
    weight_decay = 0.003 if settings["solver"] == "sgd" else 0.0
    batch_size, n_epochs = 30, 30
    given = {
        "hidden_layer_sizes": (7, 5),
        "activation": activation,
        "learning_rate": 0.03,
        "weight_decay": weight_decay,
        "batch_size": batch_size,
        "max_iter": n_epochs,
        "shuffle": False,
        "dtype": "float64",
        "random_state": 3,
    }
    ours = SimpleMLPClassifier(**(PLAIN | given | settings))
    # An epoch of steps that are too small for any weight shows the weights at the start.
    start = SimpleMLPClassifier(**(PLAIN | given | settings | {"learning_rate": 1e-300}))
    start.set_params(max_iter=1).fit(X, y)
    ours.fit(X, y)

    # scikit-learn divides its penalty by the batch size; its shuffle=False needs no translation,
    # and its patience is switched off.
    theirs = MLPClassifier(
        (7, 5),
        activation,
        learning_rate_init=0.03,
        alpha=weight_decay * batch_size,
        batch_size=batch_size,
        max_iter=1,
        n_iter_no_change=np.inf,
        shuffle=False,
        warm_start=True,
        **settings,
    )
    with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
        theirs.fit(X, y)
    theirs.coefs_ = [weight.copy() for weight in start.coefs_]
    theirs.intercepts_ = [bias.copy() for bias in start.intercepts_]
    with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
        theirs.set_params(max_iter=n_epochs).fit(X, y)

    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_[1:], rtol=1e-9, atol=1e-9)
    for mine, other in zip(ours.coefs_, theirs.coefs_, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-9)
    for mine, other in zip(ours.intercepts_, theirs.intercepts_, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-8, atol=1e-9)


def test_early_stopping_waits_one_epoch_less_than_mlp_classifier(digits):
    settings = {"early_stopping": True, "n_iter_no_change": 3, "tol": 1.0, "random_state": 0}
    given = {"hidden_layer_sizes": (8,), "scoring": "accuracy", "scaling": "standard"}
    ours = SimpleMLPClassifier(**(PLAIN | given | settings)).fit(*digits)
    theirs = MLPClassifier((8,), **settings).fit(*digits)
    # With tol=1 only the first epoch counts as an improvement (over nothing).
    assert ours.n_iter_ == 1 + 3
    assert theirs.n_iter_ == 1 + 3 + 1
