"""Searches and partial fits on a cluster give what they give in this process."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_info, threadpool_limits

from sknn import SimpleMLPClassifier

pytest.importorskip("distributed")

import dask.array as da
from dask.distributed import Client, LocalCluster

from benchmarks import cluster as benchmark
from examples import search_on_a_cluster as example


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def digits():
    return load_digits(return_X_y=True)


@pytest.fixture
def stream():
    return SimpleMLPClassifier((16,), random_state=0)


def in_blocks(digits):
    X, y = digits
    return da.from_array(X, chunks=(300, -1)), da.from_array(y, chunks=300)


def trained_here(model, digits):
    X, y = digits
    for start in range(0, len(X), 300):
        rows = slice(start, start + 300)
        model.partial_fit(X[rows], y[rows], classes=range(10))
    return model


def values(model):
    return model.network_.parameters.values


def assert_same_search(one, other):
    assert one.best_params_ == other.best_params_
    for split in range(3):
        name = f"split{split}_test_score"
        np.testing.assert_array_equal(one.cv_results_[name], other.cv_results_[name])


def test_searches_on_two_workers_find_what_they_find_here(client, digits):
    grid, halving = example.search_on_dask(*digits, client)
    with threadpool_limits(1):  # as in the workers: another number rounds products differently
        assert_same_search(grid, example.search_grid(*digits))
        assert_same_search(halving, example.search_by_halving(*digits))
    assert halving.n_candidates_ == [9, 3, 1]
    assert halving.n_resources_ == [4, 12, 36]


def where(*_):
    return os.getpid()


def test_both_workers_compute(client):
    with joblib.parallel_config(backend="dask", client=client):
        found = joblib.Parallel(batch_size=1)(joblib.delayed(where)(i) for i in range(20))
    assert set(found) == set(client.run(os.getpid).values())


def test_workers_have_one_blas_thread(client, digits):
    example.search_on_dask(*digits, client)  # it loads BLAS
    for libraries in client.run(threadpool_info).values():
        assert libraries
        assert {library["num_threads"] for library in libraries} == {1}


@pytest.mark.parametrize("scaling", ["robust", "standard", None])
def test_arrays_that_arrive_read_only_are_as_good(digits, scaling):
    X, y = digits
    arrays = {"X": X, "y": y, "sample_weight": np.linspace(0.5, 1.5, len(y))}
    arrived = {name: array.copy() for name, array in arrays.items()}
    for array in arrived.values():
        array.flags.writeable = False
    model = SimpleMLPClassifier((8,), max_iter=3, scaling=scaling, random_state=0)
    expected = values(clone(model).fit(**arrays))
    np.testing.assert_array_equal(values(model.fit(**arrived)), expected)


def test_blocks_train_the_model_that_their_arrays_train(client, digits, stream):
    model = example.train_in_blocks(stream, *in_blocks(digits), classes=range(10))
    expected = trained_here(SimpleMLPClassifier((16,), random_state=0), digits)
    np.testing.assert_array_equal(values(model), values(expected))


def test_blocks_are_predicted_on_the_workers(client, digits, stream):
    model = trained_here(stream, digits)
    X_blocks, _ = in_blocks(digits)
    found = example.predict_in_blocks(model, X_blocks)
    assert found.chunks == (X_blocks.chunks[0],)
    np.testing.assert_array_equal(found.compute(), model.predict(digits[0]))


def test_incremental_on_one_worker_trains_the_same_model(client, digits, stream):
    pytest.importorskip("dask_ml")
    blocks = in_blocks(digits)
    found = example.train_with_dask_ml(stream, *blocks, classes=range(10), client=client)
    with threadpool_limits(1):
        expected = trained_here(SimpleMLPClassifier((16,), random_state=0), digits)
    np.testing.assert_array_equal(values(found.estimator_), values(expected))
    assert found.score(*blocks) == expected.score(*digits)


def test_a_model_that_travels_is_small_and_leaves_the_moments_behind(digits, stream):
    assert len(pickle.dumps(stream)) < 1_000
    model = trained_here(stream, digits)
    weights = values(model).nbytes + 2 * model.network_.basis.phase.nbytes
    assert weights < len(pickle.dumps(model)) < weights + 10_000
    arrived = pickle.loads(pickle.dumps(model))
    stayed, travelled = (values(trained_here(each, digits)) for each in (model, arrived))
    assert not np.array_equal(stayed, travelled)


def test_search_on_ray_finds_what_it_finds_here(digits, tmp_path, monkeypatch):
    ray = pytest.importorskip("ray")
    monkeypatch.setenv("HOME", str(tmp_path))  # where it leaves a token
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        search = example.search_on_ray(*digits)
        with joblib.parallel_config(backend="ray", n_jobs=-1):
            found = joblib.Parallel()(joblib.delayed(where)(i) for i in range(4))
            libraries = joblib.Parallel()(joblib.delayed(threadpool_info)() for _ in range(2))
    finally:
        ray.shutdown()
    assert os.getpid() not in found
    assert all(each["num_threads"] == 1 for of_worker in libraries for each in of_worker)
    with threadpool_limits(1):
        assert_same_search(search, example.search_grid(*digits))


def test_the_example_runs_as_it_stands():
    result = subprocess.run(
        [sys.executable, Path(example.__file__)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [
        "grid",
        "halving",
        "after one pass over the blocks",
    ]


def test_the_benchmark_runs(capsys):
    benchmark.main(["--rounds", "1", "--max-iter", "1", "--empty", "6"])
    printed = capsys.readouterr().out
    assert "1 worker, 24 fits" in printed
    assert "2 workers, 24 fits" in printed
    assert "one worker / two workers" in printed


def test_overhead_is_what_is_left_of_the_workers_time():
    assert benchmark.Search(elapsed=6.0, work=10.0, longest=1.0, n_fits=4).overhead(2) == 0.5
