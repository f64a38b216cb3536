"""Memory: how far a call raises the peak of a process, measured in a process of its own (Linux)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.measuring import Options, Row, UnavailableError
from sknn import PLAIN, SimpleMLPClassifier

MEGABYTE = 1 << 20


def run(options: Options) -> Iterator[Row]:
    """Yield megabytes."""
    if not available():
        raise UnavailableError("it needs Linux's /proc")
    group = "60,000 × 784 float64 numbers"
    yield Row(group, "fit", round(added("fit")))
    yield Row(group, "fit: a float32 copy by itself", round(60_000 * 784 * 4 / MEGABYTE))
    yield Row(group, "predict", round(added("predict")))


def added(call: str, n_samples: int = 60_000, n_features: int = 784) -> float:
    """Return how many megabytes `call`, "fit" or "predict", adds to a process with float64 data."""
    command = [sys.executable, "-m", "benchmarks.memory", call, str(n_samples), str(n_features)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def available() -> bool:
    """Whether this system can tell and reset the peak."""
    return Path("/proc/self/clear_refs").exists()


def _status(name: str) -> int:
    """Return a figure of /proc/self/status in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    raise ValueError(f"/proc/self/status has no {name}.")


def _main(call: str, n_samples: int, n_features: int) -> None:
    """Print the megabytes by which the call's peak is above what was there before."""
    rng = np.random.default_rng(0)
    X, y = rng.random((n_samples, n_features)), rng.integers(0, 10, n_samples)
    few = slice(1_000)
    settings = PLAIN | {"hidden_layer_sizes": (256, 128), "max_iter": 1}
    model = SimpleMLPClassifier(**settings).fit(X[few], y[few])
    model.predict(X[few])  # whatever is imported on use is there now
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak
    before = _status("VmRSS")
    if call == "fit":
        model.fit(X, y)
    else:
        model.predict(X)
    print((_status("VmHWM") - before) / MEGABYTE)


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
