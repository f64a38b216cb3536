"""Fit and prediction beside a busy core, and idle:  python -m benchmarks.busy [--rounds 3]

Each time is in units of the same work with one BLAS thread, measured in turn in processes of their
own.  The busy core runs a process in a session of its own: the scheduler shares the cores between
sessions, as it does between the programs of a desktop and between containers.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sklearn.datasets import load_digits

from sknn import PLAIN, SimpleMLPClassifier

MODELS = {
    "default, 8 epochs": {"max_iter": 8},
    "one layer of 100, 20 epochs": {**PLAIN, "max_iter": 20},
    "256-128, batch 128, 4 epochs": {
        **PLAIN,
        "hidden_layer_sizes": (256, 128),
        "batch_size": 128,
        "max_iter": 4,
    },
}


def times() -> dict[str, float]:
    """Return the seconds of each piece of work in this process."""
    X, y = load_digits(return_X_y=True)
    found = {}
    for name, parameters in MODELS.items():
        start = time.perf_counter()
        model = SimpleMLPClassifier(random_state=0, **parameters).fit(X, y)
        found[f"fit, {name}"] = time.perf_counter() - start
        start = time.perf_counter()
        for _ in range(5):
            model.predict_proba(X)
        found[f"predict_proba, {name}"] = time.perf_counter() - start
    return found


def times_of_a_process(*, one_thread: bool) -> dict[str, float]:
    """Return the times in a new process, with one BLAS thread or as many as BLAS likes."""
    environment = {k: v for k, v in os.environ.items() if not k.endswith("NUM_THREADS")}
    if one_thread:
        environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.busy", "--times"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@contextmanager
def busy_core() -> Iterator[None]:
    """Keep a core busy."""
    spinning = subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True)
    try:
        yield
    finally:
        spinning.kill()
        spinning.wait()


def compare(rounds: int) -> None:
    """Print the median and the range of the ratios."""
    ratios: dict[str, list[float]] = {}
    for _ in range(rounds):
        one, free = (times_of_a_process(one_thread=each) for each in (True, False))
        for name in one:
            ratios.setdefault(name, []).append(free[name] / one[name])
    for name, values in ratios.items():
        low, high = min(values), max(values)
        print(f"  {name:44}{statistics.median(values):6.2f}  ({low:.2f} - {high:.2f})", flush=True)


def main() -> None:
    """Run the benchmark, or one process of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--times", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.times:
        print(json.dumps(times()))
        return
    print("time / the same with one BLAS thread: median (range)")
    print("idle")
    compare(arguments.rounds)
    print("one core busy")
    with busy_core():
        compare(arguments.rounds)


if __name__ == "__main__":
    main()
