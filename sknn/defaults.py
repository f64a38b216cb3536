"""What "auto" stands for: the rules of the default model, each to be read in one line.

They were chosen on a suite of 52 data sets, on the frontier of error, log-loss and time.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

#: Eight small networks, averaged, predict better than one large network at the same cost.
HIDDEN_LAYER_SIZES = (64, 64)
N_MEMBERS = 8

#: Iterations of L-BFGS.
LBFGS_ITERATIONS = 200

#: Beyond so many numbers their embedding costs more than it gives.
MAX_EMBEDDED = 128

#: So few samples are gone through for equal ones, if every step sees all of them.
FEW_SAMPLES = 256

_LEAST_EPOCHS, _LEAST_STEPS = 32, 1000

#: Parameters that make `SimpleMLPClassifier` as plain as `MLPClassifier`: one network of 100
#: neurons on the features as they are, Adam with equal steps, and no calibration.  `PLAIN | {...}`
#: is a dict.
PLAIN: Mapping[str, Any] = MappingProxyType(
    {
        "hidden_layer_sizes": (100,),
        "n_members": 1,
        "scaling": None,
        "numeric_embedding": None,
        "parametrization": "standard",
        "learning_rate": 0.001,
        "learning_rate_schedule": "constant",
        "beta_2": 0.999,
        "label_smoothing": 0.0,
        "calibrate": False,
        "batch_size": 200,
        "max_iter": 200,
    }
)


def batch_size(n_samples: int) -> int:
    """Return the size of equal batches of about 64 samples, of 128 beyond 16,384, and so on.

    "And so on": each time there are four times as many samples, a batch has twice as many.  Fewer
    than 96 samples are one batch.
    """
    size, limit = 64, 16_384
    while n_samples > limit:
        size, limit = 2 * size, 4 * limit
    return -(-n_samples // max(1, round(n_samples / size)))


def n_epochs(n_batches: int) -> int:
    """Return 32 epochs, or as many as make 1,000 steps."""
    return max(_LEAST_EPOCHS, -(-_LEAST_STEPS // n_batches))


def numeric_embedding(
    scaling: Any, n_numbers: int, *, sparse: bool, solver: str = "adam"
) -> str | None:
    """Return "periodic" for up to 128 numbers that are scaled robustly and not sparse.

    Not for "sgd", which diverges with the embedding at learning rates that are usual for it, such
    as 0.2.
    """
    suits = scaling == "robust" and not sparse and n_numbers <= MAX_EMBEDDED and solver != "sgd"
    return "periodic" if suits else None
