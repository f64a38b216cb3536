"""SimpleMLPClassifier: the network as a scikit-learn estimator.

Its methods read as tables of contents.  What they name is done elsewhere: samples are read in
`preprocessing`, parameters are settled in `settings`, a `Model` predicts, and `training` trains it.
"""

import copy
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sknn.callback_adapter import CallbackAdapter
from sknn.files import persistence
from sknn.fitted import array_or_none, of_history, of_model
from sknn.model import Model
from sknn.onnx.skl2onnx import OnnxMixin
from sknn.parameters import suggestions
from sknn.parameters.checks import CONSTRAINTS, check_parameters, validate
from sknn.preprocessing.samples import read_features
from sknn.problem import Given, Problem, given_validation, read_chunk, read_problem
from sknn.scoring import Score, make_score, name_of_score
from sknn.settings import Settings
from sknn.site import address
from sknn.sklearn_private import (
    CallbackSupportMixin,
    available_if,
    has_callbacks,
    with_validation,
)
from sknn.training.callbacks import Callback
from sknn.training.data import TrainingSet
from sknn.training.history import History
from sknn.training.progress import Progress
from sknn.training.session import Result, train
from sknn.training.state import TrainingState
from sknn.user_warnings import warn_user


def _trains_in_batches(classifier: "SimpleMLPClassifier") -> bool:
    """Return whether `partial_fit` has a meaning for the solver."""
    if classifier.solver == "lbfgs":
        raise AttributeError("partial_fit needs solver='adam' or 'sgd'; solver='lbfgs' was given.")
    return True


