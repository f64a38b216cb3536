"""
Saving, loading and going on
============================

A fitted model goes into a file with joblib, like any estimator of scikit-learn. This example saves
a model of old data, loads it again, and goes on training it with new data. It also shows
memory-mapping, with which many processes share one copy of the weights.

Load files only from people you trust: a pickle can run any code. skops writes files that run none,
with the same model in them: see :doc:`/files`.
"""

import tempfile
from pathlib import Path

import joblib
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import SimpleMLPClassifier

# %%
# Old data and new data
# ---------------------
# The model is trained on upright digits. Later, images arrive from another scanner, which turns
# each of them on its side.

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)


def turned(X):
    """Return the images, turned by a quarter."""
    return np.rot90(X.reshape(-1, 8, 8), axes=(1, 2)).reshape(-1, 64)


model = SimpleMLPClassifier(random_state=0).fit(X_train, y_train)
print(f"upright images: {model.score(X_test, y_test):.1%}")
print(f"turned images:  {model.score(turned(X_test), y_test):.1%}")

# %%
# Saving and loading
# ------------------
# The file holds the weights once and little else. The loaded model gives the same probabilities,
# bit for bit.

folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "digits.joblib"
joblib.dump(model, path)
loaded = joblib.load(path)
weights = model.network_.parameters.values.nbytes
print(f"weights: {weights:,} bytes, file: {path.stat().st_size:,} bytes")
same = np.array_equal(loaded.predict_proba(X_test), model.predict_proba(X_test))
print(f"the loaded model gives the same probabilities: {same}")

# %%
# Memory-mapping
# --------------
# With ``mmap_mode="r"`` the weights stay in the file, and all processes that load it share them.
# They cannot be written to. Training goes on all the same: ``partial_fit`` first makes a copy.

mapped = joblib.load(path, mmap_mode="r")
print(f"the weights can be written to: {mapped.coefs_[0].flags.writeable}")
mapped.partial_fit(turned(X_train[:20]), y_train[:20])
print(f"... and after partial_fit:     {mapped.coefs_[0].flags.writeable}")

# %%
# Going on with new data
# ----------------------
# Each call of ``partial_fit`` is an epoch on the images it is given: here 300 turned ones. The same
# network, started from nothing, takes longer to learn them. And there is a danger. A model that
# sees turned images alone forgets the upright ones; if it sees some of both, it does not.

few = slice(300)
old, new = X_train[few], turned(X_train[few])
chunks = {
    "turned images alone": (joblib.load(path), new, y_train[few]),
    "turned and upright images": (
        joblib.load(path),
        np.concatenate([new, old]),
        np.tile(y_train[few], 2),
    ),
    "a new model, turned images alone": (SimpleMLPClassifier(random_state=0), new, y_train[few]),
}
EPOCHS = 15
curves = {}
for name, (student, X_new, y_new) in chunks.items():
    start = [] if "new model" in name else [student]
    points = [(each.score(turned(X_test), y_test), each.score(X_test, y_test)) for each in start]
    for _ in range(EPOCHS):
        student.partial_fit(X_new, y_new, classes=range(10))
        points.append((student.score(turned(X_test), y_test), student.score(X_test, y_test)))
    curves[name] = np.array(points)

figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), sharey=True, layout="constrained")
for ax, column, title in zip(axes, [0, 1], ["turned images", "upright images"], strict=True):
    for (name, points), color in zip(curves.items(), ["C1", "C0", "0.5"], strict=True):
        epochs = np.arange(EPOCHS + 1)[-len(points) :]
        ax.plot(epochs, points[:, column], "o-", color=color, markersize=4, label=name)
    ax.set(title=f"Test accuracy on {title}", xlabel="epochs of partial_fit", ylim=(0, 1.02))
axes[0].set_ylabel("accuracy")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()
folder.cleanup()
