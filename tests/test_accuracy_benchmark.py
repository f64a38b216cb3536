"""The benchmark of accuracy runs on a folder of data; its figures are nobody's test."""

import gzip
import json
import socket

import numpy as np
import pandas as pd
import pytest

from benchmarks import accuracy
from sknn import SimpleMLPClassifier


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def quick_models(monkeypatch):
    """Two models that train fast."""

    def quick(**parameters):
        return lambda: SimpleMLPClassifier(
            hidden_layer_sizes=(4,), max_iter=3, random_state=0, **parameters
        )

    monkeypatch.setattr(accuracy, "MODELS", {"sknn": quick(), "plain": quick(scaling="standard")})


def write(folder, frame, categorical=None):
    """Write a data set as the benchmark reads it."""
    folder.mkdir(parents=True)
    with gzip.open(folder / "data.csv.gz", "wt") as file:
        frame.to_csv(file, index=False)
    if categorical is not None:
        (folder / "meta.json").write_text(json.dumps({"categorical": categorical}))


@pytest.fixture
def data(tmp_path):
    """A folder of two data sets: one of numbers, one of numbers, words, codes and gaps."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 60))
    numbers = pd.DataFrame({"a": a, "b": b, "class": np.where(a > b, 1, 0)})
    word, code = rng.choice(["NA", "up", "down"], 90), rng.choice([1, 2, 11], 90)
    mixed = pd.DataFrame({"word": word, "code": code, "number": rng.normal(size=90)})
    mixed["class"] = np.where(word == "up", "x", np.where(mixed["number"] > 0, "y", "z"))
    mixed.loc[::9, "number"] = np.nan
    mixed.loc[::7, "word"] = None
    mixed.loc[[0, 1], "class"] = "rare"
    write(tmp_path / "data" / "numbers", numbers)
    write(tmp_path / "data" / "mixed", mixed, ["code"])
    (tmp_path / "data" / "empty").mkdir()  # a folder without a table is no data set
    return str(tmp_path / "data")


def test_names_are_those_of_the_folders_with_a_table(data):
    assert accuracy.names(data) == ["mixed", "numbers"]
    assert accuracy.names("openml") == list(accuracy.OPENML)


def test_tables_come_with_their_categories_and_gaps(data):
    X, y = accuracy.load(data, "mixed")
    assert list(X.columns) == ["word", "code", "number"]
    assert [str(dtype) for dtype in X.dtypes] == ["category", "category", "float64"]
    assert set(X["word"].cat.categories) == {"NA", "up", "down"}  # a word, not a gap
    assert set(X["code"].cat.categories) == {"1", "2", "11"}
    assert X["word"].isna().sum() == 13
    assert X["number"].isna().sum() == 10
    assert set(y) == {"rare", "x", "y", "z"}
    X, y = accuracy.load(data, "numbers")
    assert [str(dtype) for dtype in X.dtypes] == ["float64", "float64"]
    assert set(y) == {"0", "1"}


def test_split_drops_rare_classes_and_keeps_the_shares(data):
    X, y = accuracy.load(data, "mixed")
    X_train, X_test, y_train, y_test = accuracy.split(X, y, 0)
    assert len(X_train) == len(y_train) == 61
    assert len(X_test) == len(y_test) == 27
    assert set(y_train) == set(y_test) == {"x", "y", "z"}
    assert not set(X_train.index) & set(X_test.index)
    for label in "xyz":
        assert np.mean(y_train == label) == pytest.approx(np.mean(y_test == label), abs=0.05)
    again, other = (next(accuracy.split(X, y, seed)) for seed in (0, 1))
    assert again.index.equals(X_train.index)
    assert not other.index.equals(X_train.index)


def test_large_tables_are_bounded(monkeypatch):
    monkeypatch.setattr(accuracy, "MAX_TRAIN", 50)
    monkeypatch.setattr(accuracy, "MAX_TEST", 30)
    X, y = pd.DataFrame({"a": np.arange(200.0)}), np.arange(200) % 2
    X_train, X_test, _, _ = accuracy.split(X, y, 0)
    assert (len(X_train), len(X_test)) == (50, 30)


@pytest.mark.parametrize("name", ["numbers", "mixed"])
def test_a_result_holds_error_log_loss_and_time(data, quick_models, name):
    row = accuracy.evaluate(data, name, "sknn", 1)
    assert (row["data"], row["model"], row["seed"]) == (name, "sknn", 1)
    assert 0 <= row["error"] <= 100
    assert row["log_loss"] > 0
    assert row["seconds"] > 0
    again = accuracy.evaluate(data, name, "sknn", 1)
    assert (again["error"], again["log_loss"]) == (row["error"], row["log_loss"])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("model", list(accuracy.MODELS))
def test_every_model_takes_a_table_as_it_is(data, model):
    estimator = accuracy.MODELS[model]()
    nested = "mlpclassifier__max_iter"
    few = nested if nested in estimator.get_params() else "max_iter"
    estimator.set_params(**{few: 2})
    X_train, X_test, y_train, _ = accuracy.split(*accuracy.load(data, "mixed"), 0)
    p = estimator.fit(X_train, y_train).predict_proba(X_test)
    assert p.shape == (27, 3)
    assert np.isfinite(p).all()


def test_the_first_of_the_ablation_is_the_default_model():
    assert (
        accuracy.ABLATION["sknn"]().get_params() == SimpleMLPClassifier(random_state=0).get_params()
    )
    default = SimpleMLPClassifier().get_params()
    for name, make in accuracy.ABLATION.items():
        changed = {k for k, v in make().get_params().items() if v != default[k]} - {"random_state"}
        assert changed or name == "sknn"


def run(data, output, *arguments):
    accuracy.main(["--data", data, "--output", str(output), "--seeds", "0", "1", *arguments])


def test_results_are_written_summed_up_and_drawn(data, quick_models, tmp_path, capsys):
    output = tmp_path / "results" / "accuracy.jsonl"
    run(data, output)
    rows = accuracy.read(output)
    assert {(row["data"], row["model"], row["seed"]) for row in rows} == {
        (name, model, seed)
        for name in ("mixed", "numbers")
        for model in ("sknn", "plain")
        for seed in (0, 1)
    }
    assert len(rows) == 8
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("sknn", "plain", "error %", "log-loss", "mean rank"))
    assert 1_000 < output.with_suffix(".png").stat().st_size < 200_000


def test_what_is_there_is_not_run_again(data, quick_models, tmp_path, monkeypatch, capsys):
    output = tmp_path / "accuracy.jsonl"
    run(data, output, "--models", "sknn")
    first = output.read_text()
    run(data, output)  # adds the other model
    grown = output.read_text()
    assert grown.startswith(first)
    assert len(grown.splitlines()) == 2 * len(first.splitlines()) == 8

    def unwanted(*args):
        raise AssertionError(f"{args} was run again")

    monkeypatch.setattr(accuracy, "evaluate", unwanted)
    run(data, output)
    assert output.read_text() == grown


def test_a_run_that_was_cut_short_goes_on(data, quick_models, tmp_path, capsys):
    output = tmp_path / "accuracy.jsonl"
    run(data, output)
    lines = output.read_text().splitlines(keepends=True)
    output.write_text("".join(lines[:3]))
    run(data, output)
    again = output.read_text().splitlines(keepends=True)
    assert again[:3] == lines[:3]

    def keys(lines):
        return {(row["data"], row["model"], row["seed"]) for row in map(json.loads, lines)}

    assert len(again) == 8
    assert keys(again) == keys(lines)


def test_no_file_holds_no_results(tmp_path):
    assert accuracy.read(tmp_path / "none.jsonl") == []


def test_shifted_mean_is_geometric():
    values = pd.DataFrame({"a": [0.0, 0.0], "b": [1.5, 7.5]})
    found = accuracy.shifted_mean(values, 0.5)
    assert found["a"] == pytest.approx(0.5)
    assert found["b"] == pytest.approx(4.0)


def test_table_compares_only_what_all_models_have():
    def row(data, model, error):
        return {
            "data": data,
            "model": model,
            "seed": 0,
            "error": error,
            "log_loss": 0.1,
            "seconds": 2,
        }

    rows = [
        row("a", "good", 1.0),
        row("a", "bad", 4.0),
        row("b", "good", 1.0),
        row("b", "bad", 4.0),
    ]
    summary = accuracy.table([*rows, row("c", "bad", 90.0)])
    assert list(summary.index) == ["good", "bad"]
    assert summary.loc["good", "error %"] == pytest.approx(1.5)
    assert summary["mean rank"].to_dict() == {"good": 1, "bad": 2}
    assert summary["seconds"].to_dict() == {"good": 4, "bad": 4}
