import copy
import pickle
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from examples.naive_network import ACTIVATIONS as REFERENCE_ACTIVATIONS
from sknn.network.activations import ACTIVATIONS
from sknn.network.embedding import Basis
from sknn.network.layers import Dense, Dropout, Nonlinearity
from sknn.network.losses import LOSSES, make_loss
from sknn.network.objective import Objective
from sknn.network.perceptron import MultilayerPerceptron
from sknn.network.scaling import InputScaler
from sknn.training.optimizers import Adam, Sgd
from tests.reference import naive

PICKLE_PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)

COPIES = {
    "deepcopy": copy.deepcopy,
    **{
        f"pickle {protocol}": lambda network, p=protocol: pickle.loads(pickle.dumps(network, p))
        for protocol in PICKLE_PROTOCOLS
    },
}


def make_network(sizes=(5, 7, 6, 3), activation="tanh", dtype=np.float64, **settings):
    """Return a network whose weights and biases are all different from zero."""
    network = MultilayerPerceptron(sizes, activation, dtype=dtype, **settings)
    rng = np.random.default_rng(0)
    network.parameters.values[...] = rng.normal(scale=0.5, size=network.parameters.values.size)
    return network


def make_rows(n_rows=8, n_inputs=5, seed=1):
    """Return rows of numbers that may not be written to."""
    rows = np.random.default_rng(seed).normal(size=(n_rows, n_inputs))
    rows.flags.writeable = False
    return rows


def naive_raw(network, inputs):
    """Return the raw predictions of the naive reference."""
    return naive(network).forward(inputs)[1][-1]


class TestStructure:
    def test_784_16_16_10_has_13002_weights_and_biases(self):
        network = MultilayerPerceptron([784, 16, 16, 10], activation="logistic")
        assert network.parameters.values.size == 13002
        assert [layer.weight.shape for layer in network.dense_layers()] == [
            (784, 16),
            (16, 16),
            (16, 10),
        ]
        assert [layer.bias.shape for layer in network.dense_layers()] == [(16,), (16,), (10,)]

    @pytest.mark.parametrize(
        ("sizes", "dropout", "kinds"),
        [
            ([4, 3], 0.0, [Dense]),
            ([4, 3], 0.5, [Dense]),
            ([4, 5, 3], 0.0, [Dense, Nonlinearity, Dense]),
            ([4, 5, 3], 0.5, [Dense, Nonlinearity, Dropout, Dense]),
            ([4, 5, 6, 3], 0.0, [Dense, Nonlinearity] * 2 + [Dense]),
            ([4, 5, 6, 3], 0.5, [Dense, Nonlinearity, Dropout] * 2 + [Dense]),
        ],
    )
    def test_layers_stand_in_order(self, sizes, dropout, kinds):
        network = MultilayerPerceptron(sizes, dropout=dropout)
        assert [type(layer) for layer in network.layers] == kinds

    @pytest.mark.parametrize("dropout", [0.0, 0.5])
    def test_initialize_draws_the_weights_and_clears_the_biases(self, dropout):
        network = make_network(dropout=dropout)
        network.initialize(np.random.default_rng(3))
        values, slices = network.parameters.values, network.parameters.slices
        assert len(set(values[slices["weight"]])) == 5 * 7 + 7 * 6 + 6 * 3
        assert_array_equal(values[slices["bias"]], 0)
        again = make_network(dropout=dropout)
        again.initialize(np.random.default_rng(3))
        assert_array_equal(again.parameters.values, values)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64, "float32", "float64"])
    def test_all_parameters_have_the_dtype(self, dtype):
        network = MultilayerPerceptron([4, 5, 3], dtype=dtype)
        assert network.parameters.values.dtype == network.parameters.gradient.dtype == dtype
        assert network.predict_raw(np.zeros((2, 4))).dtype == dtype


