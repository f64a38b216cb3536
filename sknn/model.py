"""Model: what was learnt, as one object that predicts.

Encoder → scaler → network → calibration → loss.  The estimator, files, displays and ONNX all work
on it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from threading import Lock
from typing import Any, Self

import numpy as np
from joblib import effective_n_jobs
from scipy import sparse

from sknn.calibration import Calibration
from sknn.network.embedding import Basis
from sknn.network.losses import Loss, make_loss, smoothing_prior
from sknn.network.perceptron import CHUNK_ROWS, MultilayerPerceptron
from sknn.network.rows import Rows, blocks, to_dense
from sknn.network.scaling import InputScaler
from sknn.preprocessing.encoder import TableEncoder
from sknn.preprocessing.labels import Labels
from sknn.preprocessing.ramps import MAX_ROWS, fit_ramps
from sknn.preprocessing.samples import Samples, working_memory
from sknn.preprocessing.scaler import fit_scaler
from sknn.settings import NetworkSettings, Settings
from sknn.training.data import TrainingSet

# From calibrated raw predictions of members to a result for each row.
_OfRaw = Callable[[np.ndarray], np.ndarray]


@dataclass(eq=False)
class Model:
    """A model of tables, whole from its first moment.

    Attributes
    ----------
    settings : NetworkSettings
        The form of the network.
    labels : Labels
        The classes.
    encoder : TableEncoder
        Makes inputs of numbers, categories and missing values.
    network : MultilayerPerceptron
        The layered network, with the scaling of its inputs.
    loss : Loss
        Owns the link from raw predictions to probabilities.
    calibration : Calibration
        Makes raw predictions as sure as they are right.
    """

    settings: NetworkSettings
    labels: Labels
    encoder: TableEncoder
    network: MultilayerPerceptron
    loss: Loss
    calibration: Calibration

    @classmethod
    def build(
        cls,
        settings: Settings,
        labels: Labels,
        encoder: TableEncoder,
        samples: Samples,
        targets: np.ndarray,
        rng: np.random.Generator,
    ) -> Self:
        """Return an untrained model: encoder and scaling are fitted, starting weights are drawn.

        The encoder has read the samples, the labels have made the targets; `rng` is the source of
        the starting weights.
        """
        form, X, weight = settings.network, samples.X, samples.weight
        # A stream may bring the same rows again, for which statistics would not be cross-fitted.
        has_statistics = encoder.has_categories and not settings.is_stream
        encoder.fit(X, weight, targets if has_statistics else None)
        scaler = fit_scaler(form.scaling, form.numeric_embedding, encoder.numbers(X), weight)
        basis = None
        if form.numeric_embedding is not None and encoder.n_numbers > 0:
            basis = Basis.draw(encoder.n_numbers, np.dtype(form.dtype), rng)
        if form.numeric_embedding == "periodic+ramps" and basis is not None:
            basis = basis.with_ramps(*_ramps(labels, encoder, scaler, samples))
        network = MultilayerPerceptron(
            (encoder.n_inputs, *form.hidden_layer_sizes, labels.n_outputs),
            activation=form.activation,
            dropout=form.dropout,
            dtype=form.dtype,
            scaler=scaler,
            n_members=form.n_members,
            parametrization=form.parametrization,
            basis=basis,
            input_scale=form.scaling == "robust",
            n_categories=encoder.n_embedded,
        )
        network.initialize(rng)
        loss = _loss(settings, labels, targets, weight)
        calibration = Calibration.from_prior(loss, settings.temperature)
        return cls(form, labels, encoder, network, loss, calibration)

    def continued(self, settings: Settings, samples: Samples, targets: np.ndarray) -> Self:
        """Return a copy to train on samples with these targets; this model stays as it is."""
        network = self.network.copy()
        loss = _loss(settings, self.labels, targets, samples.weight, self.loss.prior)
        if settings.is_stream:
            return replace(self, network=network, loss=loss)
        calibration = Calibration.from_prior(loss, settings.temperature)
        return replace(self, network=network, loss=loss, calibration=calibration)

    def training_set(
        self, settings: Settings, samples: Samples, targets: np.ndarray
    ) -> TrainingSet:
        """Return samples as what the network learns from: inputs in its dtype, targets, weights.

        The inputs are an ndarray, a CSR matrix or, if training goes batch by batch and they would
        exceed scikit-learn's `working_memory`, lazy rows.
        """
        if settings.is_stream:
            X = self.encoder.transform(samples.X)
        else:
            X = self.encoder.transform_training_set(samples.X, targets, samples.weight)
        most_bytes = math.inf if settings.full_batch else working_memory()
        inputs = self.network.inputs(X, most_bytes=most_bytes)
        return TrainingSet(inputs, targets, samples.weight)

    def summary(self, n_samples: int) -> str:
        """Return a line on the network and the samples that it learns from."""
        n_features = len(self.encoder.is_category)
        kind = "labels" if self.labels.is_multilabel else "classes"
        return (
            f"{self.network.summary()}; {n_samples:,} samples of {n_features:,} "
            f"{'feature' if n_features == 1 else 'features'}, {len(self.labels.classes):,} {kind}"
        )

    @property
    def offset(self) -> np.ndarray:
        """What is added to raw predictions, of shape (n_outputs,); zeros if nothing is."""
        offset = self.calibration.offset
        return np.zeros(self.labels.n_outputs) if offset is None else offset.copy()

    # ---------------------------------------------------------------- prediction

    def predict(self, X: Rows, n_jobs: int | None = None) -> np.ndarray:
        """Return the most probable classes, or the indicator matrix of labels.

        `X` is an ndarray, CSR matrix or Table that was read, and `n_jobs` the number of threads,
        after joblib; so it is for the methods below.
        """
        return self.labels.decide(self.raw(X, n_jobs))

    def raw(self, X: Rows, n_jobs: int | None = None) -> np.ndarray:
        """Return the raw predictions of all members as one, of shape (n_rows, n_outputs)."""
        return self._of_rows(X, self.loss.link.merge, n_jobs)

    def proba(self, X: Rows, n_jobs: int | None = None) -> np.ndarray:
        """Return the probability of each class, float64, of shape (n_rows, n_classes)."""
        return self._of_rows(X, self._of_classes(self.loss.proba), n_jobs)

    def log_proba(self, X: Rows, n_jobs: int | None = None) -> np.ndarray:
        """Return the logarithms of the probabilities, without `log(0)`; shape as of `proba`."""
        return self._of_rows(X, self._of_classes(self.loss.log_proba), n_jobs)

    def _of_classes(self, proba: _OfRaw) -> _OfRaw:
        """Return what gives the probabilities of both classes where one output stands for both."""
        if not self.labels.is_binary:
            return proba
        return lambda raw: np.hstack([proba(-raw), proba(raw)])

    def _of_rows(self, X: Any, of_raw: _OfRaw, n_jobs: int | None) -> np.ndarray:
        """Return a function of the raw predictions of all rows; refuse overflow."""
        X = self.encoder.transform(X)
        results: list[np.ndarray] = []
        lock = Lock()

        def of_chunk(rows: slice, raw: np.ndarray) -> None:
            if not np.isfinite(raw).all():
                is_finite = np.isfinite(raw).all(axis=-1).reshape(-1, raw.shape[-2])
                raise PredictionOverflowError(rows.start + int(is_finite.all(axis=0).argmin()))
            of_rows = of_raw(self.calibration.apply(raw))
            with lock:
                if not results:
                    results.append(np.empty((X.shape[0], *of_rows.shape[1:]), of_rows.dtype))
            results[0][rows] = of_rows

        n_jobs = effective_n_jobs(n_jobs) if X.shape[0] > CHUNK_ROWS else 1
        with np.errstate(over="ignore", invalid="ignore"):
            self.network.map_chunks(of_chunk, X, n_jobs=n_jobs)
        return results[0]

    def activations(self, X: Rows) -> list[np.ndarray]:
        """Return the scaled inputs, the activations of each hidden layer, and those of the outputs.

        The shapes are (n_rows, n_units), or (n_members, n_rows, n_units) in the hidden layers of
        several members.
        """
        inputs, *hidden = self.network.hidden_activations(self.encoder.transform(X))
        outputs = np.exp(self.loss.link.log_activations(self.raw(X)))
        return [inputs.toarray() if sparse.issparse(inputs) else inputs, *hidden, outputs]

    def mean_loss(self, X: Rows, targets: np.ndarray, weight: np.ndarray | None) -> float:
        """Return the weighted mean loss of the predictions for features that were read.

        Targets have shape (n_rows, n_outputs), and weights, if there are any, (n_rows,).
        """
        return self.loss.mean(self.raw(X), targets, weight)

    # --------------------------------------------------------------------- files

    def definition(self) -> dict[str, Any]:
        """Return in plain types what defines the model."""
        return {
            "settings": asdict(self.settings),
            "classes": self.labels.classes,
            "is_multilabel": self.labels.is_multilabel,
            "encoder": self.encoder.definition(),
            "network": self.network.definition(),
            "loss": self.loss.definition(),
            "temperature": self.calibration.temperature,
            "offset": self.calibration.offset,
        }

    @classmethod
    def from_definition(cls, definition: Mapping[str, Any]) -> Self:
        """Return the model with that definition; `persistence` checks it."""
        settings: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in definition["settings"].items()
        }
        loss = definition["loss"]
        return cls(
            NetworkSettings(**settings),
            Labels(_in_memory(definition["classes"]), definition["is_multilabel"]),
            TableEncoder.from_definition(definition["encoder"]),
            MultilayerPerceptron.from_definition(definition["network"]),
            make_loss(**loss | {"prior": _in_memory(loss["prior"])}),
            Calibration(definition["temperature"], _in_memory(definition["offset"])),
        )


class PredictionOverflowError(ValueError):
    """A prediction that is not finite."""

    def __init__(self, row: int):
        super().__init__(
            f"The prediction for row {row} of X overflows: its features are too far from "
            "those of the training data."
        )


def _in_memory(array: Any) -> Any:
    """Return the base array of a memory map, as in the network; all else as it is."""
    return np.asarray(array) if isinstance(array, np.memmap) else array


def _ramps(
    labels: Labels, encoder: TableEncoder, scaler: InputScaler, samples: Samples
) -> tuple[np.ndarray, np.ndarray]:
    """Return where the ramps of the numbers start, and their slopes, from some of the samples."""
    rows = np.arange(len(samples.y)) if samples.weight is None else np.flatnonzero(samples.weight)
    if len(rows) > MAX_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MAX_ROWS, replace=False))
    samples = samples.take(rows)
    inputs = encoder.transform(samples.X)
    numbers = np.empty((len(rows), encoder.n_numbers))
    for block in blocks(inputs):  # the inputs of categories may be many times as large
        scaled = scaler.transform(inputs[block], numbers.dtype)
        numbers[block] = to_dense(scaled)[:, : encoder.n_numbers]
    return fit_ramps(numbers, labels.codes(samples.y), samples.weight)


def _loss(
    settings: Settings,
    labels: Labels,
    targets: np.ndarray,
    weight: np.ndarray | None,
    prior: np.ndarray | None = None,
) -> Loss:
    """Return the loss for these targets; that of a stream keeps the prior, if it has one."""
    if not settings.is_stream:
        prior = smoothing_prior(targets, weight, exclusive=labels.is_exclusive)
    return make_loss(
        settings.loss,
        exclusive=labels.is_exclusive,
        label_smoothing=settings.label_smoothing,
        prior=prior,
    )
