"""The default model: several calibrated members, an embedding, and scaling that knows no units."""

import copy
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.special import expit, softmax
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_iris,
    load_wine,
    make_classification,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from sknn import SimpleMLPClassifier
from sknn.network.layers import PeriodicEmbedding
from sknn.training.callbacks import BestRest


def default(**parameters):
    """Return the default model, with less to do."""
    return SimpleMLPClassifier(**({"max_iter": 10, "random_state": 0} | parameters))


def small(**parameters):
    """Return a model of three small members."""
    settings = {"hidden_layer_sizes": (8,), "n_members": 3, "max_iter": 20, "random_state": 0}
    return SimpleMLPClassifier(**(settings | parameters))


DATA = {
    "iris": lambda: load_iris(return_X_y=True),
    "wine": lambda: load_wine(return_X_y=True),
    "breast_cancer": lambda: load_breast_cancer(return_X_y=True),
    "digits": lambda: tuple(part[:600] for part in load_digits(return_X_y=True)),
    "synthetic": lambda: make_classification(
        n_samples=400, n_features=8, n_informative=5, n_classes=3, random_state=0
    ),
}


@pytest.fixture(params=["two classes", "three classes", "labels"])
def problem(request, two_classes, iris, labels):
    return {"two classes": two_classes, "three classes": iris, "labels": labels}[request.param]


# ------------------------------------------------------------------------ learning


@pytest.mark.parametrize(
    ("name", "accuracy"), [("iris", 0.92), ("wine", 0.95), ("breast_cancer", 0.94)]
)
def test_learns_as_it_is(name, accuracy):
    X, y = DATA[name]()
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
    model = SimpleMLPClassifier(random_state=0).fit(X_train, y_train)
    assert model.score(X_test, y_test) > accuracy
    assert log_loss(y_test, model.predict_proba(X_test)) < 0.25


def test_learns_digits_in_few_epochs():
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
    assert default(max_iter=15).fit(X_train, y_train).score(X_test, y_test) > 0.96


def test_learns_labels(labels):
    X, Y = labels
    model = default(max_iter=60).fit(X[:150], Y[:150])
    assert (model.predict(X[150:]) == Y[150:]).mean() > 0.75


def test_learns_a_table_with_categories_and_gaps():
    rng = np.random.default_rng(0)
    number, word = rng.normal(size=400), rng.choice(["up", "down"], 400)
    y = np.where(word == "up", number, -number) > 0
    frame = pd.DataFrame({"number": number, "word": pd.Categorical(word)})
    frame.loc[::40, "number"] = np.nan
    model = default(max_iter=40).fit(frame, y)
    assert model.network_.n_embedded == 1
    assert model.score(frame, y) > 0.9


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("n_members", [1, 3])
def test_every_solver_trains_members(iris, solver, n_members):
    rate = {"adam": 0.01, "sgd": 0.1, "lbfgs": 1.0}[solver]
    model = small(solver=solver, n_members=n_members, learning_rate=rate, max_iter=40).fit(*iris)
    assert model.score(*iris) > 0.9


def test_lbfgs_treats_all_samples_alike(iris):
    model = small(solver="lbfgs").fit(*iris)
    assert model.temperature_ == 1
    assert model.network_.parametrization == "standard"
    assert model.coefs_[0].dtype == np.float64
    assert not np.allclose(model.coefs_[-1][0], model.coefs_[-1][1])
    assert np.all(np.diff(model.loss_curve_) <= 0)


# ---------------------------------------------------------------------------- form


@pytest.mark.parametrize(
    ("sizes", "n_members", "expected"),
    [
        ("auto", "auto", 8),
        ("auto", 3, 3),
        ("auto", 1, 1),
        ((8,), "auto", 1),
        ((8,), 3, 3),
        ((), 2, 2),
    ],
)
def test_number_of_members(iris, sizes, n_members, expected):
    model = default(hidden_layer_sizes=sizes, n_members=n_members, max_iter=1).fit(*iris)
    assert model.network_.n_members == expected