class TestPrediction:
    @pytest.mark.parametrize("activation", REFERENCE_ACTIVATIONS)
    @pytest.mark.parametrize("sizes", [(5, 3), (5, 7, 3), (5, 7, 6, 3)])
    def test_raw_predictions_agree_with_reference(self, activation, sizes):
        network, X = make_network(sizes, activation), make_rows()
        assert_allclose(network.predict_raw(X), naive_raw(network, X), rtol=1e-12, atol=1e-14)

    @pytest.mark.parametrize("activation", REFERENCE_ACTIVATIONS)
    def test_float32_agrees_with_reference(self, activation):
        network, X = make_network(activation=activation, dtype=np.float32), make_rows()
        raw = network.predict_raw(X)
        assert raw.dtype == np.float32
        assert_allclose(raw, naive_raw(network, X), rtol=1e-4, atol=1e-5)

    @pytest.mark.parametrize("n_rows", [0, 1, 2047, 2048, 2049, 4096, 5000])
    def test_chunks_give_what_one_pass_gives(self, n_rows):
        network, X = make_network(), make_rows(n_rows)
        raw = network.predict_raw(X)
        assert raw.shape == (n_rows, 3)
        assert_allclose(raw, naive_raw(network, X), rtol=1e-12, atol=1e-14)

    def test_raw_predictions_are_scaled_first(self):
        scaler = InputScaler(np.arange(5.0), np.array([1, 2, 0, 4, 5.0]))
        network, X = make_network(scaler=scaler), make_rows(3000)
        scaled = (X - [0, 1, 2, 3, 4]) * [1, 2, 0, 4, 5]
        assert_allclose(network.predict_raw(X), naive_raw(network, scaled), rtol=1e-12)

    @pytest.mark.parametrize("csr", [sparse.csr_array, sparse.csr_matrix])
    @pytest.mark.parametrize("n_rows", [8, 3000])
    def test_sparse_rows_give_what_dense_rows_give(self, csr, n_rows):
        network, X = make_network(), np.maximum(make_rows(n_rows), 0)
        raw = network.predict_raw(csr(X))
        assert isinstance(raw, np.ndarray)
        assert_allclose(raw, naive_raw(network, X), rtol=1e-12, atol=1e-14)

    def test_prediction_does_not_drop_out(self):
        network = make_network(dropout=0.5)
        assert_allclose(network.predict_raw(make_rows()), naive_raw(network, make_rows()))

    @pytest.mark.parametrize("dropout", [0.0, 0.5])
    def test_hidden_activations_are_the_inputs_of_the_layers(self, dropout):
        scaler = InputScaler(np.ones(5), np.full(5, 2.0))
        network, X = make_network(dropout=dropout, scaler=scaler), make_rows()
        expected, _ = naive(network).forward((X - 1) * 2)
        activations = network.hidden_activations(X)
        assert [a.shape for a in activations] == [(8, 5), (8, 7), (8, 6)]
        for a, expected_a in zip(activations, expected, strict=True):
            assert_allclose(a, expected_a, rtol=1e-12)

    def test_eight_threads_at_once_give_the_serial_answers(self):
        network = make_network()
        inputs = [make_rows(4500 + 10 * seed, seed=seed) for seed in range(8)]
        serial = [network.predict_raw(X) for X in inputs]
        barrier = Barrier(8)

        def predict(X):
            barrier.wait()
            return [network.predict_raw(X) for _ in range(5)]

        with ThreadPoolExecutor(8) as threads:
            for answers, expected in zip(threads.map(predict, inputs), serial, strict=True):
                for raw in answers:
                    assert_allclose(raw, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("make_copy", COPIES.values(), ids=COPIES)
class TestCopies:
    def make_network(self):
        scaler = InputScaler(np.ones(5), np.full(5, 2.0))
        network = make_network((5, 50, 40, 3), "gelu", np.float32, dropout=0.25, scaler=scaler)
        network.parameters.gradient[...] = np.nan
        return network

    def test_copy_has_the_same_predictions_and_settings(self, make_copy):
        network = self.make_network()
        twin = make_copy(network)
        for name in ("sizes", "activation", "dropout", "dtype"):
            assert getattr(twin, name) == getattr(network, name)
        assert_array_equal(twin.predict_raw(make_rows()), network.predict_raw(make_rows()))

    def test_layers_of_a_copy_are_views_of_its_own_vectors(self, make_copy):
        network = self.make_network()
        twin = make_copy(network)
        assert not np.shares_memory(twin.parameters.values, network.parameters.values)
        for layer in twin.dense_layers():
            assert np.shares_memory(layer.weight, twin.parameters.values)
            assert np.shares_memory(layer.bias, twin.parameters.values)
            assert np.shares_memory(layer.weight_gradient, twin.parameters.gradient)
            assert np.shares_memory(layer.bias_gradient, twin.parameters.gradient)

    def test_copy_can_be_trained_without_its_original(self, make_copy):
        network, X = self.make_network(), make_rows()
        before = network.predict_raw(X)
        twin = make_copy(network)
        twin.parameters.values += 0.1
        expected = make_network((5, 50, 40, 3), "gelu", np.float32, scaler=network.scaler)
        expected.parameters.values += 0.1
        assert_array_equal(twin.predict_raw(X), expected.predict_raw(X))
        assert_array_equal(network.predict_raw(X), before)


@pytest.mark.parametrize("protocol", PICKLE_PROTOCOLS)
def test_pickle_holds_the_values_once_and_nothing_of_a_run(protocol):
    network = make_network((50, 100, 3), dtype=np.float32)
    network.predict_raw(make_rows(3000, 50))
    overhead = 2 if protocol == 2 else 1  # protocol 2 writes bytes as text
    assert len(pickle.dumps(network, protocol)) < overhead * network.parameters.values.nbytes + 1000


class TestReadOnlyValues:
    def make_network(self):
        network = make_network()
        values = network.parameters.values.copy()
        values.flags.writeable = False
        return copied_with(network, values)

    def test_predict(self):
        network = self.make_network()
        assert_array_equal(
            network.predict_raw(make_rows()), make_network().predict_raw(make_rows())
        )

    def test_a_copy_can_be_written_to(self):
        frozen = self.make_network()
        original, network = frozen.parameters.values, frozen.copy()
        network.parameters.values += 1
        assert not np.shares_memory(network.parameters.values, original)
        assert_array_equal(original, make_network().parameters.values)
        for layer in network.dense_layers():
            assert np.shares_memory(layer.weight, network.parameters.values)
            assert np.shares_memory(layer.bias, network.parameters.values)
            assert np.shares_memory(layer.weight_gradient, network.parameters.gradient)

    def test_from_a_memory_map_are_plain_arrays(self, tmp_path):
        network = make_network()
        np.save(tmp_path / "values.npy", network.parameters.values)
        mapped = copied_with(network, np.load(tmp_path / "values.npy", mmap_mode="r"))
        assert type(mapped.parameters.values) is np.ndarray
        assert type(mapped.layers[0].weight) is np.ndarray
        assert not mapped.parameters.values.flags.writeable
        assert_array_equal(mapped.predict_raw(make_rows()), network.predict_raw(make_rows()))


def copied_with(network, values):
    """Return the copy that unpickling makes where the values came as this array."""
    return MultilayerPerceptron.from_definition(network.definition() | {"values": values})


class TestMemory:
    @pytest.fixture(autouse=True)
    def _small_ufunc_buffers(self):
        """Shrink NumPy's own buffers, of 8192 numbers, so that they do not hide an array."""
        size = np.setbufsize(256)
        yield
        np.setbufsize(size)

    def growth(
        self, activation="relu", loss="log_loss", kind="exclusive", weighted=True, optimizer=None
    ):
        """Return by how many bytes memory grows at most in the course of 50 steps."""
        # Every array of a step has at least 2048 numbers, 8 kB, but for the biases and outputs.
        rng = np.random.default_rng(0)
        network = make_network((32, 64, 10), activation, np.float32)
        objective = Objective(network, make_loss(loss, exclusive=kind == "exclusive"), l2=0.1)
        inputs = rng.normal(size=(2048, 32)).astype(np.float32)
        targets = np.eye(10, dtype=np.float32)[rng.integers(10, size=2048)]
        weight = np.ones(2048, np.float32) if weighted else None
        optimizer = optimizer or Adam(weight_decay=0.1)

        def train(n_steps):
            for _ in range(n_steps):
                objective.value_and_gradient(inputs, targets, weight)
                optimizer.step(network.parameters, 0.001)

        tracemalloc.start()
        try:
            train(5)
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            train(50)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        return peak - before

    @pytest.mark.parametrize("activation", ACTIVATIONS)
    def test_steps_allocate_no_array_with_any_activation(self, activation):
        assert self.growth(activation) < 4096

    @pytest.mark.parametrize("loss", LOSSES)
    @pytest.mark.parametrize("kind", ["exclusive", "independent"])
    @pytest.mark.parametrize("weighted", [True, False])
    def test_steps_allocate_no_array_with_any_loss(self, loss, kind, weighted):
        assert self.growth(loss=loss, kind=kind, weighted=weighted) < 4096

    @pytest.mark.parametrize("optimizer", [Sgd(0), Sgd(0.9, False), Sgd(0.9, True), Adam()])
    def test_steps_allocate_no_array_with_any_optimizer(self, optimizer):
        assert self.growth(optimizer=optimizer) < 4096


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "MultilayerPerceptron(5-4-3, 39 parameters)"),
        ({"n_members": 80}, "MultilayerPerceptron(5-4-3 × 80, 3,120 parameters)"),
    ],
)
def test_repr_shows_the_sizes(settings, expected):
    assert repr(MultilayerPerceptron([5, 4, 3], **settings)) == expected


