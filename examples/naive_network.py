"""The network in naive lines: to learn from, and to test the fast code with.

Every formula stands as a lecture writes it, for a batch with one sample per row, and every line
makes new arrays.  Nothing here is clever, and nothing is taken from `sknn`.
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


ACTIVATIONS = {  # f and f'
    "logistic": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.where(z > 0, z, 0.0), lambda z: np.where(z > 0, 1.0, 0.0)),
}


def log_loss(z, t):
    p = softmax(z)
    return -np.sum(t * np.log(p), axis=1), p - t


def binary_log_loss(z, t):
    p = sigmoid(z)
    return -np.sum(t * np.log(p) + (1 - t) * np.log(1 - p), axis=1), p - t


def squared_error(z, t):
    a = sigmoid(z)
    return np.sum((a - t) ** 2, axis=1), 2 * (a - t) * a * (1 - a)


def sgd(theta, g, memory, rate, momentum=0.0, nesterov=False):
    """Return `theta` after a step of gradient descent against its gradient `g`."""
    v = memory["v"] = momentum * memory.get("v", 0) - rate * g
    return theta + momentum * v - rate * g if nesterov else theta + v


def adam(theta, g, memory, rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8, decay=0.0):
    """Return `theta` after a step of Adam; weight matrices decay, bias vectors do not."""
    t = memory["t"] = memory.get("t", 0) + 1
    m = memory["m"] = beta_1 * memory.get("m", 0) + (1 - beta_1) * g
    v = memory["v"] = beta_2 * memory.get("v", 0) + (1 - beta_2) * g**2
    theta = theta - rate * decay * theta if theta.ndim == 2 else theta
    return theta - rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (np.sqrt(v) + epsilon)


class Network:
    """Layers of neurons, `a = f(a W + b)`; the `z = a W + b` of the last are raw predictions."""

    def __init__(self, weights, biases, activation="logistic", loss=log_loss, l2=0.0):
        self.weights, self.biases = weights, biases
        self.f, self.f_prime = ACTIVATIONS[activation]
        self.loss, self.l2 = loss, l2
        self.memories = [{} for _ in weights + biases]

    def forward(self, x):
        """Return the activations `a` that go into each layer and the `z` that come out."""
        activations, zs = [x], []
        for W, b in zip(self.weights, self.biases, strict=True):
            zs.append(activations[-1] @ W + b)
            activations.append(self.f(zs[-1]))
        return activations[:-1], zs

    def value_and_gradients(self, x, t):
        """Return the mean loss plus `½ λ ‖W‖²`, and its gradients: weights, biases."""
        activations, zs = self.forward(x)
        losses, delta = self.loss(zs[-1], t)
        deltas = [delta / len(x)]
        for W, z in zip(self.weights[:0:-1], zs[-2::-1], strict=True):
            deltas.insert(0, deltas[0] @ W.T * self.f_prime(z))
        layers = zip(activations, deltas, self.weights, strict=True)
        weight_gradients = [a.T @ delta + self.l2 * W for a, delta, W in layers]
        bias_gradients = [delta.sum(axis=0) for delta in deltas]
        penalty = self.l2 / 2 * sum(np.sum(W**2) for W in self.weights)
        return np.mean(losses) + penalty, weight_gradients + bias_gradients

    def step(self, x, t, rule, **settings):
        """Move all parameters by the rule `sgd` or `adam`; return the value before the step."""
        value, gradients = self.value_and_gradients(x, t)
        thetas = zip(self.weights + self.biases, gradients, self.memories, strict=True)
        moved = [rule(theta, g, memory, **settings) for theta, g, memory in thetas]
        self.weights, self.biases = moved[: len(self.weights)], moved[len(self.weights) :]
        return value
