"""Settings of the test session, and data that several modules share."""

import os
import signal

import pytest
from sklearn.datasets import (
    load_digits,
    load_iris,
    make_classification,
    make_multilabel_classification,
)
from threadpoolctl import threadpool_limits

# Workers of pytest-xdist share the cores: with a BLAS thread for each core in each of them, small
# matrix products take many times longer.
# Their children do as they do: another number of threads rounds products differently.
if "PYTEST_XDIST_WORKER" in os.environ:
    threadpool_limits(1)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"


# Shells let background jobs ignore Ctrl-C, which some tests send.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def iris():
    return load_iris(return_X_y=True)


@pytest.fixture(scope="session")
def two_classes():
    return make_classification(n_samples=300, n_features=8, n_informative=5, random_state=0)


@pytest.fixture(scope="session")
def labels():
    return make_multilabel_classification(n_samples=200, n_features=10, n_classes=4, random_state=0)


@pytest.fixture(scope="session")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:400], y[:400]


@pytest.fixture(params=["two classes", "three classes", "labels"])
def problem(request, two_classes, iris, labels):
    return {"two classes": two_classes, "three classes": iris, "labels": labels}[request.param]
