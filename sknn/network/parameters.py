"""The memory of a network: all parameters in one vector, all their gradients in another."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

Views = dict[str, np.ndarray]


class ParameterVector:
    """All parameters of a network in one flat array and their gradients in another.

    Both are grouped by role: first all weights, then all biases.  Layers compute with shaped
    views of them; optimizers, penalties, snapshots and files use the flat arrays or the slice of
    a role, and know no layers.

    Parameters
    ----------
    shapes : sequence of mappings
        For each layer, the shape of each of its parameters by role; empty where it has none.
    dtype : dtype
        Floating-point type of both arrays.
    values : ndarray of shape (n_parameters,), optional
        The values, which are not copied; zeros if not given.

    Attributes
    ----------
    values, gradient : ndarray of shape (n_parameters,)
        The two arrays.
    slices : dict of str to slice
        The part of them that belongs to each role.
    """

    def __init__(
        self,
        shapes: Sequence[Mapping[str, tuple[int, ...]]],
        dtype: np.dtype,
        values: np.ndarray | None = None,
    ):
        self._shapes = shapes
        self.slices: dict[str, slice] = {}
        size = 0
        for role in self._roles():
            start = size
            size += sum(math.prod(layer[role]) for layer in shapes if role in layer)
            self.slices[role] = slice(start, size)
        # Of a memory map the base array: its views are plain arrays, which NumPy handles faster.
        self.values = np.zeros(size, dtype) if values is None else np.asarray(values)
        if (self.values.shape, self.values.dtype) != ((size,), dtype):
            raise ValueError(
                f"A network of {size} parameters of type {dtype} cannot have values of shape "
                f"{self.values.shape} and type {self.values.dtype}."
            )
        self.gradient = np.zeros(size, dtype)

    def _roles(self) -> list[str]:
        """List the roles in the order in which the layers first name them."""
        return list(dict.fromkeys(role for layer in self._shapes for role in layer))

    def views(self, vector: np.ndarray) -> list[Views]:
        """Return each layer's parts of `vector`, by role, as views in their own shapes."""
        views: list[Views] = [{} for _ in self._shapes]
        start = 0
        for role in self._roles():
            for layer_views, layer_shapes in zip(views, self._shapes, strict=True):
                if role in layer_shapes:
                    stop = start + math.prod(layer_shapes[role])
                    layer_views[role] = vector[start:stop].reshape(layer_shapes[role])
                    start = stop
        return views