def test_shapes_of_members(iris):
    model = default(numeric_embedding=None, max_iter=1).fit(*iris)
    assert [w.shape for w in model.coefs_] == [(8, 4, 64), (8, 64, 64), (8, 64, 3)]
    assert [b.shape for b in model.intercepts_] == [(8, 64), (8, 64), (8, 3)]
    for part in (*model.coefs_, *model.intercepts_):
        assert np.shares_memory(part, model.network_.parameters.values)
    factors_of_inputs = 8 * 4
    n_parameters = sum(part.size for part in (*model.coefs_, *model.intercepts_))
    assert model.n_parameters_ == n_parameters + factors_of_inputs
    assert [a.shape for a in model.activations(iris[0][:5])] == [
        (5, 4),
        (8, 5, 64),
        (8, 5, 64),
        (5, 3),
    ]


def test_one_member_has_no_axis_for_members(iris):
    model = small(n_members=1, numeric_embedding=None, max_iter=1).fit(*iris)
    assert [w.shape for w in model.coefs_] == [(4, 8), (8, 3)]
    assert [b.shape for b in model.intercepts_] == [(8,), (3,)]


def test_embedding_adds_three_functions_of_each_number(iris):
    X, y = iris
    frame = pd.DataFrame(X, columns=list("abcd")).assign(
        word=pd.Categorical(np.where(X[:, 0] > 5.8, "long", "short"))
    )
    model = default(max_iter=1).fit(frame, y)
    assert isinstance(model.network_.layers[0], PeriodicEmbedding)
    assert model.network_.n_embedded == 4
    assert model.coefs_[0].shape == (8, model.encoder_.n_inputs + 4 * 3, 64)


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
    model = small(scaling=scaling, numeric_embedding=embedding, max_iter=2).fit(*iris)
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
    model = small(solver=solver, parametrization=given, max_iter=1).fit(*iris)
    assert model.network_.parametrization == expected


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_neural_tangent_parametrization_is_for_adam(iris, solver):
    with pytest.raises(ValueError, match=rf"'standard' or 'auto' for solver='{solver}'"):
        small(solver=solver, parametrization="ntk").fit(*iris)


@pytest.mark.parametrize("sizes", ["wrong", "Auto", ""])
def test_sizes_of_layers_are_no_words(iris, sizes):
    with pytest.raises(ValueError, match=r"'hidden_layer_sizes' parameter of SimpleMLP.*'auto'"):
        default(hidden_layer_sizes=sizes).fit(*iris)


# --------------------------------------------------------------------- predictions


@pytest.mark.parametrize("loss", ["log_loss", "squared_error"])
@pytest.mark.parametrize("calibrate", [True, False])
def test_methods_of_prediction_agree(problem, loss, calibrate):
    X, y = problem
    model = small(loss=loss, calibrate=calibrate).fit(X, y)
    raw, p, found = model.decision_function(X), model.predict_proba(X), model.predict(X)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), p, rtol=1e-12)
    assert p.dtype == raw.dtype == np.float64
    if y.ndim == 2:
        assert raw.shape == p.shape == found.shape == y.shape
        np.testing.assert_allclose(p, expit(raw), rtol=1e-7)
        np.testing.assert_array_equal(found, p > 0.5)
        return
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_array_equal(found, model.classes_[p.argmax(axis=1)])
    if len(model.classes_) == 2:
        assert raw.shape == (len(X),)
        np.testing.assert_allclose(p[:, 1], expit(raw), rtol=1e-7)
        np.testing.assert_array_equal(found, raw > 0)
    elif loss == "log_loss":
        np.testing.assert_allclose(p, softmax(raw, axis=1), rtol=1e-7)
    else:
        sigmoids = expit(raw)
        np.testing.assert_allclose(p, sigmoids / sigmoids.sum(axis=1, keepdims=True), rtol=1e-7)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_probabilities_are_the_mean_of_those_of_the_members(iris, dtype):
    X, y = iris
    model = small(dtype=dtype).fit(X, y)
    raw = model.network_.predict_raw(X).astype(float) / model.temperature_
    assert raw.shape == (3, 150, 3)
    expected = softmax(raw, axis=-1).mean(axis=0)
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-5)


def test_outputs_among_the_activations_are_the_probabilities(problem):
    X, y = problem
    model = small().fit(X, y)
    p = model.predict_proba(X)
    outputs = model.activations(X)[-1]
    np.testing.assert_allclose(outputs, p[:, 1:] if outputs.shape[1] == 1 else p, rtol=1e-10)


# --------------------------------------------------------------------- calibration


