"""Integrations: what others wrote and users put around the classifier works, each shown by a test.

The table of docs/integrations.rst has a row for each test marked as `@integration`, and says of it
what the mark says; the functions before the tests are the examples of that page.
"""

from importlib.util import find_spec
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier, StackingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 (for HalvingGridSearchCV)
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import PartialDependenceDisplay, permutation_importance
from sklearn.metrics import log_loss
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    KFold,
    PredefinedSplit,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    train_test_split,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.fixes import parse_version

from sknn import SimpleMLPClassifier
from tests.models import quick, values

PAGE = Path(__file__).parents[1] / "docs" / "integrations.rst"
VERSION = parse_version(sklearn.__version__)
knows_polars = pytest.mark.skipif(parse_version("1.9") > VERSION, reason="Polars 2 came later")
ROWS = []


def integration(name, purpose, advice="", *, scikit_learn="1.6.1", packages=()):
    """Mark the test that shows that an integration works; it is skipped without what this needs."""

    def mark(test):
        needs = [f"scikit-learn ≥ {scikit_learn}", *packages]
        ROWS.append((name, purpose, test.__name__, ", ".join(needs), advice))
        missing = [name for name in packages if find_spec(name.replace("-", "_")) is None]
        is_old = parse_version(scikit_learn) > VERSION
        return pytest.mark.skipif(bool(missing or is_old), reason="needs " + ", ".join(needs))(test)

    return mark


def table():
    """Return the rows of the page's table, as reStructuredText."""
    cells = "   * - | ``{}``", "       | {}", "       | ``{}``", "     - {}", "     - {}"
    lines = [cell.format(text) for row in ROWS for cell, text in zip(cells, row, strict=True)]
    return "\n".join(line.rstrip() for line in lines)


@pytest.fixture(scope="module")
def mixed():
    """Return a frame of which a number and a category say what the class is, and its classes."""
    rng = np.random.default_rng(0)
    size = rng.normal(size=200)
    colour = rng.choice(["red", "green", "blue"], 200)
    frame = pd.DataFrame(
        {
            "noise": rng.normal(size=200),
            "size": np.where(np.arange(200) % 20 == 7, np.nan, size),
            "colour": pd.Series(colour).where(np.arange(200) % 20 != 3),
            "letter": rng.choice(["a", "b"], 200),
        }
    )
    return frame, np.where(size + 2 * (colour == "red") > 0.5, "yes", "no")


@pytest.mark.skipif(not PAGE.exists(), reason="needs the documentation")
def test_the_table_of_the_page_is_that_of_the_tests():
    _, after = PAGE.read_text(encoding="utf-8").split(".. list-table::")
    assert after.split("\n\n")[2] == table()


# -------------------------------------------------------------------------- probabilities


@integration(
    'CalibratedClassifierCV(method="temperature")',
    "Calibrated probabilities.",
    "Rarely needed: the default model calibrates itself.",
    scikit_learn="1.8",
)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_temperature_scaling(n_classes):
    X, y = make_classification(
        400, n_informative=4, n_classes=n_classes, flip_y=0.2, random_state=0
    )
    X, X_new, y, y_new = train_test_split(X, y, random_state=0)
    model = quick((64,), calibrate=False, label_smoothing=0, max_iter=100).fit(X, y)
    calibrated = CalibratedClassifierCV(FrozenEstimator(model), method="temperature")
    calibrated.fit(X_new, y_new)
    raw = model.decision_function(X_new)
    raw = np.c_[np.zeros_like(raw), raw] if raw.ndim == 1 else raw
    temperature = minimize_scalar(
        lambda t: log_loss(y_new, softmax(raw / t, axis=1)), bounds=(0.1, 100)
    ).x
    assert temperature > 2  # it has learnt its rows by heart, so it is far too sure of others
    p = calibrated.predict_proba(X_new)
    np.testing.assert_allclose(p, softmax(raw / temperature, axis=1), atol=1e-4)
    np.testing.assert_array_equal(calibrated.predict(X_new), model.predict(X_new))


