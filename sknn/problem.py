"""Problem: what a network is to learn, as it was read from what the user passed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from sknn.model import Model
from sknn.preprocessing.advice import warn_of_vanishing
from sknn.preprocessing.encoder import TableEncoder
from sknn.preprocessing.labels import Labels, check_labels, check_scores_labels
from sknn.preprocessing.samples import Samples, read_samples
from sknn.preprocessing.scaler import vanishing
from sknn.preprocessing.table import Table
from sknn.preprocessing.validation import split
from sknn.preprocessing.weights import check_class_weight, explicit_class_weight
from sknn.settings import Settings, is_full_batch
from sknn.sklearn_private import rows_of


class Validation(NamedTuple):
    """What a model is scored on.

    Attributes
    ----------
    samples : Samples
        The samples, as they were read.
    features : object
        Their features as a classifier takes them: it asks for column names, and reads tables.
    """

    samples: Samples
    features: Any


class Given(NamedTuple):
    """A set of samples as the user passed it: features, labels and weights."""

    X: Any
    y: Any
    sample_weight: Any = None


class Problem(NamedTuple):
    """What a network is to learn.

    Attributes
    ----------
    encoder : TableEncoder
        What has read the features; a new one is not fitted yet.
    labels : Labels
        The classes.
    training : Samples
        What the network learns from.
    validation : Validation or None
        What it is scored on.
    known : Model or None
        The model that is continued.
    names : ndarray of shape (n_features,)
        Names of the features, or their numbers.
    is_stream : bool
        Whether this is a chunk of a stream.
    """

    encoder: TableEncoder
    labels: Labels
    training: Samples
    validation: Validation | None
    known: Model | None
    names: np.ndarray
    is_stream: bool

    def settings(self, parameters: Mapping[str, Any]) -> Settings:
        """Return what the parameters of a classifier stand for in this problem."""
        X, y, _ = self.training
        return Settings.resolve(
            parameters,
            n_samples=len(y),
            n_numbers=X.numbers.shape[1] if isinstance(X, Table) else X.shape[1],
            is_sparse=sparse.issparse(X),
            is_stream=self.is_stream,
            known=None if self.known is None else self.known.settings,
        )

    def model(self, settings: Settings, targets: np.ndarray, rng: np.random.Generator) -> Model:
        """Return an untrained model for these targets, or a copy of the one that is continued."""
        encoder, samples = self.encoder, self.training
        if self.known is not None:
            return self.known.continued(settings, samples, targets)
        model = Model.build(settings, self.labels, encoder, samples, targets, rng)
        columns = vanishing(encoder.numbers(samples.X), model.network.scaler)
        if len(columns):
            names = self.names[~encoder.is_category][columns]
            warn_of_vanishing(names.tolist(), settings.network.scaling)
        return model


def given_validation(
    X_val: Any, y_val: Any, sample_weight_val: Any, early_stopping: bool
) -> Given | None:
    """Return the user's own validation set, if there is one.

    Raise ValueError if it is not whole, or not wanted.
    """
    if (X_val is None) != (y_val is None):
        raise ValueError("X_val and y_val belong together; only one of them was given.")
    if X_val is None and sample_weight_val is not None:
        raise ValueError("sample_weight_val was given without X_val and y_val.")
    if X_val is not None and not early_stopping:
        raise ValueError("X_val and y_val are for early_stopping=True, which is off.")
    return None if X_val is None else Given(X_val, y_val, sample_weight_val)


def read_problem(
    estimator: Any,
    parameters: Mapping[str, Any],
    given: Given,
    known: Model | None,
    *,
    validation: Given | None = None,
    rng: np.random.Generator,
) -> Problem:
    """Read the training set of `fit`, and hold out samples for validation if that is wanted.

    Parameters
    ----------
    estimator : BaseEstimator
        Its number and names of features are set, or checked for a known model.
    parameters : mapping
        Its parameters.
    given : Given
        The training set.
    known : Model or None
        The model that is continued.
    validation : Given, optional
        The user's own validation set, which makes holding out needless.
    rng : Generator
        Source of the choice of samples that are held out.

    Returns
    -------
    Problem
        What the network is to learn.

    Raises
    ------
    ValueError
        If the data cannot be learnt from.
    """
    problem = _read(estimator, parameters, given, known)
    samples, held_out = problem.training, None
    if validation is not None:
        held_out = _read_validation(estimator, parameters, problem, validation)
    holds_out = parameters["early_stopping"] and validation is None
    training, chosen, rows = split(
        samples,
        fraction=parameters["validation_fraction"] if holds_out else None,
        full_batch=is_full_batch(parameters, len(samples.y)),
        rng=rng,
    )
    if chosen is not None:
        is_table = isinstance(chosen.X, Table) or hasattr(given.X, "columns")
        needs_frame = parameters["scoring"] != "loss" and is_table
        held_out = Validation(chosen, rows_of(given.X, rows) if needs_frame else chosen.X)
    return problem._replace(training=training, validation=held_out)


def read_chunk(
    estimator: Any, parameters: Mapping[str, Any], given: Given, known: Model | None, classes: Any
) -> Problem:
    """Read a chunk of a stream for `partial_fit`.

    With early stopping its samples are scored before the network learns from them, which is an
    honest score that holds nothing out: progressive validation.

    Parameters
    ----------
    estimator, parameters, given, known : object
        As in `read_problem`.
    classes : array-like of shape (n_classes,), optional
        All classes of the stream.

    Returns
    -------
    Problem
        What the network is to learn.

    Raises
    ------
    ValueError
        If the data cannot be learnt from, or `classes` are missing or not those of before.

    References
    ----------
    Blum, Kalai, Langford, "Beating the hold-out: bounds for k-fold and progressive
    cross-validation", 1999.
    """
    class_weight = parameters["class_weight"]
    if "balanced" in (class_weight if isinstance(class_weight, list) else [class_weight]):
        raise ValueError(
            "class_weight='balanced' needs all samples at once, which partial_fit does not see; "
            "pass a dict {class: weight} instead."
        )
    problem = _read(estimator, parameters, given, known, classes, is_stream=True)
    if not parameters["early_stopping"]:
        return problem
    return problem._replace(validation=Validation(problem.training, given.X))


def _read(
    estimator: Any,
    parameters: Mapping[str, Any],
    given: Given,
    known: Model | None,
    classes: Any = None,
    *,
    is_stream: bool = False,
) -> Problem:
    """Return what the user has passed, read by an encoder, with labels."""
    class_weight = parameters["class_weight"]
    encoder = TableEncoder(parameters["categorical_features"]) if known is None else known.encoder
    samples = read_samples(estimator, encoder, *given, class_weight, reset=known is None)
    if is_stream:
        _check_announced(classes, samples.y, known)
    labels = Labels.find(samples.y, classes) if known is None else known.labels
    if labels.is_multilabel and parameters["early_stopping"]:
        check_scores_labels(parameters["scoring"])
    check_class_weight(class_weight, labels)
    n_features = estimator.n_features_in_
    names = np.array(vars(estimator).get("feature_names_in_", range(n_features)), object)
    return Problem(encoder, labels, samples, None, known, names, is_stream)


def _read_validation(
    estimator: Any, parameters: Mapping[str, Any], problem: Problem, given: Given
) -> Validation:
    """Return the validation set of the user; classes are weighted as they are in training."""
    class_weight = explicit_class_weight(parameters["class_weight"], problem.training.y)
    samples = read_samples(
        estimator, problem.encoder, *given, class_weight, reset=False, label_name="y_val"
    )
    problem.labels.check(samples.y, "y_val")
    return Validation(samples, given.X)


def _check_announced(classes: Any, y: np.ndarray, known: Model | None) -> None:
    """Raise ValueError if `partial_fit` lacks `classes`, or gets others than before."""
    if known is None and classes is None and y.ndim == 1:
        raise ValueError("classes must be passed in the first call of partial_fit.")
    if y.ndim == 2 and classes is not None and len(classes) != y.shape[1]:
        raise ValueError(f"classes={classes!r} do not fit y, which has {y.shape[1]} labels.")
    if known is not None and classes is not None:
        check_labels(classes, "classes")
        classes, before = np.unique(classes), known.labels.classes
        if not np.array_equal(classes, before):
            raise ValueError(
                f"classes={classes.tolist()} are not those of the first call, {before.tolist()}."
            )