def make_basis(n_numbers):
    return Basis.draw(n_numbers, np.dtype(float), np.random.default_rng(0))


class TestMembers:
    def make_network(self, **settings):
        return make_network((4, 5, 6, 3), n_members=3, **settings)

    def test_predictions_come_chunk_by_chunk_member_by_member(self):
        network, X = self.make_network(), make_rows(2500, 4)
        raw = network.predict_raw(X)
        assert raw.shape == (3, 2500, 3)
        for i in range(3):
            single = make_network((4, 5, 6, 3))
            for layer, its_layer in zip(network.dense_layers(), single.dense_layers(), strict=True):
                its_layer.weight[...] = layer.weight[i]
                its_layer.bias[...] = layer.bias[i]
            assert_allclose(raw[i], naive_raw(single, X), rtol=1e-12, atol=1e-14)
        merge = make_loss("log_loss", exclusive=True).link.merge
        assert_allclose(network.predict_raw(X, merge), merge(raw), rtol=1e-12)

    def test_hidden_activations_are_those_of_each_member(self):
        network = self.make_network(input_scale=True, basis=make_basis(4))
        found = network.hidden_activations(make_rows(7, 4))
        assert [a.shape for a in found] == [(7, 4), (3, 7, 5), (3, 7, 6)]

    def test_pickle_brings_back_the_whole_form(self):
        network = self.make_network(parametrization="ntk", input_scale=True, basis=make_basis(2))
        loaded = pickle.loads(pickle.dumps(network))
        X = make_rows(7, 4)
        assert_array_equal(loaded.predict_raw(X), network.predict_raw(X))
        assert_array_equal(loaded.step_factors(), network.step_factors())
