"""What was probably meant: names of other libraries, and names with a typing error.

Every message on a parameter ends with what this file has to say.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from typing import Any, TypeVar, cast

from sknn.sklearn_private import StrOptions
from sknn.training.schedules import SCHEDULES

_Init = TypeVar("_Init", bound=Callable[..., None])

# What other libraries call parameters, and what to do here.
_PARAMETERS: Mapping[str, str] = {
    "alpha": "use weight_decay, which is alpha / n_samples for the same penalty",
    "callbacks": "use set_callbacks(...)",
    "epochs": "use max_iter",
    "hidden_units": "use hidden_layer_sizes",
    "l2": "use weight_decay",
    "l2_regularization": "use weight_decay",
    "layers": "use hidden_layer_sizes",
    "learning_rate_init": "use learning_rate",
    "lr": "use learning_rate",
    "max_epochs": "use max_iter",
    "max_fun": "use max_iter",
    "n_epochs": "use max_iter",
    "n_estimators": "use n_members",
    "optimizer": "use solver",
    "patience": "use n_iter_no_change",
    "penalty": "use weight_decay",
    "power_t": "use learning_rate_schedule",
    "seed": "use random_state",
}

# What other libraries call the values of parameters, and the value here.
_VALUES: Mapping[str, Mapping[str, str]] = {
    "activation": {"linear": "identity", "sigmoid": "logistic", "swish": "silu"},
    "dtype": {"double": "float64", "float": "float32", "single": "float32"},
    "learning_rate_schedule": {"invscaling": "inverse_scaling"},
    "loss": {
        "binary_crossentropy": "log_loss",
        "categorical_crossentropy": "log_loss",
        "cross_entropy": "log_loss",
        "crossentropy": "log_loss",
        "mean_squared_error": "squared_error",
        "mse": "squared_error",
        "nll": "log_loss",
    },
    "scaling": {"zscore": "standard"},
    "scoring": {"acc": "accuracy", "auc": "roc_auc", "log_loss": "neg_log_loss"},
    "solver": {"adamw": "adam", "bfgs": "lbfgs", "gd": "sgd"},
}


class Names(StrOptions):
    """The legal strings of a parameter, which messages list in sorted order.

    Parameters
    ----------
    names : iterable of str
        The strings.
    """

    def __init__(self, names: Iterable[str]):
        super().__init__(set(names))

    def __str__(self) -> str:
        """Return what a message says of them."""
        return f"a str among {{{', '.join(map(repr, sorted(self.options)))}}}"


def of_value(name: str, value: Any, constraints: Iterable[Any]) -> str:
    """Return the sentence on what was probably meant by the value of a parameter.

    Parameters
    ----------
    name : str
        The parameter.
    value : object
        The value, which is illegal.
    constraints : iterable
        Those of scikit-learn's validation; of them `Names` count.

    Returns
    -------
    str
        A sentence after a space; empty if there is nothing to say.
    """
    given = getattr(value, "__name__", value)  # np.tanh, np.float32
    if not isinstance(given, str):
        return ""
    if name == "learning_rate" and not given[:1].isdigit():
        return _of_schedule(given)
    legal = {each for names in constraints if isinstance(names, Names) for each in names.options}
    meant = _meant(name, given, legal)
    return f" Did you mean {name}={meant!r}?" if meant else ""


def _of_schedule(given: str) -> str:
    """Return the sentence on a schedule that was given as the learning rate."""
    meant = _meant("learning_rate_schedule", given, SCHEDULES)
    example = f"={meant!r}" if meant else f", one of {sorted(SCHEDULES)}"
    return f" How the learning rate changes is the parameter learning_rate_schedule{example}."


def of_parameters(names: Iterable[str], legal: Collection[str]) -> str:
    """Return the sentences on what was probably meant by parameters that do not exist.

    Parameters
    ----------
    names : iterable of str
        The names that were given, the legal ones among them.
    legal : collection of str
        The names that there are.

    Returns
    -------
    str
        Sentences, each after a space; empty if there is nothing to say.
    """
    found = []
    for name in names:
        if name in legal:
            continue
        closest = _closest(name.lower(), legal)
        if hint := _PARAMETERS.get(name) or (closest and f"use {closest}"):
            found.append(f" Instead of {name!r} {hint}.")
    return "".join(found)


def explained(init: _Init) -> _Init:
    """Return a constructor whose errors on unknown parameters say what to use instead.

    Parameters
    ----------
    init : callable
        The method `__init__` of a class.

    Returns
    -------
    callable
        A method with the same signature.
    """
    legal = list(signature(init).parameters)

    @wraps(init)
    def explaining(self: Any, *args: Any, **parameters: Any) -> None:
        try:
            init(self, *args, **parameters)
        except TypeError as error:
            hint = of_parameters(parameters, legal)
            raise TypeError(f"{error}.{hint}") if hint else error from None

    return cast(_Init, explaining)


def _meant(name: str, given: str, legal: Iterable[str]) -> str | None:
    """Return the legal value that another library calls so, or the one that is most like it."""
    given = given.lower().replace("-", "_").replace(" ", "_")
    return _VALUES.get(name, {}).get(given) or _closest(given, legal)


def _closest(name: str, legal: Iterable[str]) -> str | None:
    """Return the legal name that is most like this one, if any is like it."""
    return next(iter(get_close_matches(name, sorted(legal), n=1)), None)
