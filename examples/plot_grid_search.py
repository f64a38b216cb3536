"""
Choosing hidden layers, activation and learning rate
====================================================

``SimpleMLPClassifier`` is an ordinary scikit-learn estimator: it goes into a pipeline behind other
steps, and ``GridSearchCV`` tries its parameters by their names. Here a search over the number of
neurons, the activation function and the learning rate, on measurements of cell nuclei that tell
malignant from benign tumours.
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import SimpleMLPClassifier

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)

# %%
# The pipeline
# ------------
# The network scales its inputs itself. The principal components before it do not, so they get a
# scaler of their own. The search gives ``hidden_layer_sizes``, so each model is a single network,
# which has no other members to calibrate it; the targets are not smoothed, because smoothed ones
# would make its predictions less sure than they may be. What is not named here, such as the
# schedule, is that of the default model.

pipeline = make_pipeline(
    StandardScaler(),
    PCA(n_components=15),
    SimpleMLPClassifier(batch_size=32, max_iter=30, label_smoothing=0, random_state=0),
)

# %%
# The search
# ----------
# Twenty settings, five folds each, on two processor cores.

grid = {
    "simplemlpclassifier__hidden_layer_sizes": [(16,), (64, 32)],
    "simplemlpclassifier__activation": ["relu", "logistic"],
    "simplemlpclassifier__learning_rate": [1e-4, 3e-4, 1e-3, 3e-3, 1e-2],
}
search = GridSearchCV(pipeline, grid, scoring="neg_log_loss", n_jobs=2)
search.fit(X_train, y_train)
for name, value in search.best_params_.items():
    print(f"{name.removeprefix('simplemlpclassifier__')} = {value}")
print(f"log-loss in cross-validation: {-search.best_score_:.3f}")
print(f"log-loss on the test set:     {-search.score(X_test, y_test):.3f}")
print(f"accuracy on the test set:     {search.best_estimator_.score(X_test, y_test):.1%}")

# %%
# The whole picture
# -----------------
# Each line is one network; the pale bands show the spread over the folds.

results = pd.DataFrame(search.cv_results_)
prefix = "param_simplemlpclassifier__"
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for (sizes, activation), runs in results.groupby(
    [prefix + "hidden_layer_sizes", prefix + "activation"]
):
    rates = runs[prefix + "learning_rate"].astype(float)
    loss, spread = -runs["mean_test_score"], runs["std_test_score"]
    style = {"relu": "-", "logistic": "--"}[activation]
    (line,) = ax.plot(rates, loss, style, marker="o", label=f"{sizes}, {activation}")
    ax.fill_between(rates, loss - spread, loss + spread, color=line.get_color(), alpha=0.1)
ax.set(xscale="log", xlabel="learning rate", ylabel="log-loss in cross-validation")
ax.set_ylim(bottom=0)
ax.legend(title="hidden layers")
plt.show()
