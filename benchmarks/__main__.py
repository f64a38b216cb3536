"""Run the benchmarks: `python -m benchmarks [SECTION ...] [--quick] [--mnist DIR|openml]`."""

import argparse
import json
import os
import platform
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import sklearn
from sklearn.exceptions import ConvergenceWarning

from benchmarks import (
    busy,
    callbacks,
    default,
    export,
    growth,
    jobs,
    memory,
    report,
    time_to_accuracy,
    training,
    usage,
)
from benchmarks.measuring import Options, Section, UnavailableError

#: In the order in which they run.
SECTIONS = (
    Section("training", "time of the peer's fit / ours", training.run),
    Section("usage", "time of predictions, a grid search and the import: see each row", usage.run),
    Section("default", "time of the default fit / another's", default.run),
    Section("jobs", "time with n_jobs / time with n_jobs=1, to the same bits", jobs.run),
    Section("busy", "time / the same with one BLAS thread, beside other work", busy.run),
    Section("callbacks", "time of a fit with callbacks / without any in the code", callbacks.run),
    Section("export", "time of predict_proba / ONNX Runtime's", export.run),
    Section("memory", "megabytes that a call adds to a process", memory.run),
    Section("growth", "exponent of the time of an epoch (1 is linear)", growth.run),
    Section("time_to_accuracy", "MLPClassifier's time to 98 % / ours", time_to_accuracy.run),
)


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    }


def measure(sections: Sequence[Section], options: Options) -> dict[str, Any]:
    """Print the figures as they come; return them by section, group and name."""
    results: dict[str, Any] = {}
    for section in sections:
        print(f"\n{section.name}: {section.title}", flush=True)
        groups: dict[str, dict[str, Any]] = {}
        try:
            for row in section.run(options):
                if row.group not in groups:
                    print(f"\n  {row.group}")
                groups.setdefault(row.group, {})[row.name] = row.value
                print(row, flush=True)
        except UnavailableError as reason:
            print(f"    skipped: {reason}")
        results[section.name] = groups
    return results


def _section(name: str) -> Section:
    """Return the section of that name."""
    for section in SECTIONS:
        if section.name == name:
            return section
    names = ", ".join(section.name for section in SECTIONS)
    raise argparse.ArgumentTypeError(f"there is no section {name!r}; there are {names}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures and their plot."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", type=_section, metavar="SECTION", help="else all")
    parser.add_argument("--list", action="store_true", help="list the sections, measure nothing")
    parser.add_argument("--quick", action="store_true", help="a first look in some minutes")
    parser.add_argument("--rounds", type=int, help="2 if quick, else 5")
    parser.add_argument("--mnist", metavar="DIR|openml", help="for the time to accuracy")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"))
    given = parser.parse_args(arguments)
    if given.list:
        print("\n".join(f"{section.name:<18}{section.title}" for section in SECTIONS))
        return
    # Random labels cannot be learnt, and a fixed number of epochs is all that is asked for.
    warnings.simplefilter("ignore", ConvergenceWarning)
    options = Options(given.quick, given.rounds or (2 if given.quick else 5), given.mnist)
    results = {"machine": machine()} | measure(given.sections or SECTIONS, options)
    given.output.mkdir(parents=True, exist_ok=True)
    (given.output / "speed.json").write_text(json.dumps(results, indent=1) + "\n")
    is_drawn = report.plot(results, given.output / "speed.png")
    print(f"\nwritten: {given.output}/speed.json{' and speed.png' if is_drawn else ''}")


if __name__ == "__main__":
    main()
