"""The embedding of categories: a learnt vector for each, where they are many."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sknn.network.layers import Layer
from sknn.network.workspace import Workspace

# Four numbers learn less noise by heart than eight, and as much of what matters.
N_DIMENSIONS = 4

_STD = 0.3


class CategoryEmbedding(Layer):
    """Learnt vectors of categories, in the place of their codes.

    A column of k categories is a column of codes: 1 to k, and 0 for a missing category.  Code 0 has
    a vector too, which starts at 0 and stays there if the training set misses none.

    Parameters
    ----------
    sizes : sequence of int
        Number of categories of each column of codes.
    n_before, n_after : int
        Numbers of inputs before and after the codes.  They are outputs as they are.
    members : tuple of int
        Leading axis of the vectors.

    References
    ----------
    Guo, Berkhahn, "Entity embeddings of categorical variables", 2016.
    """

    table: np.ndarray  # (..., n_vectors, n_dimensions)
    table_gradient: np.ndarray  # (..., n_vectors, n_dimensions)

    def __init__(
        self, sizes: Sequence[int], n_before: int, n_after: int, members: tuple[int, ...] = ()
    ):
        n_vectors = [size + 1 for size in sizes]
        super().__init__({"table": (*members, sum(n_vectors), N_DIMENSIONS)})
        self.first_vectors = np.cumsum([0, *n_vectors[:-1]])
        self.n_before = n_before
        self.n_after = n_after
        self.members = members
        self.n_outputs = n_before + n_after + len(sizes) * N_DIMENSIONS

    def initialize(self, rng):
        """Draw the vectors, but those of missing categories."""
        self.table[...] = rng.normal(0, _STD, self.table.shape)
        self.table[..., self.first_vectors, :] = 0

    def workspace(self, n_rows, dtype, rngs):
        """Allocate the outputs, with a row for each, as in `NumberEmbedding`."""
        outputs = np.empty((*self.members, self.n_outputs, n_rows), dtype)
        return Workspace(outputs=outputs.swapaxes(-1, -2))

    def forward(self, inputs, workspace):
        """Return the inputs without the codes, and after them the vectors of each column."""
        n_columns, outputs = len(self.first_vectors), workspace.outputs
        first, last = self.n_before, self.n_before + n_columns
        codes = inputs[..., first:last]  # those of any member are those of all
        codes = codes.reshape(-1, *codes.shape[-2:])[0].astype(int)
        workspace.inputs = codes + self.first_vectors  # (n_rows, n_columns)
        outputs[..., :first] = inputs[..., :first]
        outputs[..., first : first + self.n_after] = inputs[..., last:]
        vectors = self.table[..., workspace.inputs, :]
        outputs[..., first + self.n_after :] = vectors.reshape(*self.members, len(codes), -1)
        return outputs

    def backward(self, gradient, workspace):
        """Set the gradient of the vectors; return that of the inputs after the codes.

        `gradient`, (..., n_rows, n_after + n_columns · n_dimensions), is that of the outputs but
        the first `n_before`, which are data.
        """
        places = workspace.inputs
        its_gradient = gradient[..., self.n_after :]
        its_gradient = its_gradient.reshape(*self.members, *places.shape, N_DIMENSIONS)
        self.table_gradient[...] = 0
        where: Any = (..., places, slice(None))
        np.add.at(self.table_gradient, where, its_gradient)
        return gradient[..., : self.n_after]