# ----------------------------------------------------------------------------- inspection


@integration(
    "permutation_importance",
    "How much each column matters.",
    "Works on raw tables: a category is one column.",
)
def test_permutation_importance(mixed):
    X, y = mixed
    model = quick((32,), max_iter=60).fit(X[:100], y[:100])
    importance = permutation_importance(model, X[100:], y[100:], random_state=0).importances_mean
    noise, size, colour, letter = importance
    assert min(size, colour) > 0.1
    assert max(abs(noise), abs(letter)) < 0.05


@integration(
    "PartialDependenceDisplay",
    "How predictions depend on a column.",
    "Name categories by ``categorical_features`` and impute their gaps; make integers floats.",
)
def test_partial_dependence(mixed):
    X, y = mixed
    model = quick().fit(X, y)
    X = X.fillna({"colour": "red"})
    display = PartialDependenceDisplay.from_estimator(
        model, X, ["size", "colour"], categorical_features=["colour"], grid_resolution=5
    )
    for column, result in zip(["size", "colour"], display.pd_results, strict=True):
        grid = result["grid_values"][0]
        expected = [model.predict_proba(X.assign(**{column: v}))[:, 1].mean() for v in grid]
        np.testing.assert_allclose(result["average"][0], expected, rtol=1e-12)


def explain_numbers(model, X, background):
    """Return what each feature adds to the probability of each class, for each row."""
    import shap

    return shap.Explainer(model.predict_proba, background)(X)


def explain_table(model, X, background):
    """Return the same for frames with categories and gaps, which SHAP makes arrays of objects."""
    import shap

    def predict(rows):
        return model.predict_proba(pd.DataFrame(rows, columns=X.columns))

    return shap.KernelExplainer(predict, background)(X, silent=True)


def shapley_values(predict, row, background):
    """Return Shapley's values by their definition, the mean over all orders of the columns."""

    def value(known):
        rows = background.copy()
        for name in background.columns[known]:
            rows[name] = row[name]
        return predict(rows).mean(axis=0)

    n_columns = background.shape[1]
    total = 0
    orders = list(permutations(range(n_columns)))
    for order in orders:
        steps = [value(list(order[:k])) for k in range(n_columns + 1)]
        total = total + np.diff(steps, axis=0)[np.argsort(order)]
    return total / len(orders)


@integration(
    "shap.Explainer",
    "What each column adds to a single prediction.",
    "Give it ``predict_proba``; it takes numbers only.",
    packages=["shap"],
)
@pytest.mark.filterwarnings("ignore")  # of its own, when it is imported
def test_shap(iris):
    X, y = pd.DataFrame(iris[0]), iris[1]
    model = quick().fit(X, y)
    found = explain_numbers(model, X[:2], X[::30])
    for k in range(2):
        expected = shapley_values(model.predict_proba, X.iloc[k], X[::30])
        np.testing.assert_allclose(found.values[k], expected, atol=1e-6)


@integration(
    "shap.KernelExplainer",
    "The same for tables with categories.",
    "Turn SHAP's rows back into a DataFrame.",
    packages=["shap"],
)
@pytest.mark.filterwarnings("ignore")
def test_shap_of_a_table(mixed):
    X, y = mixed
    model = quick().fit(X, y)
    rows, background = X[2:4], X[::20]
    found = explain_table(model, rows, background)
    for k in range(2):
        expected = shapley_values(model.predict_proba, rows.iloc[k], background)
        np.testing.assert_allclose(found.values[k], expected, atol=1e-6)


# ------------------------------------------------------------------------------- ensembles


@integration("StackingClassifier", "Another model on top of several.")
def test_stacking(two_classes):
    X, y = two_classes
    members = [("mlp", quick()), ("bayes", GaussianNB())]
    stack = StackingClassifier(members, GaussianNB(), cv=3).fit(X, y)
    judged = [cross_val_predict(m, X, y, cv=3, method="predict_proba")[:, 1:] for _, m in members]
    top = GaussianNB().fit(np.hstack(judged), y)
    seen = np.hstack([clone(m).fit(X, y).predict_proba(X)[:, 1:] for _, m in members])
    np.testing.assert_array_equal(stack.predict_proba(X), top.predict_proba(seen))


