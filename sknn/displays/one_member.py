"""What the displays take from a fitted classifier: one member's weights, names of both ends.

And how that member answers to one sample.
"""

from typing import Any

import numpy as np

from sknn.displays.drawing import check_image_shape
from sknn.fitted import feature_names_of, inputs_of, model_of


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


def biases_of_neurons(estimator: Any, member: int = 0) -> list[np.ndarray]:
    """Return the biases of each layer of one member, from the first hidden layer to the outputs."""
    check_member(estimator, member)
    network = model_of(estimator).network
    biases = [layer.bias for layer in network.dense_layers()]
    return [bias[member] for bias in biases] if network.n_members > 1 else biases


def activations_for_sample(estimator: Any, X: Any, member: int = 0) -> list[np.ndarray]:
    """Return the activations of each layer for one sample: scaled inputs, hidden layers, outputs.

    The hidden layers are those of one member; inputs and outputs are those of all.  Each has shape
    (n_neurons,).  Raise ValueError if `X` is not one sample.
    """
    check_member(estimator, member)
    layers = estimator.activations(X)
    if len(layers[0]) != 1:
        raise ValueError(
            f"One sample can be drawn, but X has {len(layers[0])}; choose one, such as X[:1]."
        )
    return [layer[member, 0] if layer.ndim == 3 else layer[0] for layer in layers]


def image_of_sample(estimator: Any, X: Any, image_shape: tuple[int, int]) -> np.ndarray:
    """Return the features of one sample as an image, in the user's units."""
    pixels = inputs_of(estimator, X)[0]
    check_image_shape(image_shape, len(pixels))
    return pixels.reshape(image_shape)


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
