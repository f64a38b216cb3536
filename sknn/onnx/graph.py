"""Graph: the nodes and constants of an ONNX graph while it is built.

All operators have the form of opset 13 or later, and all but one have float64 kernels in ONNX
Runtime.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

#: ONNX Runtime 1.14 and later run opset 18 (December 2022).  The operators need opset 13.
OPSET: Final = 18
LEAST_OPSET: Final = 13
ML_DOMAIN: Final = "ai.onnx.ml"
ML_OPSET: Final = 2


class Input(NamedTuple):
    """A tensor of features that enters a graph, of shape (n_rows, n_columns)."""

    name: str
    kind: str  # "numbers" or "strings"
    n_columns: int | None  # None if it is unknown


class Graph:
    """The nodes and constants of an ONNX graph, in the order in which they were added.

    Parameters
    ----------
    unique : callable, optional
        Returns an unused name that resembles the given one.

    Attributes
    ----------
    nodes : list of NodeProto
        The nodes.
    constants : list of TensorProto
        The constants.
    dtype : dtype
        Type of the present numbers.  Python floats among the inputs of a node get it too.
    """

    def __init__(self, unique: Callable[[str], str] | None = None):
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.dtype = np.dtype(np.float64)
        self._names: set[str] = set()
        self.unique = self._unique if unique is None else unique

    def _unique(self, name: str) -> str:
        """Return the name, with a number if it is taken."""
        names = (name, *(f"{name}_{i}" for i in range(1, len(self._names) + 1)))
        free = next(each for each in names if each not in self._names)
        self._names.add(free)
        return free

    def add(
        self, op: str, *inputs: Any, output: str = "", domain: str = "", **attributes: Any
    ) -> str:
        """Add a node and return the name of its output, by default an unused one.

        Inputs are names of values, or constants; attributes are those of the operator.
        """
        from onnx import helper

        names = [each if isinstance(each, str) else self._constant(each) for each in inputs]
        output = output or self.unique(op)
        node = helper.make_node(op, names, [output], f"/sknn/{output}", domain=domain, **attributes)
        self.nodes.append(node)
        return output

    def _constant(self, value: Any) -> str:
        """Add a constant and return its name."""
        from onnx import numpy_helper

        array = np.asarray(value, self.dtype if isinstance(value, float) else None)
        name = self.unique("constant")
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def cast(self, x: str, dtype: Any, output: str = "") -> str:
        """Add a cast and return the name of its output, by default an unused one.

        ONNX Runtime skips casts that change nothing.
        """
        from onnx import helper

        to = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return self.add("Cast", x, to=to, output=output)


def no_emitter(part: object, function: str, module: str) -> NotImplementedError:
    """Return the error for a part of a model that has no emitter."""
    return NotImplementedError(
        f"{type(part).__name__} has no emitter: write one in sknn/onnx/{module}.py and register it "
        f"with @{function}.register."
    )
