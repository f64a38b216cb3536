"""The benchmarks' code runs, at tiny sizes; its figures are nobody's test."""

import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.datasets import load_digits

from benchmarks import __main__ as benchmarks
from benchmarks import (
    callbacks,
    export,
    growth,
    measuring,
    memory,
    peers,
    report,
    time_to_accuracy,
    training,
    usage,
)
from benchmarks.workloads import TRAINING, Workload
from sknn import SimpleMLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

TINY = Workload("tiny", 40, 5, (4,), 3, 16, 1)


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (TINY, {"MLPClassifier, float64", "MLPClassifier, float32", "floor, float32"}),
        (TINY._replace(n_classes=2), {"MLPClassifier, float64", "floor, float32"}),
        (TINY._replace(density=0.5), {"MLPClassifier, float64", "MLPClassifier, float32"}),
        (TINY._replace(solver="lbfgs", batch_size=40), {"MLPClassifier, float64"}),
    ],
)
def test_training_is_compared_with_each_peer(work, expected):
    ratios = training.compare(work, 1)
    assert expected <= set(ratios)
    assert all(0 < ratio.low <= ratio.median <= ratio.high for ratio in ratios.values())


def test_contenders_train_the_same_network_for_the_same_number_of_epochs():
    X, y = TINY.data()
    ours = peers.sknn(TINY._replace(n_epochs=3), X, y)()
    theirs = peers.mlp_classifier(TINY._replace(n_epochs=3), X, y)()
    assert [weight.shape for weight in ours.coefs_] == [weight.shape for weight in theirs.coefs_]
    assert ours.n_iter_ == theirs.n_iter_ == 3


def test_pytorch_trains_the_same_network():
    torch = pytest.importorskip("torch")
    X, y = TINY.data()
    peers.pytorch(TINY, X.astype(np.float32), y)()
    assert torch.initial_seed() == 0


def test_floor_goes_through_all_rows(monkeypatch):
    X, y = TINY.data()
    rows = []
    product = np.matmul
    monkeypatch.setattr(np, "matmul", lambda a, b, out: rows.append(len(a)) or product(a, b, out))
    peers.floor(TINY, X, y)()
    forward = [n for n in rows if n in (16, 8)]
    assert sum(forward) == 2 * 40 + 40  # forward through two layers, back through one


def test_workloads_are_those_that_are_announced():
    assert [work.network for work in TRAINING[:3]] == ["20-100-1", "64-100-10", "784-16-16-10"]
    assert TRAINING[2].shortened().n_samples == 5_000
    assert TRAINING[0].shortened() == TRAINING[0]
    X, y = TRAINING[0].data()
    assert X.shape == (1_000, 20)
    assert set(y) == {0, 1}


def test_rounds_leave_out_the_warm_up_and_take_turns():
    order = []
    contenders = {"a": lambda: order.append("a"), "b": lambda: order.append("b")}
    times = measuring.rounds(contenders, 2)
    assert order == ["a", "b"] * 3
    assert len(times["a"]) == len(times["b"]) == 2


def test_ratio_is_taken_within_rounds():
    found = measuring.ratio(np.array([2.0, 6.0, 20.0]), np.array([1.0, 2.0, 10.0]))
    assert found == (2.0, 2.0, 3.0)
    assert str(found) == " 2.00  (2.00 - 3.00)"
    assert measuring.geometric_mean([found, measuring.Ratio(8.0, 1, 1)]) == pytest.approx(4)


def test_everyday_uses_are_compared():
    assert usage.predict_many(1, n_samples=30).median > 0
    assert usage.predict_one(1, n_calls=2).median > 0
    assert usage.importing(1).median > 0


def test_grid_search_is_compared():
    assert usage.grid_search(1, max_iter=1).median > 0


@pytest.mark.skipif(not export.available(), reason="needs onnx and onnxruntime")
@pytest.mark.parametrize("model", export.MODELS)
def test_export_is_compared(model):
    assert all(ratio.median > 0 for ratio in export.compare(model, 1, n_samples=30, n_calls=2))


