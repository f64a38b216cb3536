"""The default recipe: its fit beside its own matrix products and beside others, in one thread."""

from collections.abc import Callable, Iterator

import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from benchmarks.measuring import Options, Ratio, Row, ratio, rounds
from sknn import SimpleMLPClassifier
from sknn.network.embedding import NumberEmbedding
from sknn.network.layers import Dense
from sknn.network.perceptron import MultilayerPerceptron
from sknn.settings import batch_size

N_FEATURES = 20


def run(options: Options) -> Iterator[Row]:
    """Yield ratios for tables of several lengths."""
    for n_samples in (1_000, 6_000) if options.quick else (1_000, 6_000, 50_000):
        for name, its_ratio in compare(n_samples, options.n_rounds).items():
            yield Row(f"{n_samples:,} rows, {N_FEATURES} features, one thread", name, its_ratio)


def compare(n_samples: int, n_rounds: int, max_iter: int | str = "auto") -> dict[str, Ratio]:
    """Return the time of the default fit divided by that of others."""
    X, y = make_classification(n_samples, N_FEATURES, n_informative=10, random_state=0)
    n_rows = batch_size(SimpleMLPClassifier().get_params(), n_samples)
    with threadpool_limits(1):
        model = SimpleMLPClassifier(max_iter=max_iter, random_state=0).fit(X, y)
        n_steps = model.n_iter_ * -(-n_samples // n_rows)
        contenders = {
            "ours": lambda: SimpleMLPClassifier(max_iter=max_iter, random_state=0).fit(X, y),
            "the matrix products of its steps": repeated(products(model.network_, n_rows), n_steps),
            "MLPClassifier in a pipeline": lambda: make_pipeline(
                StandardScaler(), MLPClassifier(random_state=0)
            ).fit(X, y),
            "HistGradientBoostingClassifier": lambda: HistGradientBoostingClassifier(
                random_state=0
            ).fit(X, y),
        }
        times = rounds(contenders, n_rounds)
    return {name: ratio(times["ours"], times[name]) for name in contenders if name != "ours"}


def repeated(step: Callable[[], None], n_steps: int) -> Callable[[], None]:
    """Return what takes many steps."""

    def take_steps() -> None:
        for _ in range(n_steps):
            step()

    return take_steps


def products(network: MultilayerPerceptron, n_rows: int) -> Callable[[], None]:
    """Return what computes the matrix products of one step, forward and backward, and no more.

    Each product has the shape and the type that it has in training.  Its factors are laid out as
    BLAS likes them best.
    """
    rng = np.random.default_rng(0)

    def random(*shape: int) -> np.ndarray:
        return rng.random(shape, network.dtype)

    factors = []
    for layer in network.layers:
        if isinstance(layer, NumberEmbedding):
            n_functions = network.n_members * layer.n_functions
            amplitude = random(layer.n_numbers, n_functions, layer.n_basis)
            gradient = random(layer.n_numbers, n_functions, n_rows)
            factors.append((amplitude, random(layer.n_numbers, layer.n_basis, n_rows)))
            factors.append((gradient, random(layer.n_numbers, n_rows, layer.n_basis)))
        elif isinstance(layer, Dense):
            a = random(*network.members, n_rows, layer.n_inputs)
            weight = random(*network.members, layer.n_inputs, layer.n_outputs)
            gradient = random(*network.members, n_rows, layer.n_outputs)
            factors += [(a, weight), (a.swapaxes(-1, -2), gradient)]
            n_inner = layer.n_inputs - layer.n_data
            if n_inner > 0:
                factors.append((gradient, random(*network.members, layer.n_outputs, n_inner)))
    outputs = [np.matmul(*pair) for pair in factors]

    def step() -> None:
        for (a, b), out in zip(factors, outputs, strict=True):
            np.matmul(a, b, out=out)

    return step
