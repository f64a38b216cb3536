"""Accuracy: error, log-loss and time of default models on many real data sets.

`python -m benchmarks.accuracy --data bundled|openml|DIR [--models NAME ...] [--seeds 0 1]`

The protocol: classes of fewer than 8 rows are dropped; a stratified split by seed into 70 % for
training, at most 6,000 rows, and the others, at most 20,000 rows, for the test; every model with
its defaults, on one thread.  Results are appended to a file, one line each, and what is there is
not run again.

Many data sets are summed up by the shifted geometric mean, `exp(mean(log(x + s)))` with a shift of
half a percent for the error and of 0.01 for the log-loss: it weighs them all alike.
"""

import argparse
import gzip
import json
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from benchmarks.bundled import BUNDLED
from sknn import SimpleMLPClassifier

MAX_TRAIN, MAX_TEST, MIN_CLASS = 6_000, 20_000, 8

#: Data sets that OpenML has, by their number there.
OPENML = {
    "adult": 1590,
    "balance_scale": 11,
    "banknote": 1462,
    "breast_w": 15,
    "car": 40975,
    "churn": 40701,
    "cmc": 23,
    "credit_g": 31,
    "dna": 40670,
    "electricity": 151,
    "jm1": 1053,
    "kc1": 1067,
    "kr_vs_k": 184,
    "mammography": 310,
    "nursery": 26,
    "optdigits": 28,
    "pc1": 1068,
    "pc4": 1049,
    "pendigits": 32,
    "phoneme": 1489,
    "pima": 37,
    "satellite": 182,
    "segment": 36,
    "shuttle": 40685,
    "sick": 38,
    "sonar": 40,
    "spambase": 44,
    "splice": 46,
    "synthetic_control": 377,
    "texture": 40499,
    "titanic": 40945,
    "vehicle": 54,
    "vowel": 307,
    "waveform": 60,
    "wdbc": 1510,
    "wilt": 40983,
    "yeast": 181,
}

Model = Callable[[], Any]


def mlp_pipeline() -> Any:
    """Return what a user of scikit-learn writes today in front of `MLPClassifier`."""
    numbers = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()
    )
    words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    table = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (words, make_column_selector(dtype_exclude="number")),
    )
    return make_pipeline(table, MLPClassifier(random_state=0))


def _variant(**parameters: Any) -> Model:
    return lambda: SimpleMLPClassifier(random_state=0, **parameters)


class CatBoost:
    """CatBoost's defaults, with categories as it takes them; it needs `.[bench-catboost]`."""

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> "CatBoost":
        """Train on a table with columns of numbers and of categories."""
        from catboost import CatBoostClassifier

        words = list(X.select_dtypes("category"))
        self.model = CatBoostClassifier(
            cat_features=words, random_seed=0, verbose=0, thread_count=1, allow_writing_files=False
        )
        self.model.fit(self._text(X), y)
        self.classes_ = self.model.classes_.astype(str)
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Return the probabilities of the classes."""
        return self.model.predict_proba(self._text(X))

    def _text(self, X: pd.DataFrame) -> pd.DataFrame:
        words = X.select_dtypes("category").columns
        return X.assign(**{name: X[name].astype(object).fillna("missing") for name in words})


RIVALS: dict[str, Model] = {
    "MLPClassifier": mlp_pipeline,
    "HistGradientBoosting": lambda: HistGradientBoostingClassifier(
        categorical_features="from_dtype", random_state=0
    ),
    "CatBoost": CatBoost,
}

#: The default model, and what becomes of it when a part of the recipe is removed, or added.
ABLATION: dict[str, Model] = {
    "sknn": _variant(),
    "one network of (256, 256)": _variant(hidden_layer_sizes=(256, 256)),
    "without calibration": _variant(calibrate=False),
    "without embedding": _variant(numeric_embedding=None),
    "without ramps": _variant(numeric_embedding="periodic"),
    "standard scaling": _variant(scaling="standard"),
    "equal steps": _variant(parametrization="standard", learning_rate=0.001),
    "without label smoothing": _variant(label_smoothing=0.0),
    "label smoothing of 0.1": _variant(label_smoothing=0.1),
    "eight members": _variant(n_members=8),
    "cosine": _variant(learning_rate_schedule="cosine"),
    "beta_2 = 0.999": _variant(beta_2=0.999),
    "third hidden layer": _variant(hidden_layer_sizes=(64, 64, 64), n_members=8),
    "dropout of 0.1": _variant(dropout=0.1),
    "weight decay of 1": _variant(weight_decay=1.0),
    "64 epochs": _variant(max_iter=64),
}

MODELS = RIVALS | ABLATION


def installed(models: Sequence[str]) -> list[str]:
    """Return the models without CatBoost, if that is not installed."""
    return [each for each in models if each != "CatBoost" or find_spec("catboost") is not None]


def names(source: str) -> list[str]:
    """Return the names of the data sets."""
    if source == "bundled":
        return list(BUNDLED)
    if source == "openml":
        return list(OPENML)
    return sorted(path.parent.name for path in Path(source).glob("*/data.csv.gz"))


def load(source: str, name: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a table with columns of numbers and of categories, and the classes.

    A folder has a folder for each data set, with `data.csv.gz`, the classes last, and perhaps
    `meta.json`, whose "categorical" lists the columns that are categories though they look like
    numbers.
    """
    if source == "bundled":
        return BUNDLED[name]()
    if source == "openml":
        from sklearn.datasets import fetch_openml

        X, y = fetch_openml(data_id=OPENML[name], return_X_y=True, as_frame=True)
        return X, y.to_numpy().astype(str)
    folder = Path(source) / name
    meta = folder / "meta.json"
    listed = json.loads(meta.read_text())["categorical"] if meta.exists() else []
    with gzip.open(folder / "data.csv.gz", "rt") as file:
        header = file.readline().strip().split(",")
    table = pd.read_csv(
        folder / "data.csv.gz",
        dtype=dict.fromkeys([*listed, header[-1]], object),
        keep_default_na=False,
        na_values=[""],
    )
    y = table.pop(table.columns[-1]).to_numpy().astype(str)
    words = [c for c in table.columns if not pd.api.types.is_numeric_dtype(table[c])]
    return table.astype(dict.fromkeys(words, "category")), y


