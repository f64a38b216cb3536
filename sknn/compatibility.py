"""What newer versions of scikit-learn bring, and what stands in for it in older ones."""

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

__all__ = ["CALLBACK_ATTRIBUTES", "CallbackSupportMixin"]
