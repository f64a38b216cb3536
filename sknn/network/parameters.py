"""The memory of a network: all parameters in one vector, all their gradients in another."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

Shape = tuple[int, ...]
Shapes = Sequence[Mapping[str, Shape]]
Views = dict[str, np.ndarray]


class ParameterVector:
    """All parameters of a network in one flat array and their gradients in another.

    Both are grouped by role: first all weights, then all biases.  Layers compute with shaped
    views of them.  Optimizers, penalties, snapshots and files use the flat arrays or the slice of
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
        The range of each role in both arrays.
    """

    def __init__(self, shapes: Shapes, dtype: np.dtype, values: np.ndarray | None = None):
        self._shapes = shapes
        # Roles are in the order in which layers name them first.
        sizes: dict[str, int] = {}
        for layer in shapes:
            for role, shape in layer.items():
                sizes[role] = sizes.get(role, 0) + math.prod(shape)
        size = sum(sizes.values())
        # Of a memory map the base array: its views are plain arrays, which NumPy handles faster.
        self.values = np.zeros(size, dtype) if values is None else np.asarray(values)
        if (self.values.shape, self.values.dtype) != ((size,), dtype):
            raise ValueError(
                f"A network of {size} parameters of type {dtype} cannot have values of shape "
                f"{self.values.shape} and type {self.values.dtype}."
            )
        self.gradient = np.zeros(self.values.size, dtype)
        self.slices: dict[str, slice] = {}
        start = 0
        for role, size in sizes.items():
            self.slices[role] = slice(start, start + size)
            start += size

    def copy(self) -> "ParameterVector":
        """Return parameters with values of their own, and the same memory for gradients."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, values=self.values.copy())
        return other

    def views(self, vector: np.ndarray) -> list[Views]:
        """Return each layer's arrays in `vector`, by role, as views in their own shapes."""
        views: list[Views] = [{} for _ in self._shapes]
        start = 0
        for role in self.slices:
            for layer_views, layer_shapes in zip(views, self._shapes, strict=True):
                if role in layer_shapes:
                    stop = start + math.prod(layer_shapes[role])
                    layer_views[role] = vector[start:stop].reshape(layer_shapes[role])
                    start = stop
        return views
