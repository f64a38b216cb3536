"""The benchmarks' arithmetic is right, and their code runs at tiny sizes; no figure is tested."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from benchmarks import __main__ as benchmarks
from benchmarks import (
    accuracy,
    busy,
    calibration,
    default,
    export,
    growth,
    jobs,
    measuring,
    memory,
    peers,
    readme,
    report,
    time_to_accuracy,
    training,
    usage,
)
from benchmarks import callbacks as callbacks_benchmark
from benchmarks.workloads import TRAINING, Workload
from sknn import SimpleMLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

TINY = Workload("tiny", 40, 5, (4,), 3, 16, 1)


# ------------------------------------------------------------------------------- arithmetic


def test_ratio_is_taken_within_rounds():
    found = measuring.ratio(np.array([2.0, 6.0, 20.0]), np.array([1.0, 2.0, 10.0]))
    assert found == (2.0, 2.0, 3.0)
    assert str(found) == " 2.00  (2.00 - 3.00)"
    mean = measuring.geometric_mean([found, measuring.Ratio(8.0, 8.0, 12.0)])
    assert mean == pytest.approx((4, 4, 6))


def test_rounds_leave_out_the_warm_up_and_take_turns():
    order = []
    contenders = {"a": lambda: order.append("a"), "b": lambda: order.append("b")}
    times = measuring.rounds(contenders, 2)
    assert order == ["a", "b"] * 3
    assert len(times["a"]) == len(times["b"]) == 2


def test_the_truth_is_calibrated():
    _, p, _ = calibration.draw(-3.5, 4_000, seed=0)
    assert calibration.calibration_error(p, p) == 0
    assert calibration.calibration_error(2 * p, p) == pytest.approx(p.mean())
    row = calibration.evaluate("logistic regression", -3.5, 4_000, seed=0)
    assert row["mean"] == pytest.approx(1, rel=0.1)
    assert 0 < row["log-loss %"] < 5


def test_growth_is_the_exponent_of_the_time():
    assert growth.exponent([1, 2, 4], [3, 12, 48]) == pytest.approx(2)
    assert growth.n_weights(TINY) == 5 * 4 + 4 * 3


def test_contenders_train_the_same_network_for_the_same_number_of_epochs():
    X, y = TINY.data()
    ours = peers.sknn(TINY._replace(n_epochs=3), X, y)()
    theirs = peers.mlp_classifier(TINY._replace(n_epochs=3), X, y)()
    assert [weight.shape for weight in ours.coefs_] == [weight.shape for weight in theirs.coefs_]
    assert ours.n_iter_ == theirs.n_iter_ == 3


def test_workloads_are_those_that_are_announced():
    assert [work.network for work in TRAINING[:3]] == ["20-100-1", "64-100-10", "784-16-16-10"]
    assert TRAINING[2].shortened().n_samples == 5_000
    assert TRAINING[0].shortened() == TRAINING[0]
    X, y = TRAINING[0].data()
    assert X.shape == (1_000, 20)
    assert set(y) == {0, 1}


def test_the_table_of_accuracy_compares_only_what_all_models_have():
    keys = ("data", "model", "seed", "error", "log_loss", "seconds")
    rows = [("a", "good", 1.0), ("a", "bad", 4.0), ("b", "good", 1.0), ("b", "bad", 4.0)]
    rows.append(("c", "bad", 90.0))
    summary = accuracy.table(
        [dict(zip(keys, (*row[:2], 0, row[2], 0.1, 2), strict=True)) for row in rows]
    )
    assert list(summary.index) == ["good", "bad"]
    assert summary.loc["good", "error %"] == pytest.approx(1.5)
    assert summary["mean rank"].to_dict() == {"good": 1, "bad": 2}
    assert summary["seconds"].to_dict() == {"good": 4, "bad": 4}


def test_the_shifted_mean_is_geometric():
    values = pd.DataFrame({"a": [0.0, 0.0], "b": [1.5, 7.5]})
    found = accuracy.shifted_mean(values, 0.5)
    assert found.to_dict() == pytest.approx({"a": 0.5, "b": 4.0})


def test_the_first_of_the_ablation_is_the_default_model():
    default = SimpleMLPClassifier(random_state=0).get_params()
    assert accuracy.ABLATION["sknn"]().get_params() == default
    for name, make in accuracy.ABLATION.items():
        assert make().get_params() != default or name == "sknn"


# ------------------------------------------------------------------------- tables of accuracy


@pytest.fixture
def data(tmp_path):
    """A folder with a data set of words, codes, numbers and gaps, and one without a table."""
    rng = np.random.default_rng(0)
    word, code = rng.choice(["NA", "up", "down"], 90), rng.choice([1, 2, 11], 90)
    mixed = pd.DataFrame({"word": word, "code": code, "number": rng.normal(size=90)})
    mixed["class"] = np.where(word == "up", "x", np.where(mixed["number"] > 0, "y", "z"))
    mixed.loc[::9, "number"] = np.nan
    mixed.loc[::7, "word"] = None
    mixed.loc[[0, 1], "class"] = "rare"
    (tmp_path / "data" / "mixed").mkdir(parents=True)
    (tmp_path / "data" / "empty").mkdir()
    with gzip.open(tmp_path / "data" / "mixed" / "data.csv.gz", "wt") as file:
        mixed.to_csv(file, index=False)
    (tmp_path / "data" / "mixed" / "meta.json").write_text(json.dumps({"categorical": ["code"]}))
    return str(tmp_path / "data")


def test_tables_come_with_their_categories_and_gaps(data):
    assert accuracy.names(data) == ["mixed"]
    X, y = accuracy.load(data, "mixed")
    assert list(X.columns) == ["word", "code", "number"]
    assert [str(dtype) for dtype in X.dtypes] == ["category", "category", "float64"]
    assert set(X["word"].cat.categories) == {"NA", "up", "down"}  # a word, not a gap
    assert set(X["code"].cat.categories) == {"1", "2", "11"}
    assert X["word"].isna().sum() == 13
    assert X["number"].isna().sum() == 10
    assert set(y) == {"rare", "x", "y", "z"}


def test_a_split_drops_rare_classes_and_keeps_the_shares(data):
    X, y = accuracy.load(data, "mixed")
    X_train, X_test, y_train, y_test = accuracy.split(X, y, 0)
    assert (len(X_train), len(X_test)) == (len(y_train), len(y_test)) == (61, 27)
    assert set(y_train) == set(y_test) == {"x", "y", "z"}
    assert not set(X_train.index) & set(X_test.index)
    for label in "xyz":
        assert np.mean(y_train == label) == pytest.approx(np.mean(y_test == label), abs=0.05)
    again, other = (next(accuracy.split(X, y, seed)) for seed in (0, 1))
    assert again.index.equals(X_train.index)
    assert not other.index.equals(X_train.index)


@pytest.mark.slow
def test_bundled_data_need_no_file_and_are_the_same_each_time():
    for name in accuracy.names("bundled"):
        X, y = accuracy.load("bundled", name)
        again, _ = accuracy.load("bundled", name)
        pd.testing.assert_frame_equal(X, again)
        assert len(X) == len(y) >= 150
    assert X["plan"].isna().any()
    assert X["month_0"].isna().any()


def test_the_table_of_the_readme_has_a_row_for_each_data_set_and_the_best_in_bold():
    data = accuracy.names("bundled")
    columns = pd.MultiIndex.from_product(
        [["error", "log_loss", "seconds"], ["MLPClassifier", "sknn"]], names=[None, "model"]
    )
    means = pd.DataFrame([[3.0, 1.04, 0.2, 0.1, 0.5, 2.0]] * len(data), data, columns)
    lines = readme.markdown(means, ["sknn", "MLPClassifier"]).splitlines()
    assert lines[2] == "| iris: error | **1.0 %** | 3.0 % |"
    assert lines[-2:] == [
        "| all: log-loss | **0.100** | 0.200 |",
        "| all: seconds for a fit | 2.0 | **0.5** |",
    ]
    assert len(lines) == 2 + len(data) + 2


def test_results_of_accuracy_are_added_to_summed_up_and_drawn(data, tmp_path, capsys):
    output = tmp_path / "results" / "accuracy.jsonl"

    def run(*models):
        accuracy.main(
            ["--data", data, "--output", str(output), "--seeds", "0", "1", "--models", *models]
        )
        return output.read_text().splitlines()

    first = run("MLPClassifier")
    both = run("MLPClassifier", "sknn")
    assert (first, len(both)) == (both[:2], 4)  # what is there is not run again
    output.write_text("\n".join(both[:3]) + "\n")  # as if it had been cut short
    again = run("MLPClassifier", "sknn")
    assert again[:3] == both[:3]
    assert [row["model"] for row in accuracy.read(output)] == ["MLPClassifier"] * 2 + ["sknn"] * 2
    for row in map(json.loads, again):
        assert 0 <= row["error"] <= 100
        assert row["log_loss"] > 0
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("sknn", "error %", "log-loss", "mean rank"))
    assert 1_000 < output.with_suffix(".png").stat().st_size < 200_000


# -------------------------------------------------------------------------- sections of speed


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize(
    "measure",
    [
        lambda: usage.predict_many(1, n_samples=30),
        lambda: usage.predict_one(1, n_calls=2),
        lambda: usage.importing(1),
        lambda: usage.grid_search(1, max_iter=1),
    ],
    ids=["predict many", "predict one", "import", "grid search"],
)
def test_everyday_uses_are_compared(measure):
    assert measure().median > 0


@pytest.mark.slow
@pytest.mark.skipif(not export.available(), reason="needs onnx and onnxruntime")
@pytest.mark.parametrize("model", export.MODELS)
def test_export_is_compared(model):
    assert all(ratio.median > 0 for ratio in export.compare(model, 1, n_samples=30, n_calls=2))


@pytest.mark.slow
@pytest.mark.skipif(not memory.available(), reason="needs Linux's /proc")
@pytest.mark.parametrize("call", ["fit", "predict"])
def test_memory_is_measured(call):
    assert memory.added(call, 2_000, 50) < 100


@pytest.mark.slow
def test_time_to_accuracy_is_measured(tmp_path):
    X, y = load_digits(return_X_y=True)
    for name in ("train", "test"):
        np.savez(tmp_path / f"{name}.npz", X=(X * 15).astype(np.uint8).reshape(-1, 8, 8), y=y)
    train, test = time_to_accuracy.load_mnist(str(tmp_path))
    assert train[0].max() <= 1
    assert time_to_accuracy.ours(train, test, 0.1) < time_to_accuracy.ours(train, test, 1.1)
    reached = time_to_accuracy.theirs(train, test, [0.5, 0.9], n_epochs=40)
    assert 0 < reached[0.5] < reached[0.9] < np.inf


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(SimpleMLPClassifier, "set_callbacks"), reason="scikit-learn < 1.9")
def test_callbacks_are_compared():
    ratios = callbacks_benchmark.compare("64-8-10, 50 rows", n_rounds=1)
    assert [*ratios] == ["unused", "one that does nothing", "a checkpoint every 10 epochs"]
    assert all(each.median > 0 for each in ratios.values())


@pytest.mark.slow
@pytest.mark.parametrize("n_busy", [0, 1])
def test_work_beside_busy_cores_is_compared_with_one_thread(n_busy):
    ratios = busy.compare(n_busy, ["default, digits", "digits"], n_rounds=1)
    assert [*ratios] == [
        "fit, default, digits",
        "predict_proba, default, digits",
        "fit, digits",
        "predict_proba, digits",
    ]
    assert all(each.median > 0 for each in ratios.values())


@pytest.mark.slow
def test_jobs_are_compared_to_the_same_bits():
    fits, predictions = jobs.compare([1, 2], 200, 3_000, n_rounds=1, max_iter=2)
    assert [*fits] == [*predictions] == [2]
    assert fits[2].median > 0
    assert predictions[2].median > 0


def test_numbers_of_jobs_go_up_to_the_number_of_cores():
    found = {n_cores: jobs.numbers(n_cores) for n_cores in (1, 2, 3, 4, 6, 8)}
    assert found == {
        1: [1],
        2: [1, 2],
        3: [1, 2, 3],
        4: [1, 2, 4],
        6: [1, 2, 4, 6],
        8: [1, 2, 4, 8],
    }


@pytest.mark.slow
def test_the_default_recipe_is_compared():
    ratios = default.compare(200, n_rounds=1, max_iter=20)
    assert [*ratios] == [
        "the matrix products of its steps",
        "MLPClassifier in a pipeline",
        "HistGradientBoostingClassifier",
    ]
    assert ratios["the matrix products of its steps"].median > 1  # its steps are products and more


# ------------------------------------------------------------------------------- the registry


def unavailable(options):
    raise measuring.UnavailableError("it needs a moon")
    yield


def two_groups(options):
    yield measuring.Row("first", "a", measuring.Ratio(1.5, 1.0, 2.0))
    yield measuring.Row("first", "b", options.n_rounds)
    yield measuring.Row("second", "a", 3)


def test_sections_are_printed_and_recorded_by_group_and_name(capsys):
    sections = [
        measuring.Section("full", "numbers", two_groups),
        measuring.Section("lunar", "tides", unavailable),
    ]
    results = benchmarks.measure(sections, measuring.Options(n_rounds=7))
    assert results == {
        "full": {"first": {"a": (1.5, 1.0, 2.0), "b": 7}, "second": {"a": 3}},
        "lunar": {},
    }
    printed = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines() if line]
    assert printed == [
        "full: numbers",
        "first",
        "a 1.50 (1.00 - 2.00)",
        "b 7",
        "second",
        "a 3",
        "lunar: tides",
        "skipped: it needs a moon",
    ]


def test_sections_are_listed(capsys):
    benchmarks.main(["--list"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [each.name for each in benchmarks.SECTIONS]
    assert all(each.title in line for each, line in zip(benchmarks.SECTIONS, lines, strict=True))


def test_an_unknown_section_is_answered_with_those_there_are(capsys):
    with pytest.raises(SystemExit):
        benchmarks.main(["trainning"])
    error = capsys.readouterr().err
    assert "there is no section 'trainning'; there are training, usage" in error


def test_sections_may_be_empty(tmp_path):
    benchmarks.main(["time_to_accuracy", "--quick", "--output", str(tmp_path)])
    results = json.loads((tmp_path / "speed.json").read_text())
    assert [*results] == ["machine", "time_to_accuracy"]
    assert report.plot({}, tmp_path / "none.png") is False
    assert not (tmp_path / "none.png").exists()


@pytest.mark.slow
def test_training_and_growth_are_recorded_and_drawn(tmp_path, capsys):
    small = growth.Growth([1, 2, 4], [3.0, 6.0, 12.0], (1.0, 1.0))
    sections = [
        measuring.Section("training", "", lambda _: training.of_workloads([TINY], 1)),
        measuring.Section("growth", "", lambda _: iter([measuring.Row("", "rows", small)])),
    ]
    results = benchmarks.measure(sections, measuring.Options())
    assert "tiny: 5-4-3, 40 rows, batch 16" in capsys.readouterr().out
    by_workload, means = results["training"].values()
    assert means.keys() == by_workload.keys()
    for peer, mean in means.items():  # of one workload
        assert mean == pytest.approx(by_workload[peer])
    assert report.plot(results, tmp_path / "speed.png") is True
    assert 1_000 < (tmp_path / "speed.png").stat().st_size < 200_000
