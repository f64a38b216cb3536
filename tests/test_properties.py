"""What holds for any data and any legal parameters, on examples that Hypothesis makes.

`pytest` tries 200 examples of each property, always the same ones; `pytest -m slow` tries 10,000
new ones, or as many as the environment variable SKNN_EXAMPLES says.
"""

import importlib.util
import os
import pickle
import re
import warnings
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone

from sknn import SimpleMLPClassifier
from sknn.network.activations import ACTIVATIONS
from sknn.training.schedules import SCHEDULES

SOME = settings(
    max_examples=200,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
MANY = settings(
    SOME,
    max_examples=int(os.environ.get("SKNN_EXAMPLES", "10_000")),
    derandomize=False,
    print_blob=True,
)

# What `fit` and `predict` may answer to data that is legal: the classifier documents it.
DOCUMENTED_ERRORS = [
    "holds out a part of each class, but no class has 2 samples",
    r"diverged in epoch \d+",
    "prediction for row .* overflows",
    "on the .* samples for validation, though the weights are finite",
    "numeric_embedding='periodic' makes numbers of zeros",
]
DOCUMENTED_WARNINGS = [
    "The training loss (went up|ended)",
    r"diverged in epoch \d+.*The model is the one of epoch",
    "column",  # a warning on the data names it
    "The model predicts the same for every sample",  # which strong weight decay does
    "unique classes is greater than 50% of the number of samples",  # scikit-learn's
]


class Case(NamedTuple):
    """A call of `fit`."""

    X: Any
    y: Any
    sample_weight: Any
    parameters: dict[str, Any]


# ------------------------------------------------------------------------------ strategies

n_rows = st.integers(4, 40)
seeds = st.integers(0, 2**32 - 1)


def drawn(draw, palette, n):
    """Return n values of a palette, in an order that a seed decides."""
    places = np.random.default_rng(draw(seeds)).integers(len(palette), size=n)
    return [palette[place] for place in places]


@st.composite
def wild_floats(draw):
    """Return a number of any size that float32 can hold, in float64."""
    digits, exponent = draw(st.integers(-99, 99)), draw(st.integers(-50, 35))
    return float(f"{digits}e{exponent}")


TAME = st.integers(-9, 9).map(float)
NUMBERS = {
    "float64": st.one_of(TAME, wild_floats(), st.just(np.nan)),
    "float32": st.one_of(TAME, st.floats(-(2.0**100), 2.0**100, width=32), st.just(np.nan)),
    "float16": st.one_of(TAME, st.floats(-60000, 60000, width=16), st.just(np.nan)),
    "int64": st.one_of(st.integers(-9, 9), st.integers(-(2**62), 2**62)),
    "uint8": st.integers(0, 255),
    "bool": st.booleans(),
}
CATEGORIES = {
    "object": st.one_of(st.text("abc ?", max_size=3), st.none()),
    "category": st.one_of(st.text("xyz", max_size=2), st.none()),
    "category of numbers": st.integers(-3, 3),
    "bytes": st.binary(max_size=2),
    "text numbers": st.sampled_from(["1", "2.5", "-3e2", " 7 ", "0", "", "?", "1,5"]),
}


@st.composite
def columns(draw, n):
    """Return a column of a DataFrame; often it is constant."""
    kind = draw(st.sampled_from([*NUMBERS, *CATEGORIES]))
    palette = draw(st.lists((NUMBERS | CATEGORIES)[kind], min_size=1, max_size=5))
    values = drawn(draw, palette, n)
    if kind.startswith("category"):
        return pd.Series(values).astype("category")
    return pd.Series(values, dtype=kind if kind in NUMBERS else object)


@st.composite
def frames(draw, n):
    each = draw(st.lists(columns(n), min_size=1, max_size=4))
    return pd.DataFrame({f"column {j}": column for j, column in enumerate(each)})


@st.composite
def arrays(draw, n, kinds=tuple(NUMBERS), elements=None):
    kind = draw(st.sampled_from(kinds))
    palette = draw(
        st.lists(NUMBERS[kind] if elements is None else elements, min_size=1, max_size=6)
    )
    n_columns = draw(st.integers(1, 5))
    values = np.array(drawn(draw, palette, n * n_columns), kind).reshape(n, n_columns)
    return np.asfortranarray(values) if draw(st.booleans()) else values


SPARSE_NUMBERS = st.one_of(TAME, wild_floats())


def in_disorder(X, rng, form):
    """Return a sparse matrix with the same sums: duplicates, explicit zeros, unsorted indices."""
    X = X.tocoo()
    half, zeros = X.data / 2, rng.integers(X.shape, size=(3, 2))
    rows = np.concatenate([X.row, X.row, zeros[:, 0]])
    cols = np.concatenate([X.col, X.col, zeros[:, 1]])
    data = np.concatenate([half, X.data - half, np.zeros(3)])
    order = rng.permutation(len(rows))
    rows, cols, data = rows[order], cols[order], data[order]
    if form == "coo":
        return sparse.coo_matrix((data, (rows, cols)), X.shape)
    major, minor, make = (rows, cols, sparse.csr_matrix)
    n = X.shape[0]
    if form == "csc":
        major, minor, make, n = cols, rows, sparse.csc_matrix, X.shape[1]
    order = np.argsort(major, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(major, minlength=n))])
    return make((data[order], minor[order], indptr), X.shape)


