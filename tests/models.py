"""Small models, which train in a few hundredths of a second."""

from sknn import PLAIN, SimpleMLPClassifier


def quick(hidden_layer_sizes=(8,), activation="relu", **parameters):
    """Return one small network."""
    settings = {"max_iter": 10, "learning_rate": 0.01, "random_state": 0}
    return SimpleMLPClassifier(hidden_layer_sizes, activation, **(settings | parameters))


def members(**parameters):
    """Return three small networks side by side."""
    settings = {"hidden_layer_sizes": (8,), "n_members": 3, "max_iter": 8, "learning_rate": 0.01}
    return SimpleMLPClassifier(**(settings | {"random_state": 0} | parameters))


def plain(hidden_layer_sizes=(8,), activation="relu", **parameters):
    """Return one small network of textbooks, on scaled features."""
    settings = {
        "hidden_layer_sizes": hidden_layer_sizes,
        "activation": activation,
        "scaling": "standard",
        "learning_rate_schedule": "cosine",
        "batch_size": 128,
        "max_iter": 10,
        "learning_rate": 0.01,
        "random_state": 0,
    }
    return SimpleMLPClassifier(**(PLAIN | settings | parameters))


def values(model):
    """Return all weights and biases of a fitted model."""
    return model.network_.parameters.values