def split(X: pd.DataFrame, y: np.ndarray, seed: int) -> Iterator[Any]:
    """Yield training table, test table, training classes, test classes."""
    _, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    rows = np.flatnonzero(counts[codes] >= MIN_CLASS)
    train, test = train_test_split(
        rows, test_size=max(0.3, 1 - MAX_TRAIN / len(rows)), random_state=seed, stratify=y[rows]
    )
    test = test[:MAX_TEST]
    yield from (X.iloc[train], X.iloc[test], y[train], y[test])


def evaluate(source: str, name: str, model: str, seed: int) -> dict[str, Any]:
    """Return the result of a model on a split of a data set."""
    X_train, X_test, y_train, y_test = split(*load(source, name), seed)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        start = time.process_time()
        fitted = MODELS[model]().fit(X_train, y_train)
        seconds = time.process_time() - start
        p = np.clip(fitted.predict_proba(X_test), 1e-7, None)
    p /= p.sum(axis=1, keepdims=True)
    wrong = fitted.classes_[p.argmax(axis=1)] != y_test
    return {
        "data": name,
        "model": model,
        "seed": seed,
        "error": 100 * float(wrong.mean()),
        "log_loss": float(log_loss(y_test, p, labels=fitted.classes_)),
        "seconds": seconds,
    }


def run(source: str, models: Sequence[str], seeds: Sequence[int], path: Path, n_jobs: int) -> None:
    """Evaluate what the file lacks, and append it."""
    done = {(row["data"], row["model"], row["seed"]) for row in read(path)}
    wanted = [
        (name, model, seed)
        for name in names(source)
        for model in models
        for seed in seeds
        if (name, model, seed) not in done
    ]
    jobs = (delayed(evaluate)(source, *each) for each in wanted)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        for row in Parallel(n_jobs, return_as="generator_unordered")(jobs):
            file.write(json.dumps(row) + "\n")
            file.flush()


def read(path: Path) -> list[dict[str, Any]]:
    """Return the results in a file; none if there is no file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def shifted_mean(values: pd.DataFrame, shift: float) -> pd.Series:
    """Return the shifted geometric mean of each column."""
    return np.exp(np.log(values + shift).mean())


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a line for each model, over the splits that all of them have."""
    wide = pd.DataFrame(rows).pivot_table(index=["data", "seed"], columns="model").dropna()
    error = wide["error"]
    summary = pd.DataFrame(
        {
            "error %": shifted_mean(error, 0.5),
            "log-loss": shifted_mean(wide["log_loss"], 0.01),
            "mean rank": error.rank(axis=1).mean(),
            "seconds": wide["seconds"].sum(),
        }
    )
    return summary.sort_values("error %")


def plot(summary: pd.DataFrame, path: Path) -> None:
    """Draw error and log-loss against the time of all fits."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(11, 4.5))
    for ax, quantity in zip(axes, ("error %", "log-loss"), strict=True):
        for i, (model, line) in enumerate(summary.sort_index().iterrows()):
            is_ours = model == "sknn"
            colour = "#D55E00" if is_ours else "#0072B2" if model in RIVALS else "#777777"
            ax.scatter(
                line["seconds"],
                line[quantity],
                s=140 if is_ours else 60,
                marker="*" if is_ours else "osD^v<>pPXhd"[i % 12],
                color=colour,
                alpha=0.8,
                label=model,
            )
        ax.set_xlim(0, 1.1 * summary["seconds"].max())
        ax.set_xlabel("seconds of all fits, one thread")
        ax.set_ylabel(f"{quantity}, shifted geometric mean")
    figure.tight_layout(rect=(0, 0, 0.78, 1))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="center right")
    figure.savefig(path, dpi=90)
    plt.close(figure)


def main(arguments: Sequence[str] | None = None) -> None:
    """Evaluate, print the table, and draw it."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.accuracy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", required=True, metavar="DIR|bundled|openml")
    parser.add_argument("--models", nargs="+", choices=list(MODELS), metavar="NAME")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/accuracy.jsonl"))
    options = parser.parse_args(arguments)
    models = options.models or installed(list(MODELS))
    run(options.data, models, options.seeds, options.output, options.jobs)
    summary = table([row for row in read(options.output) if row["model"] in models])
    print(summary.round(3).to_string())
    plot(summary, options.output.with_suffix(".png"))


if __name__ == "__main__":
    main()