@integration(
    "BaggingClassifier",
    "Many models, each of a sample of the rows.",
    "Makes an array of a table: name categories by their number.",
)
def test_bagging(mixed, two_classes):
    X, y = two_classes
    bag = BaggingClassifier(quick(), n_estimators=3, max_features=0.5, random_state=0).fit(X, y)
    parts = zip(bag.estimators_, bag.estimators_features_, strict=True)
    mean = np.mean([model.predict_proba(X[:, columns]) for model, columns in parts], axis=0)
    np.testing.assert_allclose(bag.predict_proba(X), mean, rtol=1e-12)
    assert bag.score(X, y) > 0.8
    X, y = mixed
    with pytest.raises(ValueError, match="which is not a number"):
        BaggingClassifier(quick()).fit(X, y)
    bag = BaggingClassifier(quick(categorical_features=[2, 3]), n_estimators=3, random_state=0)
    assert bag.fit(X, y).score(X, y) > 0.8


@integration(
    "OneVsRestClassifier",
    "A separate model for each class.",
    "Rarely needed: the model knows many classes and labels.",
)
def test_one_versus_rest(iris):
    X, y = iris
    p = OneVsRestClassifier(quick()).fit(X, y).predict_proba(X)
    each = [quick().fit(X, (y == k).astype(int)).predict_proba(X)[:, 1] for k in range(3)]
    np.testing.assert_allclose(p, np.transpose(each) / np.sum(each, axis=0)[:, None], rtol=1e-12)


# ------------------------------------------------------------------- pipelines and tables


def columns(remainder="drop"):
    """Return what makes inputs of a frame's numbers and categories, as arrays."""
    numbers = StandardScaler(), ["noise", "size"]
    categories = OneHotEncoder(sparse_output=False, handle_unknown="ignore"), ["colour", "letter"]
    steps = [("numbers", *numbers), ("categories", *categories)]
    return ColumnTransformer(steps, remainder=remainder)


@integration(
    "ColumnTransformer",
    "A transformer of its own for each column.",
    "Rarely needed: tables go in raw, with categories and gaps.",
)
def test_column_transformer(mixed):
    X, y = mixed
    p = make_pipeline(columns(), quick()).fit(X, y).predict_proba(X)
    numbers = X[["noise", "size"]].to_numpy()
    numbers = (numbers - np.nanmean(numbers, axis=0)) / np.nanstd(numbers, axis=0)
    indicators = [
        (X[name].isna() if value is None else X[name] == value).to_numpy(float)
        for name, known in (("colour", ["blue", "green", "red", None]), ("letter", ["a", "b"]))
        for value in known
    ]
    by_hand = np.column_stack([numbers, *indicators])
    np.testing.assert_allclose(p, quick().fit(by_hand, y).predict_proba(by_hand), atol=1e-6)


@integration(
    'Pipeline.set_output(transform="pandas")',
    "Frames between the steps of a pipeline.",
    "The model then knows the names of its inputs.",
)
@pytest.mark.parametrize("container", ["pandas", pytest.param("polars", marks=knows_polars)])
def test_set_output(container, mixed):
    pytest.importorskip(container)
    X, y = mixed
    arrays = make_pipeline(columns(), quick()).fit(X, y)
    frames = make_pipeline(columns(), quick()).set_output(transform=container).fit(X, y)
    np.testing.assert_array_equal(frames.predict_proba(X), arrays.predict_proba(X))
    assert not hasattr(arrays[-1], "feature_names_in_")
    names = frames[-1].feature_names_in_.tolist()
    assert names[:2] == ["numbers__noise", "numbers__size"]
    assert names[-1] == "categories__letter_b"


