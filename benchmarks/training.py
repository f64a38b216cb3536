"""Training: the time of `fit` on the same data, peer by peer."""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import sparse

from benchmarks import peers
from benchmarks.measuring import Options, Ratio, Row, geometric_mean, ratio, rounds
from benchmarks.workloads import TRAINING, Workload

MEAN = "geometric mean"


def run(options: Options) -> Iterator[Row]:
    """Yield ratios for each workload."""
    yield from of_workloads(
        [work.shortened() if options.quick else work for work in TRAINING], options.n_rounds
    )


def of_workloads(workloads: Sequence[Workload], n_rounds: int) -> Iterator[Row]:
    """Yield the ratios of each workload, and their means over the dense ones trained by Adam."""
    dense: dict[str, list[Ratio]] = {}
    for work in workloads:
        size = f"{work.network}, {work.n_samples:,} rows, batch {work.batch_size:,}"
        for peer, its_ratio in compare(work, n_rounds).items():
            if work.density == 1 and work.solver == "adam":
                dense.setdefault(peer, []).append(its_ratio)
            yield Row(f"{work.name}: {size}", peer, its_ratio)
    for peer, ratios in dense.items():
        yield Row(f"{MEAN}: dense, Adam", peer, geometric_mean(ratios))


def compare(work: Workload, n_rounds: int) -> dict[str, Ratio]:
    """Return each peer's time divided by ours, by the peer's name.

    scikit-learn computes in the precision of the data, this package in float32 for mini-batches
    whatever the data are; PyTorch and the bare matrix products get float32 data, as we then do.
    """
    X, y = work.data()
    if work.solver == "lbfgs":
        data = {"float64": X}
    else:
        data = {"float64": X, "float32": X.astype(np.float32)}
    contenders = {}
    for dtype, inputs in data.items():
        contenders[f"sknn, {dtype}"] = peers.sknn(work, inputs, y)
        contenders[f"MLPClassifier, {dtype}"] = peers.mlp_classifier(work, inputs, y)
    if "float32" in data and not sparse.issparse(X):
        if peers.has_torch():
            contenders["PyTorch, float32"] = peers.pytorch(work, data["float32"], y)
        contenders["floor, float32"] = peers.floor(work, data["float32"], y)
    times = rounds(contenders, n_rounds)
    return {
        name: ratio(times[name], times[f"sknn, {name.split(', ')[1]}"])
        for name in contenders
        if not name.startswith("sknn")
    }
