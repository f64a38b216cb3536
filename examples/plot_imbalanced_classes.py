"""
Imbalanced classes: choose a threshold from the costs
=====================================================

One payment in thirty is a fraud. ``predict`` chooses the more probable class, so it rarely says
"fraud", although a missed fraud costs more than a needless check. Two remedies are common:
``class_weight="balanced"``, and a lower threshold. This example compares them.

**In short:** the default model predicts probabilities that are near the true frequencies, so the
threshold follows from the costs. No search is needed. Balanced weights distort the probabilities.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.calibration import CalibrationDisplay
from sklearn.datasets import make_classification
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import confusion_matrix, log_loss
from sklearn.model_selection import FixedThresholdClassifier, train_test_split

from sknn import SimpleMLPClassifier

X, y = make_classification(
    n_samples=24_000,
    n_features=12,
    n_informative=8,
    n_clusters_per_class=3,
    weights=[0.97],
    class_sep=0.9,
    random_state=0,
)
fraud = np.where(y == 1, "fraud", "honest")
X_train, X_test, y_train, y_test = train_test_split(
    X, fraud, train_size=6000, stratify=y, random_state=0
)
print(f"{np.mean(y_train == 'fraud'):.1%} of {len(y_train):,} training rows are frauds")

# %%
# Two models
# ----------
# They differ in ``class_weight`` alone.

models = {
    "default": SimpleMLPClassifier(random_state=0),
    "balanced": SimpleMLPClassifier(class_weight="balanced", random_state=0),
}
chances = {}
for name, model in models.items():
    model.fit(X_train, y_train)
    chances[name] = model.predict_proba(X_test)[:, list(model.classes_).index("fraud")]
    print(
        f"{name:9} mean probability of fraud: {chances[name].mean():5.1%}, "
        f"log-loss: {log_loss(y_test == 'fraud', chances[name]):.3f}"
    )

# %%
# The threshold follows from the costs
# ------------------------------------
# A missed fraud costs 20, and a needless check costs 1. A check is worth its price if
# ``20 p > 1 - p``, where ``p`` is the probability of fraud. So the threshold is
# ``1 / (1 + 20)``, about 0.05.

MISSED, CHECK = 20, 1
threshold = CHECK / (CHECK + MISSED)


def cost(checked):
    """Return the cost of 1,000 payments, given which of the test payments are checked."""
    is_fraud = y_test == "fraud"
    total = MISSED * np.sum(is_fraud & ~checked) + CHECK * np.sum(~is_fraud & checked)
    return 1000 * total / len(y_test)


print("cost of 1,000 payments")
print(f"  nothing is checked:               {cost(np.zeros(len(y_test), bool)):6.0f}")
for name, p in chances.items():
    print(f"  {name:9} at a threshold of 0.50: {cost(p >= 0.5):6.0f}")
    print(f"  {name:9} at a threshold of {threshold:.2f}: {cost(p >= threshold):6.0f}")

# %%
# The left picture shows the cost of every threshold. A dot marks the threshold from the costs. For
# the default model it is near the best one. The balanced model has its lowest costs near 0.5, but
# they are higher, and with other costs its best threshold would be unknown.
#
# The right picture shows the reason. On the dotted line, predicted probabilities are those that
# come true. The balanced model overstates the risk many times over.

figure, (cost_ax, calibration_ax) = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
thresholds = np.geomspace(0.005, 0.95, 120)
for (name, p), color in zip(chances.items(), ["C0", "C1"], strict=True):
    cost_ax.plot(thresholds, [cost(p >= t) for t in thresholds], color=color, label=name)
    cost_ax.plot(threshold, cost(p >= threshold), "o", color=color, markersize=9)
    CalibrationDisplay.from_predictions(
        y_test == "fraud",
        p,
        n_bins=8,
        name=name,
        color=color,
        ax=calibration_ax,
    )
cost_ax.set(
    title="Cost of each threshold",
    xscale="log",
    xticks=[0.01, 0.05, 0.2, 0.5],
    xticklabels=["0.01", "0.05", "0.2", "0.5"],
    xlabel="threshold for the probability of fraud",
    ylabel="cost of 1,000 payments",
    ylim=(0, None),
)
cost_ax.minorticks_off()
cost_ax.legend(title="class_weight")
calibration_ax.set(
    title="Predicted and actual frauds",
    xlabel="predicted probability of fraud",
    ylabel="part that are frauds",
)
calibration_ax.legend(loc="upper left")
plt.show()

# %%
# A classifier with this threshold
# --------------------------------
# scikit-learn's ``FixedThresholdClassifier`` puts the threshold around the fitted model. Where
# the costs cannot be stated, ``TunedThresholdClassifierCV`` finds the threshold that is best for a
# metric.

checker = FixedThresholdClassifier(
    FrozenEstimator(models["default"]), threshold=threshold, pos_label="fraud"
).fit(X_train, y_train)
for name, model in {"predict": models["default"], "with threshold": checker}.items():
    (found, missed), (checked, _) = confusion_matrix(y_test, model.predict(X_test))
    print(f"{name:15} finds {found:3} of {found + missed} frauds, and checks {checked} honest rows")
