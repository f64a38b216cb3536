"""What `verbose` prints."""

import re

import pytest
from sklearn.metrics import get_scorer

from tests.models import quick


def printed(capsys):
    return capsys.readouterr().out.splitlines()


def heads_of(line):
    return re.split(r"\s{2,}", line.strip())


def test_verbose_begins_with_network_and_data_and_ends_with_what_is_kept(iris, capsys):
    model = quick(max_iter=3, n_members=2, verbose=1, batch_size=10).fit(*iris)
    title, head, *lines, kept = printed(capsys)
    assert title == f"{model.network_.summary()}; 150 samples of 4 features, 3 classes"
    assert heads_of(head) == ["epoch", "loss (smoothed)", "learning rate", "time", "left"]
    assert [line.split()[0] for line in lines] == ["1/3", "2/3", "3/3"]
    assert {len(line) for line in lines} == {len(head)}
    assert lines[-1].split()[1] == f"{model.loss_curve_[-1]:.5f}"
    assert kept == f"kept epoch {model.best_iter_} of 3; temperature {model.temperature_:.2f}"


@pytest.mark.parametrize(
    ("scoring", "head", "sign"),
    [
        ("loss", "validation loss", -1),
        (None, "validation accuracy", 1),
        ("f1_macro", "validation f1_macro", 1),
        ("neg_log_loss", "validation log_loss", -1),
        (get_scorer("accuracy"), "validation score", 1),
    ],
)
def test_verbose_says_what_the_validation_score_is(iris, capsys, scoring, head, sign):
    settings = {"max_iter": 4, "label_smoothing": 0, "verbose": 1}
    model = quick(early_stopping=True, scoring=scoring, **settings).fit(*iris)
    _, heads, *lines, kept = printed(capsys)
    assert heads_of(heads)[1:3] == ["loss", head]
    scores = [f"{sign * score:.5f}" for score in model.validation_scores_]
    assert [line.split()[2] for line in lines] == scores
    assert kept.startswith(f"kept epoch {model.best_iter_} of 4")


def test_verbose_of_lbfgs_has_iterations_and_no_learning_rate(two_classes, capsys):
    quick(solver="lbfgs", max_iter=3, label_smoothing=0, verbose=1).fit(*two_classes)
    title, head, *lines, kept = printed(capsys)
    assert title.endswith("; 300 samples of 8 features, 2 classes")
    assert heads_of(head) == ["iteration", "loss", "time", "left"]
    assert [line.split()[0] for line in lines] == ["1/3", "2/3", "3/3"]
    assert kept == "kept iteration 3 of 3"


def test_verbose_has_one_head_in_a_stream(labels, capsys):
    X, y = labels
    model = quick(verbose=1)
    for start in (0, 50, 100, 150):
        model.partial_fit(X[start : start + 50], y[start : start + 50])
    title, head, *lines = printed(capsys)
    assert title.endswith("; 50 samples of 10 features, 4 labels")
    assert heads_of(head) == ["samples", "loss (smoothed)", "learning rate", "time"]
    assert [line.split()[0] for line in lines] == ["50", "100", "150", "200"]
