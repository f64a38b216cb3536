"""What is legal: each parameter by itself, and parameters that go together."""

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.metrics import get_scorer_names

from sknn.network.activations import ACTIVATIONS
from sknn.network.losses import LOSSES
from sknn.parameters import suggestions
from sknn.parameters.suggestions import Names
from sknn.preprocessing.scaler import SCALINGS
from sknn.settings import hidden_layer_sizes
from sknn.sklearn_private import (
    Interval,
    InvalidParameterError,
    Options,
    validate_parameter_constraints,
)
from sknn.training.optimizers import OPTIMIZERS
from sknn.training.schedules import SCHEDULES

#: The legal values of each parameter, as scikit-learn writes them.
CONSTRAINTS: dict[str, list[Any]] = {
    "hidden_layer_sizes": [
        Names({"auto"}),
        "array-like",
        Interval(Integral, 1, None, closed="left"),
    ],
    "activation": [Names(ACTIVATIONS)],
    "n_members": [Names({"auto"}), Interval(Integral, 1, None, closed="left")],
    "parametrization": [Names({"auto", "ntk", "standard"})],
    "loss": [Names(LOSSES)],
    "solver": [Names({*OPTIMIZERS, "lbfgs"})],
    "learning_rate": [Interval(Real, 0, None, closed="neither")],
    "learning_rate_schedule": [Names(SCHEDULES)],
    "weight_decay": [Interval(Real, 0, None, closed="left")],
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "label_smoothing": [Names({"auto"}), Interval(Real, 0, 1, closed="left")],
    "calibrate": ["boolean"],
    "batch_size": [Names({"auto"}), Interval(Integral, 1, None, closed="left")],
    "max_iter": [Names({"auto"}), Interval(Integral, 1, None, closed="left")],
    "momentum": [Interval(Real, 0, 1, closed="left")],
    "nesterovs_momentum": ["boolean"],
    "beta_1": [Interval(Real, 0, 1, closed="left")],
    "beta_2": [Interval(Real, 0, 1, closed="left")],
    "epsilon": [Interval(Real, 0, None, closed="neither")],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
    "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
    "tol": [Interval(Real, 0, None, closed="left")],
    "scoring": [Names({"loss", *get_scorer_names()}), callable, None],
    "class_weight": [Names({"balanced"}), dict, list, None],
    "scaling": [Names(SCALINGS), None],
    "numeric_embedding": [Names({"auto", "periodic", "periodic+ramps"}), None],
    "categorical_features": ["array-like", Names({"from_dtype"}), None],
    "warm_start": ["boolean"],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "n_jobs": [Integral, None],
    "verbose": ["verbose"],
    "dtype": [Names({"auto", "float32", "float64"})],
}


def validate(
    parameters: Mapping[str, Any], constraints: Mapping[str, list[Any]], estimator_name: str
) -> None:
    """Raise InvalidParameterError, and say what was probably meant, if a value is illegal."""
    for name, value in parameters.items():
        try:
            validate_parameter_constraints(constraints, {name: value}, estimator_name)
        except InvalidParameterError as error:
            hint = suggestions.of_value(name, value, constraints[name])
            raise InvalidParameterError(f"{error}{hint}") from None


def check_parameters(parameters: Mapping[str, Any]) -> None:
    """Raise InvalidParameterError if parameters do not go together, whatever the data is."""
    sizes = hidden_layer_sizes(parameters)
    if not all(type(size) is int and size >= 1 for size in sizes):
        raise InvalidParameterError(
            "The 'hidden_layer_sizes' parameter of SimpleMLPClassifier must be 'auto', an int or a "
            f"sequence of ints, each at least 1. Got {parameters['hidden_layer_sizes']!r} instead."
        )
    solver = parameters["solver"]
    if solver == "lbfgs" and parameters["dropout"] > 0:
        raise InvalidParameterError(
            "The 'dropout' parameter of SimpleMLPClassifier must be 0 for solver='lbfgs', "
            f"which needs an objective that is not random. Got {parameters['dropout']!r} instead."
        )
    if solver != "adam" and parameters["parametrization"] == "ntk":
        raise InvalidParameterError(
            "The 'parametrization' parameter of SimpleMLPClassifier must be 'standard' or "
            f"'auto' for solver={solver!r}, whose steps depend on the size of the "
            "gradient. Got 'ntk' instead."
        )