@st.composite
def sparse_matrices(draw, n):
    elements = st.one_of(st.just(0.0), SPARSE_NUMBERS)
    X = sparse.csr_matrix(draw(arrays(n, ("float64",), elements)))
    form = draw(st.sampled_from(["csr", "csc", "coo"]))
    if draw(st.booleans()):
        return in_disorder(X, np.random.default_rng(draw(seeds)), form)
    return X.asformat(form)


@st.composite
def labels(draw, n):
    """Return classes, each at least once, or an indicator matrix."""
    rng = np.random.default_rng(draw(seeds))
    if draw(st.sampled_from(["classes"] * 3 + ["labels"])) == "labels":
        n_labels = draw(st.integers(2, 3))
        return np.vstack([np.eye(2, n_labels, dtype=int), rng.integers(2, size=(n - 2, n_labels))])
    palettes = [[False, True], ["no", "yes"], list("abcd"), [-1, 1], [3, 1, 2], [0.0, 1.0]]
    palette = draw(st.sampled_from(palettes))
    common = draw(st.integers(1, len(palette)))  # the others are rare
    return np.array(palette)[np.r_[: len(palette), rng.integers(common, size=n - len(palette))]]


@st.composite
def weights(draw, n):
    sizes = st.sampled_from([0.0, 1.0, 3.5, 1e-300, 1e300])
    palette = draw(st.none() | st.lists(sizes, min_size=1, max_size=3).filter(any))
    if palette is None:
        return None
    weight = np.array(drawn(draw, palette, n))
    weight[0] = max(palette)
    return weight


@st.composite
def parameters(draw):
    """Return legal parameters with which a fit is short."""
    solver = draw(st.sampled_from(["adam", "adam", "sgd", "lbfgs"]))
    rates = st.sampled_from([1e-3, 0.0025, 0.1])
    fractions = st.sampled_from([0.0, 0.5, 0.9])
    optional = {
        "activation": st.sampled_from(list(ACTIVATIONS)),
        "n_members": st.integers(1, 3),
        "parametrization": st.sampled_from(["auto", "standard"] + ["ntk"] * (solver == "adam")),
        "loss": st.sampled_from(["log_loss", "squared_error"]),
        "learning_rate": rates,
        "learning_rate_schedule": st.sampled_from(list(SCHEDULES)),
        "weight_decay": st.sampled_from([0.0, 1e-4, 1.0]),
        "dropout": st.just(0.0) if solver == "lbfgs" else fractions,
        "label_smoothing": st.sampled_from([0.0, 0.1, 0.9]),
        "calibrate": st.booleans(),
        "batch_size": st.sampled_from(["auto", 1, 7, 1000]),
        "momentum": fractions,
        "nesterovs_momentum": st.booleans(),
        "beta_1": fractions,
        "beta_2": fractions,
        "epsilon": st.sampled_from([1e-8, 1e-3]),
        "early_stopping": st.booleans(),
        "validation_fraction": st.sampled_from([0.1, 0.5]),
        "n_iter_no_change": st.sampled_from([1, 10, np.inf]),
        "tol": st.sampled_from([0.0, 1e-4]),
        "scoring": st.sampled_from(["loss", "accuracy", None]),
        "class_weight": st.sampled_from([None, "balanced"]),
        "scaling": st.sampled_from(["robust", "standard", None]),
        "numeric_embedding": st.sampled_from(["auto", "periodic", None]),
        "warm_start": st.booleans(),
        "shuffle": st.booleans(),
        "dtype": st.sampled_from(["auto", "float32", "float64"]),
    }
    fixed = {
        "solver": st.just(solver),
        "hidden_layer_sizes": st.sampled_from([(3,), (), 4, (3, 2)]),
        "max_iter": st.integers(1, 3),
        "random_state": st.integers(0, 3),
    }
    return draw(st.fixed_dictionaries(fixed, optional=optional))


@st.composite
def cases(draw):
    n = draw(n_rows)
    X = draw(st.one_of(frames(n), arrays(n), sparse_matrices(n)))
    y = draw(labels(n))
    return Case(X, y, draw(weights(n)), draw(parameters()))


@st.composite
def numeric_cases(draw):
    """Return a case whose features any container can hold: float64 without gaps."""
    n = draw(n_rows)
    elements = st.one_of(st.just(0.0), SPARSE_NUMBERS)
    X = draw(arrays(n, ("float64",), elements))
    return Case(X, draw(labels(n)), draw(weights(n)), draw(parameters()))


# ------------------------------------------------------------------------------ properties


