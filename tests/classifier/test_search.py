"""A grid search in several processes, on data that cannot be written to."""

import joblib
import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

from tests.models import quick


@pytest.mark.slow
def test_grid_search_in_two_processes_equals_one(tmp_path, digits):
    X, y = digits
    joblib.dump(X, tmp_path / "X.joblib")
    X = joblib.load(tmp_path / "X.joblib", mmap_mode="r")
    assert not X.flags.writeable
    grid = {"simplemlpclassifier__learning_rate": [0.001, 0.01]}
    pipeline = make_pipeline(MaxAbsScaler(), quick(max_iter=5))
    searches = [GridSearchCV(pipeline, grid, cv=2, n_jobs=jobs).fit(X, y) for jobs in (1, 2)]
    scores = [search.cv_results_["mean_test_score"] for search in searches]
    np.testing.assert_array_equal(*scores)
    assert searches[0].best_params_ == searches[1].best_params_
    np.testing.assert_array_equal(*(search.predict_proba(X) for search in searches))
