"""
Serving a model without Python: ONNX
====================================

``to_onnx`` writes the whole model to one file: encoding of categories, gaps, scaling, all members,
temperature. Runtimes for such files exist in C++, C#, Java, JavaScript and on phones. This example
exports a model of a table, checks that the file predicts the same, and answers a request in JSON.

It needs two packages: ``pip install "sknn[onnx]" onnxruntime``.
"""

import json
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import onnxruntime
import pandas as pd
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from sknn import SimpleMLPClassifier

# %%
# A model of a table
# ------------------
# Made-up customers of a shop: two columns of numbers and two of text, all with gaps.

rng = np.random.default_rng(0)
n_rows = 4000
table = pd.DataFrame(
    {
        "age": rng.integers(18, 80, n_rows).astype(float),
        "spent": rng.lognormal(4, 1, n_rows),
        "city": rng.choice(["Bern", "Lima", "Oslo", "Pune"], n_rows),
        "plan": rng.choice(["basic", "plus", "pro"], n_rows),
    }
)
score = np.sin(table["age"] / 8) + np.log(table["spent"] / 50) * np.where(
    table["plan"] == "pro", 1.5, -0.5
)
stays = np.where(score + rng.logistic(scale=0.4, size=n_rows) > 0, "stays", "leaves")
table = table.mask(rng.random(table.shape) < 0.1)
X_train, X_test, y_train, y_test = train_test_split(table, stays, random_state=0)
model = SimpleMLPClassifier(random_state=0).fit(X_train, y_train)
print(f"accuracy: {model.score(X_test, y_test):.1%}")

# %%
# The file
# --------
# Each column is an input of its own, with its name.

folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "customers.onnx"
model.to_onnx(path)
session = onnxruntime.InferenceSession(path)
print(f"{path.name}: {path.stat().st_size:,} bytes")
for each in session.get_inputs():
    print(f"  input  {each.name:13} {each.type:14} {each.shape}")
for each in session.get_outputs():
    print(f"  output {each.name:13} {each.type:14} {each.shape}")

# %%
# The same predictions
# --------------------
# A missing number is NaN, and a missing text is ``""``.


def inputs_of(table):
    """Return the columns of a table as the inputs of the file."""
    numbers = {name: table[[name]].to_numpy(float) for name in ["age", "spent"]}
    texts = {name: table[[name]].fillna("").to_numpy(object) for name in ["city", "plan"]}
    return numbers | texts


labels, p = session.run(["label", "probabilities"], inputs_of(X_test))
print(f"equal classes: {np.mean(labels == model.predict(X_test)):.0%}")
print(f"largest difference of a probability: {np.abs(p - model.predict_proba(X_test)).max():.0e}")

# %%
# A service
# ---------
# A web service has this function behind its address. It needs neither ``sknn`` nor scikit-learn,
# only ONNX Runtime and NumPy. What the request leaves out is missing.


def answer(request):
    """Return the answer to a request, both of them JSON."""
    row = json.loads(request)
    feed = {
        "age": np.array([[row.get("age", np.nan)]], dtype=float),
        "spent": np.array([[row.get("spent", np.nan)]], dtype=float),
        "city": np.array([[row.get("city", "")]], dtype=object),
        "plan": np.array([[row.get("plan", "")]], dtype=object),
    }
    (label,), (p,) = session.run(["label", "probabilities"], feed)
    return json.dumps({"label": str(label), "probability": round(float(p.max()), 3)})


print(answer('{"age": 31, "spent": 240, "city": "Lima", "plan": "pro"}'))
print(answer('{"age": 31, "spent": 240, "plan": "basic"}'))

# %%
# How long an answer takes
# ------------------------
# The time of one call for 1 to 1,000 rows, on one thread. For single rows, the checks of a
# DataFrame take longer than the network itself, so the file gains most there.

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(path, options)


def milliseconds(call, repeats=15):
    """Return the median time of a call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * np.median(times)


sizes = [1, 10, 100, 1000]
with threadpool_limits(1):
    in_python = [milliseconds(lambda n=n: model.predict_proba(X_test[:n])) for n in sizes]
feeds = [inputs_of(X_test[:n]) for n in sizes]
in_onnx = [milliseconds(lambda feed=feed: session.run(None, feed)) for feed in feeds]

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
ax.plot(sizes, in_python, "o-", color="C1", label="predict_proba of a DataFrame")
ax.plot(sizes, in_onnx, "o-", color="C0", label="ONNX Runtime")
for n, slow, fast in zip(sizes, in_python, in_onnx, strict=True):
    ax.annotate(
        f"{slow / fast:.1f} ×", (n, fast), xytext=(0, -16), textcoords="offset points", ha="center"
    )
ax.set(
    title="Milliseconds until the answer",
    xscale="log",
    yscale="log",
    xlabel="rows in a call",
    ylabel="milliseconds",
    ylim=(min(in_onnx) / 3, None),
)
ax.xaxis.set_major_formatter("{x:g}")
ax.yaxis.set_major_formatter("{x:g}")
ax.legend()
plt.show()
folder.cleanup()
