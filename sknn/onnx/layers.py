"""Emitters of the network: the scaling of its inputs, its layers and their activation functions.

ONNX Runtime has float64 kernels of simple operators only, so activation functions consist of these.
"""

from functools import singledispatch
from itertools import pairwise
from typing import Any

import numpy as np

from sknn.network import activations, layers
from sknn.network.categories import CategoryEmbedding
from sknn.network.embedding import Basis, NumberEmbedding
from sknn.network.scaling import InputScaler
from sknn.onnx.graph import Graph, no_emitter


@singledispatch
def emit(part: Any, graph: Graph, x: str) -> str:
    """Add what a part of a network does to `x`; return the name of the result."""
    raise no_emitter(part, "emit", "layers")


@emit.register
def _emit_scaler(part: InputScaler, graph: Graph, x: str) -> str:
    """`z = (x - offset) · factor`, and `z / √(1 + (z / bound)²)` with a bound."""
    if part.offset is not None:
        x = graph.add("Sub", x, part.offset)
    if part.factor is not None:
        x = graph.add("Mul", x, part.factor)
    if part.bound is not None:
        size = graph.add("Div", x, part.bound)
        square = graph.add("Mul", size, size)
        x = graph.add("Div", x, graph.add("Sqrt", graph.add("Add", square, 1.0)))
    return x


@emit.register
def _emit_dense(part: layers.Dense, graph: Graph, x: str) -> str:
    """`z = a W + b`, with `s W` for `W` if there are factors; members are a leading axis."""
    weight = part.scale[..., np.newaxis] * part.weight if part.scales else part.weight
    return graph.add("Add", graph.add("MatMul", x, weight), part.bias[..., np.newaxis, :])


@emit.register
def _emit_basis(part: Basis, graph: Graph, x: str) -> str:
    """Append `cos(fₚ x + φₚ)` and `clip((x - start) · slope, 0, 1)` of each number."""
    numbers = graph.add("Slice", x, np.array([0]), np.array([part.n_numbers]), np.array([1]))
    numbers = graph.add("Unsqueeze", numbers, np.array([2]))
    # cos(x) = sin(x + π/2): ONNX Runtime 1.19 has Sin in float64, but not Cos.
    phase = (part.phase + np.float64(np.pi / 2)).astype(part.phase.dtype)
    angles = graph.add("Mul", numbers, part.frequency)
    functions = graph.add("Sin", graph.add("Add", angles, phase))
    if part.start.size > 0:
        ramps = graph.add("Mul", graph.add("Sub", numbers, part.start), part.slope)
        ramps = graph.add("Min", graph.add("Max", ramps, 0.0), 1.0)
        functions = graph.add("Concat", functions, ramps, axis=2)
    shape = np.array([0, part.n_columns])  # 0 for as many rows as there are
    return graph.add("Concat", x, graph.add("Reshape", functions, shape), axis=1)


@emit.register
def _emit_number_embedding(part: NumberEmbedding, graph: Graph, x: str) -> str:
    """Concatenate the inputs and, for each number, `Σₚ bₚ(x) Vₚ`."""
    amplitude = part.amplitude.swapaxes(-1, -2)  # (..., n_numbers, n_basis, n_functions)
    n_numbers, n_basis, n_functions = amplitude.shape[-3:]
    n_columns = part.n_inputs + n_numbers * n_basis
    inputs = graph.add("Slice", x, np.array([0]), np.array([part.n_inputs]), np.array([1]))
    basis = graph.add("Slice", x, np.array([part.n_inputs]), np.array([n_columns]), np.array([1]))
    basis = graph.add("Reshape", basis, np.array([0, n_numbers, n_basis]))
    basis = graph.add("Transpose", basis, perm=[1, 0, 2])
    functions = graph.add("MatMul", basis, amplitude)  # (..., n_numbers, n_rows, n_functions)
    axes = len(part.members)
    perm = [*range(axes), axes + 1, axes, axes + 2]
    functions = graph.add("Transpose", functions, perm=perm)
    shape = np.array([0] * (axes + 1) + [n_numbers * n_functions])  # 0 for the size there is
    functions = graph.add("Reshape", functions, shape)
    if part.members:  # each has the inputs
        inputs = graph.add("Add", inputs, np.zeros((*part.members, 1, 1), part.amplitude.dtype))
    return graph.add("Concat", inputs, functions, axis=-1)


