"""What features may be: their units, sizes, types and containers."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_iris,
    load_wine,
    make_classification,
)

from tests.models import members, plain, quick

DATA = {
    "iris": load_iris,
    "wine": load_wine,
    "breast_cancer": load_breast_cancer,
    "digits": load_digits,
    "synthetic": lambda return_X_y: make_classification(
        n_samples=400, n_features=8, n_informative=5, n_classes=3, random_state=0
    ),
}


UNITS = {
    "Fahrenheit": lambda X: X * 1.8 + 32,
    "standard deviations": lambda X: X / np.where(X.std(axis=0) > 0, X.std(axis=0), 1),
    "a million times": lambda X: X * 1e6,
    "a millionth": lambda X: X * 1e-6,
    "each its own": lambda X: X * np.logspace(-6, 6, X.shape[1]),
}


@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize(
    "name",
    [name if name == "iris" else pytest.param(name, marks=pytest.mark.slow) for name in DATA],
)
def test_units_of_features_do_not_matter(name, units):
    X, y = DATA[name](return_X_y=True)
    p, q = (members(max_iter=12).fit(A, y).predict_proba(A) for A in (X, UNITS[units](X)))
    np.testing.assert_allclose(q, p, atol=1e-3)


def test_not_even_the_rounding_differs_if_units_are_powers_of_two(iris):
    X, y = iris
    p, q = (members(max_iter=60).fit(A, y).predict_proba(A) for A in (X, X * 1024))
    np.testing.assert_array_equal(p, q)


def test_far_outliers_hardly_move_the_other_predictions(two_classes):
    X, y = two_classes
    far = X.copy()
    far[:3] *= 1e9
    p, q = (members(max_iter=20).fit(A, y).predict(A)[3:] for A in (X, far))
    assert (p == q).mean() > 0.9


def test_robust_scaling_bounds_features_of_any_size(iris):
    X, y = iris
    assert members(batch_size=30).fit(X * 1e37, y).score(X * 1e37, y) > 0.9
    model = members().fit(X * 1e-10, y)
    assert np.isfinite(model.predict_log_proba(np.full((1, 4), 3e38))).all()


@pytest.mark.parametrize("method", ["fit", "predict", "partial_fit"])
@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e39, -1e300])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix, "frame"])
def test_numbers_out_of_range_are_refused_by_column(iris, method, value, container):
    X, y = iris
    frame = "frame"
    names = list("abcd")

    def contained(A):
        return pd.DataFrame(A, columns=names) if container == frame else container(A)

    bad = X.copy()
    bad[7, 2] = value
    model = quick(max_iter=1).fit(contained(X), y)
    column = "'c'" if container == frame else "2"
    with pytest.raises(ValueError, match=rf"Input X contains.*\(column {column}\)"):
        getattr(model, method)(*((contained(bad),) if method == "predict" else (contained(bad), y)))


def test_scales_of_much_data_are_close_to_those_of_all_of_it():
    """Quantiles come from some rows where there are more than two million numbers."""
    X = np.random.default_rng(0).normal(size=(22_000, 100)) * np.logspace(-3, 3, 100)
    X[:, 99] = np.arange(22_000) == 7  # of one row only
    y = np.arange(22_000) % 2
    columns = [0, 50, 99]
    some, exact = (
        quick((), batch_size=2200, max_iter=1, numeric_embedding=None).fit(A, y).network_.scaler
        for A in (X, X[:, columns])
    )
    np.testing.assert_allclose(some.factor[columns], exact.factor, rtol=0.06)
    np.testing.assert_array_equal(some.factor[99], exact.factor[2])
    assert not np.array_equal(some.factor[columns], exact.factor)


# ------------------------------------------------------------------ containers and types


@pytest.mark.parametrize("container", [sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix])
def test_sparse_features(container, digits):
    X, y = digits
    X = np.where(X < 8, 0, X)
    model = plain((16,), batch_size=64, learning_rate=0.02).fit(container(X), y)
    assert model.network_.n_embedded == 0
    assert model.score(container(X), y) > 0.9
    # Scaled without centring: the model of the same features, divided by their deviation, dense.
    deviation = X.std(axis=0)
    scaled = X / np.where(deviation > 0, deviation, np.inf)
    dense = plain((16,), batch_size=64, learning_rate=0.02, scaling=None).fit(scaled, y)
    np.testing.assert_allclose(
        model.predict_proba(container(X)), dense.predict_proba(scaled), atol=2e-3
    )
    np.testing.assert_allclose(model.predict_proba(X), model.predict_proba(container(X)), atol=1e-5)


def test_sparse_features_have_no_embedding(iris):
    with pytest.raises(ValueError, match="numeric_embedding='periodic' makes numbers of zeros"):
        members(numeric_embedding="periodic").fit(sparse.csr_matrix(iris[0]), iris[1])


@pytest.mark.parametrize("make", [quick, members])
def test_a_model_of_dense_features_predicts_sparse_ones(iris, make):
    X, y = iris
    model = make().fit(X, y)
    np.testing.assert_allclose(
        model.predict_proba(sparse.csr_matrix(X)), model.predict_proba(X), rtol=1e-6
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float16, np.float32, bool])
def test_features_of_other_types_equal_their_float64_form(dtype, digits):
    X, y = digits[0].astype(dtype), digits[1]
    p, q = (quick(max_iter=3).fit(A, y).predict_proba(A) for A in (X, X.astype(np.float64)))
    np.testing.assert_allclose(p, q, atol=1e-6)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"solver": "lbfgs"},
        {"scaling": None, "dtype": "float64"},
        {"n_members": 3, "early_stopping": True},
    ],
    ids=str,
)
def test_fitting_writes_to_nothing_of_the_users(iris, settings):
    parts = [part.copy() for part in (*iris, np.linspace(0, 1, 150))]
    for part in parts:
        part.flags.writeable = False
    quick(class_weight="balanced", max_iter=2, **settings).fit(*parts).predict(parts[0])
