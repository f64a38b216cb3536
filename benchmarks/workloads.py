"""What is measured: networks, the shapes of their data, and how long they train."""

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse


class Workload(NamedTuple):
    """A network, the shape of its data, and the length of a fit."""

    name: str
    n_samples: int
    n_features: int
    hidden_layer_sizes: tuple[int, ...]
    n_classes: int
    batch_size: int
    n_epochs: int
    density: float = 1.0
    solver: str = "adam"

    @property
    def network(self) -> str:
        """The sizes of all layers of neurons."""
        n_outputs = 1 if self.n_classes == 2 else self.n_classes
        return "-".join(map(str, (self.n_features, *self.hidden_layer_sizes, n_outputs)))

    def data(self) -> tuple[Any, np.ndarray]:
        """Return float64 features and the classes: random numbers, whose steps cost the same."""
        rng = np.random.default_rng(0)
        shape = (self.n_samples, self.n_features)
        if self.density < 1:
            X = sparse.random(*shape, density=self.density, format="csr", random_state=0)
        else:
            X = rng.random(shape)
        return X, rng.integers(0, self.n_classes, self.n_samples)

    def shortened(self) -> "Workload":
        """Return the same with a twelfth of the rows, unless it is small anyway."""
        if self.n_samples < 10_000:
            return self
        return self._replace(n_samples=self.n_samples // 12)


TRAINING = [
    Workload("small table", 1_000, 20, (100,), 2, 200, 100),
    Workload("digits", 1_797, 64, (100,), 10, 200, 60),
    Workload("MNIST, the lectures' network", 60_000, 784, (16, 16), 10, 32, 20),
    Workload("MNIST, batch 128", 60_000, 784, (256, 128), 10, 128, 10),
    Workload("MNIST, batch 256", 60_000, 784, (256, 128), 10, 256, 10),
    Workload("wide layers", 20_000, 784, (1024, 1024), 10, 256, 5),
    Workload("table, 20 features", 5_000, 20, (256, 128), 2, 128, 30),
    Workload("table, 100 features", 5_000, 100, (256, 128), 2, 128, 30),
    Workload("sparse", 20_000, 10_000, (100,), 20, 256, 3, density=0.005),
    Workload("digits, L-BFGS", 1_797, 64, (100,), 10, 1_797, 60, solver="lbfgs"),
]
