"""The form of the network that parameters and data make, and the attributes that tell it."""

import numpy as np
import pandas as pd
import pytest

from sknn import SimpleMLPClassifier
from sknn.network.embedding import NumberEmbedding
from tests.models import members, quick, values


@pytest.mark.parametrize("sizes", [8, (8,), [8], np.array([8]), np.int64(8)])
def test_hidden_layer_sizes_may_be_a_number_or_a_sequence(sizes, iris):
    model = quick(sizes, max_iter=1, numeric_embedding=None).fit(*iris)
    assert [weight.shape for weight in model.coefs_] == [(4, 8), (8, 3)]


def test_the_classic_network_has_13002_parameters():
    rng = np.random.default_rng(0)
    X, y = rng.random((100, 784)), np.arange(100) % 10
    classic = SimpleMLPClassifier(
        (16, 16), "logistic", loss="squared_error", solver="sgd", learning_rate=3.0, scaling=None
    )
    classic.set_params(max_iter=1, random_state=0).fit(X, y)
    assert classic.n_parameters_ == 13002
    assert sum(weight.size for weight in classic.coefs_) == 12960
    assert sum(bias.size for bias in classic.intercepts_) == 42
    assert [weight.shape for weight in classic.coefs_] == [(784, 16), (16, 16), (16, 10)]
    assert classic.n_layers_ == 4
    assert classic.n_outputs_ == 10
    assert classic.out_activation_ == "logistic"


def test_parameters_are_what_training_changes(iris):
    model = quick((32,), "tanh", max_iter=2).fit(*iris)
    before = values(model).copy()
    model.partial_fit(*iris)
    n_changed = np.count_nonzero(values(model) != before)
    assert model.n_parameters_ == before.size
    assert model.n_parameters_ * 0.9 < n_changed <= model.n_parameters_


@pytest.mark.parametrize(
    ("sizes", "n_members", "expected"),
    [
        ("auto", "auto", 16),  # 150 samples are few
        ("auto", 3, 3),
        ("auto", 1, 1),
        ((8,), "auto", 1),
        ((8,), 3, 3),
        ((), 2, 2),
    ],
)
def test_number_of_members(iris, sizes, n_members, expected):
    model = SimpleMLPClassifier(sizes, n_members=n_members, max_iter=1).fit(*iris)
    assert model.network_.n_members == expected


def test_shapes_of_members(iris):
    model = SimpleMLPClassifier(numeric_embedding=None, max_iter=1).fit(*iris)
    assert [w.shape for w in model.coefs_] == [(16, 4, 64), (16, 64, 64), (16, 64, 3)]
    assert [b.shape for b in model.intercepts_] == [(16, 64), (16, 64), (16, 3)]
    for part in (*model.coefs_, *model.intercepts_):
        assert np.shares_memory(part, values(model))
    factors_of_inputs = 16 * 4
    n_parameters = sum(part.size for part in (*model.coefs_, *model.intercepts_))
    assert model.n_parameters_ == n_parameters + factors_of_inputs
    assert [a.shape for a in model.activations(iris[0][:5])] == [
        (5, 4),
        (16, 5, 64),
        (16, 5, 64),
        (5, 3),
    ]


def test_one_member_has_no_axis_for_members(iris):
    model = members(n_members=1, numeric_embedding=None, max_iter=1).fit(*iris)
    assert [w.shape for w in model.coefs_] == [(4, 8), (8, 3)]
    assert [b.shape for b in model.intercepts_] == [(8,), (3,)]


def test_embedding_adds_three_functions_of_each_number(iris):
    X, y = iris
    frame = pd.DataFrame(X, columns=list("abcd")).assign(
        word=pd.Categorical(np.where(X[:, 0] > 5.8, "long", "short"))
    )
    model = members(max_iter=1).fit(frame, y)
    assert isinstance(model.network_.layers[0], NumberEmbedding)
    assert model.network_.n_embedded == 4
    assert model.coefs_[0].shape == (3, model.encoder_.n_inputs + 4 * 3, 8)


@pytest.mark.parametrize(
    ("scaling", "embedding", "n_embedded"),
    [
        ("robust", "auto", 4),
        ("standard", "auto", 0),
        (None, "auto", 0),
        ("standard", "periodic", 4),
        ("robust", None, 0),
    ],
)
def test_embedding_and_factors_of_inputs(iris, scaling, embedding, n_embedded):
    model = members(scaling=scaling, numeric_embedding=embedding, max_iter=2).fit(*iris)
    assert model.network_.n_embedded == n_embedded
    assert model.network_.input_scale == (scaling == "robust")
    assert model.predict_proba(iris[0]).shape == (150, 3)


@pytest.mark.parametrize(
    ("solver", "given", "expected"),
    [
        ("adam", "auto", "ntk"),
        ("adam", "standard", "standard"),
        ("adam", "ntk", "ntk"),
        ("sgd", "auto", "standard"),
        ("lbfgs", "auto", "standard"),
    ],
)
def test_parametrization(iris, solver, given, expected):
    model = members(solver=solver, parametrization=given, max_iter=1).fit(*iris)
    assert model.network_.parametrization == expected


def test_precision_depends_on_the_batches(iris):
    X, y = iris
    assert quick(batch_size=150).fit(X, y).coefs_[0].dtype == np.float64
    assert quick(batch_size=149).fit(X, y).coefs_[0].dtype == np.float32
    assert quick(solver="lbfgs", batch_size=10).fit(X, y).coefs_[0].dtype == np.float64
    assert quick(batch_size=10, dtype="float64").fit(X, y).coefs_[0].dtype == np.float64
    assert quick(batch_size=150, dtype="float32").fit(X, y).coefs_[0].dtype == np.float32
