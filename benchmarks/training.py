"""Training: the time of `fit` on the same data, peer by peer."""

import numpy as np
from scipy import sparse

from benchmarks import peers
from benchmarks.measuring import Ratio, ratio, rounds
from benchmarks.workloads import Workload


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
