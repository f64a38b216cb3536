"""
Text with TF-IDF
================

``TfidfVectorizer`` makes sparse rows of texts, with one column for each word.
``SimpleMLPClassifier`` takes them as they are, and they stay sparse. The texts here are real and
need no download: they are the docstrings of five libraries. The task is to tell which library a
docstring comes from.
"""

# sphinx_gallery_thumbnail_number = 2

import importlib
import inspect
import re
import time

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from sknn import SimpleMLPClassifier

# %%
# The texts
# ---------
# Each text is the first paragraph of the docstring of a function, class or method. The names of the
# libraries are taken out, because they would give the answer away.

MODULES = {
    "matplotlib": "axes colors figure image patches pyplot text ticker transforms",
    "numpy": "fft linalg ma polynomial random strings",
    "pandas": "api.extensions io.api plotting core.frame core.series core.indexes.base",
    "scipy": "integrate interpolate linalg ndimage optimize signal sparse spatial stats",
    "sklearn": "cluster datasets decomposition ensemble linear_model metrics model_selection "
    "neighbors preprocessing svm tree",
}
NAMES = re.compile(r"\b(matplotlib|mpl|plt|pyplot|numpy|np|pandas|pd|scipy|sklearn|scikit)\b", re.I)


def documented(library, names):
    """Yield the public classes, functions and methods of the modules of a library."""
    for name in names.split():
        for thing in public(importlib.import_module(f"{library}.{name}")):
            if not str(thing.__module__).startswith(library):
                continue  # imported from elsewhere
            yield thing
            if inspect.isclass(thing):
                yield from public(thing)


def public(owner):
    """Return what has a docstring of its own and a public name."""
    members = [each for name, each in vars(owner).items() if not name.startswith("_")]
    return [each for each in members if callable(each) and isinstance(each.__doc__, str)]


def first_paragraph(thing):
    """Return the first paragraph of a docstring, without the names of libraries."""
    paragraph = inspect.cleandoc(thing.__doc__).partition("\n\n")[0]
    return " ".join(NAMES.sub("", paragraph).split())


texts, libraries = [], []
for library, names in MODULES.items():
    found = {first_paragraph(thing) for thing in documented(library, names)}
    found = sorted(text for text in found if len(text.split()) >= 5)
    print(f"{library:10} {len(found):5} texts, such as: {found[len(found) // 2][:60]}")
    texts += found
    libraries += [library] * len(found)
X_train, X_test, y_train, y_test = train_test_split(
    texts, libraries, test_size=0.4, random_state=0, stratify=libraries
)

# %%
# Three models
# ------------
# The rows of TF-IDF have a common scale already, so ``scaling=None`` leaves them alone. Logistic
# regression is the standard choice for text, and hard to beat. ``hidden_layer_sizes=()`` is
# logistic regression too, with smoothed targets and a calibrated temperature. The third model has a
# hidden layer and four members; ``parametrization="standard"`` gives both layers steps of one size.

models = {
    "logistic regression": LogisticRegression(C=10),
    "no hidden layer": SimpleMLPClassifier((), scaling=None, learning_rate=0.02, random_state=0),
    "64 neurons, 4 members": SimpleMLPClassifier(
        (64,),
        n_members=4,
        scaling=None,
        parametrization="standard",
        learning_rate=0.002,
        random_state=0,
    ),
}
pipelines = {}
for name, model in models.items():
    start = time.perf_counter()
    pipeline = make_pipeline(TfidfVectorizer(sublinear_tf=True, min_df=2), model)
    pipelines[name] = pipeline.fit(X_train, y_train)
    seconds = time.perf_counter() - start
    loss = log_loss(y_test, pipeline.predict_proba(X_test))
    accuracy = pipeline.score(X_test, y_test)
    print(f"{name:22} accuracy {accuracy:.1%}, log-loss {loss:.3f}, {seconds:.1f} s")
shape = pipeline[0].transform(X_train).shape
print(f"{shape[0]:,} training texts, {shape[1]:,} words")

# %%
# The words that tell
# -------------------
# Without a hidden layer each word has one weight for each library. Here are the words whose weights
# are the largest.

vectorizer, linear = pipelines["no hidden layer"]
words, weights = vectorizer.get_feature_names_out(), linear.coefs_[0]
figure, axes = plt.subplots(1, 5, figsize=(11, 3.2), sharex=True, layout="constrained")
for ax, library, weight in zip(axes, linear.classes_, weights.T, strict=True):
    top = np.argsort(weight)[-8:]
    ax.barh(words[top], weight[top], color="C0")
    ax.set_title(library)
figure.supxlabel("weight of the word")
plt.show()

# %%
# Answers to new sentences
# ------------------------
# These sentences are in no docstring. The last one has no word that helps.

sentences = [
    "Draw a dashed line between two points of the plot.",
    "Test whether two samples have the same distribution.",
    "Return the eigenvalues of a symmetric matrix.",
    "Group the rows by a column and count the missing values.",
    "Predict the class of new samples after fitting.",
    "This sentence is about cheese.",
]
p = pipelines["64 neurons, 4 members"].predict_proba(sentences)
figure, ax = plt.subplots(figsize=(10, 3.6), layout="constrained")
image = ax.imshow(p, cmap="Blues", vmin=0, vmax=1, aspect="auto")
for (row, column), value in np.ndenumerate(p):
    color = "white" if value > 0.6 else "black"
    ax.text(column, row, f"{value:.0%}", ha="center", va="center", color=color)
ax.set_xticks(range(p.shape[1]), linear.classes_)
ax.set_yticks(range(len(sentences)), sentences)
ax.set_title("Which library could have written this?")
figure.colorbar(image, label="probability")
plt.show()