def weights_of(model, X, y, monkeypatch, **fit_parameters):
    """Return the weights that each member gives to the samples, and the fitted model."""
    seen = []

    def spy(inputs, targets, weights, **settings):
        seen.append(weights)
        return Batches(inputs, targets, weights, **settings)

    from sknn.run import Batches

    with monkeypatch.context() as patch:
        patch.setattr("sknn.run.Batches", spy)
        model.fit(X, y, **fit_parameters)
    return seen[0]


def test_each_member_leaves_out_a_fold_of_its_own(problem, monkeypatch):
    X, y = problem
    weights = weights_of(default(max_iter=1), X, y, monkeypatch)
    assert weights.shape == (len(X), 8)
    np.testing.assert_array_equal((weights == 0).sum(axis=1), 1)
    sizes = (weights == 0).sum(axis=0)
    assert sizes.max() - sizes.min() <= 1
    assert weights.mean() == pytest.approx(1, rel=1e-6)
    if y.ndim == 1:
        for label in np.unique(y):
            left_out = (weights[y == label] == 0).sum(axis=0)
            assert left_out.max() - left_out.min() <= 1


def test_weights_of_samples_multiply_those_of_the_folds(iris, monkeypatch):
    weight = np.random.default_rng(0).random(150)
    plain = weights_of(default(max_iter=1), *iris, monkeypatch)
    weighted = weights_of(default(max_iter=1), *iris, monkeypatch, sample_weight=weight)
    np.testing.assert_array_equal(weighted == 0, plain == 0)
    expected = weight[:, np.newaxis] * (plain > 0)
    np.testing.assert_allclose(weighted, expected / expected.mean(), rtol=1e-5)
    assert weighted.mean() == pytest.approx(1, rel=1e-6)


def test_folds_are_those_of_the_seed_whatever_else_is_random(iris, monkeypatch):
    settings = [{}, {"dropout": 0.3}, {"shuffle": False}, {"batch_size": 20}, {"activation": "elu"}]
    folds = [
        weights_of(default(max_iter=1, **each), *iris, monkeypatch).argmin(axis=1)
        for each in settings
    ]
    for other in folds[1:]:
        np.testing.assert_array_equal(other, folds[0])
    another = weights_of(default(max_iter=1, random_state=1), *iris, monkeypatch).argmin(axis=1)
    assert (another != folds[0]).any()


def test_a_continued_model_leaves_out_the_same_samples(iris, monkeypatch):
    model = default(max_iter=1, warm_start=True)
    first = weights_of(model, *iris, monkeypatch)
    np.testing.assert_array_equal(weights_of(model, *iris, monkeypatch), first)


def test_a_member_learns_nothing_of_the_labels_it_left_out(labels, monkeypatch):
    X, Y = labels
    # "cosine" has no rests to choose from; without an embedding members share no parameters.
    model = small(learning_rate_schedule="cosine", numeric_embedding=None)
    weights = weights_of(model, X, Y, monkeypatch)
    left_out = weights[:, 1] == 0
    other = copy.deepcopy(model).fit(X, np.where(left_out[:, np.newaxis], 1 - Y, Y))
    for mine, its in zip(model.coefs_, other.coefs_, strict=True):
        np.testing.assert_array_equal(mine[1], its[1])
        assert not np.array_equal(mine[0], its[0])
        assert not np.array_equal(mine[2], its[2])
    assert other.temperature_ > model.temperature_  # what it says of them is wrong


@pytest.mark.parametrize(
    "settings",
    [
        {"calibrate": False},
        {"n_members": 1, "calibrate": False},
        {"n_members": 1, "solver": "lbfgs"},
        {"loss": "squared_error"},
        {"solver": "lbfgs"},
        {"batch_size": 150},
    ],
)
def test_temperature_is_1_where_nothing_is_calibrated(iris, settings):
    assert small(**settings).fit(*iris).temperature_ == 1


@pytest.mark.parametrize(
    ("label_smoothing", "temperature"), [(0, 1), (0.05, 0.6**0.5), (0.1, 0.6), (0.3, 0.6)]
)
def test_one_network_has_the_temperature_usual_for_its_smoothing(
    iris, label_smoothing, temperature
):
    model = small(n_members=1, label_smoothing=label_smoothing).fit(*iris)
    assert model.temperature_ == pytest.approx(temperature)
    raw = model.network_.predict_raw(iris[0]).astype(float)
    expected = softmax(raw / temperature, axis=1)
    np.testing.assert_allclose(model.predict_proba(iris[0]), expected, rtol=1e-5)


