"""Threads: BLAS computes in one, and large work is shared between threads of our own.

The threads of OpenBLAS wait by spinning.  Where another program keeps one of the cores busy, each
product waits for a thread that the operating system does not run, and a network of many products
trains many times slower.  Threads of Python wait by blocking.  A thread that has not begun is not
waited for: the others do its work.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from contextvars import copy_context
from functools import cache
from itertools import pairwise
from threading import Lock, local
from time import perf_counter
from typing import Any, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

# OpenBLAS itself runs products of up to this many multiplications in one thread.
_SMALL = 1 << 18

#: Work of this many multiplications, about 0.4 ms, is worth two threads: to wake one and to wait
#: for it takes 0.06 ms.
LARGE = 1 << 24

# If a thread keeps another waiting for a millisecond longer than that has worked, another program
# has its core.  So many times work is then not shared.
_N_ALONE, _LATE = 128, 1e-3

# A large product has two parts, or more of at least this many multiplications.  To split the larger
# factor of 784-256-128 or 1024-1024 in this way costs one thread 0 to 4 %.
_PART = 1 << 26

# The parts begin at multiples of this many rows or columns, as the blocks of BLAS do.
_ALIGNMENT = 64


class _OneThread(AbstractContextManager[int]):
    """Limits BLAS to one thread while any thread of Python is inside.

    The limit is that of the process.  So the first to enter sets it, and the last to leave restores
    what there was.  Entering returns the number of threads that BLAS had.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._n_inside = 0
        self._before: list[tuple[Any, int]] = []

    def __enter__(self) -> int:
        with self._lock:
            self._n_inside += 1
            if self._n_inside > 1:
                return 1
            self._before = [(each, each.get_num_threads()) for each in _blas_libraries()]
            _set_threads([(each, 1) for each, _ in self._before])
            return max((n_threads for _, n_threads in self._before), default=1)

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


_one_blas_thread = _OneThread()


class _Team(local):
    """The threads that share the work of a thread of Python: each thread has a team of its own."""

    n_threads = 0  # outside of `threads`
    pool: ThreadPoolExecutor | None = None
    n_alone = 0  # how many times not to share, because another thread was late


_team = _Team()


class _Threads(AbstractContextManager[None]):
    """Limits BLAS to one thread, and gives the threads that it had to `share` and `matmul`."""

    def __init__(self, n_jobs: int) -> None:
        self._n_jobs = n_jobs
        self._outer = 0

    def __enter__(self) -> None:
        n_allowed = _one_blas_thread.__enter__()
        self._outer = _team.n_threads
        _team.n_threads = self._outer or max(n_allowed, self._n_jobs)

    def __exit__(self, *exception: object) -> None:
        _team.n_threads = self._outer
        if self._outer == 0 and _team.pool is not None:
            _team.pool.shutdown()
            _team.pool, _team.n_alone = None, 0
        _one_blas_thread.__exit__(*exception)


def threads(n_multiplications: int, n_jobs: int = 1) -> AbstractContextManager[None]:
    """Return a context for products of up to so many multiplications, and for other work.

    Inside, BLAS has one thread, unless all products are so small that it takes one anyway.
    `share` and `matmul` have as many threads as BLAS had, or `n_jobs` if that is more.  BLAS has
    one if another thread of Python is inside.
    """
    is_small = n_multiplications <= _SMALL and n_jobs == 1
    return nullcontext() if is_small else _Threads(n_jobs)


def share(
    function: Callable[[Item], Outcome], items: Sequence[Item], n_multiplications: float = math.inf
) -> list[Outcome]:
    """Return `function(item)` of each item; threads share the items if they are much work.

    Each thread takes the next item as soon as it has done one.  Of several exceptions, that of the
    first item is raised.
    """
    n_threads = min(_team.n_threads, len(items))
    if _team.n_alone > 0:
        _team.n_alone -= 1
        n_threads = 1
    if n_threads < 2 or n_multiplications < LARGE:
        return [function(item) for item in items]
    waiting = deque(range(len(items)))
    outcomes: dict[int, Outcome] = {}
    exceptions: dict[int, BaseException] = {}

    def work() -> None:
        while True:
            try:
                i = waiting.popleft()
            except IndexError:
                return
            try:
                outcomes[i] = function(items[i])
            except BaseException as exception:
                exceptions[i] = exception
                waiting.clear()

    _run(work, n_threads)
    if exceptions:
        raise exceptions[min(exceptions)]
    return [outcomes[i] for i in range(len(items))]


def _run(work: Callable[[], None], n_threads: int) -> None:
    """Run the work in this thread and in others; do not wait for threads that have not begun."""
    team_size, _team.n_threads = _team.n_threads, 1
    if _team.pool is None:
        _team.pool = ThreadPoolExecutor(team_size - 1)
    others = []
    with suppress(RuntimeError):  # no more threads start: there are too many, or Python exits
        for _ in range(n_threads - 1):
            # The context has NumPy's `errstate`.
            others.append(_team.pool.submit(copy_context().run, work))
    start = perf_counter()
    try:
        work()
        done = perf_counter()
        for other in others:
            if not other.cancel():
                other.result()
        if perf_counter() - done > _LATE + (done - start):
            _team.n_alone = _N_ALONE
    finally:
        _team.n_threads = team_size


def matmul(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Write a large product of two matrices, or of two stacks of matrices, to `out`.

    Threads share its parts: matrices of a stack, else rows of `a` or columns of `b`, whichever is
    larger.  What the parts are depends on the shapes alone, so that the product has the same bits
    for every number of threads.
    """
    n_multiplications = out.size * a.shape[-1]
    n_parts = 1 << max(1, (n_multiplications // _PART).bit_length() - 1)
    if out.ndim > 2:
        parts = [(a if a.ndim == 2 else a[i], b[i], out[i]) for i in _slices(len(out), n_parts, 1)]
    elif a.size >= b.size:
        parts = [(a[i], b, out[i]) for i in _slices(out.shape[0], n_parts, _ALIGNMENT)]
    else:
        parts = [(a, b[:, i], out[:, i]) for i in _slices(out.shape[1], n_parts, _ALIGNMENT)]
    share(lambda part: np.matmul(part[0], part[1], out=part[2]), parts)
    return out


def _slices(n: int, n_parts: int, alignment: int) -> list[slice]:
    """Return slices of about equal length that begin at multiples of a number."""
    bounds = [alignment * round(n * i / (alignment * n_parts)) for i in range(n_parts)] + [n]
    return [slice(start, stop) for start, stop in pairwise(bounds) if start < stop]