@pytest.fixture(scope="module")
def pandas_and_polars():
    """Return one table in two forms, with gaps in every kind of column, and classes."""
    polars = pytest.importorskip("polars")
    numbers = np.random.default_rng(0).normal(size=120)
    parts = {
        "number": [None if i % 7 == 0 else float(x) for i, x in enumerate(numbers)],
        "nan": np.where(np.arange(120) % 5 == 0, np.nan, numbers**2),
        "count": np.arange(120) % 9,
        "gappy count": [None if i % 11 == 0 else i for i in range(120)],
        "flag": [True, False, None] * 40,
        "word": ["x", None, "y", "z"] * 30,
        "kind": ["small", "large", None, "medium", "small"] * 24,
        "level": ["low", "high"] * 60,
    }
    levels = ["low", "middle", "high"]
    pandas_frame = pd.DataFrame(parts).astype({"kind": "category"})
    pandas_frame["level"] = pd.Categorical(parts["level"], levels)
    polars_frame = polars.DataFrame(parts).cast(
        {"kind": polars.Categorical, "level": polars.Enum(levels)}
    )
    y = np.where(numbers + (np.arange(120) % 4 == 2) > 0.5, "yes", "no")
    return pandas_frame, polars_frame, y


@integration(
    "polars.DataFrame",
    "Tables of Polars, like those of pandas.",
    "scikit-learn checks Polars' column names from 1.9 on.",
    packages=["polars"],
)
def test_polars_and_pandas_give_the_same(pandas_and_polars):
    *frames, y = pandas_and_polars
    models = [quick((16,)).fit(frame, y) for frame in frames]
    assert models[0].encoder_.categories == models[1].encoder_.categories
    p, q = (model.predict_proba(X) for model, X in zip(models, frames, strict=True))
    np.testing.assert_array_equal(p, q)
    scores = [cross_val_score(quick(), X, y, cv=3) for X in frames]
    np.testing.assert_array_equal(*scores)


@knows_polars
def test_polars_and_pandas_take_turns(pandas_and_polars):
    frame, other, y = pandas_and_polars
    for first, second in ((frame, other), (other, frame)):
        model = quick((16,)).fit(first, y)
        np.testing.assert_array_equal(model.predict_proba(first), model.predict_proba(second))
        with pytest.raises(ValueError, match="feature names should match"):
            model.predict(second[second.columns[::-1]])


# -------------------------------------------------------------------------------- searches


@integration("cross_validate(return_estimator=True)", "Scores of several splits, and their models.")
def test_cross_validate(iris):
    X, y = iris
    folds = KFold(3, shuffle=True, random_state=0)
    result = cross_validate(quick(), X, y, cv=folds, scoring="neg_log_loss", return_estimator=True)
    for (train, test), model, score in zip(
        folds.split(X), result["estimator"], result["test_score"], strict=True
    ):
        np.testing.assert_array_equal(values(model), values(quick().fit(X[train], y[train])))
        assert score == pytest.approx(-log_loss(y[test], model.predict_proba(X[test])))


@integration(
    "HalvingGridSearchCV",
    "Few epochs for many candidates, more for the best.",
    '``resource="max_iter"``, with ``max_resources``.',
)
def test_halving(two_classes):
    X, y = two_classes
    settings = {"resource": "max_iter", "min_resources": 1, "max_resources": 9, "cv": 2}
    grid = {"learning_rate": [1e-4, 0.003, 0.01], "activation": ["relu", "gelu", "tanh"]}
    search = HalvingGridSearchCV(quick(), grid, **settings).fit(X, y)
    assert search.n_resources_ == [1, 3, 9]
    assert search.n_candidates_ == [9, 3, 1]
    results = search.cv_results_
    for epochs, given, score in zip(
        results["n_resources"], results["params"], results["mean_test_score"], strict=True
    ):
        model = quick().set_params(**given | {"max_iter": int(epochs)})
        assert score == pytest.approx(cross_val_score(model, X, y, cv=2).mean())
    assert search.best_estimator_.n_iter_ == 9
    with pytest.raises(ValueError, match="max_resources"):
        HalvingGridSearchCV(quick(), grid, resource="max_iter").fit(X, y)


