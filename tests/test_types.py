"""What mypy, at its strictest, makes of a user's code; this file is the code.

mypy comes with the extra lint.
"""

from pathlib import Path
from typing import assert_type

import numpy as np
import pytest

from sknn import (
    PLAIN,
    ActivationsDisplay,
    Checkpoint,
    LossCurveDisplay,
    NetworkDisplay,
    SimpleMLPClassifier,
    WeightsDisplay,
)

X = np.random.default_rng(0).normal(size=(120, 4))
y = (X[:, 0] > 0).astype(int)


class Thrifty(SimpleMLPClassifier):
    """A subclass keeps its type."""


def test_training_and_prediction() -> None:
    model = SimpleMLPClassifier((16, 16), "logistic", max_iter=2, class_weight={0: 1.0, 1: 2.0})
    assert_type(model.fit(X, y, sample_weight=np.ones(120)), SimpleMLPClassifier)
    assert_type(model.partial_fit(X, y), SimpleMLPClassifier)
    assert_type(Thrifty(8, max_iter=1).fit(X, y), Thrifty)
    for found in (
        assert_type(model.predict(X), np.ndarray),
        assert_type(model.predict_proba(X), np.ndarray),
        assert_type(model.predict_log_proba(X), np.ndarray),
        assert_type(model.decision_function(X), np.ndarray),
        *assert_type(model.activations(X), list[np.ndarray]),
    ):
        assert isinstance(found, np.ndarray)


def test_fitted_attributes() -> None:
    fitted = SimpleMLPClassifier(**PLAIN, early_stopping=True, random_state=0).fit(X, y)
    for found, kind in [
        (assert_type(fitted.classes_, np.ndarray), np.ndarray),
        (assert_type(fitted.loss_curve_, np.ndarray), np.ndarray),
        (assert_type(fitted.coefs_[0], np.ndarray), np.ndarray),
        (assert_type(fitted.intercepts_[0], np.ndarray), np.ndarray),
        (assert_type(fitted.validation_scores_, np.ndarray | None), np.ndarray),
        (assert_type(fitted.best_validation_score_, float | None), float),
        (assert_type(fitted.temperature_, float), float),
        (assert_type(fitted.loss_, float), float),
        (assert_type(fitted.n_iter_, int), int),
        (assert_type(fitted.n_features_in_, int), int),
        (assert_type(fitted.n_layers_, int), int),
        (assert_type(fitted.out_activation_, str), str),
        (assert_type(fitted.network_.sizes, tuple[int, ...]), tuple),
    ]:
        assert isinstance(found, kind)


def test_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "model"
    model = SimpleMLPClassifier((8,), max_iter=2)
    if not hasattr(model, "set_callbacks"):
        pytest.skip("callbacks came with scikit-learn 1.9")
    model.set_callbacks(Checkpoint(path, every=1))
    model.fit(X, y)
    resumed: SimpleMLPClassifier = Checkpoint.load(path)
    assert isinstance(resumed.fit(X, y), SimpleMLPClassifier)


def test_displays() -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.close("all")  # of other tests: a backend is not changed below open figures
    pyplot.switch_backend("agg")
    model = SimpleMLPClassifier((8,), n_members=1, max_iter=2).fit(X, y)
    assert_type(LossCurveDisplay.from_estimator(model), LossCurveDisplay)
    assert_type(WeightsDisplay.from_estimator(model, image_shape=(2, 2)), WeightsDisplay)
    assert_type(ActivationsDisplay.from_estimator(model, X[:1]), ActivationsDisplay)
    assert_type(NetworkDisplay.from_estimator(model, max_neurons=4), NetworkDisplay)


def check(source: str | Path, tmp_path: Path) -> str:
    api = pytest.importorskip("mypy.api")
    given = ["-c", source] if isinstance(source, str) else [str(source)]
    cache = f"--cache-dir={tmp_path}"
    report, errors, _ = api.run(["--strict", "--config-file=", cache, *given])
    assert errors == ""
    return str(report)


def test_mypy_finds_nothing_wrong_here(tmp_path: Path) -> None:
    assert check(Path(__file__), tmp_path).startswith("Success")


def test_mypy_finds_what_is_wrong(tmp_path: Path) -> None:
    report = check(
        "from sknn import SimpleMLPClassifier\n"
        "SimpleMLPClassifier(learning_rate='fast')\n"
        "SimpleMLPClassifier(layers=3)\n"
        "SimpleMLPClassifier().predict(1, 2)\n"
        "SimpleMLPClassifier().fit(1)\n",
        tmp_path,
    )
    for line, problem in [(2, "learning_rate"), (3, "layers"), (4, "Too many"), (5, "Missing")]:
        assert any(f"<string>:{line}:" in row and problem in row for row in report.splitlines())
