"""The table of results in README.md: error, log-loss and time of default models.

`python -m benchmarks.readme`

The data ship with scikit-learn or are generated (`benchmarks/bundled.py`), so no network is needed.
The protocol is that of `benchmarks/accuracy.py`: every model has its defaults and one thread.  An
entry is the mean over the splits.  CatBoost takes part if it is installed.
"""

import argparse
from collections.abc import Sequence

import pandas as pd

from benchmarks import accuracy

#: The models, by their heads in the table.
MODELS = {
    "sknn": "**sknn**",
    "MLPClassifier": "`MLPClassifier` in a pipeline",
    "HistGradientBoosting": "`HistGradientBoosting`",
    "CatBoost": "CatBoost",
}


def measure(models: Sequence[str], seeds: Sequence[int]) -> pd.DataFrame:
    """Return the means over the splits, with a row for each data set."""
    rows = [
        accuracy.evaluate("bundled", name, model, seed)
        for seed in seeds
        for name in accuracy.names("bundled")
        for model in models
    ]
    means = pd.DataFrame(rows).groupby(["data", "model"]).mean().unstack()
    return means.loc[accuracy.names("bundled")]


def markdown(means: pd.DataFrame, models: Sequence[str]) -> str:
    """Return the table; the best entry of each row is bold."""
    lines = ["| | " + " | ".join(MODELS[model] for model in models) + " |"]
    lines.append("|---|" + "--:|" * len(models))
    for name, row in means["error"].iterrows():
        lines.append(_line(f"{name}: error", row[models], "{:.1f} %"))
    lines.append(_line("all: log-loss", means["log_loss"].mean()[models], "{:.3f}"))
    lines.append(_line("all: seconds for a fit", means["seconds"].mean()[models], "{:.1f}"))
    return "\n".join(lines)


def _line(title: str, values: pd.Series, form: str) -> str:
    entries = [form.format(value) for value in values]
    best = form.format(values.min())
    return "| " + " | ".join([title, *(f"**{e}**" if e == best else e for e in entries)]) + " |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.readme",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    options = parser.parse_args(arguments)
    models = accuracy.installed(list(MODELS))
    print(markdown(measure(models, options.seeds), models))


if __name__ == "__main__":
    main()
