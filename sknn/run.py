"""Run: one call of `fit` or `partial_fit`, from samples and a network to a trained model.

Here the parameters of the estimator become the parts of the first floor: loss, batches,
optimizer, callbacks.
"""

import copy
import math
import warnings
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from sknn.network.losses import make_loss
from sknn.network.objective import Objective
from sknn.network.scaling import ScaledRows
from sknn.samples import Samples, exceeds_memory
from sknn.tables import magnitude
from sknn.training import lbfgs, stochastic
from sknn.training.batches import Batches
from sknn.training.calibration import (
    assign_folds,
    effective_size,
    expected_temperature,
    fit_temperature,
    left_out,
)
from sknn.training.callbacks import (
    BestRest,
    Callback,
    EarlyStopping,
    Progress,
    ProgressiveValidation,
)
from sknn.training.history import History
from sknn.training.optimizers import Adam, Optimizer, Sgd
from sknn.training.schedules import COSLOG4_RESTS, SCHEDULES

Score = Callable[[], float]

# Beyond these a learning rate, or a feature that nothing scales, is what training diverges of.
_FAST, _LARGE = 1.0, 100.0

# Weights are drawn with a root mean square of about 1 / √n_inputs; what is below this part of it
# has decayed.
_DECAYED = 0.05

#: What a run tells of itself: attributes of the estimator.
REPORTED = (
    "best_iter_",
    "best_loss_",
    "best_validation_score_",
    "learning_rates_",
    "loss_",
    "loss_curve_",
    "n_iter_",
    "validation_scores_",
)

#: What makes a fitted model: attributes of the estimator, which are set and deleted together.
MODEL_PARTS = ("network_", "encoder_", "_loss", "temperature_", "_scaling", "_numeric_embedding")


def forget_model(model: Any) -> None:
    """Make the estimator an unfitted one; the first deletion is that of what makes it fitted."""
    for name in (*MODEL_PARTS, *REPORTED):
        vars(model).pop(name, None)


