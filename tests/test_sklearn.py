"""scikit-learn's own checks of an estimator, and agreement with its MLPClassifier."""

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknn import PLAIN, SimpleMLPClassifier
from sknn.network.perceptron import MultilayerPerceptron


# The checks themselves fit data that gives scikit-learn's and our own warnings.
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(
    [
        SimpleMLPClassifier(),
        SimpleMLPClassifier((32,), n_members=3, solver="sgd"),
        # The checks may ask for 1,000 iterations, which take L-BFGS long for several members.
        SimpleMLPClassifier((32,), solver="lbfgs"),
        # Their few samples are one batch, for which 200 steps of 0.001 are not enough.
        SimpleMLPClassifier(**(PLAIN | {"learning_rate": 0.01})),
        SimpleMLPClassifier((32,), early_stopping=True),
        SimpleMLPClassifier((16,), "logistic", loss="squared_error", learning_rate=0.01),
        SimpleMLPClassifier((), learning_rate=0.1, scaling=None),
    ],
)
def test_estimator_checks(estimator, check):
    check(estimator)


SETTINGS = [
    pytest.param({"solver": "sgd", "momentum": 0.0}, id="sgd"),
    pytest.param({"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False}, id="momentum"),
    pytest.param({"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": True}, id="nesterov"),
    pytest.param({"solver": "adam"}, id="adam"),
]


def starting_weights(seed, sizes, activation):
    """Return the weights and biases with which SimpleMLPClassifier(random_state=seed) starts."""
    entropy = np.random.RandomState(seed).randint(0, 2**32, size=4, dtype=np.uint32)
    network = MultilayerPerceptron(sizes, activation, dtype=np.float64)
    network.initialize(np.random.default_rng(entropy))
    return [(layer.weight, layer.bias) for layer in network.dense_layers()]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("activation", ["relu", "logistic", "tanh", "identity"])
def test_a_run_equals_that_of_mlp_classifier(settings, n_classes, activation, monkeypatch):
    X, y = make_classification(
        n_samples=120, n_features=6, n_informative=4, n_classes=n_classes, random_state=0
    )
    weight_decay = 0.003 if settings["solver"] == "sgd" else 0.0
    batch_size, n_epochs = 30, 60
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
    ours = SimpleMLPClassifier(**(PLAIN | given | settings)).fit(X, y)

    # scikit-learn divides its penalty by the batch size; its shuffle=False needs no translation,
    # and its patience is switched off.
    theirs = MLPClassifier(
        (7, 5),
        activation,
        learning_rate_init=0.03,
        alpha=weight_decay * batch_size,
        batch_size=batch_size,
        max_iter=n_epochs,
        n_iter_no_change=np.inf,
        shuffle=False,
        **settings,
    )
    start = iter(starting_weights(3, (6, 7, 5, 1 if n_classes == 2 else 3), activation))
    monkeypatch.setattr(
        MLPClassifier,
        "_init_coef",
        lambda self, fan_in, fan_out, dtype: tuple(part.copy() for part in next(start)),
    )
    with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
        theirs.fit(X, y)

    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-9, atol=1e-9)
    for mine, other in zip(ours.coefs_, theirs.coefs_, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-9)
    for mine, other in zip(ours.intercepts_, theirs.intercepts_, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-8, atol=1e-9)


def test_early_stopping_waits_one_epoch_less_than_mlp_classifier():
    X, y = load_digits(return_X_y=True)
    settings = {"early_stopping": True, "n_iter_no_change": 3, "tol": 1.0, "random_state": 0}
    given = {"hidden_layer_sizes": (8,), "scoring": "accuracy", "scaling": "standard"}
    ours = SimpleMLPClassifier(**(PLAIN | given | settings)).fit(X, y)
    theirs = MLPClassifier((8,), **settings).fit(X, y)
    # With tol=1 only the first epoch counts as an improvement (over nothing).
    assert ours.n_iter_ == 1 + 3
    assert theirs.n_iter_ == 1 + 3 + 1
