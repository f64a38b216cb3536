"""What a file holds of a model: plain types of Python and NumPy, checked when they come back.

pickle, joblib and skops all store what `state_of` returns.  skops builds no object of a file but
those of types that the reader trusts; as the parts of a model travel as their definitions, that is
one type, `SimpleMLPClassifier`.  What `attributes_of` is given may come from anywhere: it builds
the parts by their ordinary constructors, and refuses what cannot be a model.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sknn.compatibility import CALLBACK_ATTRIBUTES
from sknn.encoding import TableEncoder
from sknn.labels import count_outputs
from sknn.network.losses import make_loss
from sknn.network.perceptron import MultilayerPerceptron
from sknn.training.state import TrainingState

# The parts of a fitted model, and what makes them of their definitions.
_PARTS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "network_": MultilayerPerceptron.from_definition,
    "encoder_": TableEncoder.from_definition,
    "_loss": lambda definition: make_loss(**definition),
}

# A smaller one is 0 in the precision of the network.
_LEAST_TEMPERATURE = float(np.finfo(np.float32).tiny)


def state_of(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a file holds of a model with these attributes.

    A fitted model leaves out what only training needs, and its callbacks.  One without a network,
    as a grid search sends it to its workers, keeps its callbacks, but nothing of a failed fit.
    """
    if "network_" not in attributes:
        return _without(attributes, "_training", *_PARTS)
    state = _without(attributes, "_training", *CALLBACK_ATTRIBUTES)
    return state | {name: state[name].definition() for name in _PARTS}


def attributes_of(state: Mapping[str, Any], model_class: Any) -> dict[str, Any]:
    """Return the attributes of the model that a file holds.

    Parameters
    ----------
    state : mapping
        What `state_of` returned, or anything else.
    model_class : type
        The class of the model, whose methods and settings no file may replace.

    Raises
    ------
    ValueError
        If this is not the state of a model.
    """
    try:
        if not isinstance(state, Mapping):
            raise ValueError(f"It holds {type(state).__name__} instead of attributes.")
        hiding = [name for name in state if hasattr(model_class, name)]
        missing = sorted(set(model_class._get_param_names()) - state.keys())
        if hiding or missing:
            raise ValueError(f"It lacks {missing}, and would hide {hiding}.")
        # Of memory maps the base arrays, as in `ParameterVector`.
        attributes = {
            name: np.asarray(value) if isinstance(value, np.memmap) else value
            for name, value in state.items()
        }
        if _PARTS.keys() & state.keys():
            attributes |= {name: build(state[name]) for name, build in _PARTS.items()}
            _check_fit(attributes)
            # What training remembers is in no file: a new random stream.
            rng = np.random.default_rng([*state["_seed"], state["t_"]])
            attributes["_training"] = TrainingState(rng)
    except Exception as error:
        raise ValueError(
            "This is not a model that sknn has written, or it is damaged. "
            f"{type(error).__name__}: {error}"
        ) from error
    return attributes


def _check_fit(attributes: Mapping[str, Any]) -> None:
    """Raise an error unless the parts of a fitted model fit together, and can be trained on."""
    network, encoder = attributes["network_"], attributes["encoder_"]
    classes, is_multilabel = attributes["classes_"], attributes["_multilabel"]
    loss, seed = attributes["_loss"], attributes["_seed"]
    legal = {
        "features": attributes["n_features_in_"] == len(encoder.is_category),
        "inputs": network.sizes[0] == encoder.n_inputs >= network.scaler.n_numbers,
        "classes": _are_classes(classes, is_multilabel),
        "outputs": network.sizes[-1] == count_outputs(len(classes), multilabel=is_multilabel),
        "values": np.isfinite(network.parameters.values).all(),
        "loss": loss.exclusive == (len(classes) > 2 and not is_multilabel)
        and 0 <= loss.label_smoothing < 1,
        "temperature": _LEAST_TEMPERATURE <= attributes["temperature_"] < math.inf,
        "seed": isinstance(seed, list) and len(seed) > 0,
        "settings": {"_scaling", "_numeric_embedding"} <= attributes.keys(),
    }
    if wrong := [name for name, is_legal in legal.items() if not is_legal]:
        raise ValueError(f"Its {' and '.join(wrong)} cannot be those of a model.")


def _are_classes(classes: np.ndarray, is_multilabel: bool) -> bool:
    """Return whether these can be `classes_`: see `find_classes`."""
    if is_multilabel:
        return np.array_equal(classes, np.arange(len(classes)))
    is_plain = classes.dtype != object or all(isinstance(each, str) for each in classes)
    return is_plain and len(classes) >= 2 and np.array_equal(np.unique(classes), classes)


def _without(attributes: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the other attributes."""
    return {name: value for name, value in attributes.items() if name not in names}