def test_partial_fit_leaves_out_nothing(iris, monkeypatch):
    def unwanted(*args):
        raise AssertionError("folds were asked for")

    monkeypatch.setattr("sknn.run.assign_folds", unwanted)
    assert default().partial_fit(*iris, classes=[0, 1, 2]).temperature_ == 1


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("schedule", ["coslog4", "cosine"])
def test_temperature_is_another_where_something_is(problem, solver, schedule):
    model = small(solver=solver, learning_rate_schedule=schedule, max_iter=40)
    model.fit(*problem)
    assert 0.05 < model.temperature_ < 4
    assert model.temperature_ != 1


def test_temperature_leaves_the_order_of_a_members_outputs_alone(iris):
    X, y = iris
    model = small().fit(X, y)
    raw = model.network_.predict_raw(X)[0]
    merged = model._loss.merge(raw, model.temperature_)
    np.testing.assert_array_equal(merged.argmax(axis=1), raw.argmax(axis=1))


def test_fit_anew_forgets_the_temperature(iris):
    model = small().fit(*iris)
    assert model.temperature_ != 1
    assert model.set_params(calibrate=False).fit(*iris).temperature_ == 1


def test_calibration_makes_predictions_of_smoothed_targets_surer():
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
    calibrated, not_calibrated = (
        default(max_iter=8, calibrate=calibrate).fit(X_train, y_train).predict_proba(X_test)
        for calibrate in (True, False)
    )
    assert calibrated.max(axis=1).mean() > not_calibrated.max(axis=1).mean() + 0.05
    assert log_loss(y_test, calibrated) < 0.9 * log_loss(y_test, not_calibrated)


