"""What "auto" stands for, as fitted models show it, and the parameters of the plain model."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.neural_network import MLPClassifier

from sknn import PLAIN, SimpleMLPClassifier
from sknn.settings import Settings


def fitted(n_samples=96, n_features=2, container=np.asarray, **parameters):
    """Return a network of two neurons after one epoch on so much data."""
    X = np.random.default_rng(0).normal(size=(n_samples, n_features))
    settings = {"hidden_layer_sizes": (2,), "max_iter": 1, "random_state": 0}
    model = SimpleMLPClassifier(**settings | parameters)
    return model.fit(container(X), np.arange(n_samples) % 2)


class TestBatchSize:
    @pytest.mark.parametrize(
        ("n_samples", "size"),
        [
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
    def test_is_about_64_or_more_for_much_data(self, n_samples, size):
        """A model with this size of batches is the same to the last bit, one with another not."""
        settings = {"numeric_embedding": None, "hidden_layer_sizes": (), "dtype": "float64"}
        auto, same, other = (
            fitted(n_samples, 1, batch_size=each, **settings).coefs_[0]
            for each in ("auto", size, size // 2)
        )
        np.testing.assert_array_equal(auto, same)
        assert not np.array_equal(auto, other)


class TestEpochs:
    @pytest.mark.parametrize(
        ("n_samples", "batch_size", "n_epochs"),
        [
            (95, "auto", 1000),
            (96, "auto", 500),
            (384, "auto", 167),
            (62, 2, 33),
            (64, 2, 32),
            (66, 2, 32),
            (300, 1, 32),
            (16_385, 128, 21),
        ],
    )
    def test_are_32_or_fewer_in_large_data_or_make_1000_steps(
        self, n_samples, batch_size, n_epochs
    ):
        model = fitted(
            n_samples,
            1,
            max_iter="auto",
            batch_size=batch_size,
            numeric_embedding=None,
            calibrate=False,
        )
        assert model.n_iter_ == n_epochs

    @pytest.mark.parametrize(("n_members", "n_epochs"), [(8, 500), (9, 250), (16, 250)])
    def test_of_many_members_make_500_steps(self, n_members, n_epochs):
        parameters = SimpleMLPClassifier(n_members=n_members, calibrate=False).get_params()
        sizes = {"n_samples": 100, "n_numbers": 2, "is_sparse": False}
        assert Settings.resolve(parameters, **sizes).max_iter == n_epochs

    def test_lbfgs_has_200_iterations_instead(self):
        model = fitted(hidden_layer_sizes=(16,), solver="lbfgs", tol=0, max_iter="auto")
        assert model.n_iter_ == 200


class TestLabelSmoothing:
    @pytest.mark.parametrize(
        ("n_samples", "parameters", "smoothing"),
        [
            (400, {}, 0.1),
            (1000, {}, 0.05),
            (5000, {}, 0.025),
            (1000, {"hidden_layer_sizes": (5,), "n_members": 2}, 0.05),
            (5000, {"hidden_layer_sizes": (5,)}, 0.1),
            (5000, {"calibrate": False}, 0.1),
            (5000, {"loss": "squared_error"}, 0.1),
            (5000, {"batch_size": 5000}, 0.1),  # steps that see all samples are not calibrated
            (5000, {"label_smoothing": 0.2}, 0.2),
        ],
    )
    def test_is_less_where_many_rows_calibrate_members(self, n_samples, parameters, smoothing):
        parameters = SimpleMLPClassifier().get_params() | parameters
        sizes = {"n_samples": n_samples, "n_numbers": 2, "is_sparse": False}
        assert Settings.resolve(parameters, **sizes).label_smoothing == smoothing
        stream = Settings.resolve(parameters, **sizes, is_stream=True)
        assert stream.label_smoothing == max(0.1, smoothing)


class TestNetwork:
    @pytest.mark.parametrize(("n_samples", "n_members"), [(96, 16), (499, 16), (500, 8)])
    def test_is_several_times_two_layers_of_64(self, n_samples, n_members):
        network = fitted(n_samples, hidden_layer_sizes="auto").network_
        assert network.n_members == n_members
        assert network.sizes[1:] == (64, 64, 1)

    def test_of_a_stream_has_eight_members_whatever_the_size_of_a_chunk(self):
        X, y = np.arange(96.0)[:, np.newaxis], np.arange(96) % 2
        model = SimpleMLPClassifier(random_state=0)
        for chunk in (slice(40), slice(40, 96)):
            model.partial_fit(X[chunk], y[chunk], classes=[0, 1])
        assert model.network_.n_members == 8

    def test_keeps_its_members_when_more_rows_come(self):
        X, y = np.arange(600.0)[:, np.newaxis], np.arange(600) % 2
        model = SimpleMLPClassifier(max_iter=1, calibrate=False, warm_start=True, random_state=0)
        model.fit(X[:100], y[:100]).fit(X, y)
        assert model.network_.n_members == 16

    @pytest.mark.parametrize(
        ("settings", "dtype"),
        [
            ({}, np.float32),
            ({"batch_size": 95}, np.float32),
            ({"batch_size": 96}, np.float64),
            ({"solver": "lbfgs"}, np.float64),
            ({"solver": "lbfgs", "dtype": "float32"}, np.float32),
        ],
    )
    def test_is_precise_where_steps_see_all_samples(self, settings, dtype):
        assert fitted(**settings).network_.dtype == dtype

    @pytest.mark.parametrize(
        ("settings", "is_embedded"),
        [
            ({"n_features": 1}, True),
            ({"n_features": 128}, True),
            ({"n_features": 129}, False),
            ({"container": sparse.csr_matrix}, False),
            ({"scaling": "standard"}, False),
            ({"scaling": None}, False),
            ({"solver": "lbfgs"}, True),
            ({"solver": "sgd"}, False),
        ],
        ids=str,
    )
    def test_embeds_up_to_128_numbers(self, settings, is_embedded):
        model = fitted(20, **settings)
        assert model.network_.n_embedded == is_embedded * model.n_features_in_


class TestPlain:
    def test_is_made_of_parameters_of_the_estimator(self):
        assert set(PLAIN) <= set(SimpleMLPClassifier().get_params())

    def test_cannot_be_changed_by_accident(self):
        with pytest.raises(TypeError):
            PLAIN["max_iter"] = 1

    def test_makes_an_estimator_that_can_be_cloned(self):
        model = clone(SimpleMLPClassifier(**PLAIN))
        assert {name: model.get_params()[name] for name in PLAIN} == dict(PLAIN)

    def test_some_of_it_may_be_replaced(self):
        changed = SimpleMLPClassifier(**(PLAIN | {"max_iter": 7}))
        assert changed.max_iter == 7
        assert changed.learning_rate == PLAIN["learning_rate"]

    def test_settings_are_the_defaults_of_mlp_classifier(self):
        ours, theirs = SimpleMLPClassifier(**PLAIN).get_params(), MLPClassifier().get_params()
        names = {"learning_rate": "learning_rate_init", "learning_rate_schedule": "learning_rate"}
        same = ["hidden_layer_sizes", "activation", "solver", "max_iter", "beta_1", "beta_2"]
        same += ["epsilon", "momentum", "nesterovs_momentum", "early_stopping", "shuffle"]
        for name in (*same, *names):
            assert ours[name] == theirs[names.get(name, name)]
        assert ours["batch_size"] == 200  # the most that "auto" of MLPClassifier takes

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
        n_parameters = sum(part.size for part in (*theirs.coefs_, *theirs.intercepts_))
        assert ours.n_parameters_ == n_parameters
        assert ours.n_layers_ == theirs.n_layers_
        assert ours.n_outputs_ == theirs.n_outputs_
        assert ours.out_activation_ == theirs.out_activation_
        assert ours.temperature_ == 1
        np.testing.assert_array_equal(ours.activations(X)[0], X.astype(ours.network_.dtype))
