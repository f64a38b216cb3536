"""What newer versions of scikit-learn bring, and what stands in for it in older ones."""

import sys
import warnings

try:
    from sklearn.callback import CallbackSupportMixin
except ImportError:  # before 1.9 there are no callbacks: no `set_callbacks`, so none to call

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Nothing to support."""


#: What scikit-learn leaves in an estimator with callbacks, some of it only while it is fitted.
CALLBACK_ATTRIBUTES = (
    "_skl_callbacks",
    "_skl_callbacks_to_teardown",
    "_callback_fit_ctx",
    "_parent_callback_ctx",
)


def warn_user(message: str) -> None:
    """Warn of the line that called sknn, perhaps through scikit-learn.

    Python 3.12 has `skip_file_prefixes` for this.
    """
    level, frame = 2, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(("sknn.", "sklearn.")):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, UserWarning, stacklevel=level)


__all__ = ["CALLBACK_ATTRIBUTES", "CallbackSupportMixin", "warn_user"]
