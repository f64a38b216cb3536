"""What the displays take from a fitted classifier: one member's weights, names of both ends."""

from typing import Any

import numpy as np

from sknn.fitted import feature_names_of, model_of


def check_member(estimator: Any, member: int) -> None:
    """Raise an error unless the classifier is fitted and has such a member."""
    n_members = model_of(estimator).network.n_members
    if not 0 <= member < n_members:
        raise ValueError(
            f"member={member} was given, but the classifier has n_members={n_members}, numbered "
            "from 0."
        )


def weights_between_neurons(estimator: Any, member: int = 0) -> list[np.ndarray]:
    """Return the weights of each layer of one member, as they act on the activations below.

    The weights of the first layer include the learnt factors of the inputs.  The functions of an
    embedding are not among them: each number has the weights that act on itself.

    Parameters
    ----------
    estimator : SimpleMLPClassifier
        A fitted classifier.
    member : int
        Index of the member.

    Returns
    -------
    list of ndarray of shape (n_inputs, n_outputs)
        From the inputs to the output neurons.
    """
    check_member(estimator, member)
    network = model_of(estimator).network
    weights = [
        layer.scale[..., np.newaxis] * layer.weight if layer.scales else layer.weight
        for layer in network.dense_layers()
    ]
    if network.n_members > 1:
        weights = [weight[member] for weight in weights]
    weights[0] = weights[0][: network.sizes[0]]
    return weights


def input_names(estimator: Any) -> list[str]:
    """Return a name for each input: that of its feature, and of its category if it has one."""
    return model_of(estimator).encoder.input_names(feature_names_of(estimator))


def feature_input_names(estimator: Any) -> list[str] | None:
    """Return the names of the inputs, or None if the features have no names of their own."""
    return input_names(estimator) if hasattr(estimator, "feature_names_in_") else None


def output_names(estimator: Any) -> list[str]:
    """Return the class of each output neuron; a single neuron has the second class."""
    labels = model_of(estimator).labels
    return [str(name) for name in labels.classes[-labels.n_outputs :]]
