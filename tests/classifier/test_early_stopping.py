"""Early stopping: validation sets, scores, and which epoch is kept."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.metrics import get_scorer, log_loss

from tests.models import members, quick

# ------------------------------------------------------------------- which epoch is kept


def test_early_stopping_restores_the_best_epoch(two_classes):
    X, y = two_classes
    X_val, y_val = X[200:], y[200:]
    model = quick(
        (16,),
        early_stopping=True,
        calibrate=False,
        n_iter_no_change=5,
        learning_rate=0.05,
        max_iter=200,
    )
    model.fit(X[:200], y[:200], X_val=X_val, y_val=y_val)
    assert model.n_iter_ < 200
    assert len(model.validation_scores_) == model.n_iter_ == len(model.loss_curve_)
    assert model.best_iter_ == np.argmax(model.validation_scores_) + 1
    assert model.best_validation_score_ == model.validation_scores_.max()
    assert model.loss_ == model.loss_curve_[model.best_iter_ - 1]
    assert log_loss(y_val, model.predict_proba(X_val)) == pytest.approx(
        -model.best_validation_score_, rel=1e-5
    )


def test_early_stopping_chooses_the_epoch_by_itself(two_classes):
    X, y = two_classes
    model = members(early_stopping=True, max_iter=20, n_iter_no_change=20).fit(X, y)
    assert model.best_iter_ == np.argmax(model.validation_scores_) + 1
    assert model.temperature_ != 1


def test_early_stopping_of_lbfgs_and_of_labels(labels):
    X, Y = labels
    model = quick(solver="lbfgs", early_stopping=True, n_iter_no_change=3, max_iter=300).fit(X, Y)
    assert model.n_iter_ < 300
    assert model.best_iter_ == np.argmax(model.validation_scores_) + 1


def test_a_continued_model_is_kept_if_no_epoch_is_better(two_classes):
    X, y = two_classes
    model = quick(early_stopping=True, warm_start=True, max_iter=60).fit(X, y)
    before, score = model.predict_proba(X), model.best_validation_score_
    model.set_params(learning_rate=0.3, max_iter=3).fit(X, y)
    assert model.best_iter_ == 0
    assert model.best_validation_score_ == pytest.approx(score)
    assert model.validation_scores_.max() < score
    np.testing.assert_array_equal(model.predict_proba(X), before)


def test_a_model_that_is_kept_is_no_failure(two_classes, recwarn):
    X, y = two_classes
    model = quick(early_stopping=True, warm_start=True, max_iter=60).fit(X, y)
    loss = model.loss_
    model.set_params(learning_rate=0.3, max_iter=3).fit(X, y)
    assert model.best_iter_ == 0
    assert model.loss_ == loss
    assert model.best_loss_ == model.loss_curve_.min()
    assert not recwarn.list


def test_moments_go_with_the_parameters_that_they_belong_to(digits):
    """Else a good model, gone back to after a bad run, is spoilt by the next step."""
    X, y = digits
    settings = {"learning_rate": 0.05, "warm_start": True, "numeric_embedding": "periodic"}
    model = quick(early_stopping=True, solver="sgd", batch_size=32, **settings)
    model.fit(X[:200], y[:200])
    before = model.score(X[200:], y[200:])
    model.set_params(learning_rate=3.0, n_iter_no_change=3).fit(X[:200], y[:200])
    assert model.best_iter_ == 0
    model.set_params(learning_rate=0.05).partial_fit(X[:200], y[:200])
    assert model.score(X[200:], y[200:]) > before - 0.05


# -------------------------------------------------------------------------------- scores


@pytest.mark.parametrize(
    "scoring", ["accuracy", "neg_log_loss", None, get_scorer("balanced_accuracy")]
)
def test_early_stopping_with_a_scorer(iris, scoring):
    X, y = iris
    names = np.array(["a", "b", "c"])[y]
    model = quick(early_stopping=True, scoring=scoring).fit(
        X[::2], names[::2], X_val=X, y_val=names
    )
    scorer = get_scorer(scoring or "accuracy") if not callable(scoring) else scoring
    assert model.best_validation_score_ == pytest.approx(scorer(model, X, names))


def test_early_stopping_weighs_its_scores(two_classes):
    X, y = two_classes
    weight = np.random.default_rng(0).random(100)
    for scoring, expected in (
        ("loss", lambda m: -log_loss(y[200:], m.predict_proba(X[200:]), sample_weight=weight)),
        ("accuracy", lambda m: m.score(X[200:], y[200:], sample_weight=weight)),
    ):
        model = quick(early_stopping=True, scoring=scoring).fit(
            X[:200], y[:200], X_val=X[200:], y_val=y[200:], sample_weight_val=weight
        )
        assert model.best_validation_score_ == pytest.approx(expected(model), rel=1e-5)


@pytest.mark.parametrize("scoring", ["adjusted_rand_score", lambda e, X, y: e.score(X, y)])
def test_scorers_that_take_no_weights_score_without(iris, scoring):
    X, y = iris
    model = quick(early_stopping=True, scoring=scoring, class_weight="balanced")
    model.fit(X, y, np.linspace(0, 1, 150), X_val=X, y_val=y)
    scorer = scoring if callable(scoring) else get_scorer(scoring)
    assert model.best_validation_score_ == pytest.approx(scorer(model, X, y))


@pytest.mark.parametrize("scoring", ["loss", "neg_log_loss"])
def test_the_best_score_is_that_of_the_model_that_is_kept(two_classes, scoring):
    X, y = two_classes
    model = quick(n_members=4, max_iter=20, early_stopping=True, scoring=scoring)
    model.fit(X[:200], y[:200], X_val=X[200:], y_val=y[200:])
    assert model.temperature_ != pytest.approx(0.6, abs=0.01)
    expected = -log_loss(y[200:], model.predict_proba(X[200:]))
    assert model.best_validation_score_ == pytest.approx(expected, rel=1e-5)
    # What each epoch was seen with is the temperature that was expected.
    assert model.validation_scores_.max() == model.validation_scores_[model.best_iter_ - 1]


def test_a_scorer_that_takes_any_keyword_gets_the_weights(iris):
    X, y = iris
    weight = np.random.default_rng(0).random(150)
    seen = []

    def scorer(estimator, X, y, **keywords):
        seen.append(keywords)
        return estimator.score(X, y, **keywords)

    model = quick(early_stopping=True, scoring=scorer, max_iter=2)
    model.fit(X, y, X_val=X, y_val=y, sample_weight_val=weight)
    assert seen
    for keywords in seen:
        given = keywords["sample_weight"]
        np.testing.assert_allclose(given / given.sum(), weight / weight.sum())


def test_a_score_that_is_not_a_number_is_no_divergence(two_classes):
    X, y = two_classes
    one_class = np.flatnonzero(y == 1)

    def nothing(estimator, X, y):
        return np.nan

    with pytest.raises(ValueError, match=r"is nan on the \d+ samples for validation"):
        quick(early_stopping=True, scoring=nothing).fit(
            X, y, X_val=X[one_class], y_val=y[one_class]
        )


@pytest.mark.parametrize("names", [None, np.array(["no", "yes"])])
def test_validation_weighs_classes_as_training_does(two_classes, names):
    X, y = two_classes
    y = y if names is None else names[y]
    rows = np.r_[np.flatnonzero(y == np.unique(y)[1])[:40], np.flatnonzero(y == np.unique(y)[0])]
    classes, counts = np.unique(y[rows], return_counts=True)
    weights = dict(zip(classes, len(rows) / (2 * counts), strict=True))
    one, other = (
        quick(early_stopping=True, class_weight=each)
        .fit(X[rows], y[rows], X_val=X, y_val=y)
        .validation_scores_
        for each in ("balanced", weights)
    )
    np.testing.assert_allclose(one, other, rtol=1e-6)


def test_validation_weighs_labels_as_training_does(labels):
    X, Y = labels
    by_label = []
    for column in Y[:150].T:
        classes, counts = np.unique(column, return_counts=True)
        by_label.append(dict(zip(classes, 150 / (len(classes) * counts), strict=True)))
    one, two, other = (
        quick(early_stopping=True, class_weight=each)
        .fit(X[:150], Y[:150], X_val=X, y_val=Y)
        .validation_scores_
        for each in ("balanced", ["balanced"] * 4, by_label)
    )
    np.testing.assert_allclose(one, other, rtol=1e-6)
    np.testing.assert_allclose(two, other, rtol=1e-6)


# -------------------------------------------------------------------- the validation set


def test_a_validation_set_of_ones_own_takes_nothing_from_training(two_classes):
    """What is learnt is what is learnt from the same samples without early stopping."""
    X, y = two_classes
    settings = {"max_iter": 8, "learning_rate_schedule": "constant", "n_iter_no_change": np.inf}
    model = quick(early_stopping=True, **settings)
    model.fit(X[:200], y[:200], X_val=X[200:], y_val=y[200:])
    shorter = quick(**settings | {"max_iter": model.best_iter_}).fit(X[:200], y[:200])
    np.testing.assert_array_equal(model.coefs_[0], shorter.coefs_[0])
    np.testing.assert_array_equal(model.loss_curve_[: model.best_iter_], shorter.loss_curve_)


@pytest.mark.parametrize("scoring", ["loss", "accuracy"])
@pytest.mark.parametrize("container", [np.asarray, pd.DataFrame, sparse.csr_array])
def test_copies_of_a_few_samples_are_held_out_together(scoring, container):
    """So repeating samples is the same as weighing them, and no score is of a sample learnt."""
    rng = np.random.default_rng(0)
    X, y, counts = rng.normal(size=(30, 3)), np.arange(30) % 3, rng.integers(0, 4, size=30)
    names = list("abc") if container is pd.DataFrame else None
    wrap = partial(container, columns=names) if names else container
    model = quick(early_stopping=True, scoring=scoring, batch_size=1000)
    weighted = model.fit(wrap(X), y, counts).predict_proba(wrap(X))
    scores = model.validation_scores_
    order = rng.permutation(counts.sum())
    model.fit(wrap(X.repeat(counts, axis=0)[order]), y.repeat(counts)[order])
    np.testing.assert_allclose(model.predict_proba(wrap(X)), weighted, atol=1e-9)
    np.testing.assert_allclose(model.validation_scores_, scores, atol=1e-9)


def test_where_there_are_only_copies_one_of_them_is_held_out():
    X, y = np.repeat(np.eye(3), 10, axis=0), np.repeat([0, 1, 2], 10)
    model = quick(early_stopping=True, scoring="accuracy", max_iter=100).fit(X, y)
    assert model.best_validation_score_ == 1


def test_early_stopping_takes_samples_of_weight_zero(iris):
    weight = np.zeros(150)
    weight[[0, 1, 60, 61, 120, 121]] = 1
    model = quick(early_stopping=True).fit(*iris, sample_weight=weight)
    assert np.isfinite(model.validation_scores_).all()


def test_the_validation_set_holds_known_classes(iris):
    X, y = iris
    for scoring in ("loss", "accuracy"):
        model = quick(early_stopping=True, scoring=scoring)
        with pytest.raises(ValueError, match="contains the class 2"):
            model.fit(X[:100], y[:100], X_val=X, y_val=y)


def test_a_frame_may_be_validated_on_an_array(iris):
    frame = pd.DataFrame(iris[0], columns=list("abcd"))
    model = quick(early_stopping=True, scoring="accuracy")
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.fit(frame, iris[1], X_val=iris[0], y_val=iris[1])


def test_early_stopping_asks_the_scorer_with_column_names(iris):
    frame = pd.DataFrame(iris[0], columns=list("abcd"))
    model = quick(early_stopping=True, scoring="accuracy").fit(frame, iris[1])
    assert list(model.feature_names_in_) == list("abcd")
    model.fit(frame, iris[1], X_val=frame, y_val=iris[1])
    assert model.best_validation_score_ == model.score(frame, iris[1])


def test_validation_set_needs_early_stopping_and_both_parts(iris):
    X, y = iris
    with pytest.raises(ValueError, match="early_stopping=True, which is off"):
        quick().fit(X, y, X_val=X, y_val=y)
    with pytest.raises(ValueError, match="only one of them was given"):
        quick(early_stopping=True).fit(X, y, X_val=X)
    with pytest.raises(ValueError, match="sample_weight_val was given without"):
        quick(early_stopping=True).fit(X, y, sample_weight_val=np.ones(150))


def test_warm_start_holds_out_the_same_samples_again(iris):
    X, y = iris
    seen = []

    def scorer(estimator, X, y):
        seen.append(X.tobytes())
        return estimator.score(X, y)

    model = quick(warm_start=True, early_stopping=True, scoring=scorer)
    model.fit(X, y).fit(X, y)
    assert len(seen) > model.n_iter_
    assert len(set(seen)) == 1


# ------------------------------------------------------------------------------- streams


@pytest.mark.parametrize("scoring", ["loss", "accuracy", "neg_log_loss"])
def test_partial_fit_with_early_stopping_scores_before_it_learns(iris, scoring):
    frame = pd.DataFrame(iris[0], columns=list("abcd"))
    order, weight = np.random.default_rng(0).permutation(150), np.linspace(0.1, 1, 150)
    model = quick(early_stopping=True, scoring=scoring, n_iter_no_change=1)
    twin = quick()
    for rows in np.split(order, 5):
        X, y, w = frame.iloc[rows], iris[1][rows], weight[rows]
        if hasattr(twin, "network_"):
            accuracy = twin.score(X, y, w)
            loss = log_loss(y, twin.predict_proba(X), labels=[0, 1, 2], sample_weight=w)
            expected = accuracy if scoring == "accuracy" else -loss
        else:  # before the first call every class is as probable
            expected = None
        model.partial_fit(X, y, classes=[0, 1, 2], sample_weight=w)
        twin.partial_fit(X, y, classes=[0, 1, 2], sample_weight=w)
        if expected is not None:
            np.testing.assert_allclose(model.validation_scores_, [expected], rtol=1e-5)
            assert model.best_validation_score_ == model.validation_scores_[0]
    np.testing.assert_array_equal(model.coefs_[0], twin.coefs_[0])  # it learns as without