def test_best_iter_is_a_rest_of_the_schedule():
    """Where many labels are wrong, to go on learning them by heart makes nothing better."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = (X[:, 0] > 0) ^ (rng.random(300) < 0.3)
    best = []
    for seed in range(3):
        model = default(max_iter=60, learning_rate=0.01, random_state=seed).fit(X, y)
        assert model.best_iter_ in {4, 12, 28, 60}
        assert model.n_iter_ in {28, 60}
        assert model.n_iter_ == 60 or model.best_iter_ < 28  # the third rest was worse
        assert len(model.loss_curve_) == model.n_iter_
        assert model.loss_ == model.loss_curve_[model.best_iter_ - 1]
        best.append(model.best_iter_)
    assert min(best) < 60


@pytest.mark.parametrize("max_iter", [1, 2, 3, 4, 7, 8])
def test_few_epochs_have_fewer_rests(iris, max_iter):
    model = default(max_iter=max_iter).fit(*iris)
    assert 1 <= model.best_iter_ <= model.n_iter_ <= max_iter


def test_early_stopping_chooses_the_epoch_by_itself(two_classes):
    X, y = two_classes
    model = default(early_stopping=True, max_iter=30, n_iter_no_change=30).fit(X, y)
    assert model.best_iter_ == np.argmax(model.validation_scores_) + 1
    assert model.temperature_ != 1


# --------------------------------------------------------------- weights and classes


def test_class_weight_is_a_weight_of_samples(problem):
    X, y = problem
    if y.ndim == 2:
        class_weight, factor = [{0: 1, 1: 3}] * 4, np.where(y == 1, 3, 1).prod(axis=1)
    else:
        class_weight, factor = {0: 1, 1: 3} | ({2: 1} if y.max() == 2 else {}), 1 + 2 * (y == 1)
    weight = np.random.default_rng(0).random(len(X))
    by_class = small(class_weight=class_weight).fit(X, y, weight)
    by_sample = small().fit(X, y, weight * factor)
    np.testing.assert_allclose(by_class.predict_proba(X), by_sample.predict_proba(X), atol=1e-4)


def test_only_the_proportions_of_weights_matter(two_classes):
    X, y = two_classes
    weight = np.random.default_rng(0).random(300)
    p, q = (small().fit(X, y, weight * c).predict_proba(X) for c in (1, 1024))
    np.testing.assert_array_equal(p, q)


def test_balanced_classes_raise_the_recall_of_the_rare_one():
    X, y = make_classification(n_samples=600, weights=[0.9], flip_y=0.1, random_state=0)
    recalls = [
        (small(class_weight=each).fit(X, y).predict(X)[y == 1] == 1).mean()
        for each in (None, "balanced")
    ]
    assert recalls[1] > recalls[0] + 0.1


def test_rare_classes_do_no_harm():
    X = np.random.default_rng(0).normal(size=(200, 3))
    y = np.where(np.arange(200) < 2, "rare", np.where(X[:, 0] > 0, "a", "b"))
    model = default(max_iter=15).fit(X, y)
    assert list(model.classes_) == ["a", "b", "rare"]
    assert np.isfinite(model.predict_log_proba(X)).all()
    assert model.score(X, y) > 0.9


# --------------------------------------------------------- randomness and continuation


def test_a_seed_fixes_every_bit_and_another_does_not(iris):
    models = [default(random_state=seed).fit(*iris) for seed in (0, 0, 1)]
    values = [model.network_.parameters.values for model in models]
    np.testing.assert_array_equal(values[0], values[1])
    assert models[0].temperature_ == models[1].temperature_
    assert not np.array_equal(values[0], values[2])


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_partial_fit_in_a_row_equals_fit(problem, solver):
    X, y = problem
    settings = {
        "learning_rate_schedule": "constant",
        "learning_rate": {"adam": 0.01, "sgd": 0.1}[solver],
        "calibrate": False,
        "dropout": 0.2,
        "solver": solver,
    }
    whole = small(max_iter=6, **settings).fit(X, y)
    parts = small(**settings)
    for _ in range(6):
        parts.partial_fit(X, y, classes=None if y.ndim == 2 else np.unique(y))
    np.testing.assert_array_equal(
        parts.network_.parameters.values, whole.network_.parameters.values
    )
    assert parts.temperature_ == whole.temperature_ == 1


def test_partial_fit_learns_by_default(iris):
    model = default()
    for _ in range(40):
        model.partial_fit(*iris, classes=[0, 1, 2])
    assert model.score(*iris) > 0.9


def test_warm_start_continues_optimizer_and_random_stream(two_classes):
    X, y = two_classes
    settings = {"learning_rate_schedule": "constant", "dropout": 0.2}
    whole = small(max_iter=10, **settings).fit(X, y)
    warm = small(max_iter=4, warm_start=True, **settings).fit(X, y)
    warm.set_params(max_iter=6).fit(X, y)
    np.testing.assert_array_equal(warm.network_.parameters.values, whole.network_.parameters.values)


def test_warm_start_goes_on_learning(iris):
    model = default(max_iter=3, warm_start=True).fit(*iris)
    loss = model.loss_
    assert model.set_params(max_iter=20).fit(*iris).loss_ < loss
    assert model.temperature_ != 1


@pytest.mark.parametrize(
    ("parameter", "value", "was"),
    [
        ("n_members", 4, 8),
        ("numeric_embedding", None, "'periodic'"),
        ("parametrization", "standard", "'ntk'"),
        ("hidden_layer_sizes", (64,), r"\(64, 64\)"),
        ("solver", "sgd", "'ntk'"),
    ],
)
def test_a_continued_model_keeps_its_form(iris, parameter, value, was):
    model = default(max_iter=2, warm_start=True).fit(*iris).set_params(**{parameter: value})
    before = model.predict_proba(iris[0])
    for train in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match=f"the model to be continued was built with {was}"):
            train(*iris)
    np.testing.assert_array_equal(model.predict_proba(iris[0]), before)


def test_what_auto_stands_for_may_be_named_later(iris):
    model = default(max_iter=2, warm_start=True).fit(*iris)
    model.set_params(
        n_members=8,
        parametrization="ntk",
        hidden_layer_sizes=(64, 64),
    )
    assert model.fit(*iris).n_iter_ == 2


# ---------------------------------------------------------------------------- features


@pytest.mark.parametrize("container", [sparse.csr_matrix, sparse.csc_array])
def test_sparse_features(container):
    X, y = load_digits(return_X_y=True)
    X = np.where(X < 8, 0, X)[:600]
    model = default(max_iter=15).fit(container(X), y[:600])
    assert model.network_.n_embedded == 0
    assert model.score(container(X), y[:600]) > 0.95
    np.testing.assert_allclose(model.predict_proba(X), model.predict_proba(container(X)), atol=1e-5)


def test_sparse_features_have_no_embedding(iris):
    with pytest.raises(ValueError, match="numeric_embedding='periodic' makes numbers of zeros"):
        default(numeric_embedding="periodic").fit(sparse.csr_matrix(iris[0]), iris[1])


def test_a_model_with_embedding_predicts_sparse_features(iris):
    X, y = iris
    model = default(max_iter=5).fit(X, y)
    p = model.predict_proba(sparse.csr_matrix(X))
    np.testing.assert_allclose(p, model.predict_proba(X), rtol=1e-6)


UNITS = {
    "Fahrenheit": lambda X: X * 1.8 + 32,
    "standard deviations": lambda X: X / np.where(X.std(axis=0) > 0, X.std(axis=0), 1),
    "a million times": lambda X: X * 1e6,
    "a millionth": lambda X: X * 1e-6,
    "each its own": lambda X: X * np.logspace(-6, 6, X.shape[1]),
}


@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("name", DATA)
def test_units_of_features_do_not_matter(name, units):
    X, y = DATA[name]()
    converted = UNITS[units](X)
    p, q = (default(max_iter=12).fit(A, y).predict_proba(A) for A in (X, converted))
    np.testing.assert_allclose(q, p, atol=1e-3)


@pytest.mark.parametrize("name", ["iris", "wine"])
def test_units_do_not_matter_in_a_whole_run(name):
    """Scaled by a power of two, not even the rounding differs."""
    X, y = DATA[name]()
    p, q = (SimpleMLPClassifier(random_state=0).fit(A, y).predict_proba(A) for A in (X, X * 1024))
    np.testing.assert_array_equal(p, q)


def test_far_outliers_hardly_move_the_other_predictions(two_classes):
    X, y = two_classes
    far = X.copy()
    far[:3] *= 1e9
    p, q = (default(max_iter=12).fit(A, y).predict(A)[3:] for A in (X, far))
    assert (p == q).mean() > 0.95


# ------------------------------------------------------------------ divergence, threads


@pytest.mark.parametrize(
    ("settings", "scale"),
    [
        ({"learning_rate": 1e9}, 1),
        ({"solver": "sgd", "learning_rate": 1e6}, 1),
        ({"scaling": None}, 1e30),
        ({"solver": "sgd", "scaling": None}, 1e30),
        ({"solver": "lbfgs", "scaling": None}, 1e30),
        ({"learning_rate": 1e9, "early_stopping": True}, 1),
    ],
)
def test_divergence_never_returns_a_model_silently(settings, scale):
    X, y = DATA["digits"]()
    with pytest.raises((FloatingPointError, ConvergenceWarning), match="diverged"):
        default(**settings).fit(X * scale, y)  # warnings are errors here


def test_robust_scaling_bounds_features_of_any_size(iris):
    X, y = iris
    assert default(max_iter=40).fit(X * 1e37, y).score(X * 1e37, y) > 0.9
    model = default().fit(X * 1e-10, y)
    assert np.isfinite(model.predict_log_proba(np.full((1, 4), 3e38))).all()


def test_ctrl_c_leaves_the_best_rest_before_it(iris, monkeypatch):
    on_epoch_end = BestRest.on_epoch_end

    def interrupted(self, history):
        on_epoch_end(self, history)
        if history.n_epochs == 20:
            raise KeyboardInterrupt

    monkeypatch.setattr(BestRest, "on_epoch_end", interrupted)
    with pytest.warns(UserWarning, match="interrupted after 20 of 60 epochs"):
        model = default(max_iter=60).fit(*iris)
    assert model.n_iter_ == 20
    assert model.best_iter_ in {4, 12}
    assert model.score(*iris) > 0.9


def test_threads_predict_what_one_does(iris):
    X, y = iris
    model = default().fit(X, y)
    expected = model.predict_proba(X)
    with ThreadPoolExecutor(4) as pool:
        for p in pool.map(lambda _: model.predict_proba(X), range(20)):
            np.testing.assert_array_equal(p, expected)


def test_fitting_writes_to_nothing_of_the_users(iris):
    parts = [part.copy() for part in (*iris, np.linspace(0, 1, 150))]
    for part in parts:
        part.flags.writeable = False
    default(max_iter=2, class_weight="balanced", dtype="float64").fit(*parts)
    default(max_iter=2, scaling=None).fit(*parts).predict(parts[0])
