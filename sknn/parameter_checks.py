"""Parameters that do not go together, whatever the data is."""

from collections.abc import Mapping
from typing import Any

from sknn.settings import hidden_layer_sizes
from sknn.sklearn_private import InvalidParameterError


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
