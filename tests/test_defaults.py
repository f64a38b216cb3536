"""The rules of the default model, and the parameters of the plain one."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.neural_network import MLPClassifier

from sknn import PLAIN, SimpleMLPClassifier, defaults


class TestBatchSize:
    @pytest.mark.parametrize(
        ("n_samples", "size"),
        [
            (1, 1),
            (2, 2),
            (64, 64),
            (95, 95),  # the last that are one batch
            (96, 48),
            (97, 49),
            (128, 64),
            (160, 80),
            (161, 54),
            (16_383, 64),
            (16_384, 64),
            (16_385, 129),
            (65_536, 128),
            (65_537, 257),
            (262_144, 256),
            (262_145, 513),
        ],
    )
    def test_at_the_edges(self, n_samples, size):
        assert defaults.batch_size(n_samples) == size

    def test_fewer_than_96_samples_are_one_batch(self):
        assert all(defaults.batch_size(n) == n for n in range(1, 96))
        assert all(defaults.batch_size(n) < n for n in range(96, 5000))

    @pytest.mark.parametrize(
        ("low", "high", "size"),
        [(96, 16_384, 64), (16_385, 65_536, 128), (65_537, 262_144, 256)],
    )
    def test_batches_are_about_so_large_and_of_equal_size(self, low, high, size):
        for n_samples in np.unique(np.geomspace(low, high, 500).astype(int)).tolist():
            found = defaults.batch_size(n_samples)
            n_batches = -(-n_samples // found)
            assert 0.75 * size <= found <= 1.25 * size + 1
            # The last lacks at most one sample of each of the others.
            assert 0 <= n_batches * found - n_samples < n_batches


class TestEpochs:
    @pytest.mark.parametrize(
        ("n_batches", "n_epochs"),
        [(1, 1000), (2, 500), (3, 334), (31, 33), (32, 32), (33, 32), (1000, 32), (10**6, 32)],
    )
    def test_are_32_or_make_1000_steps(self, n_batches, n_epochs):
        assert defaults.n_epochs(n_batches) == n_epochs
        assert n_batches * n_epochs >= 1000

    @pytest.mark.parametrize(("n_samples", "n_epochs"), [(95, 1000), (96, 500), (384, 167)])
    def test_are_those_of_a_fit(self, n_samples, n_epochs):
        X = np.random.default_rng(0).normal(size=(n_samples, 2))
        model = SimpleMLPClassifier((2,), numeric_embedding=None, random_state=0)
        assert model.fit(X, X[:, 0] > 0).n_iter_ == n_epochs

    def test_lbfgs_has_iterations_instead(self):
        assert defaults.LBFGS_ITERATIONS == 200
        X = np.random.default_rng(0).normal(size=(96, 2))
        y = np.random.default_rng(1).integers(2, size=96)
        model = SimpleMLPClassifier((16,), solver="lbfgs", tol=0, random_state=0).fit(X, y)
        assert model.n_iter_ == 200


class TestNumericEmbedding:
    @pytest.mark.parametrize(
        ("scaling", "n_numbers", "sparse", "embedding"),
        [
            ("robust", 1, False, "periodic"),
            ("robust", 128, False, "periodic"),
            ("robust", 129, False, None),
            ("robust", 10, True, None),
            ("standard", 10, False, None),
            (None, 10, False, None),
        ],
    )
    def test_rule(self, scaling, n_numbers, sparse, embedding):
        assert defaults.numeric_embedding(scaling, n_numbers, sparse=sparse) == embedding

    @pytest.mark.parametrize(
        ("solver", "embedding"), [("adam", "periodic"), ("lbfgs", "periodic"), ("sgd", None)]
    )
    def test_sgd_goes_without(self, solver, embedding):
        assert defaults.numeric_embedding("robust", 5, sparse=False, solver=solver) == embedding

    @pytest.mark.parametrize(("n_features", "n_embedded"), [(128, 128), (129, 0)])
    def test_rule_is_that_of_a_fit(self, n_features, n_embedded):
        X = np.random.default_rng(0).normal(size=(20, n_features))
        model = SimpleMLPClassifier((2,), max_iter=1).fit(X, [0, 1] * 10)
        assert model.network_.n_embedded == n_embedded


class TestPlain:
    def test_is_made_of_parameters_of_the_estimator(self):
        assert set(PLAIN) <= set(SimpleMLPClassifier().get_params())

    def test_cannot_be_changed_by_accident(self):
        with pytest.raises(TypeError):
            PLAIN["max_iter"] = 1

    def test_makes_a_valid_estimator_that_can_be_cloned(self):
        model = clone(SimpleMLPClassifier(**PLAIN))
        model._validate_params()
        assert {name: model.get_params()[name] for name in PLAIN} == dict(PLAIN)

    def test_some_of_it_may_be_replaced(self):
        changed = SimpleMLPClassifier(**(PLAIN | {"max_iter": 7}))
        assert changed.max_iter == 7
        assert changed.learning_rate == PLAIN["learning_rate"]

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            ("hidden_layer_sizes", "hidden_layer_sizes"),
            ("activation", "activation"),
            ("solver", "solver"),
            ("learning_rate", "learning_rate_init"),
            ("learning_rate_schedule", "learning_rate"),
            ("max_iter", "max_iter"),
            ("beta_1", "beta_1"),
            ("beta_2", "beta_2"),
            ("epsilon", "epsilon"),
            ("momentum", "momentum"),
            ("nesterovs_momentum", "nesterovs_momentum"),
            ("early_stopping", "early_stopping"),
            ("shuffle", "shuffle"),
        ],
    )
    def test_settings_are_the_defaults_of_mlp_classifier(self, ours, theirs):
        plain = SimpleMLPClassifier(**PLAIN).get_params()
        assert plain[ours] == MLPClassifier().get_params()[theirs]

    @pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
    @pytest.mark.parametrize("n_classes", [2, 3])
    def test_model_has_the_form_of_mlp_classifier(self, n_classes):
        X = np.random.default_rng(0).normal(size=(300, 5))
        y = np.arange(300) % n_classes
        ours = SimpleMLPClassifier(**(PLAIN | {"max_iter": 2}), random_state=0).fit(X, y)
        theirs = MLPClassifier(max_iter=2, random_state=0).fit(X, y)
        for name in ("coefs_", "intercepts_"):
            shapes = [[part.shape for part in getattr(model, name)] for model in (ours, theirs)]
            assert shapes[0] == shapes[1]
        assert ours.n_parameters_ == sum(
            part.size for part in (*theirs.coefs_, *theirs.intercepts_)
        )
        assert ours.n_layers_ == theirs.n_layers_
        assert ours.n_outputs_ == theirs.n_outputs_
        assert ours.out_activation_ == theirs.out_activation_
        assert ours.temperature_ == 1
        np.testing.assert_array_equal(ours.activations(X)[0], X.astype(ours.network_.dtype))
        assert ours._training.moments["t"] == theirs._optimizer.t == 4  # batches of 200

    def test_batch_size_is_the_most_that_auto_of_mlp_classifier_takes(self):
        assert PLAIN["batch_size"] == 200
