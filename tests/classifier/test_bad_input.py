"""Parameters and targets that cannot be: the error names them, and what would be legal."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from tests.models import members, quick


@pytest.mark.parametrize(
    ("parameter", "value", "legal"),
    [
        ("hidden_layer_sizes", (8, 0), "at least 1"),
        ("hidden_layer_sizes", (8, 2.5), "at least 1"),
        ("hidden_layer_sizes", 0, "range"),
        ("hidden_layer_sizes", "wrong", "'auto'"),
        ("activation", "sigmoid", "'relu'"),
        ("n_members", 0, "[1, inf)"),
        ("n_members", "many", "'auto'"),
        ("parametrization", "mup", "'ntk'"),
        ("parametrization", "ntk", "must be 'standard' or 'auto' for solver='lbfgs'"),
        ("calibrate", "isotonic", "bool"),
        ("numeric_embedding", "fourier", "'periodic'"),
        ("loss", "hinge", "'log_loss'"),
        ("solver", "adamm", "'adam'"),
        ("learning_rate", 0, "(0.0, inf)"),
        ("learning_rate_schedule", "exponential", "'cosine'"),
        ("weight_decay", -1, "[0.0, inf)"),
        ("dropout", 1, "[0.0, 1.0)"),
        ("label_smoothing", 1.5, "[0.0, 1.0)"),
        ("batch_size", 0, "[1, inf)"),
        ("max_iter", 0, "[1, inf)"),
        ("max_iter", "forever", "'auto'"),
        ("momentum", 1.0, "[0.0, 1.0)"),
        ("validation_fraction", 0.0, "(0.0, 1.0)"),
        ("n_iter_no_change", 0, "[1, inf)"),
        ("scoring", "speed", "'accuracy'"),
        ("class_weight", "even", "'balanced'"),
        ("scaling", "minmax", "'standard'"),
        ("dtype", "float16", "'float32'"),
        ("dropout", 0.5, "must be 0 for solver='lbfgs'"),
    ],
)
def test_a_parameter_out_of_range_is_named_with_its_legal_values(parameter, value, legal, iris):
    with pytest.raises(ValueError, match=f"'{parameter}' parameter of SimpleMLPClassifier") as info:
        quick(solver="lbfgs").set_params(**{parameter: value}).fit(*iris)
    assert legal in str(info.value)
    assert str(value) in str(info.value)


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_neural_tangent_parametrization_is_for_adam(iris, solver):
    with pytest.raises(ValueError, match=rf"'standard' or 'auto' for solver='{solver}'"):
        members(solver=solver, parametrization="ntk").fit(*iris)


@pytest.mark.parametrize("sizes", ["wrong", "Auto", ""])
def test_sizes_of_layers_are_no_words(iris, sizes):
    with pytest.raises(ValueError, match=r"'hidden_layer_sizes' parameter of SimpleMLP.*'auto'"):
        members(hidden_layer_sizes=sizes).fit(*iris)


def test_one_class_is_named(iris):
    with pytest.raises(ValueError, match=r"only one class: .*'rose'"):
        quick().fit(iris[0], np.full(150, "rose"))


def test_several_columns_of_classes_are_refused(iris):
    with pytest.raises(ValueError, match="y has 2 columns of classes"):
        quick().fit(iris[0], np.c_[iris[1], iris[1] + 5])


def test_a_fit_that_fails_leaves_no_older_model(iris):
    X, y = iris
    model = quick().fit(X, y)
    with pytest.raises(ValueError, match="inf"):
        model.fit(np.full((150, 3), np.inf), y)
    with pytest.raises(NotFittedError):
        model.predict(X)
