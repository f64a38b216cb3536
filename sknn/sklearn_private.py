"""Everything of scikit-learn that is not public, in one place.

Each entry says what happens when scikit-learn renames it.  Most stop the import with the name that
is gone, so that the tests of a new version tell at once.
"""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

# Without these the import fails: they check parameters, labels and weights in the form, and with
# the messages, that scikit-learn's own estimators have.
from sklearn.base import _fit_context
from sklearn.utils import _safe_indexing as rows_of
from sklearn.utils import metaestimators
from sklearn.utils._missing import is_pandas_na
from sklearn.utils._param_validation import (
    Interval,
    InvalidParameterError,
    Options,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import _check_y as check_y

try:
    from sklearn.callback import CallbackSupportMixin
except ImportError:  # before 1.9 there are no callbacks: no `set_callbacks`, so none to call

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Nothing to support."""


__all__ = [
    "CALLBACK_ATTRIBUTES",
    "CallbackSupportMixin",
    "Interval",
    "InvalidParameterError",
    "Options",
    "StrOptions",
    "available_if",
    "callback_context",
    "check_sample_weight",
    "check_y",
    "has_callbacks",
    "is_pandas_na",
    "rows_of",
    "takes_weights",
    "validate_parameter_constraints",
    "with_validation",
]

_Method = TypeVar("_Method", bound=Callable[..., Any])

# These decorators leave the type of a method as it is; scikit-learn does not say so itself.
with_validation: Callable[[_Method], _Method] = _fit_context(prefer_skip_nested_validation=True)
available_if: Callable[..., Callable[[_Method], _Method]] = metaestimators.available_if

#: What scikit-learn leaves in an estimator with callbacks, some of it only while it is fitted.
#: A new name would make files larger, or hold what cannot be pickled: the tests of files tell.
CALLBACK_ATTRIBUTES = (
    "_skl_callbacks",
    "_skl_callbacks_to_teardown",
    "_callback_fit_ctx",
    "_parent_callback_ctx",
)


def has_callbacks(estimator: Any) -> bool:
    """Return whether the user has set callbacks.

    If scikit-learn renames `_skl_callbacks`, none is called: the tests of callbacks tell.
    """
    return bool(vars(estimator).get("_skl_callbacks"))


def takes_weights(scorer: Callable) -> bool:
    """Return whether a scorer, or the metric inside one of scikit-learn's, takes sample weights.

    Raises
    ------
    AttributeError
        If scikit-learn has renamed `_score_func`: validation weights would be lost silently.
    """
    is_of_sklearn = type(scorer).__module__.startswith("sklearn.")
    metric = scorer._score_func if is_of_sklearn else scorer  # type: ignore[attr-defined]
    parameters = inspect.signature(metric).parameters
    takes_any = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    return takes_any or "sample_weight" in parameters


def callback_context(estimator: Any, task_name: str, n_subtasks: int) -> Any:
    """Return what calls the callbacks that the user has set, with a task for each epoch.

    A fit with callbacks fails if scikit-learn renames `_init_callback_context`.
    """
    return estimator._init_callback_context(task_name=task_name, max_subtasks=n_subtasks)
