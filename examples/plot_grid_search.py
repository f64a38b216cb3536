"""
A grid search, beside the untuned default
=========================================

``SimpleMLPClassifier`` is an ordinary scikit-learn estimator: it stands at the end of a pipeline,
and ``GridSearchCV`` tries its parameters by their names. This example searches for a good small
network, together with the number of principal components in front of it. The data are measurements
of cell nuclei, which tell malignant from benign tumours.

The untuned default model takes part too, because a search should show that it was worth its time.
"""

import time

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.decomposition import PCA
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import SimpleMLPClassifier

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)

# %%
# The search
# ----------
# The network scales its inputs itself, but the principal components in front of it do not, so they
# get a scaler. Each candidate is a single network of the given size. There are 24 settings, with
# three folds each.

pipeline = make_pipeline(
    StandardScaler(),
    PCA(),
    SimpleMLPClassifier(max_iter=30, batch_size=32, label_smoothing=0, random_state=0),
)
grid = {
    "pca__n_components": [3, 10, 20],
    "simplemlpclassifier__hidden_layer_sizes": [(4,), (32,)],
    "simplemlpclassifier__learning_rate": [3e-4, 1e-3, 3e-3, 1e-2],
}
search = GridSearchCV(pipeline, grid, scoring="neg_log_loss", cv=3)
default = SimpleMLPClassifier(random_state=0)

start = time.perf_counter()
search.fit(X_train, y_train)
search_seconds = time.perf_counter() - start
default_loss = -cross_val_score(default, X_train, y_train, scoring="neg_log_loss", cv=3).mean()
start = time.perf_counter()
default.fit(X_train, y_train)
default_seconds = time.perf_counter() - start

for name, value in search.best_params_.items():
    print(f"{name} = {value}")

# %%
# Was it worth it?
# ----------------
# The search has found a network that is many times smaller than the default, and about as good on
# data as clean as these. The default needed no search, and most of the settings are worse.

best = search.best_estimator_
rows = {
    "search": (best, best[-1], -search.best_score_, search_seconds),
    "default": (default, default, default_loss, default_seconds),
}
print(f"{'':8} {'log-loss, CV':>13} {'log-loss, test':>15} {'accuracy':>9} {'weights':>8} {'s':>5}")
for name, (model, network, loss, seconds) in rows.items():
    print(
        f"{name:8} {loss:13.3f} {log_loss(y_test, model.predict_proba(X_test)):15.3f} "
        f"{model.score(X_test, y_test):9.1%} {network.n_parameters_:8,} {seconds:5.1f}"
    )

# %%
# Every setting
# -------------
# Each colour is a number of components; dashed lines are networks of 4 neurons. The right learning
# rate matters more than the size of the network.

results = pd.DataFrame(search.cv_results_)
sizes, rates, components = (
    results[f"param_{name}"]
    for name in (
        "simplemlpclassifier__hidden_layer_sizes",
        "simplemlpclassifier__learning_rate",
        "pca__n_components",
    )
)
figure, ax = plt.subplots(figsize=(8, 4.2), layout="constrained")
for (count, size), runs in results.groupby([components, sizes.map(lambda each: each[0])]):
    ax.plot(
        runs["param_simplemlpclassifier__learning_rate"].astype(float),
        -runs["mean_test_score"],
        "o-" if size == 32 else "o--",
        color={3: "C2", 10: "C0", 20: "C4"}[count],
        label=f"{count} components, {size} neurons",
    )
ax.axhline(default_loss, color="C1", linewidth=2, label="untuned default")
ax.set(
    title="What the search has tried",
    xscale="log",
    yscale="log",
    xticks=grid["simplemlpclassifier__learning_rate"],
    yticks=[0.1, 0.2, 0.4],
    xlabel="learning rate",
    ylabel="log-loss in cross-validation",
)
ax.xaxis.set_major_formatter("{x:g}")
ax.yaxis.set_major_formatter("{x:g}")
ax.minorticks_off()
figure.legend(loc="outside right upper")
plt.show()
