"""
Coming from MLPClassifier
=========================

Change the import and the name of the class, and remove the pipeline in front: it is no longer
needed. A few parameters have other names. This example shows both, and what the change brings on
three tables.
"""

import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sknn import PLAIN, SimpleMLPClassifier

# %%
# Before and after
# ----------------
# Before, a pipeline fills gaps, encodes categories and scales numbers. Here it is the usual one.

numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
columns = make_column_transformer(
    (numbers, make_column_selector(dtype_include="number")),
    (words, make_column_selector(dtype_exclude="number")),
)
before = make_pipeline(columns, MLPClassifier(random_state=0))

# %%
# After, the model does all of that itself.

after = SimpleMLPClassifier(random_state=0)

# %%
# Names
# -----
# =============================================  =============================================
# ``MLPClassifier``                              ``SimpleMLPClassifier``
# =============================================  =============================================
# ``learning_rate_init=0.001``                   ``learning_rate=0.001``
# ``learning_rate="constant"``                   ``learning_rate_schedule="constant"``
# ``alpha=λ``                                    ``weight_decay=λ``, decoupled for ``"adam"``
# ``early_stopping=True``                        the same; ``scoring=`` chooses the score
# ``n_iter_no_change``, ``tol``                  the same, for early stopping alone
# ``max_iter=200``                               ``max_iter="auto"``, a budget that is spent
# ``batch_size="auto"`` (200)                    ``batch_size="auto"`` (64, more for many rows)
# ``hidden_layer_sizes=(100,)``                  ``"auto"``: eight networks of ``(64, 64)``
# =============================================  =============================================
#
# All other parameters have the same name and meaning in both: ``activation``, ``solver``,
# ``momentum``, ``beta_1``, ``validation_fraction``, ``warm_start``, ``random_state``, ``verbose``.
#
# What it brings
# --------------
# Two data sets that scikit-learn ships, and a table of made-up customers with categories and gaps.
# Each has two splits, with half of the rows for training. Both models have their defaults.


def load_customers(n_rows=3000):
    """Return a table of made-up customers, and who of them stays."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(n_rows, 8)), columns=list("abcdefgh"))
    table["plan"] = rng.choice(["basic", "plus", "pro"], n_rows)
    table["city"] = rng.choice(["Bern", "Lima", "Oslo", "Pune", "Rome"], n_rows)
    score = 2 * np.sin(2 * table["a"]) + table["b"] * np.where(table["plan"] == "pro", 2, -1)
    stays = rng.random(n_rows) < 1 / (1 + np.exp(-2 * score))
    return table.mask(rng.random(table.shape) < 0.05), np.where(stays, "stays", "leaves")


def timed_scores(model, X_train, X_test, y_train, y_test):
    """Return error in %, log-loss and seconds of a fit."""
    start = time.perf_counter()
    with warnings.catch_warnings():
        # MLPClassifier warns that its 200 epochs are over.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X_train, y_train)
    seconds = time.perf_counter() - start
    p = model.predict_proba(X_test)
    return 100 * (1 - model.score(X_test, y_test)), log_loss(y_test, p), seconds


data_sets = {
    "breast cancer": load_breast_cancer(return_X_y=True, as_frame=True),
    "digits": load_digits(return_X_y=True, as_frame=True),
    "customers": load_customers(),
}
models = {"MLPClassifier": before, "SimpleMLPClassifier": after}
rows = []
for data, (X, y) in data_sets.items():
    for seed in range(2):
        split = train_test_split(X, y, test_size=0.5, random_state=seed, stratify=y)
        for name, model in models.items():
            rows.append((data, name, *timed_scores(model, *split)))
results = pd.DataFrame(rows, columns=["data", "model", "error in %", "log-loss", "seconds"])
means = results.groupby(["data", "model"], sort=False).mean().unstack()
print(means.round(3).to_string())

# %%
# Each line leads from ``MLPClassifier`` to ``SimpleMLPClassifier``; further left is better.

figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), sharey=True, layout="constrained")
places = np.arange(len(data_sets))
for ax, quantity in zip(axes, ["error in %", "log-loss", "seconds"], strict=True):
    values = means[quantity]
    ax.hlines(places, values.min(axis=1), values.max(axis=1), color="0.6", linewidth=2)
    for name, color in zip(models, ["C1", "C0"], strict=True):
        ax.plot(values[name], places, "o", markersize=10, color=color, label=name)
    ax.set(title=quantity, xlim=(0, None), yticks=places, yticklabels=data_sets)
    ax.margins(x=0.1, y=0.2)
axes[0].invert_yaxis()
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
plt.show()

# %%
# The same network as before
# --------------------------
# ``sknn.PLAIN`` has the settings of ``MLPClassifier``: one network, Adam with a constant learning
# rate, no smoothing, no calibration. Its result has the accuracy of ``MLPClassifier``; the starting
# weights differ, so single predictions may.

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0, stratify=y)
plain = SimpleMLPClassifier(**PLAIN, random_state=0)
rival = MLPClassifier(max_iter=60, random_state=0)
plain.set_params(max_iter=60)
for model in plain, rival:
    error, loss, seconds = timed_scores(model, X_train, X_test, y_train, y_test)
    name = type(model).__name__
    print(f"{name:20} error {error:.2f} %, log-loss {loss:.3f}, {seconds:.2f} s")
