"""BLAS threads, as threadpoolctl sees them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_info

from sknn import SimpleMLPClassifier
from sknn.network.blas import blas_threads

SMALL, MIDDLE, LARGE = 1000, 10**6, 10**9


def n_threads():
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


USUAL = n_threads()

pytestmark = pytest.mark.skipif(max(USUAL) < 2, reason="BLAS has one thread")


@pytest.mark.parametrize(("size", "inside"), [(SMALL, USUAL), (MIDDLE, {1}), (LARGE, USUAL)])
def test_products_between_small_and_large_have_one_thread(size, inside):
    with blas_threads(size):
        assert n_threads() == inside
    assert n_threads() == USUAL


def test_an_exception_gives_the_threads_back():
    with pytest.raises(ZeroDivisionError), blas_threads(MIDDLE):
        raise ZeroDivisionError
    assert n_threads() == USUAL


def test_the_last_of_several_to_leave_gives_the_threads_back():
    both_inside, first_left = Barrier(2), Barrier(2)

    def work(is_first):
        with blas_threads(MIDDLE):
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


def test_fit_and_predict_give_the_threads_back():
    seen = []

    def scoring(estimator, X, y):
        seen.append(n_threads())
        return 0.0

    X, y = load_digits(return_X_y=True)
    model = SimpleMLPClassifier((64, 64), max_iter=2, batch_size=100, early_stopping=True)
    model.set_params(scoring=scoring).fit(X, y).predict_proba(X)
    assert seen == [{1}, {1}]
    assert n_threads() == USUAL