def study_of(X, y, n_trials):
    """Let Optuna look for a good learning rate and a good width."""
    import optuna

    def score(trial):
        width = trial.suggest_int("width", 4, 64, log=True)
        rate = trial.suggest_float("learning_rate", 1e-4, 0.1, log=True)
        model = SimpleMLPClassifier((width,), learning_rate=rate, max_iter=10, random_state=0)
        return cross_val_score(model, X, y, cv=3, scoring="neg_log_loss").mean()

    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=0, n_startup_trials=4)
    )
    study.optimize(score, n_trials)
    return study


@integration(
    "optuna.create_study",
    "Searches that learn from the trials before.",
    "Give ``random_state`` a number: trials then differ by their settings only.",
    packages=["optuna"],
)
def test_optuna(two_classes):
    X, y = two_classes
    study = study_of(X, y, n_trials=6)
    assert len({tuple(trial.params.values()) for trial in study.trials}) == 6
    assert study.best_value == max(trial.value for trial in study.trials)
    for trial in study.trials[::3]:
        model = quick((trial.params["width"],), learning_rate=trial.params["learning_rate"])
        model.set_params(max_iter=10)
        expected = cross_val_score(model, X, y, cv=3, scoring="neg_log_loss").mean()
        assert trial.value == pytest.approx(expected)


@integration(
    "OptunaSearchCV",
    "The same in the form of a grid search.",
    packages=["optuna", "optuna-integration"],
)
@pytest.mark.filterwarnings("ignore")  # it is experimental, and says so
def test_optuna_search(two_classes):
    from optuna.distributions import CategoricalDistribution, FloatDistribution
    from optuna_integration import OptunaSearchCV

    X, y = two_classes
    parameters = {
        "learning_rate": FloatDistribution(1e-4, 0.1, log=True),
        "activation": CategoricalDistribution(["relu", "gelu"]),
    }
    search = OptunaSearchCV(quick(), parameters, cv=3, n_trials=5, random_state=0).fit(X, y)
    best = quick(**search.best_params_)
    assert search.best_score_ == pytest.approx(cross_val_score(best, X, y, cv=3).mean())
    np.testing.assert_array_equal(search.predict_proba(X), best.fit(X, y).predict_proba(X))


# ------------------------------------------------------------------------ metadata routing


def search_with_weights(model, X, y, weight, cv):
    """Search with weights in every fit and in every score."""
    with config_context(enable_metadata_routing=True):
        model.set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        search = GridSearchCV(model, {"learning_rate": [0.0003, 0.01]}, cv=cv)
        return search.fit(X, y, sample_weight=weight)


@integration(
    "GridSearchCV.fit(sample_weight=…)",
    "Weights for the fits and the scores of a search.",
    "Ask for them with ``set_fit_request`` and ``set_score_request``.",
)
def test_weights_through_a_search(two_classes):
    X, y = (part[:60] for part in two_classes)
    counts = np.random.default_rng(0).integers(0, 4, 60)
    folds = np.arange(60) % 3
    # The truth: each row as often as its weight says, in the fold that it was in.
    X_repeated, y_repeated = X.repeat(counts, axis=0), y.repeat(counts)
    cv = PredefinedSplit(folds.repeat(counts))
    expected = GridSearchCV(quick(), {"learning_rate": [0.0003, 0.01]}, cv=cv)
    expected.fit(X_repeated, y_repeated)
    search = search_with_weights(quick(), X, y, counts, PredefinedSplit(folds))
    unweighted = search_with_weights(quick(), X, y, None, PredefinedSplit(folds))
    assert search.best_params_ == expected.best_params_
    for fold in range(3):
        scores = [s.cv_results_[f"split{fold}_test_score"] for s in (search, expected, unweighted)]
        np.testing.assert_allclose(scores[0], scores[1], rtol=1e-12)
        assert not np.allclose(scores[0], scores[2])
    np.testing.assert_array_equal(search.predict_proba(X), expected.predict_proba(X))