def test_export_is_left_out_without_onnx(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(export, "available", lambda: False)
    benchmarks.main(["--only", "export", "--output", str(tmp_path)])
    assert "needs onnx and onnxruntime" in capsys.readouterr().out


@pytest.mark.skipif(not memory.available(), reason="needs Linux's /proc")
@pytest.mark.parametrize("call", ["fit", "predict"])
def test_memory_is_measured(call):
    assert memory.added(call, 2_000, 50) < 100


def test_growth_finds_the_exponent(monkeypatch):
    assert growth.exponent([1, 2, 4], [3, 12, 48]) == pytest.approx(2)
    monkeypatch.setitem(growth.SERIES, "rows", [TINY, TINY._replace(n_samples=80)])
    sizes, times = growth.measure("rows", 1)
    assert sizes == [40, 80]
    assert all(time > 0 for time in times)
    assert growth.n_weights(TINY) == 5 * 4 + 4 * 3


def test_time_to_accuracy_is_measured(tmp_path):
    X, y = load_digits(return_X_y=True)
    for name in ("train", "test"):
        np.savez(tmp_path / f"{name}.npz", X=(X * 15).astype(np.uint8).reshape(-1, 8, 8), y=y)
    train, test = time_to_accuracy.load_mnist(str(tmp_path))
    assert train[0].max() <= 1
    assert time_to_accuracy.ours(train, test, 0.1) < time_to_accuracy.ours(train, test, 1.1)
    reached = time_to_accuracy.theirs(train, test, [0.5, 0.9], n_epochs=40)
    assert 0 < reached[0.5] < reached[0.9] < np.inf


def test_everything_is_printed_written_and_drawn(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(benchmarks, "TRAINING", [TINY])
    monkeypatch.setattr(
        benchmarks,
        "growth",
        SimpleNamespace(
            SERIES=["rows"], measure=lambda *_: ([1, 2], [1.0, 2.0]), exponent=growth.exponent
        ),
    )
    monkeypatch.setitem(sys.modules, "torch", None)
    benchmarks.main(["--only", "training", "growth", "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "tiny: 5-4-3, 40 rows, batch 16" in printed
    assert "geometric mean" in printed
    written = json.loads((tmp_path / "speed.json").read_text())
    assert set(written) == {"machine", "training", "geometric_mean", "growth"}
    assert (tmp_path / "speed.png").stat().st_size < 200_000


def test_sections_may_be_empty(tmp_path):
    benchmarks.main(["--quick", "--only", "time_to_accuracy", "--output", str(tmp_path)])
    assert list(json.loads((tmp_path / "speed.json").read_text())) == ["machine"]
    report.plot({}, tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()


@pytest.mark.skipif(not hasattr(SimpleMLPClassifier, "set_callbacks"), reason="scikit-learn < 1.9")
def test_callbacks_are_compared(monkeypatch):
    monkeypatch.setitem(callbacks.MODELS, "tiny", ({"hidden_layer_sizes": (4,), "max_iter": 2}, 99))
    ratios = callbacks.compare("tiny", n_rounds=1)
    assert [*ratios] == ["unused", "one that does nothing", "a checkpoint every 10 epochs"]
    assert all(each.median > 0 for each in ratios.values())


def test_the_loop_without_callbacks_trains_the_same_network(monkeypatch):
    X, y = load_digits(return_X_y=True)
    settings = {"max_iter": 3, "calibrate": False, "random_state": 0}
    model = SimpleMLPClassifier((8,), **settings).fit(X, y)
    monkeypatch.setattr("sknn.run.stochastic.train", callbacks.train_without)
    other = SimpleMLPClassifier((8,), **settings).fit(X, y)
    np.testing.assert_array_equal(model.coefs_[0], other.coefs_[0])
    np.testing.assert_array_equal(model.loss_curve_, other.loss_curve_)
