"""BLAS threads: matrix products that are not large run in one thread.

The threads of OpenBLAS wait by spinning.  Where another program keeps one of the cores busy, each
product waits for a thread that the operating system does not run, and a network of many small
products trains many times slower.  On an idle machine a second thread hardly helps them.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

# OpenBLAS itself runs products of up to this many multiplications in one thread.
_SMALL = 1 << 18

# Products of more multiplications than this keep the threads of BLAS: see `threads_for`.
_LARGE = 1 << 27


class _OneThread(AbstractContextManager):
    """Limits BLAS to one thread while any thread of Python is inside.

    The limit is that of the process.  So the first to enter sets it, and the last to leave restores
    what there was.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._n_inside = 0
        self._limiter: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._n_inside == 0:
                self._limiter = _controller().limit(limits=1, user_api="blas")
            self._n_inside += 1

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._n_inside -= 1
            if self._n_inside == 0:
                self._limiter.restore_original_limits()


@cache
def _controller() -> ThreadpoolController:
    """Return what controls the BLAS libraries; finding them takes 10 ms."""
    return ThreadpoolController()


_ONE_THREAD = _OneThread()


def threads_for(n_rows: int, sizes: Sequence[tuple[int, int]]) -> AbstractContextManager[None]:
    """Return a context with the number of BLAS threads that suits a network.

    Parameters
    ----------
    n_rows : int
        Number of rows that pass through the network at once.
    sizes : sequence of (int, int)
        Number of inputs and outputs of each dense layer.

    Returns
    -------
    context manager
        One thread for the whole process while inside, or no change.
    """
    n_multiplications = n_rows * max(n_inputs * n_outputs for n_inputs, n_outputs in sizes)
    is_between = _SMALL < n_multiplications <= _LARGE
    return _ONE_THREAD if is_between else nullcontext()