@emit.register
def _emit_category_embedding(part: CategoryEmbedding, graph: Graph, x: str) -> str:
    """Replace the codes by the vectors of their categories, after all else."""
    n_columns = len(part.first_vectors)
    if part.members and part.n_after == 0:  # without functions of numbers below, members share x
        x = graph.add("Add", x, np.zeros((*part.members, 1, 1), part.table.dtype))
    ends = np.cumsum([0, part.n_before, n_columns, part.n_after])
    before, codes, after = (
        graph.add("Slice", x, np.array([start]), np.array([stop]), np.array([-1]))
        for start, stop in pairwise(ends)
    )
    for _ in part.members:  # the codes of any member are those of all
        codes = graph.add("Gather", codes, np.array([0]), axis=0)
        codes = graph.add("Squeeze", codes, np.array([0]))
    places = graph.add("Add", graph.cast(codes, np.int64), part.first_vectors)
    vectors = graph.add("Gather", part.table, places, axis=len(part.members))
    n_functions = n_columns * part.table.shape[-1]
    shape = np.array([0] * (len(part.members) + 1) + [n_functions])  # 0 for the size there is
    vectors = graph.add("Reshape", vectors, shape)
    return graph.add("Concat", before, after, vectors, axis=-1)


@emit.register
def _emit_nonlinearity(part: layers.Nonlinearity, graph: Graph, x: str) -> str:
    """Apply the activation function, `a = f(z)`."""
    return emit(part.activation, graph, x)


@emit.register
def _emit_dropout(part: layers.Dropout, graph: Graph, x: str) -> str:
    """Add nothing: dropout is for training."""
    return x


@emit.register
def _emit_identity(part: activations.Identity, graph: Graph, x: str) -> str:
    """`f(z) = z`."""
    return x


@emit.register
def _emit_logistic(part: activations.Logistic, graph: Graph, x: str) -> str:
    """`f(z) = σ(z)`."""
    return graph.add("Sigmoid", x)


@emit.register
def _emit_tanh(part: activations.Tanh, graph: Graph, x: str) -> str:
    """`f(z) = tanh(z)`."""
    return graph.add("Tanh", x)


@emit.register
def _emit_relu(part: activations.Relu, graph: Graph, x: str) -> str:
    """`f(z) = max(z, 0)`."""
    return graph.add("Relu", x)


@emit.register
def _emit_leaky_relu(part: activations.LeakyRelu, graph: Graph, x: str) -> str:
    """`f(z) = max(z, αz)`."""
    return graph.add("Max", x, graph.add("Mul", x, part.alpha))


@emit.register
def _emit_exponential_linear(part: activations.ExponentialLinear, graph: Graph, x: str) -> str:
    """`f(z) = λ (max(z, 0) + α (exp(min(z, 0)) - 1))`."""
    negative = graph.add("Sub", graph.add("Exp", graph.add("Min", x, 0.0)), 1.0)
    negative = graph.add("Mul", negative, part.alpha)
    return graph.add("Mul", graph.add("Add", graph.add("Relu", x), negative), part.scale)


@emit.register
def _emit_silu(part: activations.Silu, graph: Graph, x: str) -> str:
    """`f(z) = z σ(z) = ½ z (1 + tanh(½ z))`.

    ONNX Runtime 1.19 fuses `z σ(z)` into one operator, which has no float64 kernel.
    """
    half = graph.add("Mul", x, 0.5)
    return graph.add("Mul", half, graph.add("Add", graph.add("Tanh", half), 1.0))


@emit.register
def _emit_gelu(part: activations.Gelu, graph: Graph, x: str) -> str:
    """`f(z) = z Φ(z) = ½ z (1 + erf(z / √2))`."""
    z = graph.add("Div", x, 2**0.5)
    # ONNX Runtime has Erf in float32 only.
    erf = graph.cast(graph.add("Erf", graph.cast(z, np.float32)), graph.dtype)
    return graph.add("Mul", graph.add("Mul", x, graph.add("Add", erf, 1.0)), 0.5)


@emit.register
def _emit_mish(part: activations.Mish, graph: Graph, x: str) -> str:
    """`f(z) = z w / (w + 2)` with `w = e (e + 2)` and `e = exp(z)`."""
    e = graph.add("Exp", graph.add("Min", x, 20.0))
    w = graph.add("Mul", e, graph.add("Add", e, 2.0))
    return graph.add("Mul", x, graph.add("Div", w, graph.add("Add", w, 2.0)))
