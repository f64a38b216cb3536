"""Run the benchmarks: `python -m benchmarks [--quick] [--only WORD ...] [--mnist DIR|openml]`."""

import argparse
import json
import os
import platform
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import sklearn
from sklearn.exceptions import ConvergenceWarning

from benchmarks import (
    callbacks,
    export,
    growth,
    memory,
    peers,
    report,
    time_to_accuracy,
    training,
    usage,
)
from benchmarks.measuring import Ratio, geometric_mean
from benchmarks.workloads import TRAINING, Workload

Results = dict[str, Any]


def run_training(results: Results, workloads: Sequence[Workload], n_rounds: int) -> None:
    """Measure fits."""
    print("\ntime of the peer's fit / time of ours: median (range)")
    if not peers.has_torch():
        print("PyTorch is not installed: skipped")
    results["training"] = {}
    for work in workloads:
        print(f"\n{work.name}: {work.network}, {work.n_samples:,} rows, batch {work.batch_size:,}")
        ratios = training.compare(work, n_rounds)
        results["training"][work.name] = {"workload": work._asdict(), "ratios": ratios}
        for peer, its_ratio in ratios.items():
            print(f"    {peer:<24}{its_ratio}", flush=True)
    print("\ngeometric mean over the dense workloads trained by Adam")
    results["geometric_mean"] = {}
    for peer in ("MLPClassifier, float64", "MLPClassifier, float32", "PyTorch, float32"):
        ratios = [
            results["training"][work.name]["ratios"][peer]
            for work in workloads
            if work.density == 1
            and work.solver == "adam"
            and peer in results["training"][work.name]["ratios"]
        ]
        if ratios:
            results["geometric_mean"][peer] = geometric_mean(ratios)
            print(f"    {peer:<24}{results['geometric_mean'][peer]:5.2f}")


def run_usage(results: Results, n_rounds: int) -> None:
    """Measure predictions, a grid search, and the import."""
    print("\ntime of MLPClassifier / ours: median (range)")
    measures: dict[str, Callable[[int], Ratio]] = {
        "predict_proba, 180,000 rows": usage.predict_many,
        "predict, one row": usage.predict_one,
        "grid search on digits": usage.grid_search,
    }
    results["usage"] = {}
    for name, measure in measures.items():
        results["usage"][name] = measure(n_rounds)
        print(f"    {name:<30}{results['usage'][name]}", flush=True)
    print("time of `import sknn` / `import sklearn.neural_network`")
    results["usage"]["import"] = usage.importing(3 * n_rounds)
    print(f"    {'import':<30}{results['usage']['import']}")


def run_callbacks(results: Results, n_rounds: int) -> None:
    """Measure what callbacks cost."""
    print("\ntime of a fit with callbacks / without any in the code: median (range)")
    results["callbacks"] = {}
    for name in callbacks.MODELS:
        # The differences are small: it takes more rounds to tell them from noise.
        results["callbacks"][name] = callbacks.compare(name, 4 * n_rounds)
        for kind, its_ratio in results["callbacks"][name].items():
            print(f"    {name + ', ' + kind:<45}{its_ratio}", flush=True)


def run_export(results: Results, n_rounds: int) -> None:
    """Measure predictions in ONNX Runtime."""
    if not export.available():
        print("\nexport: needs onnx and onnxruntime, skipped")
        return
    print("\ntime of predict_proba / ONNX Runtime's: median (range)")
    results["export"] = {}
    for name in export.MODELS:
        one, many = export.compare(name, n_rounds)
        results["export"][name] = {"one row": one, "20,000 rows": many}
        print(f"    {name + ', one row':<30}{one}")
        print(f"    {name + ', 20,000 rows':<30}{many}", flush=True)


def run_memory(results: Results) -> None:
    """Measure what fit and predict add to a process."""
    if not memory.available():
        print("\nmemory: needs Linux's /proc, skipped")
        return
    copy = 60_000 * 784 * 4 / memory.MEGABYTE
    results["memory"] = {call: memory.added(call) for call in ("fit", "predict")}
    print("\nmegabytes added to a process with 60,000 × 784 float64 numbers")
    print(f"    fit      {results['memory']['fit']:5.0f}  (of which a float32 copy {copy:.0f})")
    print(f"    predict  {results['memory']['predict']:5.0f}", flush=True)


def run_growth(results: Results, n_rounds: int) -> None:
    """Measure how the time of an epoch grows."""
    print("\nexponent of the time of an epoch (1 is linear)")
    results["growth"] = {}
    for quantity in growth.SERIES:
        sizes, times = growth.measure(quantity, n_rounds)
        exponents = growth.exponent(sizes, times), growth.exponent(sizes[-2:], times[-2:])
        results["growth"][quantity] = {"sizes": sizes, "seconds": times, "exponents": exponents}
        print(
            f"    {quantity:<10}{exponents[0]:5.2f}  ({exponents[1]:.2f} at the last doubling)",
            flush=True,
        )


def run_time_to_accuracy(results: Results, source: str | None, n_rounds: int) -> None:
    """Measure the time to 98 % on MNIST."""
    if source is None:
        print("\ntime to accuracy: needs --mnist, skipped")
        return
    train, test = time_to_accuracy.load_mnist(source)
    goals = [0.975, 0.98]
    print("\nseconds to a test accuracy on MNIST: MLPClassifier (100,) / ours to 98 %")
    rounds = []
    for _ in range(n_rounds):
        ours = time_to_accuracy.ours(train, test, max(goals))
        theirs = time_to_accuracy.theirs(train, test, goals)
        rounds.append({goal: theirs[goal] / ours for goal in goals})
    results["time_to_accuracy"] = {}
    for goal in goals:
        ratios = np.array([each[goal] for each in rounds])
        results["time_to_accuracy"][str(goal)] = Ratio(
            np.median(ratios), ratios.min(), ratios.max()
        )
        print(f"    {goal:.1%}  {results['time_to_accuracy'][str(goal)]}", flush=True)


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


def sections(options: argparse.Namespace, results: Results) -> Iterator[tuple[str, Callable]]:
    """Yield the name of each section and what runs it."""
    quick = options.quick
    workloads = [work.shortened() for work in TRAINING] if quick else TRAINING
    n_rounds = options.rounds or (2 if quick else 5)
    yield "training", lambda: run_training(results, workloads, n_rounds)
    yield "usage", lambda: run_usage(results, n_rounds)
    yield "export", lambda: run_export(results, n_rounds)
    yield "callbacks", lambda: run_callbacks(results, n_rounds)
    yield "memory", lambda: run_memory(results)
    if not quick:
        yield "growth", lambda: run_growth(results, n_rounds)
        yield "time_to_accuracy", lambda: run_time_to_accuracy(results, options.mnist, 3)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures and their plot."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a first look in two minutes")
    parser.add_argument("--rounds", type=int, help="2 if quick, else 5")
    parser.add_argument("--only", nargs="+", metavar="SECTION", help="some sections only")
    parser.add_argument("--mnist", metavar="DIR|openml", help="for the time to accuracy")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"))
    options = parser.parse_args(arguments)
    # Random labels cannot be learnt, and a fixed number of epochs is all that is asked for.
    warnings.simplefilter("ignore", ConvergenceWarning)
    results: Results = {"machine": machine()}
    for name, run in sections(options, results):
        if options.only is None or name in options.only:
            run()
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "speed.json").write_text(json.dumps(results, indent=1) + "\n")
    report.plot(results, options.output / "speed.png")
    print(f"\nwritten: {options.output}/speed.json and speed.png")


if __name__ == "__main__":
    main()