class Run:
    """One call of `fit` or `partial_fit`.

    Parameters
    ----------
    model : SimpleMLPClassifier
        The estimator, unfitted unless the run continues its model.
    parts : dict
        The attributes that make it a fitted one when training begins; `MODEL_PARTS`, of which the
        run itself adds the loss and decides on the temperature.
    samples : Samples
        What to learn from, with encoded features.
    method : {"fit", "partial_fit"}
        Which method was called.
    max_epochs : int
        Number of epochs or iterations.
    score : callable or None
        Returns the validation score of the network as it is.
    calibrates : bool
        Whether to say how sure the predictions of this network may be.
    continues : bool
        Whether the model was trained before.
    given : mapping
        `X`, `y` and `metadata` as the user passed them, for the callbacks of scikit-learn.
    """

    def __init__(
        self,
        model: Any,
        parts: dict[str, Any],
        samples: Samples,
        method: str,
        *,
        max_epochs: int,
        score: Score | None,
        calibrates: bool,
        continues: bool,
        given: Mapping[str, Any],
    ):
        self.model = model
        self.parts = parts
        self.samples = samples
        self.method = method
        self.score = score
        self.given = given
        self.calibrates = calibrates
        self.announcer: Announcer | None = None
        self.progress: Progress | None = None
        self.training = model._training
        self.network = parts["network_"]
        self.network.make_writeable()
        self.history = self._history(max_epochs)
        self.n_seen_before = model.t_ - self.history.n_epochs * self.history.n_samples
        self._before: tuple[np.ndarray, dict[str, Any]] | None = None
        if continues:
            names = ("_loss", "temperature_", "t_", *REPORTED)
            attributes = {name: vars(model)[name] for name in names if name in vars(model)}
            self._before = self.network.parameters.values.copy(), attributes
        if self.history.finished:
            return
        self.loss = parts["_loss"] = make_loss(
            model.loss,
            exclusive=not model._multilabel and len(model.classes_) > 2,
            label_smoothing=model.label_smoothing,
        )
        if method == "fit":
            expected = expected_temperature(model.label_smoothing)
            parts["temperature_"] = expected if calibrates else 1.0

    def _history(self, max_epochs: int) -> History:
        """Return the record of the run: a new one, or that of a checkpoint to be resumed."""
        n_samples, resumed = self.samples.X.shape[0], self.training.history
        new = History(max_epochs, n_samples)
        if resumed is None or self.method == "partial_fit":
            return new
        origin = self._origin()
        changed = [name for name, value in self.training.origin.items() if origin[name] != value]
        if not changed:
            return resumed
        if resumed.finished:  # a fit of its own that continues the model
            return new
        raise ValueError(
            f"The checkpoint stands after epoch {resumed.n_epochs} of {resumed.max_epochs}, and "
            f"the fit that wrote it had another {' and '.join(changed)}. Pass what it had, or "
            "train on with partial_fit."
        )

    def _origin(self) -> dict[str, Any]:
        """Return what a run that is resumed must have in common with the interrupted one."""
        X, y, weight = self.samples
        n_samples = X.shape[0]
        some = X[:: max(1, n_samples // 64)]
        some = some.toarray() if sparse.issparse(some) else np.asarray(some)
        parts = [self.model._targets(y), some, np.zeros(0) if weight is None else weight]
        checksum = 0
        for part in parts:
            checksum = zlib.crc32(np.ascontiguousarray(part, np.float64).data, checksum)
        parameters = self.model.get_params(deep=False)
        ignored = {"warm_start", "verbose", "random_state", "scoring"}
        kept = {name: repr(value) for name, value in parameters.items() if name not in ignored}
        return kept | {"n_samples": n_samples, "data (X, y or sample_weight)": checksum}

    # ---------------------------------------------------------------------- the run

    def start(self) -> None:
        """Train.  A run cut short leaves a model if an epoch was done, or if there was one."""
        try:
            if not self.history.finished:
                self._finish(self._train())
        finally:
            self.training.end_run()

    def _train(self) -> Warning | None:
        """Train and report; return what it is to be warned of."""
        history = self.history
        try:
            vars(self.model).update(self.parts)  # a whole model, in one step
            # Overflow is met by the check that every loss is finite.
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                self._minimize()
            self.report()
        except KeyboardInterrupt:
            if not self._leaves_a_model():
                raise
            return UserWarning(
                f"Training was interrupted after {history.n_epochs} of {history.max_epochs} "
                "epochs; the model can be used as it is."
            )
        except FloatingPointError as divergence:
            if not history.best_epoch:
                self._undo()
                raise FloatingPointError(f"{divergence} To help: {self._remedy()}.") from None
            self.report()
            return ConvergenceWarning(
                f"{divergence} The model is the one of epoch {history.best_epoch}, the best "
                f"before. To help: {self._remedy()}."
            )
        except BaseException:  # of a callback, say: what was learnt so far is not thrown away
            self._leaves_a_model()
            raise
        return None

    def _finish(self, problem: Warning | None) -> None:
        """Announce the end; warn of a problem, or if nothing was learnt."""
        if self.model.best_iter_ != self.history.n_epochs:
            self.training.forget_moments()
        self.history.finished = self.history.is_over  # and not interrupted
        if self.progress is not None and self.method == "fit":
            self.progress.end(self.history, self.model.temperature_)
        if self.announcer is not None:
            self.announcer.end()
        problem = problem or self._uselessness()
        if problem is not None:
            # 2 is `start`, 3 `fit`, 4 scikit-learn's wrapper of it.
            warnings.warn(problem, stacklevel=5)

    def _minimize(self) -> None:
        """Bring the samples into the network's form, let the solver minimize, and calibrate."""
        model, network, samples, history = self.model, self.network, self.samples, self.history
        certain = model._targets(samples.y)
        targets = self.loss.smooth(certain)
        frequencies = np.average(certain, axis=0, weights=samples.weight)
        history.baseline = self.loss.value_of_constant(frequencies)
        inputs = self._inputs()
        folds = self._folds()
        data = (inputs, targets.astype(network.dtype), self._weight(folds))

        def unseen() -> np.ndarray:
            """Return each sample's raw prediction by the member that has not seen it."""
            assert folds is not None  # nobody asks where no member leaves a sample out
            chunks = network.raw_chunks(inputs, scaled=True)
            return np.concatenate([left_out(raw, folds[rows]) for rows, raw in chunks])

        callbacks = self._callbacks(unseen if folds is not None else None, certain)
        l2 = 0.0 if model.solver == "adam" else model.weight_decay  # Adam's decay is decoupled
        objective = Objective(network, self.loss, l2, self.training.rng)
        if model.solver == "lbfgs":
            lbfgs.train(objective, *data, history, tol=model.tol, callbacks=callbacks)
        else:
            batches = Batches(
                *data,
                batch_size=model._batch_size(history.n_samples),
                rng=self.training.rng,
                shuffle=model.shuffle,
            )
            stochastic.train(
                objective,
                batches,
                self._optimizer(),
                history,
                learning_rate=model.learning_rate,
                schedule=SCHEDULES[self._schedule()],
                callbacks=callbacks,
                checks_last_step=self.method == "fit",
            )
        if folds is not None:
            model.temperature_ = fit_temperature(self.loss, unseen(), certain, samples.weight)
            if self.score is not None:  # the temperature is part of the model that is kept
                history.best_score = self.score()

    def _inputs(self) -> Any:
        """Return the scaled inputs, or what makes them batch by batch if they would be too large.

        Steps that see all samples need all inputs.
        """
        X, network = self.samples.X, self.network
        becomes_dense = not sparse.issparse(X) or network.scaler.offset is not None
        is_large = becomes_dense and exceeds_memory(X, network.dtype.itemsize)
        if is_large and not self.model._sees_all(self.history.n_samples):
            return ScaledRows(X, network.scaler, network.dtype)
        return network.scaler.transform(X, network.dtype)

    def _schedule(self) -> str:
        """Return the name of the schedule; a stream has no end in sight to fall towards."""
        return self.model.learning_rate_schedule if self.method == "fit" else "constant"

    def _optimizer(self) -> Optimizer:
        """Return the solver's optimizer, with the moments of the last run if it had the same."""
        model = self.model
        optimizer: Optimizer
        if model.solver == "sgd":
            optimizer = Sgd(model.momentum, model.nesterovs_momentum)
        else:
            optimizer = Adam(
                model.beta_1,
                model.beta_2,
                model.epsilon,
                model.weight_decay,
                self.network.step_factors(),
            )
        if self.training.solver == model.solver:
            optimizer.state = self.training.moments
        self.training.solver, self.training.moments = model.solver, optimizer.state
        return optimizer

    # ------------------------------------------------------ samples that members leave out

    def _folds(self) -> np.ndarray | None:
        """Return for each sample the member that leaves it out; None if all see all."""
        model, n_members = self.model, self.network.n_members
        if self.method == "partial_fit" or not self.calibrates or n_members == 1:
            return None
        codes = np.zeros(self.history.n_samples, int)
        if not model._multilabel:
            codes = np.unique(self.samples.y, return_inverse=True)[1]
        # A warm-started fit must leave out the same samples again.
        return assign_folds(codes, n_members, model._split_rng())

    def _weight(self, folds: np.ndarray | None) -> np.ndarray | None:
        """Return the weights of the samples, for each member if there are folds, of mean 1."""
        weight = self.samples.weight
        if weight is not None:
            weight = (weight / weight.mean()).astype(self.network.dtype)
        if folds is None:
            return weight
        takes_part = folds[:, np.newaxis] != np.arange(self.network.n_members)
        by_member = takes_part.astype(self.network.dtype)
        if weight is not None:
            by_member *= weight[:, np.newaxis]
        by_member /= by_member.mean(dtype=np.float64)
        return by_member

    # ------------------------------------------------------------------------ callbacks

    def _callbacks(
        self, unseen: Callable[[], np.ndarray] | None, targets: np.ndarray
    ) -> list[Callback]:
        """Return the callbacks that the parameters and the user ask for, in order."""
        model, parameters = self.model, self.network.parameters
        callbacks: list[Callback] = []
        if unseen is not None and self.score is None and self._schedule() == "coslog4":
            callbacks.append(self._best_rest(unseen, targets))
        if self.score is not None and self.method == "fit":
            patience = model.n_iter_no_change
            continues = self._before is not None
            callbacks.append(
                EarlyStopping(parameters, self.score, patience, model.tol, continues=continues)
            )
        elif self.score is not None:
            callbacks.append(ProgressiveValidation(self.score))
        if model.verbose:
            self.progress = self._progress()
            callbacks.append(self.progress)
        if vars(model).get("_skl_callbacks"):
            self.announcer = Announcer(self)
            callbacks.append(self.announcer)
        remembered = self.training.callbacks
        self.training.end_run()
        for callback in callbacks:
            callback.state.update(remembered.get(type(callback).__name__, {}))
        if self.method == "fit":
            self.training.history = self.history
            self.training.callbacks = {type(each).__name__: each.state for each in callbacks}
            self.training.origin = self._origin() if self.announcer is not None else {}
        return callbacks

    def _progress(self) -> Progress:
        """Return what prints how far the run is; a stream has one title and one head."""
        model, is_stream = self.model, self.method == "partial_fit"
        score, sign = "", 1
        if self.score is not None:
            score, sign = _name_of_score(model.scoring)
        return Progress(
            int(model.verbose),
            "" if is_stream and self._before is not None else self._title(),
            unit="iteration" if model.solver == "lbfgs" else "epoch",
            loss="loss (smoothed)" if model.label_smoothing > 0 else "loss",
            score=score,
            sign=sign,
            has_rate=model.solver != "lbfgs",
            n_seen_before=self.n_seen_before if is_stream else None,
        )

    def _title(self) -> str:
        """Return a line on the network and the samples that it learns from."""
        model = self.model
        n_samples, n_features = self.history.n_samples, model.n_features_in_
        classes = "labels" if model._multilabel else "classes"
        return (
            f"{self.network.summary()}; {n_samples:,} samples of {n_features:,} "
            f"{'feature' if n_features == 1 else 'features'}, {len(model.classes_):,} {classes}"
        )

    def _best_rest(self, unseen: Callable[[], np.ndarray], targets: np.ndarray) -> BestRest:
        """Return a callback that looks for the best moment with the samples left out."""
        weight = self.samples.weight
        n_samples, n_outputs = targets.shape
        by_output = n_outputs == 1 or self.model._multilabel
        codes = targets if by_output else targets.argmax(axis=1)

        def error() -> float:
            raw = unseen()
            found = raw > 0 if by_output else raw.argmax(axis=1)
            wrong = (found != codes).reshape(n_samples, -1).any(axis=1)
            return float(np.average(wrong, weights=weight))

        epochs = {round(rest * self.history.max_epochs) for rest in COSLOG4_RESTS} - {0}
        n_rows = effective_size(n_samples, weight)
        return BestRest(self.network.parameters, error, n_rows, epochs)

    # -------------------------------------------------------------------------- results

    def report(self, as_array: Callable[[str, list], np.ndarray] | None = None) -> None:
        """Set the attributes that tell how training went, or goes.

        `as_array` makes arrays of named lists that have grown since the last report.
        """
        history = self.history
        make = as_array or (lambda name, values: np.array(values))
        scores, rates = history.validation_score, history.learning_rate
        if scores and len(scores) < history.n_epochs:  # Ctrl-C came between an epoch and its score
            scores = scores + [np.nan] * (history.n_epochs - len(scores))
        best = history.n_epochs if history.best_epoch is None else history.best_epoch
        vars(self.model).update(
            t_=self.n_seen_before + history.n_epochs * history.n_samples,
            n_iter_=history.n_epochs,
            best_iter_=best,
            loss_curve_=make("loss", history.loss),
            loss_=history.loss[best - 1] if best else self._loss_before(),
            best_loss_=history.least_loss,
            learning_rates_=make("rates", rates) if rates else None,
            validation_scores_=make("scores", scores) if scores else None,
            best_validation_score_=history.best_score,
        )

    def _loss_before(self) -> float:
        """Return the training loss of the model that is continued."""
        assert self._before is not None
        return self._before[1]["loss_"]

    def _leaves_a_model(self) -> bool:
        """Report if an epoch was done and left finite weights, else undo the run; return which."""
        weights_are_finite = np.isfinite(np.sum(self.network.parameters.values))
        leaves_a_model = self.history.n_epochs > 0 and bool(weights_are_finite)
        if leaves_a_model:
            self.report()
        else:
            self._undo()
        return leaves_a_model

    def _undo(self) -> None:
        """Forget a new network that could not be trained; give a continued model back."""
        if self.history.progress > 0:
            self.training.forget_moments()
        if self._before is None:
            forget_model(self.model)
            return
        for name in REPORTED:
            vars(self.model).pop(name, None)
        self.network.parameters.values[...] = self._before[0]
        vars(self.model).update(self._before[1])

    def _remedy(self) -> str:
        """Return what may help against divergence, by what the case tells of its cause."""
        model, is_lbfgs = self.model, self.model.solver == "lbfgs"
        rate, decay = 1.0 if is_lbfgs else model.learning_rate, model.weight_decay
        is_scaled, size = model.scaling is not None, magnitude(self.samples.X)
        is_large, is_fast = size > _LARGE, rate > _FAST
        its_size = f", as the features go up to {size:.3g}" if is_large else ""
        helps = {
            f"a learning_rate smaller than {rate:g}": not is_lbfgs
            and (is_fast or is_scaled or not is_large),
            f"a weight_decay smaller than {decay:g}": decay > 0 and (is_lbfgs or rate * decay > 1),
            f"scaling='robust'{its_size}": not is_scaled and (is_large or not is_fast),
        }
        advice = [what for what, applies in helps.items() if applies]
        return " or ".join(advice) or "features without extreme values"

    def _uselessness(self) -> Warning | None:
        """Return a warning if the loss, though finite, tells of divergence or of nothing learnt.

        The yardstick is the loss of predicting the frequencies of the classes.  No loss should be
        a million times as large, and the final one not above it (a tenth is left for the noise of
        dropout); a single epoch, which may be just a beginning, is spared the latter.  Saturated
        neurons bound the loss of features out of all proportion: these are measured themselves.
        """
        model, history, baseline = self.model, self.history, self.history.baseline
        if self._is_decayed():
            return ConvergenceWarning(self._decay_problem())
        loss = model.loss_ - self._penalty()
        if history.peak_loss > 1e6 * max(baseline, 0.1):
            problem = f"went up to {history.peak_loss:.3g}"
        elif history.max_epochs > 1 and model.best_iter_ and loss > max(1.1 * baseline, 0.1):
            problem = f"ended at {loss:.3g}"
        elif model.scaling is None and magnitude(self.samples.X) > 1e6:
            size = magnitude(self.samples.X)
            problem = f"ended at {loss:.3g} with features up to {size:.3g}"
        else:
            return None
        may_be_slow = model.solver != "lbfgs" and model.learning_rate <= _FAST
        larger = " or a larger learning_rate" if may_be_slow else ""
        return ConvergenceWarning(
            f"The training loss {problem}, where predicting the frequencies of the classes costs "
            f"{baseline:.3g}. If training has hardly begun, allow it more than max_iter="
            f"{model.max_iter}{larger}; if it diverged, {self._remedy()}."
        )

    def _penalty(self) -> float:
        """Return what weight decay adds to the training loss."""
        if self.model.solver == "adam":
            return 0.0
        parameters = self.network.parameters
        weights = parameters.values[parameters.slices["weight"]]
        return 0.5 * self.model.weight_decay * float(weights @ weights) / self.network.n_members

    def _is_decayed(self) -> bool:
        """Return whether weight decay has left next to nothing of the weights of any layer.

        The rows, or a thousand of them, are then all predicted alike; a network that has hardly
        begun may do that too, but its weights are as large as they were drawn.
        """
        if self.model.weight_decay == 0:
            return False
        drawn = [layer for layer in self.network.dense_layers() if layer.initializer != "zeros"]
        if not drawn and not self._can_decay():
            return False
        for layer in drawn:
            if np.sqrt(layer.n_inputs * np.mean(np.square(layer.weight))) > _DECAYED:
                return False
        some = self.samples.X[:: max(1, self.history.n_samples // 1024)]
        return bool(np.ptp(self.network.predict_raw(some, self.model._merge), axis=0).max() < 0.05)

    def _can_decay(self) -> bool:
        """Return whether the steps of this run would have made drawn weights decay.

        That is asked where no layer is drawn: the size of one that starts at zero does not tell.
        """
        model, history = self.model, self.history
        n_steps = math.ceil(history.n_samples / model._batch_size(history.n_samples))
        path = n_steps * float(np.sum(history.learning_rate))
        return math.exp(-model.weight_decay * path) < _DECAYED

    def _decay_problem(self) -> str:
        """Return what to say of a model without weights."""
        model, n_rows = self.model, self.history.n_samples
        if model.solver != "lbfgs":
            n_rows = min(n_rows, model._batch_size(n_rows))
        return (
            f"The model predicts the same for every sample: weight_decay={model.weight_decay:g} "
            "has pulled all weights to zero. Choose a smaller one. The alpha of scikit-learn is "
            "weight_decay × n_samples, where n_samples is the number in a step, so alpha="
            f"{model.weight_decay:g} is weight_decay={model.weight_decay / n_rows:.3g} here."
        )


def _name_of_score(scoring: Any) -> tuple[str, int]:
    """Return a name for the validation score, and the sign that makes it what it is named."""
    if callable(scoring):
        return "validation score", 1
    if scoring == "loss":
        return "validation loss", -1
    name = scoring or "accuracy"
    return f"validation {name.removeprefix('neg_')}", -1 if name.startswith("neg_") else 1


class Announcer(Callback):
    """Tells the callbacks of scikit-learn (from 1.9) when the run and its epochs begin and end.

    Meanwhile the estimator has the attributes of a fitted one, as far as it is trained.

    Parameters
    ----------
    run : Run
        The run.
    """

    def __init__(self, run: Run):
        super().__init__()
        self.run = run
        self.told = {"estimator": run.model, **run.given}
        history = run.history
        self.task = run.model._init_callback_context(
            task_name=run.method, max_subtasks=history.max_epochs - history.n_epochs
        )
        self.task.call_on_fit_task_begin(**self.told)
        self.epoch = self.task  # until the first one begins
        self._arrays: dict[str, np.ndarray] = {}

    def on_epoch_begin(self, history):
        """Announce the epoch."""
        self.epoch = self.task.subcontext(task_name="epoch")
        self.epoch.call_on_fit_task_begin(**self.told)

    def on_epoch_end(self, history):
        """Announce its end; return whether a callback wants the run to end."""
        self.run.report(self._as_array)
        return self.epoch.call_on_fit_task_end(
            **self.told, reconstruction_attributes=self._fitted_attributes
        )

    def end(self) -> None:
        """Announce the end of the run."""
        self.task.call_on_fit_task_end(**self.told, reconstruction_attributes={})

    def _as_array(self, name: str, values: list[float]) -> np.ndarray:
        """Return a list as an array, without copying all of it for each number that it grows by."""
        array = self._arrays.get(name, np.empty(0))
        if len(values) > len(array):
            grown = np.empty(2 * len(values))
            grown[: len(values)] = values
            self._arrays[name] = array = grown
        array[len(values) - 1] = values[-1]
        return array[: len(values)]

    def _fitted_attributes(self) -> dict[str, Any]:
        """Return what makes a copy of the estimator one that stays as it is now."""
        return {"network_": copy.deepcopy(self.run.network)}
