"""What a file holds of a classifier: plain types of Python and NumPy, checked when they come back.

pickle, joblib and skops all store what `state_of` returns.  skops builds no object of a file but
those of types that the reader trusts.  As a model travels as its definition, that is one type,
`SimpleMLPClassifier`.  What `attributes_of` is given may come from anywhere: it builds the model by
ordinary constructors, and refuses what cannot be one.
"""

import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.exceptions import InconsistentVersionWarning

from sknn.model import Model
from sknn.preprocessing.labels import Labels
from sknn.sklearn_private import CALLBACK_ATTRIBUTES
from sknn.training.history import History
from sknn.training.state import TrainingState
from sknn.version import __version__

# Raw predictions are divided by it in float32.
_LEAST_TEMPERATURE = float(np.finfo(np.float32).tiny)

# What a fit leaves besides parameters and features.
_FITTED = ("_model", "_history", "_state")


def state_of(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a file holds of a classifier with these attributes.

    Of a fitted one it holds neither its callbacks nor what only training needs.  One without a
    model, as a grid search sends it to its workers, keeps its callbacks, but nothing of a failed
    fit.
    """
    state = {name: value for name, value in attributes.items() if name not in _FITTED}
    state["_sknn_version"] = __version__
    if attributes.get("_model") is None:
        return state
    for name in CALLBACK_ATTRIBUTES:
        state.pop(name, None)
    return state | {
        "_model": attributes["_model"].definition(),
        "_history": attributes["_history"].definition(),
        "_seed": attributes["_state"].seed,
    }


def attributes_of(state: Mapping[str, Any], estimator_class: Any, name: str) -> dict[str, Any]:
    """Return the attributes of the classifier, of the class of that name, that a file holds.

    `state` is what `state_of` returned, or anything else, for which there is a ValueError.  No
    file may replace methods and settings of the class.  Warn of a file of another version.
    """
    version = state.get("_sknn_version", "unknown") if isinstance(state, Mapping) else __version__
    if version != __version__:
        warnings.warn(
            InconsistentVersionWarning(
                estimator_name=name,
                current_sklearn_version=f"{__version__} of sknn",
                original_sklearn_version=f"{version} of sknn",
            ),
            stacklevel=3,
        )
    try:
        if not isinstance(state, Mapping):
            raise ValueError(f"It holds {type(state).__name__} instead of attributes.")
        if "network_" in state:
            raise ValueError(f"sknn {version} has written it, which no later one reads: fit anew.")
        hiding = [name for name in state if hasattr(estimator_class, name)]
        missing = sorted(set(estimator_class._get_param_names()) - state.keys())
        if hiding or missing:
            raise ValueError(f"It lacks {missing}, and would hide {hiding}.")
        # Of memory maps the base arrays, as in `ParameterVector`.
        attributes = {
            name: np.asarray(value) if isinstance(value, np.memmap) else value
            for name, value in state.items()
        }
        if {"_model", "_history", "_seed"} & state.keys():
            attributes |= _fitted(attributes, attributes.pop("_seed"))
        attributes.pop("_sknn_version", None)
    except Exception as error:
        raise ValueError(
            "This is not a model that sknn has written, or it is damaged. "
            f"{type(error).__name__}: {error}"
        ) from error
    return attributes


def _fitted(attributes: Mapping[str, Any], seed: Any) -> dict[str, Any]:
    """Return what a fit leaves."""
    model = Model.from_definition(attributes["_model"])
    history = History.from_definition(attributes["_history"])
    _check(model, attributes["n_features_in_"], seed)
    return {
        "_model": model,
        "_history": history,
        "_state": TrainingState.start(seed, history.n_seen),
    }


def _check(model: Model, n_features: Any, seed: Any) -> None:
    """Raise ValueError unless the parts of a model fit together, and can be trained on."""
    network, encoder, labels, form = model.network, model.encoder, model.labels, model.settings
    legal = {
        "features": n_features == len(encoder.is_category),
        "inputs": network.sizes[0] == encoder.n_inputs >= network.scaler.n_numbers,
        "categories": network.n_categories == tuple(encoder.n_embedded),
        "statistics": {each.shape[1] for each in encoder.statistics if len(each)}
        <= {labels.n_outputs},
        "classes": _are_classes(labels),
        "outputs": network.sizes[-1] == labels.n_outputs,
        "values": np.isfinite(network.parameters.values).all(),
        "loss": model.loss.exclusive == labels.is_exclusive and 0 <= model.loss.label_smoothing < 1,
        "prior": _is_prior(model.loss.prior, network.sizes[-1]),
        "temperature": _LEAST_TEMPERATURE <= model.calibration.temperature < math.inf,
        "offset": _is_offset(model.calibration.offset, network.sizes[-1]),
        "settings": tuple(form.hidden_layer_sizes) == network.sizes[1:-1]
        and form.n_members == network.n_members
        and form.dtype == network.dtype.name,
        "seed": isinstance(seed, list) and len(seed) > 0,
    }
    if wrong := [name for name, is_legal in legal.items() if not is_legal]:
        raise ValueError(f"Its {' and '.join(wrong)} cannot be those of a model.")


def _is_prior(prior: Any, n_outputs: int) -> bool:
    """Return whether this can be what label smoothing moves targets towards."""
    if prior is None:
        return True
    return prior.shape == (n_outputs,) and bool(np.all((prior > 0) & (prior < 1)))


def _is_offset(offset: Any, n_outputs: int) -> bool:
    """Return whether this can be added to raw predictions."""
    return offset is None or (offset.shape == (n_outputs,) and bool(np.isfinite(offset).all()))


def _are_classes(labels: Labels) -> bool:
    """Return whether these can be classes that `Labels.find` has found."""
    classes = labels.classes
    if not (isinstance(classes, np.ndarray) and classes.ndim == 1):
        return False
    if labels.is_multilabel:
        return np.array_equal(classes, np.arange(len(classes)))
    is_plain = classes.dtype != object or all(isinstance(each, str) for each in classes)
    return is_plain and len(classes) >= 2 and np.array_equal(np.unique(classes), classes)
