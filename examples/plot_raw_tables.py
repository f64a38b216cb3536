"""
Raw tables, without a pipeline
==============================

A DataFrame goes into ``SimpleMLPClassifier`` as it is: numbers with gaps, booleans, categories,
strings, pandas' nullable types, and columns that say nothing. ``HistGradientBoostingClassifier``
needs its strings encoded first.

**Which of the two is better?** It depends on the table. This example shows a target where the
network wins, and one where boosting wins.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

from sknn import SimpleMLPClassifier

# %%
# A table with every awkward column
# ---------------------------------
# Made-up customers of a shop, with their spending in each of the last twelve months.


def make_customers(n_rows, rng):
    """Return a table, and the two scores that decide who stays."""

    def with_gaps(values, part):
        return pd.Series(values, dtype=object).mask(rng.random(n_rows) < part, None)

    habit = rng.normal(0, 0.5, (n_rows, 1))
    spending = np.exp(4 + habit + rng.normal(0, 0.6, (n_rows, 12)))
    age = rng.integers(18, 80, n_rows)
    visits = rng.poisson(3, n_rows)
    rating = rng.integers(1, 6, n_rows)
    reads_news = rng.random(n_rows) < 0.5
    member = rng.random(n_rows) < 0.4
    plan = rng.choice(["basic", "plus", "pro"], n_rows)
    city = rng.choice(["Bern", "Lima", "Oslo", "Pune"], n_rows)

    months = [with_gaps(column, 0.05).astype(float) for column in spending.T]
    table = pd.DataFrame({f"month_{i}": column for i, column in enumerate(months, 1)})  # gaps
    table["age"] = age  # integers
    table["visits"] = with_gaps(visits, 0.1).astype("Int64")  # nullable integers
    table["rating"] = with_gaps(rating, 0.1)  # numbers in a column of objects
    table["reads_news"] = with_gaps(reads_news, 0.1).astype("boolean")  # nullable booleans
    table["member"] = member  # booleans
    table["plan"] = pd.Categorical(plan)  # categories
    table["city"] = with_gaps(city, 0.1)  # strings, some of them missing
    table["shop"] = "web"  # always the same
    table["remarks"] = np.nan  # always missing

    trend = np.log(spending) @ np.linspace(-1.5, 1.5, 12)
    sums = (
        2.4 * trend * np.where(plan == "basic", 1, 0.5)
        + 0.7 * (rating - 3) * (1 + reads_news)
        + 1.2 * member * (city != "Oslo")
        - 0.5
    )
    rules = (
        3 * (spending[:, 11] > 60)
        - 3 * ((visits < 2) & (plan != "pro"))
        + 2.2 * ((age > 30) & (age < 45))
        + 2.2 * (member & (city == "Oslo"))
        - 2.2 * ((rating <= 2) & reads_news)
        - 0.7
    )
    return table, {"sums": sums, "rules": rules}


rng = np.random.default_rng(0)
table, scores = make_customers(9000, rng)
print(table.iloc[:5, 10:].to_string())
print(table.dtypes.iloc[10:].to_string())

# %%
# Two targets
# -----------
# * **sums**: the customer stays if spending grows. This trend is a weighted sum of twelve columns.
#   No column alone says much.
# * **rules**: a few thresholds decide, such as "more than 60 in the last month" and "between 30 and
#   45 years old".
#
# Both are noisy, so no model can always be right.

targets = {
    name: np.where(rng.random(len(table)) < 1 / (1 + np.exp(-score)), "stays", "leaves")
    for name, score in scores.items()
}

# %%
# Two models
# ----------
# ``SimpleMLPClassifier`` takes the table. For gradient boosting, strings become codes, all other
# columns become floats, and a column without any value is left out.


def boosting(table):
    """Return gradient boosting, with the encoding that the table needs."""
    known = table.dropna(axis=1, how="all").convert_dtypes()
    texts = list(known.select_dtypes(["category", "string"]))
    numbers = list(known.columns.drop(texts))
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    floats = FunctionTransformer(lambda columns: columns.astype(float))
    return make_pipeline(
        make_column_transformer((codes, texts), (floats, numbers)),
        HistGradientBoostingClassifier(categorical_features=range(len(texts)), random_state=0),
    )


models = {
    "SimpleMLPClassifier": SimpleMLPClassifier(random_state=0),
    "gradient boosting": boosting(table),
}
sizes = [250, 500, 1000, 2000, 4000]
test = slice(max(sizes), None)
results = []
for target, y in targets.items():
    for size in sizes:
        for name, model in models.items():
            model.fit(table[:size], y[:size])
            loss = log_loss(y[test], model.predict_proba(table[test]))
            error = 100 * (1 - model.score(table[test], y[test]))
            results.append((target, name, size, error, loss))
results = pd.DataFrame(results, columns=["target", "model", "rows", "error in %", "log-loss"])
print(results.set_index(["target", "rows", "model"]).unstack().round(3).to_string())

# %%
# Who wins
# --------
# Lower is better. The network learns sums from few rows. Trees cut one column at a time, so they
# need many cuts for a sum, but only one for a threshold. With few rows the network's probabilities
# are better for both targets, because boosting is too sure of them.

figure, axes = plt.subplots(2, 2, figsize=(9, 5.6), sharex=True, sharey="row", layout="constrained")
for column, target in zip(axes.T, targets, strict=True):
    for ax, quantity in zip(column, ["error in %", "log-loss"], strict=True):
        for name, color in zip(models, ["C0", "C1"], strict=True):
            rows = results[(results["target"] == target) & (results["model"] == name)]
            ax.plot(rows["rows"], rows[quantity], "o-", color=color, label=name)
        ax.set(xscale="log", xticks=sizes, xticklabels=[f"{size:,}" for size in sizes])
        ax.minorticks_off()
    column[0].set_title(f"target: {target}")
    column[1].set_xlabel("training rows")
axes[0, 0].set_ylabel("error in %")
axes[1, 0].set_ylabel("log-loss")
axes[0, 1].legend()
plt.show()

# %%
# **In practice**, try both; each is one line. Boosting is the better first choice if thresholds
# matter, for columns of very many categories, and where fits must be short: it trains in a fraction
# of the time.
