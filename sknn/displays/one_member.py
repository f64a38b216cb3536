"""What the displays show of a fitted classifier: one member's weights, and names for both ends."""

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted


def check_member(estimator: Any, member: int) -> None:
    """Raise an error unless the classifier is fitted and has such a member."""
    check_is_fitted(estimator)
    n_members = estimator.network_.n_members
    if not 0 <= member < n_members:
        raise ValueError(
            f"member={member} was given, but the classifier has n_members={n_members}, numbered "
            "from 0."
        )


def weights_between_neurons(estimator: Any, member: int = 0) -> list[np.ndarray]:
    """Return the weights of each layer of one member, as they act on the activations below.

    Learnt factors of the inputs are multiplied into the first layer.  Where numbers are embedded,
    its weights for the functions of a number are left out, and those for the number itself stay.

    Parameters
    ----------
    estimator : SimpleMLPClassifier
        A fitted classifier.
    member : int
        Which of its networks.

    Returns
    -------
    list of ndarray of shape (n_inputs, n_outputs)
        From the inputs to the output neurons.
    """
    check_member(estimator, member)
    layers = estimator.network_.dense_layers()
    weights = [
        layer.scale[..., np.newaxis] * layer.weight if layer.scales else layer.weight
        for layer in layers
    ]
    if estimator.network_.n_members > 1:
        weights = [weight[member] for weight in weights]
    weights[0] = weights[0][: estimator.network_.sizes[0]]
    return weights


def input_names(estimator: Any) -> list[str]:
    """Return a name for each input: that of its feature, and of its category if it has one."""
    n_features = estimator.n_features_in_
    features = getattr(estimator, "feature_names_in_", [f"x{j}" for j in range(n_features)])
    return estimator.encoder_.input_names(features)


def feature_input_names(estimator: Any) -> list[str] | None:
    """Return the names of the inputs, or None if the features have no names of their own."""
    return input_names(estimator) if hasattr(estimator, "feature_names_in_") else None


def output_names(estimator: Any) -> list[str]:
    """Return the class that each output neuron speaks for; a single one speaks for the second."""
    return [str(name) for name in estimator.classes_[-estimator.n_outputs_ :]]
