"""BLAS threads: matrix products that are not large run in one thread.

The threads of OpenBLAS wait by spinning.  Where another program keeps one of the cores busy, each
product waits for a thread that the operating system does not run, and a network of many small
products trains many times slower.  On an idle machine a second thread hardly helps them.
"""

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

# OpenBLAS itself runs products of up to this many multiplications in one thread.
_SMALL = 1 << 18

# Products of more multiplications than this keep the threads of BLAS, which gain more than a third
# there on an idle machine.  Before there was this bound, and beside one busy core of two, the
# default fit on the digits took 28 times as long with two threads as with one; idle, 0.86 times.
# `python -m benchmarks busy` prints what is left.
_LARGE = 1 << 24


class _OneThread(AbstractContextManager):
    """Limits BLAS to one thread while any thread of Python is inside.

    The limit is that of the process.  So the first to enter sets it, and the last to leave restores
    what there was.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._n_inside = 0
        self._before: list[tuple[Any, int]] = []

    def __enter__(self) -> None:
        with self._lock:
            if self._n_inside == 0:
                libraries = _blas_libraries()
                self._before = [(each, each.get_num_threads()) for each in libraries]
                _set_threads([(each, 1) for each in libraries])
            self._n_inside += 1

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._n_inside -= 1
            if self._n_inside == 0:
                _set_threads(self._before)


@cache
def _blas_libraries() -> list[Any]:
    """Return what controls the BLAS libraries of the process; finding them takes 10 ms."""
    return ThreadpoolController().select(user_api="blas").lib_controllers


def _set_threads(numbers: list[tuple[Any, int]]) -> None:
    """Set the number of threads of each library."""
    for library, n_threads in numbers:
        library.set_num_threads(n_threads)
        # Since threadpoolctl 3.7 a library obeys one thread of Python: let it obey any other again.
        if hasattr(library, "clear_controlling_thread"):
            library.clear_controlling_thread()


#: Limits BLAS to one thread, for products of any size.
one_blas_thread = _OneThread()


def blas_threads(n_multiplications: int) -> AbstractContextManager[None]:
    """Return a context with the number of BLAS threads that suits products of this size.

    Inside, the process has one thread, or as many as there were if the products are large.
    """
    is_between = _SMALL < n_multiplications <= _LARGE
    return one_blas_thread if is_between else nullcontext()
