"""
Raw tables, without a pipeline
==============================

A DataFrame goes into ``SimpleMLPClassifier`` as it is: numbers with gaps, booleans, categories,
strings, pandas' nullable types, columns that say nothing. This example makes a table with every
awkward column at once, and fits it beside ``HistGradientBoostingClassifier``, which needs its
strings encoded first.

The same goes for two well-known real tables, the adult census (who earns more than 50,000 dollars)
and the passengers of the Titanic (who survived). They are downloaded from OpenML, or read from a
CSV file whose last column is the target::

    python examples/plot_raw_tables.py --adult openml --titanic openml
    python examples/plot_raw_tables.py --adult adult.csv --titanic titanic.csv

"""

import argparse
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.calibration import CalibrationDisplay
from sklearn.compose import make_column_transformer
from sklearn.datasets import fetch_openml
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder
from threadpoolctl import threadpool_limits

from sknn import SimpleMLPClassifier

parser = argparse.ArgumentParser(description="Fit tables as they are.")
parser.add_argument("--adult", metavar="CSV|openml", help="add the adult census")
parser.add_argument("--titanic", metavar="CSV|openml", help="add the passengers of the Titanic")
parser.add_argument("--pictures", metavar="DIR", default="pictures", help="where pictures go")
args = parser.parse_args()
pictures = Path(args.pictures)
pictures.mkdir(parents=True, exist_ok=True)

# %%
# A table with every awkward column at once
# -----------------------------------------
# Customers of a shop, made up: some stay and some leave.


def make_customers(n_rows, rng):
    """Return a table and its target."""
    income = rng.lognormal(10, 1, n_rows)
    visits = rng.poisson(3, n_rows)
    member = rng.random(n_rows) < 0.4
    plan = rng.choice(["basic", "plus", "pro"], n_rows)
    city = rng.choice(["Bern", "Lima", "Oslo", "Pune"], n_rows)
    street = rng.integers(0, 600, n_rows)
    reads_news = rng.random(n_rows) < 0.5
    rating = rng.integers(1, 6, n_rows)

    def with_gaps(values, part):
        return pd.Series(values, dtype=object).mask(rng.random(n_rows) < part, None)

    table = pd.DataFrame(
        {
            "income": with_gaps(income, 0.2).astype(float),  # wide tails, and gaps
            "member": member,  # booleans
            "plan": pd.Categorical(plan),  # categories
            "city": with_gaps(city, 0.1),  # strings, some of them missing
            "street": [f"Street {number}" for number in street],  # very many categories
            "visits": with_gaps(visits, 0.1).astype("Int64"),  # nullable integers
            "reads_news": with_gaps(reads_news, 0.3).astype("boolean"),  # nullable booleans
            "rating": with_gaps(rating, 0.3),  # numbers in a column of objects
            "shop": "web",  # always the same
            "remarks": np.nan,  # always missing
        }
    )
    score = (
        1.5 * np.sin(income / 15_000)
        + 0.5 * (visits - 3) * np.where(plan == "basic", 1, -0.3)
        + 1.5 * member * (city != "Oslo")
        + 0.4 * (rating - 3) * (1 + reads_news)
    )
    stays = rng.random(n_rows) < 1 / (1 + np.exp(-2 * score))
    return table, np.where(stays, "stays", "leaves")


customers, target = make_customers(4000, np.random.default_rng(0))
print(customers.head(6).to_string())
print("\n".join(f"{name:11} {dtype}" for name, dtype in customers.dtypes.items()), "\n")

# %%
# Two real tables
# ---------------
# If they are asked for. Of the Titanic's columns on OpenML two would tell who survived: the number
# of the lifeboat and that of the body.


def load_table(source, openml_id):
    """Return a table and its target from OpenML, or from a CSV file with the target last."""
    if source == "openml":
        table, y = fetch_openml(data_id=openml_id, return_X_y=True, as_frame=True)
        return table.drop(columns=["boat", "body"], errors="ignore"), y.to_numpy().astype(str)
    table = pd.read_csv(source)
    return table.iloc[:, :-1], table.iloc[:, -1].to_numpy().astype(str)


tables = {"customers": (customers, target)}
if args.adult:
    tables["adult"] = load_table(args.adult, 1590)
if args.titanic:
    tables["titanic"] = load_table(args.titanic, 40945)

# %%
# Two models
# ----------
# ``SimpleMLPClassifier`` takes the table. Gradient boosting gets codes for the strings, with rare
# ones in one group, as it takes at most 255 categories in a column; floats for all else; and no
# column without a single value. Both train on one thread.


def boosting(table):
    """Return gradient boosting, with the encoding that a table needs."""
    known = table.dropna(axis=1, how="all").convert_dtypes()
    texts = list(known.select_dtypes(["category", "string"]))
    numbers = list(known.columns.drop(texts))
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=254
    )
    floats = FunctionTransformer(lambda columns: columns.astype(float))
    return make_pipeline(
        make_column_transformer((codes, texts), (floats, numbers)),
        HistGradientBoostingClassifier(categorical_features=range(len(texts)), random_state=0),
    )


figure, axes = plt.subplots(
    1, len(tables), figsize=(4.5 * len(tables), 4.2), layout="constrained", squeeze=False
)
line = "{:10} {:20} {:>9} {:>9} {:>12} {:>8}".format
print(line("table", "model", "accuracy", "log-loss", "temperature", "seconds"))
for ax, (name, (table, y)) in zip(axes.flat, tables.items(), strict=True):
    X_train, X_test, y_train, y_test = train_test_split(
        table, y, test_size=0.3, random_state=0, stratify=y
    )
    models = {
        "SimpleMLPClassifier": SimpleMLPClassifier(random_state=0),
        "gradient boosting": boosting(table),
    }
    for label, model in models.items():
        start = time.perf_counter()
        with threadpool_limits(1):
            model.fit(X_train, y_train)
            seconds = time.perf_counter() - start
            p, accuracy = model.predict_proba(X_test), model.score(X_test, y_test)
        loss = f"{log_loss(y_test, p):.4f}"
        temperature = f"{model.temperature_:.2f}" if hasattr(model, "temperature_") else ""
        print(line(name, label, f"{accuracy:.2%}", loss, temperature, f"{seconds:.1f}"))
        CalibrationDisplay.from_predictions(
            y_test == model.classes_[1], p[:, 1], n_bins=10, strategy="quantile", name=label, ax=ax
        )
    ax.set(
        title=f"{name}: {model.classes_[1]}",
        xlabel="predicted probability",
        ylabel="how often it is so",
    )

# %%
# How sure the predictions are
# ----------------------------
# Each point is a tenth of the test rows. On the dotted line a model is as sure as it may be. The
# network's raw predictions are divided by its ``temperature_``, which is fitted to out-of-fold
# rows; below 1, it makes them surer.

figure.savefig(pictures / "raw_tables.png", dpi=100)
plt.show()
