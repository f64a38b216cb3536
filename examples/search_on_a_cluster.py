"""
A search on a cluster
=====================

The fits of a grid search and of a successive halving run on the workers of a Dask cluster.
Here the workers are two processes of this machine; with a scheduler's address in
``Client("tcp://scheduler:8786")`` all else stays as it is. The page "Beyond one machine" of the
documentation explains it. It needs ``distributed``: ``pip install "sknn[cluster]"``.
"""

import dask
import dask.array as da
import joblib
from dask.distributed import Client, LocalCluster
from scipy.stats import loguniform
from sklearn.datasets import load_digits
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 (makes the import below work)
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV

from sknn import SimpleMLPClassifier


def search_grid(X, y):
    """Fit four settings on three folds each, and the best one on all rows."""
    search = GridSearchCV(
        SimpleMLPClassifier((32,), max_iter=10, random_state=0),
        {"activation": ["relu", "gelu"], "learning_rate": [0.003, 0.01]},
        cv=3,
    )
    return search.fit(X, y)


def search_by_halving(X, y):
    """Give nine candidates 4 epochs, the best three 12, and the best of these 36."""
    search = HalvingRandomSearchCV(
        SimpleMLPClassifier((32,), random_state=0),
        {"activation": ["relu", "gelu"], "learning_rate": loguniform(0.001, 0.03)},
        n_candidates=9,
        factor=3,
        resource="max_iter",
        min_resources=4,
        max_resources=36,
        cv=3,
        random_state=0,
    )
    return search.fit(X, y)


def search_on_dask(X, y, client):
    """Run both searches on the workers that the client knows."""
    with joblib.parallel_config(backend="dask", client=client):
        return search_grid(X, y), search_by_halving(X, y)


def search_on_ray(X, y):
    """Run the grid search on Ray, on as many processes as its cluster has processors."""
    from ray.util.joblib import register_ray

    register_ray()
    with joblib.parallel_config(backend="ray", n_jobs=-1):
        return search_grid(X, y)


def train_in_blocks(model, X, y, classes):
    """Train on the blocks of Dask arrays in their order, one of them in memory at a time."""
    for block in zip(X.to_delayed().ravel(), y.to_delayed(), strict=True):
        model.partial_fit(*dask.compute(*block), classes=classes)
    return model


def train_with_dask_ml(model, X, y, classes, client):
    """Do the same on one worker with dask-ml; the blocks travel there, the model stays."""
    from dask_ml.wrappers import Incremental

    worker = next(iter(client.ncores()))
    with dask.annotate(workers=[worker]):
        return Incremental(model, shuffle_blocks=False).fit(X, y, classes=classes)


def predict_in_blocks(model, X):
    """Return a Dask array of predictions; each worker computes those of the blocks it has."""
    return X.map_blocks(model.predict, drop_axis=1, meta=model.classes_[:0])


def main():
    """Start two workers, search, and train on the blocks of a Dask array."""
    X, y = load_digits(return_X_y=True)
    with LocalCluster(n_workers=2, threads_per_worker=1) as cluster, Client(cluster) as client:
        grid, halving = search_on_dask(X, y, client)
        print("grid:", grid.best_params_)
        print("halving:", halving.best_params_)

        blocks = da.from_array(X, chunks=(300, -1)), da.from_array(y, chunks=300)
        model = train_in_blocks(SimpleMLPClassifier(random_state=0), *blocks, classes=range(10))
        right = predict_in_blocks(model, blocks[0]) == blocks[1]
        print(f"after one pass over the blocks: {right.mean().compute():.2f}")


if __name__ == "__main__":  # the workers import this file too
    main()