class SimpleMLPClassifier(OnnxMixin, CallbackSupportMixin, ClassifierMixin, BaseEstimator):
    """A layered neural network for classification, with scikit-learn's interface.

    Raw features are encoded and scaled inside the model: tables may have categories and gaps.
    Between two layers of neurons the network computes `a = f(W a + b)`; the last layer gives a
    probability to each class.

    Parameters
    ----------
    hidden_layer_sizes : "auto", int or sequence of int, default="auto"
        Number of neurons in each hidden layer; `()` for none, which is logistic regression.
        "auto" is (64, 64).
    activation : {"identity", "logistic", "tanh", "relu", "leaky_relu", "elu", "selu", "silu", \
            "gelu", "mish"}, default="relu"
        Activation function of the hidden neurons.
    n_members : "auto" or int, default="auto"
        Number of networks of this form that are trained side by side, on the same batches from
        different starting weights, and whose probabilities are averaged.  "auto" is 8 if
        `hidden_layer_sizes` is "auto" too, 16 for fewer than 500 samples, and 1 if
        `hidden_layer_sizes` describes a network.
    parametrization : {"auto", "ntk", "standard"}, default="auto"
        Starting weights and steps.  "standard": Glorot's or He's weights, biases of 0, and equal
        steps.  "ntk", for "adam" only: the neural tangent parametrization, in which steps grow
        smaller with the width of a layer, starting biases are random, and the last layer starts
        at 0.  "auto" is "ntk" for "adam" with "log_loss": sigmoids of a squared error would
        saturate.
    loss : {"log_loss", "squared_error"}, default="log_loss"
        What training minimizes: the cross-entropy of probabilities (softmax for exclusive
        classes, sigmoid for two classes or for labels), or the squared error of sigmoid outputs,
        the cost of the classic lecture.
    solver : {"adam", "sgd", "lbfgs"}, default="adam"
        Adam; gradient descent with momentum; or L-BFGS, on all samples at once.
    learning_rate : float, default=0.0025
        Size of the steps of "adam" and "sgd"; with "ntk" that of the weights in a layer with 256
        inputs.
    learning_rate_schedule : {"constant", "inverse_scaling", "cosine", "coslog4", "one_cycle"}, \
            default="coslog4"
        How the learning rate changes in the course of `fit`.  `partial_fit`, which has no end in
        sight, keeps it constant.
    weight_decay : float, default=0.0
        Pull of the weights towards zero: decoupled from the gradient for "adam" (AdamW), a
        penalty `½ λ ‖W‖²` on the mean loss for "sgd" and "lbfgs".  Biases are free, and for "adam"
        the weights of sparse features that are zero throughout a batch, if these are most.
    dropout : float in [0, 1), default=0.0
        Probability with which training silences each hidden neuron; not for "lbfgs", which needs
        an objective that is not random.
    label_smoothing : "auto" or float in [0, 1), default="auto"
        How far the targets move from certainty towards "no idea": equal probabilities, but of a
        rare class no more than three times its frequency.  "auto" is 0.1.  Where `calibrate`
        measures several members, it falls from there, at 500 samples, to 0.025 at 2,000 or more.
    calibrate : bool, default=True
        Whether each of several members trains without one fold of the samples.  What it predicts
        for this fold fits the temperature and the offset (`temperature_`, `offset_`).  Unless
        there is early stopping, it also decides after each cycle of the "coslog4" schedule whether
        another one follows, and chooses the cycle end at which the members were best.  A single
        network gets the temperature that is usual for its label smoothing, 0.6 for 0.1, or a
        higher one if the training samples ask for it.  Not for "squared_error", for steps that see
        all samples, nor in `partial_fit`.
    batch_size : "auto" or int, default="auto"
        Number of samples in a mini-batch, at most all.  "auto" is about 64, or 128 for more than
        16,384 samples, 256 for more than 65,536, and so on; fewer than 96 samples are one batch.
    max_iter : "auto" or int, default="auto"
        Number of epochs ("adam", "sgd") or of iterations ("lbfgs").  It is a budget, spent
        unless early stopping or calibration ends training (or L-BFGS converges).  "auto" is 32
        epochs, or as many as make 1,000 steps (500 with more than eight members); 21 epochs for
        more than 16,384 samples, 14 for more than 65,536, and so on; 200 iterations.  Where
        calibration decides when training ends, it may have one more cycle than the four of
        "coslog4": 66 epochs, or 2,067 steps.
    momentum : float in [0, 1), default=0.9
        Momentum of "sgd".
    nesterovs_momentum : bool, default=True
        Whether the momentum of "sgd" is Nesterov's.
    beta_1 : float in [0, 1), default=0.9
        Memory of the first moment of "adam", the mean of the gradients.
    beta_2 : float in [0, 1), default=0.95
        Memory of the second moment of "adam", the mean of their squares.
    epsilon : float, default=1e-8
        Keeps the steps of "adam" finite.
    early_stopping : bool, default=False
        Whether to hold out a validation set, score it after every epoch, stop when the score no
        longer improves, and keep the parameters of the best epoch.
    validation_fraction : float in (0, 1), default=0.1
        Fraction of each class that early stopping holds out, rounded up; one sample of each class
        always stays for training.
    n_iter_no_change : int or inf, default=10
        Early stopping stops after exactly this many epochs in a row without improvement.
    tol : float, default=1e-4
        What counts as an improvement of the validation score; for "lbfgs" also the size of the
        gradient's largest component at which it has converged.
    scoring : str, callable, or None, default="loss"
        Validation score: "loss" for the loss (its negative, so that greater is better), any
        scorer of scikit-learn, or None for the accuracy.
    class_weight : dict, "balanced", list of dict, or None, default=None
        Weights of the classes; they multiply `sample_weight`.  Multilabel targets take a list, a
        dict for each label.
    scaling : {"robust", "standard"} or None, default="robust"
        Scaling of the numbers inside the model.  "robust": to median 0 and interquartile range 1,
        with outliers brought closer, and a learnt factor for each input.  "standard": to
        mean 0 and standard deviation 1.  Sparse features are not centred.
    numeric_embedding : {"auto", "periodic+ramps", "periodic"} or None, default="auto"
        "periodic+ramps" gives each number learnt functions of it as further inputs: sums of cosines
        and of ramps at thresholds where the classes change.  "periodic" does without ramps.
        "auto" embeds with "robust" scaling up to 128 numbers that are not sparse, unless the solver
        is "sgd", which diverges with them at learning rates that are usual for it.
    categorical_features : "from_dtype", None, or array-like of int, bool or str, \
            default="from_dtype"
        Which features are categories: the category, string and object columns of a DataFrame;
        none; or the numbers, a mask, or the names of the columns.  Text that is all numbers is
        numbers, unless its type is one of categories.
    warm_start : bool, default=False
        Whether `fit` continues from the last fit: network, optimizer and random stream.
    shuffle : bool, default=True
        Whether the samples are visited in a new random order in each epoch.
    random_state : int, RandomState instance or None, default=None
        Source of starting weights, order of samples, dropout and validation set.
    n_jobs : int or None, default=None
        Number of jobs in which `fit` trains groups of members, and of threads in which predictions
        of many rows are made; -1 is all cores, None is 1 unless `joblib.parallel_config` says
        otherwise.  It changes no prediction.
    verbose : int, default=0
        1 prints the network, about 10 lines on the epochs of a short fit and 50 of a long one, and
        which epoch is kept; 2 prints ten times as many lines.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision of the arithmetic.  "auto": float64 where every step sees all samples, float32
        for mini-batches, whose noise is far above the rounding.  The first call of `partial_fit`
        decides by its number of samples.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes; for multilabel targets the numbers of the labels.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, if the training data had string names.
    encoder_ : TableEncoder
        What makes inputs of numbers, categories and missing values.
    network_ : MultilayerPerceptron
        The layered network.
    n_layers_ : int
        Number of layers of neurons, inputs and outputs included.
    n_outputs_ : int
        Number of output neurons: 1 for two classes.
    n_parameters_ : int
        Number of parameters that training changes: weights and biases, and by default the learnt
        factors and functions of the inputs, but not their fixed frequencies and phases.
    out_activation_ : str
        Activation function of the output neurons: "softmax" or "logistic".
    coefs_ : list of ndarray of shape (n_inputs, n_outputs) or (n_members, n_inputs, n_outputs)
        Weights of each layer, as views of the network's memory.
    intercepts_ : list of ndarray of shape (n_outputs,) or (n_members, n_outputs)
        Biases of each layer, as views of the network's memory.
    temperature_ : float
        What raw predictions are divided by; 1 unless calibrated.
    offset_ : ndarray of shape (n_outputs,)
        What is added to raw predictions after that; 0 unless calibrated.
    n_iter_ : int
        Number of epochs or iterations of the last call of `fit` or `partial_fit`.
    t_ : int
        Number of samples that training has gone through, each as often as it was seen; where
        every step sees all of a few samples, equal ones are one.
    best_iter_ : int
        Number, from 1, of the epoch whose parameters the model has: with early stopping the
        best, with calibration perhaps an earlier cycle end, else the last.  0 if early
        stopping found no epoch better than the model that was continued.
    loss_curve_ : ndarray of shape (n_iter,)
        Training loss of each epoch, penalty included.
    loss_ : float
        Training loss of epoch `best_iter_`; of the model that was continued where that is 0.
    best_loss_ : float
        Smallest training loss.
    learning_rates_ : ndarray of shape (n_iter,) or None
        Learning rate of the last step of each epoch; None for "lbfgs", which chooses its own.
    validation_scores_ : ndarray of shape (n_iter,) or None
        Validation score of each epoch, at the temperature that is expected beforehand; None
        without early stopping.
    best_validation_score_ : float or None
        Validation score of the model that is kept, the one of epoch `best_iter_` at
        `temperature_`; None without early stopping.

    See Also
    --------
    sklearn.neural_network.MLPClassifier : The multilayer perceptron of scikit-learn.

    Notes
    -----
    Training that diverges raises `FloatingPointError` and keeps no model; where early stopping has
    kept a best epoch, that epoch is restored with a `ConvergenceWarning` instead, and a model that
    was being continued (`warm_start`, `partial_fit`) stays as it was before the call.  A
    `ConvergenceWarning` also tells of a model that stayed finite, but has learnt nothing.

    A file of pickle, joblib or skops holds what prediction needs; the optimizer's moments start
    afresh after loading, and so does the random stream.  `copy.deepcopy` copies them too, and
    `Checkpoint` saves them.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sknn import SimpleMLPClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> model = SimpleMLPClassifier(random_state=0).fit(X_train, y_train)
    >>> model.predict_proba(X_test).shape
    (450, 10)
    >>> model.score(X_test, y_test) > 0.96
    True
    """

    n_features_in_: int
    feature_names_in_: np.ndarray

    _doc_link_module = "sknn"

    _parameter_constraints: ClassVar[dict] = CONSTRAINTS

    @property
    def _doc_link_template(self) -> str:
        """Where scikit-learn's diagram links to; "" for nowhere, and then it explains nothing."""
        site = address()
        return site and f"{site}api/sknn.{{estimator_name}}.html"

    @suggestions.explained
    def __init__(
        self,
        hidden_layer_sizes: str | int | Sequence[int] | np.ndarray = "auto",
        activation: str = "relu",
        *,
        n_members: str | int = "auto",
        parametrization: str = "auto",
        loss: str = "log_loss",
        solver: str = "adam",
        learning_rate: float = 0.0025,
        learning_rate_schedule: str = "coslog4",
        weight_decay: float = 0.0,
        dropout: float = 0.0,
        label_smoothing: str | float = "auto",
        calibrate: bool = True,
        batch_size: str | int = "auto",
        max_iter: str | int = "auto",
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        beta_1: float = 0.9,
        beta_2: float = 0.95,
        epsilon: float = 1e-8,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: float = 10,
        tol: float = 1e-4,
        scoring: str | Callable[..., Any] | None = "loss",
        class_weight: dict[Any, float] | list[dict[Any, float]] | str | None = None,
        scaling: str | None = "robust",
        numeric_embedding: str | None = "auto",
        categorical_features: str | Sequence[Any] | np.ndarray | None = "from_dtype",
        warm_start: bool = False,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        verbose: int = 0,
        dtype: str = "auto",
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.n_members = n_members
        self.parametrization = parametrization
        self.loss = loss
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.weight_decay = weight_decay
        self.dropout = dropout
        self.label_smoothing = label_smoothing
        self.calibrate = calibrate
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.scoring = scoring
        self.class_weight = class_weight
        self.scaling = scaling
        self.numeric_embedding = numeric_embedding
        self.categorical_features = categorical_features
        self.warm_start = warm_start
        self.shuffle = shuffle
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.dtype = dtype

    # ------------------------------------------------------------------ training

    @with_validation
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Train the network.

        Parameters
        ----------
        X : DataFrame, array-like or sparse matrix of shape (n_samples, n_features)
            Features in their own units; a table may have categories and missing values.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Classes, or for multilabel targets an indicator matrix.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples, not negative; only their proportions matter.
        X_val, y_val : array-like, optional
            Validation set for early stopping, instead of a part of `X` and `y`.
        sample_weight_val : array-like, optional
            Weights of the validation samples.

        Returns
        -------
        SimpleMLPClassifier
            This classifier, fitted.

        Raises
        ------
        ValueError
            If the data cannot be learnt from; the message says why.
        FloatingPointError
            If training diverges.
        """
        validation = given_validation(X_val, y_val, sample_weight_val, self.early_stopping)
        parameters, given = self.get_params(deep=False), Given(X, y, sample_weight)
        known = self._begin(parameters, continues=self.warm_start)
        rng = self._state.split_rng()
        problem = read_problem(self, parameters, given, known, validation=validation, rng=rng)
        return self._train(problem, problem.settings(parameters), given)

    @available_if(_trains_in_batches)
    @with_validation
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train for one epoch on these samples, continuing from the last call.

        The first call fixes the encoding and the scaling of the features.  When to stop is up to
        the caller: nothing is held out.  With `early_stopping=True` the samples are scored before
        the network learns from them, so that `validation_scores_` has an honest score of the
        call.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Features.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Classes or labels.
        classes : array-like of shape (n_classes,), optional
            All classes of the stream; needed in the first call unless `y` is multilabel.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples; only their proportions within this call matter.

        Returns
        -------
        SimpleMLPClassifier
            This classifier.

        Raises
        ------
        ValueError
            If `y` holds a class that was not announced, or the data cannot be learnt from.
        FloatingPointError
            If training diverges.
        """
        parameters, given = self.get_params(deep=False), Given(X, y, sample_weight)
        known = self._begin(parameters, continues=True)
        problem = read_chunk(self, parameters, given, known, classes)
        return self._train(problem, problem.settings(parameters), given)

    def _begin(self, parameters: dict[str, Any], *, continues: bool) -> Model | None:
        """Return the model to be continued, if there is one; else begin a random stream.

        The model of an earlier fit is forgotten then: should this fit fail, no model is left that
        does not suit the new features.
        """
        check_parameters(parameters)
        if continues and self.__sklearn_is_fitted__():
            return self._model
        self._publish(None, None)
        random = check_random_state(self.random_state)
        seed = random.randint(0, 2**32, size=4, dtype=np.uint32).tolist()
        self._state = TrainingState.start(seed)
        return None

    def _train(self, problem: Problem, settings: Settings, given: Given) -> Self:
        """Train a model and publish it; warn of what went wrong."""
        targets, score = problem.labels.targets(problem.training.y), None
        model = problem.model(settings, targets, self._state.rng)
        data = model.training_set(settings, problem.training, targets)
        if problem.validation is not None:
            score = make_score(self.scoring, model, problem.validation, self._view(model))
        callbacks = self._callbacks(model, data, settings, given)
        try:
            result = train(
                model.network,
                model.loss,
                data,
                settings,
                self._state,
                score=score,
                callbacks=callbacks,
                previous=vars(self).get("_history"),
                n_jobs=1 if settings.is_stream else effective_n_jobs(self.n_jobs),
            )
            if not result.was_finished:
                self._take(result, model, score, callbacks)
        finally:
            self._state.end_run()
        if result.warning is not None:
            was_interrupted = isinstance(result.exception, KeyboardInterrupt)
            warn_user(result.warning, UserWarning if was_interrupted else ConvergenceWarning)
        return self

    def _take(
        self, result: Result, model: Model, score: Score | None, callbacks: Sequence[Callback]
    ) -> None:
        """Publish a model that was trained; raise the exception of a callback, if there is one."""
        history = result.history
        if result.calibration is not None:
            model.calibration = result.calibration
            if score is not None:  # the score of what is kept
                history.best_score = score()
        self._publish(model, history)
        if result.exception is not None and result.warning is None:
            raise result.exception
        for callback in callbacks:
            callback.on_fit_end(history, model.calibration.temperature)

    def _publish(self, model: Model | None, history: History | None) -> None:
        """Make this classifier one with a model, in one step, or one without."""
        self.__dict__.update(_model=model, _history=history)

    def _view(self, model: Model) -> Self:
        """Return a classifier like this one that predicts with another model, for scorers."""
        view = object.__new__(type(self))
        view.__dict__.update(self.__dict__)
        view._publish(model, None)
        return view

    def _callbacks(
        self, model: Model, data: TrainingSet, settings: Settings, given: Given
    ) -> list[Callback]:
        """Return the callbacks that print, and that call those of scikit-learn."""
        callbacks: list[Callback] = []
        before = vars(self).get("_model"), vars(self).get("_history")
        if self.verbose:
            score = name_of_score(self.scoring) if self.early_stopping else None
            title = model.summary(data.n_rows)
            callbacks.append(Progress.of_run(self.verbose, settings, title, score, before[1]))
        if has_callbacks(self):
            method = "partial_fit" if settings.is_stream else "fit"
            publish, withdraw = partial(self._publish, model), partial(self._publish, *before)
            callbacks.append(CallbackAdapter(self, method, given, publish, withdraw))
        return callbacks

    # ---------------------------------------- fitted attributes: what training has left

    n_iter_ = of_history(lambda history: history.n_epochs)
    t_ = of_history(lambda history: history.n_seen)
    best_iter_ = of_history(lambda history: history.kept_epoch)
    loss_ = of_history(lambda history: history.kept_loss)
    best_loss_ = of_history(lambda history: history.least_loss)
    loss_curve_ = of_history(lambda history: np.array(history.loss))
    learning_rates_ = of_history(lambda history: array_or_none(history.learning_rate))
    validation_scores_ = of_history(lambda history: array_or_none(history.score_of_each_epoch))
    best_validation_score_ = of_history(lambda history: history.best_score)

    classes_ = of_model(lambda model: model.labels.classes)
    encoder_ = of_model(lambda model: model.encoder)
    network_ = of_model(lambda model: model.network)
    temperature_ = of_model(lambda model: model.calibration.temperature)
    offset_ = of_model(lambda model: model.offset)
    coefs_ = of_model(lambda model: [each.weight for each in model.network.dense_layers()])
    intercepts_ = of_model(lambda model: [each.bias for each in model.network.dense_layers()])
    n_layers_ = of_model(lambda model: len(model.network.sizes))
    n_outputs_ = of_model(lambda model: model.labels.n_outputs)
    n_parameters_ = of_model(lambda model: model.network.parameters.values.size)
    out_activation_ = of_model(lambda model: model.loss.link.name)

    # ---------------------------------------------------------------- prediction

    def predict(self, X: Any) -> np.ndarray:
        """Predict classes.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_labels)
            The most probable class of each sample; for multilabel models the indicator matrix
            of the labels that are more probable than not.
        """
        model, rows = self._model_and_rows(X)
        return model.predict(rows, self.n_jobs)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict probabilities.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, n_classes), float64
            Probability of each class in the order of `classes_`; for multilabel models that of
            each label by itself.
        """
        model, rows = self._model_and_rows(X)
        return model.proba(rows, self.n_jobs)

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Predict the logarithms of the probabilities, without ever forming `log(0)`.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, n_classes), float64
            Logarithms of what `predict_proba` returns.
        """
        model, rows = self._model_and_rows(X)
        return model.log_proba(rows, self.n_jobs)

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the raw predictions, of which the output activation makes probabilities.

        Those of a single network are the weighted inputs of its output neurons.  Those of several
        members are the logarithms of their mean probabilities; with sigmoid outputs, as for two
        classes or for labels, the log-odds of the mean.  The weighted inputs are divided by
        `temperature_` first.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes), float64
            With two classes, positive numbers speak for `classes_[1]`.
        """
        model, rows = self._model_and_rows(X)
        raw = model.raw(rows, self.n_jobs).astype(np.float64)
        return raw[:, 0] if model.labels.is_binary else raw

    def activations(self, X: Any) -> list[np.ndarray]:
        """Return what every neuron answers to each sample: which ones light up.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Features.

        Returns
        -------
        list of ndarray
            The activations of each layer: the scaled inputs of shape (n_samples, n_inputs), the
            hidden layers of shape (n_samples, n_units), or (n_members, n_samples, n_units) where
            there are several members, and the outputs of shape (n_samples, n_outputs), the mean
            over the members.
        """
        model, rows = self._model_and_rows(X)
        return model.activations(rows)

    def _model_and_rows(self, X: Any) -> tuple[Model, Any]:
        """Return the model and the features, checked and read; raise NotFittedError if unfitted."""
        model: Any = vars(self).get("_model")
        if model is None:
            check_is_fitted(self)  # raises
        return model, read_features(self, model.encoder, X)

    # ------------------------------------------------------ scikit-learn's protocols

    def set_params(self, **params: Any) -> Self:
        """Set parameters.

        Parameters
        ----------
        **params : object
            The parameters by name.

        Returns
        -------
        SimpleMLPClassifier
            This classifier.

        Raises
        ------
        ValueError
            If there is no such parameter; the message says what to use instead.
        """
        try:
            return super().set_params(**params)
        except ValueError as error:
            hint = suggestions.of_parameters(params, self._get_param_names())
            raise ValueError(f"{error}{hint}") from None

    def _validate_params(self) -> None:
        """Check the parameters as scikit-learn does, and say what was probably meant."""
        parameters = self.get_params(deep=False)
        validate(parameters, self._parameter_constraints, type(self).__name__)

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether there is a model."""
        return vars(self).get("_model") is not None

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn what this estimator can take."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.classifier_tags.multi_label = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for a file: what prediction needs, plain, with a version stamp."""
        return persistence.state_of(vars(self))

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state of a file, checked; warn if another version of sknn wrote it."""
        name = type(self).__name__
        self.__dict__.update(persistence.attributes_of(state, SimpleMLPClassifier, name))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy everything, the moments too, so that the copy trains on like the original."""
        other = type(self).__new__(type(self))
        memo[id(self)] = other
        other.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return other
