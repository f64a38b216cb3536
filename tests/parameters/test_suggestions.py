"""What messages on parameters say was probably meant."""

import inspect
import re

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils._param_validation import InvalidParameterError

from sknn import SimpleMLPClassifier

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10) % 2


def message(**parameters):
    with pytest.raises(InvalidParameterError) as caught:
        SimpleMLPClassifier(**parameters).fit(X, Y)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("activation", "sigmoid", "logistic"),
        ("activation", "swish", "silu"),
        ("activation", "ReLU", "relu"),
        ("activation", "leaky-relu", "leaky_relu"),
        ("activation", np.tanh, "tanh"),
        ("loss", "cross_entropy", "log_loss"),
        ("loss", "crossentropy", "log_loss"),
        ("loss", "mse", "squared_error"),
        ("scoring", "acc", "accuracy"),
        ("scoring", "f1_makro", "f1_macro"),
        ("solver", "adamw", "adam"),
        ("learning_rate_schedule", "invscaling", "inverse_scaling"),
        ("class_weight", "balance", "balanced"),
        ("dtype", np.float32, "float32"),
    ],
    ids=str,
)
def test_a_value_of_another_library_or_with_a_typing_error(name, value, meant):
    assert message(**{name: value}).endswith(f"instead. Did you mean {name}={meant!r}?")


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("constant", "learning_rate_schedule='constant'."),
        ("invscaling", "learning_rate_schedule='inverse_scaling'."),
        ("adaptive", "learning_rate_schedule, one of ['constant', 'cosine', "),
    ],
)
def test_a_schedule_as_the_learning_rate(value, meant):
    assert f"How the learning rate changes is the parameter {meant}" in message(learning_rate=value)


@pytest.mark.parametrize(
    "parameters", [{"activation": "what?"}, {"learning_rate": "0.1"}, {"max_iter": 0}], ids=str
)
def test_where_nothing_is_like_it_there_is_no_suggestion(parameters):
    assert message(**parameters).endswith("instead.")


@pytest.mark.parametrize("name", ["activation", "loss", "scoring", "solver", "dtype", "scaling"])
def test_legal_values_are_sorted(name):
    values = re.findall(r"'(\w+)'", message(**{name: "what?"}).split("{")[1].split("}")[0])
    assert len(values) >= 2
    assert values == sorted(values)


UNKNOWN = [
    ("alpha", "use weight_decay, which is alpha / n_samples"),
    ("learning_rate_init", "use learning_rate."),
    ("epochs", "use max_iter."),
    ("batchsize", "use batch_size."),
    ("class_weights", "use class_weight."),
]


@pytest.mark.parametrize(("name", "hint"), UNKNOWN)
def test_an_unknown_parameter(name, hint):
    hint = re.escape(f"Instead of {name!r} {hint}")
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{name}'.*{hint}"):
        SimpleMLPClassifier(**{name: 1})
    with pytest.raises(ValueError, match=f"Invalid parameter '{name}'.*{hint}"):
        SimpleMLPClassifier().set_params(**{name: 1})


def test_a_parameter_that_is_like_none():
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'xyz'$"):
        SimpleMLPClassifier(xyz=1)
    with pytest.raises(TypeError, match="positional"):
        SimpleMLPClassifier((8,), "relu", 2)


def test_the_constructor_still_tells_its_parameters():
    signature = inspect.signature(SimpleMLPClassifier)
    assert [*signature.parameters][:2] == ["hidden_layer_sizes", "activation"]
    assert signature.parameters.keys() == SimpleMLPClassifier().get_params().keys()
    assert clone(SimpleMLPClassifier(dropout=0.5)).dropout == 0.5


@pytest.mark.parametrize("scoring", ["neg_log_loss", "f1", "balanced_accuracy", "top_k_accuracy"])
def test_scorers_of_classes_do_not_score_labels(scoring, labels):
    model = SimpleMLPClassifier((4,), max_iter=2, early_stopping=True, scoring=scoring)
    with pytest.raises(ValueError, match=f"scoring='{scoring}' is for classes that.*f1_macro"):
        model.fit(*labels)
    assert not hasattr(model, "n_iter_")
    model.set_params(early_stopping=False).fit(*labels)