def answer(call):
    """Return what a call returns, and None if it raises what is documented.

    Any other exception is raised, and so is any warning that is not documented.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = call()
        except (ValueError, FloatingPointError) as error:
            if not any(re.search(pattern, str(error), re.S) for pattern in DOCUMENTED_ERRORS):
                raise
            event("a documented error")
            result = None
    for warning in caught:
        message = str(warning.message)
        is_documented = any(re.search(pattern, message, re.S) for pattern in DOCUMENTED_WARNINGS)
        assert issubclass(warning.category, UserWarning), repr(message)
        assert is_documented, f"{warning.category.__name__}: {message}"
    return result


def fitted(case, X=None):
    """Return a model of the case, or None if a documented error forbids it."""
    X = case.X if X is None else X
    model = SimpleMLPClassifier(**case.parameters)
    return answer(lambda: model.fit(X, case.y, sample_weight=case.sample_weight))


def probabilities(model, X):
    """Return what a model predicts, or None if there is no model or its prediction overflows."""
    return None if model is None else answer(lambda: model.predict_proba(X))


def assert_same(actual, expected):
    """Raise AssertionError unless both are None, or the same to the last bit."""
    assert (actual is None) == (expected is None)
    if actual is not None:
        assert_array_equal(actual, expected)


def contents(X):
    """Return what nobody may have written to, in a form that can be compared."""
    if X is None:
        return None
    if isinstance(X, pd.DataFrame):
        return [(str(X[name].dtype), repr(X[name].tolist())) for name in X]
    if isinstance(X, sparse.coo_matrix):
        return [contents(part) for part in (X.data, X.row, X.col)]
    if sparse.issparse(X):
        return [contents(part) for part in (X.data, X.indices, X.indptr)]
    return X.dtype, X.shape, X.tobytes()


def check_promises(case):
    """A fit does what is documented: probabilities, labels, repetition, files, inputs."""
    before = [contents(part) for part in case[:3]]
    model = fitted(case)
    proba = probabilities(model, case.X)
    if proba is not None:
        n_classes = len(model.classes_)
        assert proba.shape == (len(case.y), n_classes)
        assert proba.dtype == np.float64
        assert np.isfinite(proba).all()
        assert ((proba >= 0) & (proba <= 1)).all()
        predicted = model.predict(case.X)
        if case.y.ndim == 2:
            assert_array_equal(predicted[proba != 0.5], (proba > 0.5)[proba != 0.5])
        else:
            assert_allclose(proba.sum(axis=1), 1, rtol=1e-6)
            chosen = proba[np.arange(len(proba)), np.searchsorted(model.classes_, predicted)]
            assert_array_equal(chosen, proba.max(axis=1))
    assert_same(probabilities(fitted(case), case.X), proba)
    if model is not None:
        assert_same(probabilities(pickle.loads(pickle.dumps(model)), case.X), proba)
        assert clone(model).get_params().keys() == model.get_params().keys()
    assert [contents(part) for part in case[:3]] == before


def disordered(form):
    return lambda X: in_disorder(sparse.csr_matrix(X), np.random.default_rng(0), form)


def polars_frame(X):
    import polars

    # Of a square array in columns it would guess that its rows are columns.
    return polars.DataFrame(X, schema=[str(j) for j in range(X.shape[1])], orient="row")


DENSE = {
    "F": np.asfortranarray,
    "strided": lambda X: np.repeat(X, 2, axis=0)[::2],
    "DataFrame": lambda X: pd.DataFrame(X).rename(columns=str),
    "lists": np.ndarray.tolist,
}
if importlib.util.find_spec("polars"):
    DENSE["polars"] = polars_frame
SPARSE = {
    "csr array": sparse.csr_array,
    "csc": sparse.csc_matrix,
    "coo": sparse.coo_matrix,
    "csr in disorder": disordered("csr"),
    "csc in disorder": disordered("csc"),
    "coo in disorder": disordered("coo"),
}
containers = st.sampled_from([*DENSE, *SPARSE])


def check_container(case, name):
    """The same numbers give the same model and the same predictions, whatever holds them."""
    event(name)
    plain = np.ascontiguousarray(case.X) if name in DENSE else sparse.csr_matrix(case.X)
    other = (DENSE | SPARSE)[name](case.X)
    model = fitted(case, plain)
    proba = probabilities(model, plain)
    assert_same(probabilities(fitted(case, other), other), proba)
    if not hasattr(other, "columns"):  # of which a model without names warns
        assert_same(probabilities(model, other), proba)


@SOME
@given(cases())
def test_a_fit_keeps_its_promises(case):
    check_promises(case)


@SOME
@given(numeric_cases(), containers)
def test_containers_of_the_same_numbers_are_the_same(case, name):
    check_container(case, name)


@pytest.mark.slow
@MANY
@given(cases())
def test_many_fits_keep_their_promises(case):
    check_promises(case)


@pytest.mark.slow
@MANY
@given(numeric_cases(), containers)
def test_many_containers_of_the_same_numbers_are_the_same(case, name):
    check_container(case, name)