def fit_with_validation_set(steps, X, y, X_val, y_val, **weights):
    """Fit a pipeline that ends in a model; its steps transform the validation set too."""
    *transformers, model = steps
    with config_context(enable_metadata_routing=True):
        model.set_fit_request(X_val=True, y_val=True, sample_weight=True, sample_weight_val=True)
        pipeline = make_pipeline(*transformers, model, transform_input=["X_val"])
        return pipeline.fit(X, y, X_val=X_val, y_val=y_val, **weights)


def stopping(**parameters):
    return quick(early_stopping=True, n_iter_no_change=3, max_iter=60, **parameters)


def assert_same_run(model, other):
    np.testing.assert_array_equal(values(model), values(other))
    np.testing.assert_array_equal(model.validation_scores_, other.validation_scores_)
    assert model.best_iter_ == other.best_iter_
    assert model.n_iter_ == other.n_iter_ < 60


@pytest.fixture(scope="module")
def parts(two_classes):
    """Return rows for training and others, which lie elsewhere, for validation."""
    X, y = two_classes
    return X[:200] * 3 + 5, y[:200], X[200:] * 3 + 6, y[200:]


@integration(
    'Pipeline(transform_input=["X_val"])',
    "Your own validation set for early stopping, transformed as the training data.",
    "In a search it must not have as many rows as ``X``, or the folds cut it too.",
)
@pytest.mark.parametrize("scoring", ["loss", "accuracy"])
def test_validation_set_through_a_pipeline(scoring, parts):
    X, y, X_val, y_val = parts
    steps = StandardScaler(), PCA(5), stopping(scoring=scoring)
    pipeline = fit_with_validation_set(steps, X, y, X_val, y_val)
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    np.testing.assert_allclose(pipeline[0].mean_, mean)  # of the training rows alone
    scaled = (X - mean) / deviation
    pca = PCA(5).fit(scaled)
    Z, Z_val = pca.transform(scaled), pca.transform((X_val - mean) / deviation)
    by_hand = stopping(scoring=scoring).fit(Z, y, X_val=Z_val, y_val=y_val)
    model = pipeline[-1]
    np.testing.assert_allclose(values(model), values(by_hand), atol=1e-4)
    np.testing.assert_allclose(model.validation_scores_, by_hand.validation_scores_, atol=1e-4)
    # To the last bit, where the arithmetic of scaling is the same too.
    Z, Z_val = pipeline[:-1].transform(X), pipeline[:-1].transform(X_val)
    assert_same_run(model, stopping(scoring=scoring).fit(Z, y, X_val=Z_val, y_val=y_val))


def test_weights_come_along_with_the_validation_set(parts):
    X, y, X_val, y_val = parts
    rng = np.random.default_rng(0)
    weights = {"sample_weight": rng.random(200), "sample_weight_val": rng.random(100)}
    with config_context(enable_metadata_routing=True):
        scaler = StandardScaler().set_fit_request(sample_weight=False)
    pipeline = fit_with_validation_set((scaler, stopping()), X, y, X_val, y_val, **weights)
    Z, Z_val = pipeline[0].transform(X), pipeline[0].transform(X_val)
    by_hand = stopping().fit(Z, y, X_val=Z_val, y_val=y_val, **weights)
    assert_same_run(pipeline[-1], by_hand)
    for name in weights:
        without = {other: weight for other, weight in weights.items() if other != name}
        other = stopping().fit(Z, y, X_val=Z_val, y_val=y_val, **without)
        assert not np.array_equal(other.validation_scores_, by_hand.validation_scores_)


def test_folds_cut_a_validation_set_that_has_as_many_rows(parts):
    X, y, X_val, y_val = parts[0][:100], parts[1][:100], *parts[2:]
    train, test = np.arange(0, 100, 2), np.arange(1, 100, 2)
    with config_context(enable_metadata_routing=True):
        model = stopping().set_fit_request(X_val=True, y_val=True)
        given = {"X_val": X_val, "y_val": y_val}
        result = cross_validate(
            model, X, y, cv=[(train, test)], params=given, return_estimator=True
        )
    cut = stopping().fit(X[train], y[train], X_val=X_val[train], y_val=y_val[train])
    assert_same_run(result["estimator"][0], cut)
