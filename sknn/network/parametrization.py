"""Parametrizations: where the parameters of a network start, and how large their steps are."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from sknn.network.activations import Activation
from sknn.network.initializers import (
    INITIALIZERS,
    Shape,
    Start,
    glorot_uniform,
    lecun_normal,
    standard_normal,
    zeros,
)


class Parametrization(ABC):
    """The starting values of dense layers, and the step factors of all parameters.

    Attributes
    ----------
    last_start : Start
        What draws the weights and biases of the output neurons.
    """

    last_start: Start

    @abstractmethod
    def hidden_start(self, activation: Activation) -> Start:
        """Return what draws the weights and biases of hidden neurons with this activation."""

    @abstractmethod
    def step_factor(self, role: str, shape: Shape) -> float:
        """Return what the optimizer's steps are multiplied by for one parameter array.

        Its role is the one in its layer, such as "weight"; the shape of weights ends in `n_inputs,
        n_outputs`.
        """


class Standard(Parametrization):
    """`z = a W + b` with weights that suit the activation function, and equal steps for all."""

    last_start = Start(glorot_uniform, zeros)

    def hidden_start(self, activation):
        """Return the activation's own initializer for the weights; biases are 0."""
        return Start(INITIALIZERS[activation.initializer], zeros)

    def step_factor(self, role, shape):
        """Return 1."""
        return 1.0


class NeuralTangent(Parametrization):
    """The neural tangent parametrization, `z = a W / √n_inputs + b`, with `W` and `b` of size 1.

    The division is done once and for all, in the starting weights and in the steps, so that the
    forward pass stays `z = a W + b`.  An optimizer whose steps do not depend on the size of the
    gradient, like Adam, then trains as if the forward pass divided.

    References
    ----------
    Jacot, Gabriel, Hongler, "Neural tangent kernel", 2018; Holzmüller, Grinsztajn, Steinwart,
    "Better by default: strong pre-tuned MLPs and boosted trees on tabular data", 2024, for the
    factors of the roles and the zeros of the last layer.
    """

    # In a layer with this many inputs, the steps of weights are those of the standard
    # parametrization.  So learning rates keep their familiar size.
    unit_inputs = 256

    # By role, in units of the step of a weight of size 1: the tuned defaults of RealMLP (Holzmüller
    # et al.; in their code bias_lr_factor, scale_lr_factor, plr_lr_factor).  The factor of an input
    # takes large steps, so that useless inputs fade soon.
    relative_steps: Mapping[str, float] = {
        "bias": 0.1,
        "scale": 6.0,
        "amplitude": 0.1,
        "offset": 0.1,
        "table": 0.1,
    }

    # A single output neuron stands for the difference of two, one for each class.  It moves as
    # fast as these would move apart.
    single_output = 2

    # Training starts with equal probabilities.
    last_start = Start(zeros, zeros)

    def hidden_start(self, activation):
        """Return normal initializers: weights of variance `1 / n_inputs`, biases of variance 1."""
        return Start(lecun_normal, standard_normal)

    def step_factor(self, role, shape):
        """Return `√(256 / n_inputs)` for weights, and 16 times the relative step for others."""
        if role == "weight":
            factor = (self.unit_inputs / shape[-2]) ** 0.5
        else:
            factor = self.unit_inputs**0.5 * self.relative_steps[role]
        is_single = role in ("weight", "bias") and shape[-1] == 1
        return self.single_output * factor if is_single else factor


PARAMETRIZATIONS: Mapping[str, Parametrization] = {
    "standard": Standard(),
    "ntk": NeuralTangent(),
}
