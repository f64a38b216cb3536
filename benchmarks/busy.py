"""Busy cores: fits and predictions beside processes that spin, and idle.

Each time is divided by that of the same work, beside the same load, with one BLAS thread; the two
are measured in turn, in processes of their own.  A spinning process is in a session of its own:
the scheduler shares the cores between sessions, as it does between the programs of a desktop and
between containers.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import joblib
import numpy as np
from sklearn.datasets import load_digits

from benchmarks import peers
from benchmarks.measuring import Options, Ratio, Row, ratio, seconds
from benchmarks.workloads import TRAINING
from sknn import SimpleMLPClassifier

DEFAULT = "default, digits"

#: Of the dense workloads of training, those that take a first look.
QUICK = ("digits", "MNIST, batch 128")


def run(options: Options) -> Iterator[Row]:
    """Yield ratios idle, with all cores but one busy, and with all cores busy."""
    dense = [work.name for work in TRAINING if work.density == 1 and work.solver == "adam"]
    n_cores = joblib.cpu_count()
    for n_busy in sorted({0, n_cores - 1, n_cores}):
        heading = f"{n_busy} of {n_cores} cores busy" if n_busy else "idle"
        ratios = compare(n_busy, [DEFAULT, *(QUICK if options.quick else dense)], options.n_rounds)
        for name, its_ratio in ratios.items():
            yield Row(heading, name, its_ratio)


def compare(n_busy: int, names: Sequence[str], n_rounds: int) -> dict[str, Ratio]:
    """Return the times beside spinning processes in units of those with one BLAS thread."""
    one, free = [], []
    with spinning(n_busy):
        for _ in range(n_rounds):
            one.append(times_of_a_process(names, one_thread=True))
            free.append(times_of_a_process(names, one_thread=False))
    return {
        name: ratio(*(np.array([each[name] for each in runs]) for runs in (free, one)))
        for name in one[0]
    }


@contextmanager
def spinning(n_processes: int) -> Iterator[None]:
    """Keep processes busy, each in a session of its own."""
    command = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(command, start_new_session=True) for _ in range(n_processes)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def times_of_a_process(names: Sequence[str], *, one_thread: bool) -> dict[str, float]:
    """Return the times in a new process, with one BLAS thread or as many as BLAS likes."""
    environment = {k: v for k, v in os.environ.items() if not k.endswith("NUM_THREADS")}
    if one_thread:
        environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.busy", *names]
    process = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(process.stdout)


def times(names: Sequence[str]) -> dict[str, float]:
    """Return the seconds of fits and predictions in this process, after a first fit."""
    found = {}
    SimpleMLPClassifier(max_iter=1).fit(*load_digits(return_X_y=True))
    for name in names:
        if name == DEFAULT:
            X, y = load_digits(return_X_y=True)
            model = SimpleMLPClassifier(max_iter=8, random_state=0)
        else:
            work = next(work for work in TRAINING if work.name == name).shortened()
            X, y = work.data()
            model = peers.sknn_model(work)
        found[f"fit, {name}"] = seconds(lambda model=model, X=X, y=y: model.fit(X, y))
        found[f"predict_proba, {name}"] = seconds(
            lambda model=model, X=X: [model.predict_proba(X) for _ in range(5)]
        )
    return found


if __name__ == "__main__":
    print(json.dumps(times(sys.argv[1:])))
