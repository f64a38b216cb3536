"""BLAS threads, as threadpoolctl sees them, and the threads that share large work."""

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread, get_ident
from time import sleep

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_info, threadpool_limits

from sknn import SimpleMLPClassifier
from sknn.network.blas import LARGE, matmul, share, threads
from tests.models import plain

SMALL, MIDDLE = 1000, 10**6


def n_threads():
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


USUAL = n_threads()

has_blas_threads = pytest.mark.skipif(max(USUAL) < 2, reason="BLAS has one thread")


@has_blas_threads
@pytest.mark.parametrize(("size", "inside"), [(SMALL, USUAL), (MIDDLE, {1}), (LARGE, {1})])
def test_products_that_are_not_small_have_one_blas_thread(size, inside):
    with threads(size):
        assert n_threads() == inside
    assert n_threads() == USUAL


def test_an_exception_gives_the_threads_back():
    with pytest.raises(ZeroDivisionError), threads(MIDDLE):
        raise ZeroDivisionError
    assert n_threads() == USUAL


@has_blas_threads
def test_the_last_of_several_to_leave_gives_the_threads_back():
    both_inside, first_left = Barrier(2), Barrier(2)

    def work(is_first):
        with threads(MIDDLE):
            both_inside.wait(timeout=10)
            if not is_first:
                first_left.wait(timeout=10)
                seen = n_threads()
        if is_first:
            first_left.wait(timeout=10)
            seen = {1}
        return seen

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, [True, False])) == [{1}, {1}]
    assert n_threads() == USUAL


@has_blas_threads
def test_fit_and_predict_give_the_threads_back():
    seen = []

    def scoring(estimator, X, y):
        seen.append(n_threads())
        return 0.0

    X, y = load_digits(return_X_y=True)
    model = SimpleMLPClassifier((64, 64), max_iter=2, batch_size=100, early_stopping=True)
    model.set_params(scoring=scoring).fit(X, y).predict_proba(X)
    assert seen[:2] == [{1}, {1}]  # the third score is that of the model that is kept
    assert n_threads() == USUAL


def check_sharing(n_threads):
    """Check that so many threads share two items."""
    barrier = Barrier(n_threads)

    def work(item):
        barrier.wait(timeout=10)
        sleep(0.01)  # time for another thread to take the next item
        return get_ident()

    assert len(set(share(work, range(2)))) == n_threads


def test_items_are_shared_between_as_many_threads_as_jobs():
    check_sharing(1)  # there are no threads outside
    with threads(SMALL, n_jobs=2):
        check_sharing(2)
        with threads(LARGE):  # the threads are those of the outer context
            check_sharing(2)
    check_sharing(1)


@has_blas_threads
def test_there_are_as_many_threads_as_blas_had():
    for limit in (1, 2):
        with threadpool_limits(limit, "blas"), threads(LARGE):
            check_sharing(limit)


def test_a_second_thread_of_python_has_no_others():
    def work():
        with threads(LARGE):
            check_sharing(1)

    with threads(LARGE), ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def test_work_is_not_shared_for_a_while_after_a_thread_was_late():
    barrier, caller = Barrier(2), get_ident()

    def work(item):
        barrier.wait(timeout=10)
        sleep(0 if get_ident() == caller else 0.05)

    with threads(SMALL, n_jobs=2):
        share(work, range(2))
        check_sharing(1)
    with threads(SMALL, n_jobs=2):
        check_sharing(2)


def test_outcomes_are_in_order_and_little_work_is_not_shared():
    with threads(SMALL, n_jobs=3):
        assert share(lambda i: i**2, range(20)) == [i**2 for i in range(20)]
        idents = share(lambda _: get_ident(), range(20), n_multiplications=LARGE - 1)
        assert set(idents) == {get_ident()}
        assert share(lambda i: share(lambda j: i + j, [0, 1]), [1, 2]) == [[1, 2], [2, 3]]


def test_the_first_of_several_exceptions_is_raised():
    barrier = Barrier(2)

    def work(item):
        barrier.wait(timeout=10)
        raise ValueError(item)

    with threads(SMALL, n_jobs=2):
        with pytest.raises(ValueError, match="first"):
            share(work, ["first", "second"])
        check_sharing(2)


def test_threads_have_the_errstate_of_the_caller():
    barrier = Barrier(2)

    def work(number):
        barrier.wait(timeout=10)
        return np.float32(3e38) * number

    with threads(SMALL, n_jobs=2), np.errstate(over="ignore"):
        assert share(work, [np.float32(10), np.float32(20)]) == [np.inf, np.inf]


def test_work_is_done_by_as_many_threads_as_start(monkeypatch):
    start, has_begun, n_started = Thread.start, Barrier(2), 0

    def start_the_first(thread):
        nonlocal n_started
        n_started += 1
        if n_started > 1:
            raise RuntimeError("can't start new thread")
        start(thread)

    def work(item):
        if item < 2:
            has_begun.wait(timeout=10)
        sleep(0 if get_ident() == caller else 0.02)
        return item

    caller = get_ident()
    monkeypatch.setattr(Thread, "start", start_the_first)
    with threads(SMALL, n_jobs=3):
        assert share(work, range(3)) == [0, 1, 2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_does_not_wait_for_threads_that_it_has_not():
    with threads(SMALL, n_jobs=2):
        check_sharing(2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # a process with threads forks
            child = os.fork()
        if child == 0:
            is_right = share(lambda i: i**2, range(3)) == [0, 1, 4]
            os._exit(0 if is_right else 1)
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("a_shape", "b_shape"),
    [((513, 301), (301, 111)), ((129, 300), (300, 577)), ((200, 300), (5, 300, 65))],
)
def test_a_product_has_the_same_bits_for_every_number_of_threads(a_shape, b_shape, dtype):
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=shape).astype(dtype) for shape in (a_shape, b_shape))
    expected = np.matmul(a.astype(float), b.astype(float))
    products = []
    for n_jobs in (1, 2, 5):
        out = np.empty(expected.shape, dtype)
        with threadpool_limits(1, "blas"), threads(LARGE, n_jobs=n_jobs):
            products.append(matmul(a, b, out).copy())
    assert_allclose(products[0], expected, rtol=1e-4, atol=1e-4)
    assert_array_equal(products[1], products[0])
    assert_array_equal(products[2], products[0])


@pytest.mark.parametrize("n_members", [1, 2])
def test_wide_networks_have_the_same_bits_for_every_number_of_threads(n_members):
    """Here products, Adam's blocks and chunks of rows are shared."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(1100, 300)), rng.integers(0, 3, 1100)

    def fit(n_jobs):
        model = plain((512,), n_members=n_members, max_iter=1, batch_size=256, random_state=0)
        with threadpool_limits(1, "blas"), joblib.parallel_config("threading"):
            model.set_params(n_jobs=n_jobs).fit(X, y)
            return model, model.predict_proba(X)

    (one, expected), (two, proba) = fit(1), fit(2)
    assert_array_equal(two.network_.parameters.values, one.network_.parameters.values)
    assert_array_equal(proba, expected)
