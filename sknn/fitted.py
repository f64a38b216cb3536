"""What a fitted estimator tells: its attributes, and what displays and ONNX take from it."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from sknn.model import Model
from sknn.training.history import History

_T = TypeVar("_T")


class FittedAttribute(Generic[_T]):
    """An attribute that a fitted estimator reads from its model or its history.

    Parameters
    ----------
    part : {"_model", "_history"}
        The attribute of the estimator that is read.
    read : callable
        Returns the value.
    """

    def __init__(self, part: str, read: Callable[[Any], _T]):
        self.part = part
        self.read = read

    @overload
    def __get__(self, estimator: None, owner: Any = None) -> Self: ...

    @overload
    def __get__(self, estimator: object, owner: Any = None) -> _T: ...

    def __get__(self, estimator: Any, owner: Any = None) -> Any:
        if estimator is None:
            return self
        if (part := vars(estimator).get(self.part)) is None:
            raise AttributeError(f"This {type(estimator).__name__} is not fitted yet.")
        return self.read(part)

    def __set__(self, estimator: object, value: _T) -> None:
        raise AttributeError("Attributes of a fitted estimator are read-only.")


def of_model(read: Callable[[Model], _T]) -> FittedAttribute[_T]:
    """Return an attribute that tells what was learnt."""
    return FittedAttribute("_model", read)


def of_history(read: Callable[[History], _T]) -> FittedAttribute[_T]:
    """Return an attribute that tells how training went."""
    return FittedAttribute("_history", read)


def array_or_none(numbers: list[float]) -> np.ndarray | None:
    """Return numbers as an array; None if there are none."""
    return np.array(numbers) if numbers else None


def model_of(estimator: Any) -> Model:
    """Return the model of a fitted estimator; raise NotFittedError if it is not fitted."""
    check_is_fitted(estimator)
    return estimator._model


def inputs_of(estimator: Any, X: Any) -> np.ndarray:
    """Return what goes into the network, in the user's units: before the scaling.

    It has shape (n_samples, n_inputs) and dtype float64; gaps are filled.
    """
    model, rows = estimator._model_and_rows(X)
    inputs = model.encoder.transform(rows)
    return np.asarray(inputs.toarray() if sparse.issparse(inputs) else inputs, np.float64)


def feature_names_of(estimator: Any) -> list[str]:
    """Return the names of the features; x0, x1, ... if they have none."""
    check_is_fitted(estimator)
    default = [f"x{j}" for j in range(estimator.n_features_in_)]
    return list(getattr(estimator, "feature_names_in_", default))
