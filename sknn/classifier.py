"""SimpleMLPClassifier: the network as a scikit-learn estimator.

It checks the input, encodes the labels, weighs the classes, builds the network and its trainer,
and reports.  Below this file there are only plain arrays.
"""

import copy
import inspect
import warnings
from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils._param_validation import (
    Interval,
    InvalidParameterError,
    Options,
    validate_parameter_constraints,
)
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sknn import defaults, export, persistence, suggestions
from sknn.compatibility import CallbackSupportMixin, warn_user
from sknn.encoding import TableEncoder
from sknn.labels import (
    check_known,
    check_labels,
    check_scores_labels,
    count_outputs,
    find_classes,
    make_targets,
)
from sknn.network.activations import ACTIVATIONS
from sknn.network.losses import LOSSES
from sknn.network.objective import mean_loss
from sknn.network.perceptron import MultilayerPerceptron
from sknn.network.scaling import SCALINGS, InputScaler, vanishing
from sknn.run import MODEL_PARTS, Run, Score, forget_model
from sknn.samples import (
    Samples,
    can_be_parted,
    check_class_weight,
    check_features,
    check_samples,
    distinct,
    explicit_class_weight,
    hold_out,
)
from sknn.suggestions import Names
from sknn.tables import Table
from sknn.training.schedules import SCHEDULES
from sknn.training.state import TrainingState
from sknn.version import __version__


def _trains_in_batches(classifier: "SimpleMLPClassifier") -> bool:
    """Return whether `partial_fit` has a meaning for the solver."""
    if classifier.solver == "lbfgs":
        raise AttributeError("partial_fit needs solver='adam' or 'sgd'; solver='lbfgs' was given.")
    return True


_Method = TypeVar("_Method", bound=Callable[..., Any])

# What scikit-learn's decorators do to the type of a method: nothing; they do not say so themselves.
_with_validation: Callable[[_Method], _Method] = _fit_context(prefer_skip_nested_validation=True)
_where_it_trains_in_batches: Callable[[_Method], _Method] = available_if(_trains_in_batches)


def _weights_given(sample_weight: Any) -> dict[str, Any]:
    """Return what the callbacks of scikit-learn pass on to a scorer."""
    return {} if sample_weight is None else {"sample_weight": sample_weight}


def _takes_weights(scorer: Callable) -> bool:
    """Return whether a scorer, or the metric inside one of scikit-learn's, takes weights."""
    parameters = inspect.signature(getattr(scorer, "_score_func", scorer)).parameters
    takes_any = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    return takes_any or "sample_weight" in parameters


def _encode(encoder: TableEncoder, samples: Samples) -> Samples:
    """Return the samples with features as the network takes them."""
    return samples._replace(X=encoder.transform(samples.X))


class SimpleMLPClassifier(CallbackSupportMixin, ClassifierMixin, BaseEstimator):
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
        `hidden_layer_sizes` is "auto" too, and 1 if it describes a network.
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
        penalty `½ λ ‖W‖²` on the mean loss for "sgd" and "lbfgs".  Biases are free.
    dropout : float in [0, 1), default=0.0
        Probability with which training silences each hidden neuron; not for "lbfgs", which needs
        an objective that is not random.
    label_smoothing : float in [0, 1), default=0.1
        How far the targets move from certainty towards "no idea".
    calibrate : bool, default=True
        Whether each of several members leaves out a part of the samples.  What it predicts for
        them says how sure predictions may be (`temperature_`), and at which of the rests of the
        "coslog4" schedule the members were best.  The members share the embedding of numbers,
        which learns from all samples, so that these predictions are slightly better than those
        for new samples.  A single network gets the temperature that is
        usual for its label smoothing, 0.6 for 0.1.  Not for "squared_error", for steps that see
        all samples, nor in `partial_fit`.
    batch_size : "auto" or int, default="auto"
        Number of samples in a mini-batch, at most all.  "auto" is about 64, or 128 for more than
        16,384 samples, 256 for more than 65,536, and so on; fewer than 96 samples are one batch.
    max_iter : "auto" or int, default="auto"
        Number of epochs ("adam", "sgd") or of iterations ("lbfgs").  It is a budget, spent
        unless early stopping ends training (or L-BFGS converges).  "auto" is 32 epochs, or as
        many as make 1,000 steps; 200 iterations.
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
        Part of each class that early stopping holds out, rounded up; one sample of each class
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
        with what is far out brought closer, and a learnt factor for each input.  "standard": to
        mean 0 and standard deviation 1.  Sparse features are not centred.
    numeric_embedding : {"auto", "periodic"} or None, default="auto"
        "periodic" gives each number learnt smooth functions of it as further inputs.  "auto" does
        so with "robust" scaling, for up to 128 numbers that are not sparse, unless the solver is
        "sgd", which diverges with them at learning rates that are usual for it.
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
    n_iter_ : int
        Number of epochs or iterations of the last call of `fit` or `partial_fit`.
    t_ : int
        Number of samples that training has gone through, each as often as it was seen; where
        every step sees all of a few samples, equal ones are one.
    best_iter_ : int
        Number, from 1, of the epoch whose parameters the model has: with early stopping the
        best, with calibration perhaps an earlier rest of the schedule, else the last.  0 if early
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
    Training that diverges, so that the loss or a weight is no longer finite, raises
    `FloatingPointError` and keeps no model; where early stopping has already kept a best epoch,
    that epoch is restored with a `ConvergenceWarning` instead, and a model that was being
    continued (`warm_start`, `partial_fit`) gets back the weights it had before the call.  A
    `ConvergenceWarning` also tells of a loss that stayed finite but went up to a million times
    that of predicting the class frequencies, or (after more than one epoch) ended above it, and
    of features beyond 10⁶ that nothing scales, and of a `weight_decay` so strong that it left no
    weights, and the same prediction for every sample.

    A file of pickle, joblib or skops holds what prediction needs; the optimizer's moments start
    afresh after loading, and so does the random stream.  `copy.deepcopy` copies them too, and
    `Checkpoint` saves them.

    While a callback of scikit-learn is called at the end of an epoch, `n_iter_`, `loss_curve_`,
    `learning_rates_`, `validation_scores_` and `t_` tell how far training is: the last entries
    are those of this epoch, and so are the weights; it is the end of `fit` that goes back to
    epoch `best_iter_`.

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

    classes_: np.ndarray
    n_features_in_: int
    feature_names_in_: np.ndarray
    encoder_: TableEncoder
    network_: MultilayerPerceptron
    temperature_: float
    n_iter_: int
    t_: int
    best_iter_: int
    loss_curve_: np.ndarray
    loss_: float
    best_loss_: float
    learning_rates_: np.ndarray | None
    validation_scores_: np.ndarray | None
    best_validation_score_: float | None

    # Where scikit-learn's diagram links to, and whether it explains the parameters: no site is
    # published yet.  The gallery of the documentation has a template of its own (docs/conf.py).
    _doc_link_module = "sknn"
    _doc_link_template = ""

    _parameter_constraints: ClassVar[dict] = {
        "hidden_layer_sizes": [
            Names({"auto"}),
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "activation": [Names(ACTIVATIONS)],
        "n_members": [Names({"auto"}), Interval(Integral, 1, None, closed="left")],
        "parametrization": [Names({"auto", "ntk", "standard"})],
        "loss": [Names(LOSSES)],
        "solver": [Names({"adam", "sgd", "lbfgs"})],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "learning_rate_schedule": [Names(SCHEDULES)],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "calibrate": ["boolean"],
        "batch_size": [Names({"auto"}), Interval(Integral, 1, None, closed="left")],
        "max_iter": [Names({"auto"}), Interval(Integral, 1, None, closed="left")],
        "momentum": [Interval(Real, 0, 1, closed="left")],
        "nesterovs_momentum": ["boolean"],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
        "tol": [Interval(Real, 0, None, closed="left")],
        "scoring": [Names({"loss", *get_scorer_names()}), callable, None],
        "class_weight": [Names({"balanced"}), dict, list, None],
        "scaling": [Names(SCALINGS), None],
        "numeric_embedding": [Names({"auto", "periodic"}), None],
        "categorical_features": ["array-like", Names({"from_dtype"}), None],
        "warm_start": ["boolean"],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
        "dtype": [Names({"auto", "float32", "float64"})],
    }

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
        label_smoothing: float = 0.1,
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
        self.verbose = verbose
        self.dtype = dtype

    # ------------------------------------------------------------------ training

    @_with_validation
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
        continues = self.warm_start and self._has_network()
        sizes = self._check_form(continues)
        encoder = self._encoder(continues)
        training = self._check_samples(encoder, X, y, sample_weight, reset=not continues)
        if not continues:
            self._start(training.y)
        check_class_weight(self.class_weight, self.classes_, multilabel=self._multilabel)
        given = {"X": X, "y": y, "metadata": _weights_given(sample_weight)}
        training, validation, X_val = self._part(
            encoder, training, X, X_val, y_val, sample_weight_val
        )
        parts = self._parts() if continues else self._build_model(encoder, training, sizes)
        n_samples = len(training.y)
        Run(
            self,
            parts,
            _encode(encoder, training),
            "fit",
            max_epochs=self._max_epochs(n_samples),
            score=None if validation is None else self._make_score(encoder, validation, X_val),
            calibrates=self._calibrates(n_samples),
            continues=continues,
            given=given,
        ).start()
        return self

    @_where_it_trains_in_batches
    @_with_validation
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
        given = self.class_weight
        if "balanced" in (given if isinstance(given, list) else [given]):
            raise ValueError(
                "class_weight='balanced' needs all samples at once, which partial_fit does not "
                "see; pass a dict {class: weight} instead."
            )
        continues = self._has_network()
        sizes = self._check_form(continues)
        encoder = self._encoder(continues)
        samples = self._check_samples(encoder, X, y, sample_weight, reset=not continues)
        self._check_announced(classes, samples.y, continues)
        if not continues:
            self._start(samples.y, classes)
        check_class_weight(self.class_weight, self.classes_, multilabel=self._multilabel)
        parts = self._parts() if continues else self._build_model(encoder, samples, sizes)
        Run(
            self,
            parts,
            _encode(encoder, samples),
            "partial_fit",
            max_epochs=1,
            score=self._make_score(encoder, samples, X) if self.early_stopping else None,
            calibrates=False,
            continues=continues,
            given={"X": X, "y": y, "metadata": _weights_given(sample_weight)},
        ).start()
        return self

    def _has_network(self) -> bool:
        """Return whether there is a network to continue with."""
        return "network_" in vars(self)

    def _check_form(self, continues: bool) -> tuple[int, ...]:
        """Return the sizes of the hidden layers, after checks of the form of the network."""
        given = self.hidden_layer_sizes
        is_auto = isinstance(given, str)
        sizes = defaults.HIDDEN_LAYER_SIZES if is_auto else tuple(np.atleast_1d(given).tolist())
        if not all(type(size) is int and size >= 1 for size in sizes):
            raise InvalidParameterError(
                "The 'hidden_layer_sizes' parameter of SimpleMLPClassifier must be 'auto', an int "
                f"or a sequence of ints, each at least 1. Got {given!r} instead."
            )
        if self.solver == "lbfgs" and self.dropout > 0:
            raise InvalidParameterError(
                f"The 'dropout' parameter of SimpleMLPClassifier must be 0 for solver='lbfgs', "
                f"which needs an objective that is not random. Got {self.dropout!r} instead."
            )
        if self.solver != "adam" and self.parametrization == "ntk":
            raise InvalidParameterError(
                "The 'parametrization' parameter of SimpleMLPClassifier must be 'standard' or "
                f"'auto' for solver={self.solver!r}, whose steps depend on the size of the "
                "gradient. Got 'ntk' instead."
            )
        if continues:
            network = self.network_
            self._check_unchanged("hidden_layer_sizes", sizes, network.sizes[1:-1])
            self._check_unchanged("activation", self.activation, network.activation)
            self._check_unchanged("dropout", self.dropout, network.dropout)
            self._check_unchanged("n_members", self._n_members(), network.n_members)
            parametrization = self._parametrization()
            self._check_unchanged("parametrization", parametrization, network.parametrization)
            if self.numeric_embedding != "auto":
                known = self._numeric_embedding
                self._check_unchanged("numeric_embedding", self.numeric_embedding, known)
            self._check_unchanged("scaling", self.scaling, self._scaling)
            given = TableEncoder(self.categorical_features).categorical_features
            known = self.encoder_.categorical_features
            self._check_unchanged("categorical_features", given, known)
            if self.dtype != "auto":
                self._check_unchanged("dtype", self.dtype, network.dtype.name)
        return sizes

    def _n_members(self) -> int:
        """Return the number of members: by default several of a small network, one of another."""
        if not isinstance(self.n_members, str):
            return self.n_members
        return defaults.N_MEMBERS if isinstance(self.hidden_layer_sizes, str) else 1

    def _parametrization(self) -> str:
        """Return the parametrization: by default that which suits the solver."""
        if self.parametrization != "auto":
            return self.parametrization
        return "ntk" if self.solver == "adam" and self.loss == "log_loss" else "standard"

    def _check_unchanged(self, name: str, new: Any, old: Any) -> None:
        """Raise ValueError if a parameter no longer describes the network to be continued."""
        if new != old:
            raise ValueError(
                f"{name} is {new!r}, but the model to be continued was built with {old!r}. "
                "Fit anew, with warm_start=False, to change it."
            )

    def _encoder(self, continues: bool) -> TableEncoder:
        """Return the encoder of the model that is continued, or a new one.

        For a new one the model of an earlier fit is forgotten: should this fit fail, no model is
        left that does not suit the new features.
        """
        if continues:
            return self.encoder_
        forget_model(self)
        return TableEncoder(self.categorical_features)

    def _check_samples(self, encoder, X, y, sample_weight, *, reset: bool) -> Samples:
        """Return checked samples, weighed by their classes too."""
        return check_samples(self, encoder, X, y, sample_weight, self.class_weight, reset=reset)

    def _check_announced(self, classes: Any, y: np.ndarray, continues: bool) -> None:
        """Raise ValueError if `partial_fit` lacks `classes`, or gets others than before."""
        if not continues and classes is None and y.ndim == 1:
            raise ValueError("classes must be passed in the first call of partial_fit.")
        if y.ndim == 2 and classes is not None and len(classes) != y.shape[1]:
            raise ValueError(f"classes={classes!r} do not fit y, which has {y.shape[1]} labels.")
        if continues and classes is not None:
            check_labels(classes, "classes")
            classes = np.unique(classes)
            if not np.array_equal(classes, self.classes_):
                raise ValueError(
                    f"classes={classes.tolist()} are not those of the first call, "
                    f"{self.classes_.tolist()}."
                )

    def _start(self, y: np.ndarray, classes: Any = None) -> None:
        """Learn the classes, and make one generator for everything random."""
        self._multilabel = y.ndim == 2
        if self._multilabel and self.early_stopping:
            check_scores_labels(self.scoring)
        self.classes_ = find_classes(y, classes)
        random = check_random_state(self.random_state)
        self._seed = random.randint(0, 2**32, size=4, dtype=np.uint32).tolist()
        self._training = TrainingState(np.random.default_rng(self._seed))
        self.t_ = 0

    def _split_rng(self) -> np.random.Generator:
        """Return a source of the choice of samples that are held or left out.

        A warm-started fit must choose the same ones again, not any that it has learnt from.
        """
        return np.random.default_rng(self._seed[0])

    def _targets(self, y: np.ndarray) -> np.ndarray:
        """Return the targets of the output neurons for classes or labels."""
        return make_targets(y, self.classes_, multilabel=self._multilabel)

    def _part(
        self, encoder: TableEncoder, training: Samples, X, X_val, y_val, sample_weight_val
    ) -> tuple[Samples, Samples | None, Any]:
        """Return the samples left for training, and those for validation if there are to be any.

        The third is the validation features as the user has them, if scorers need these.
        """
        self._check_validation(X_val, y_val, sample_weight_val)
        y = training.y
        holds_out = self.early_stopping and X_val is None
        rows, n_samples = np.arange(len(y)), len(y)
        if n_samples <= defaults.FEW_SAMPLES and self._sees_all(n_samples):
            merged, its_rows = distinct(training)
            # Where no class has two different samples, copies of one must do for validation.
            if not holds_out or can_be_parted(merged):
                training, rows = merged, its_rows
        if not self.early_stopping:
            return training, None, None
        if not holds_out:
            # Classes are weighted in validation as they are in training.
            weights = (sample_weight_val, explicit_class_weight(self.class_weight, y))
            validation = check_samples(
                self, encoder, X_val, y_val, *weights, reset=False, label_name="y_val"
            )
            check_known(validation.y, self.classes_, multilabel=self._multilabel, name="y_val")
            return training, validation, X_val
        held_out, kept = hold_out(training, self.validation_fraction, self._split_rng())
        validation = training.take(held_out)
        if self.scoring != "loss" and (isinstance(validation.X, Table) or hasattr(X, "columns")):
            X_val = _safe_indexing(X, rows[held_out])
        return training.take(kept), validation, X_val

    def _check_validation(self, X_val, y_val, sample_weight_val) -> None:
        """Raise ValueError unless what was given for validation is whole, and wanted."""
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val belong together; only one of them was given.")
        if X_val is None and sample_weight_val is not None:
            raise ValueError("sample_weight_val was given without X_val and y_val.")
        if X_val is not None and not self.early_stopping:
            raise ValueError("X_val and y_val are for early_stopping=True, which is off.")

    def _make_score(self, encoder: TableEncoder, validation: Samples, X_val: Any) -> Score:
        """Return a function that scores the network as it is on the validation set.

        `X_val`, if there is one, is the table as the user has it: `predict` asks for column
        names and reads it itself.  Scorers that take no weights score without.  The score is NaN
        where training has diverged so far that a prediction overflows.
        """
        features = validation.X if X_val is None else X_val
        X, y, weight = _encode(encoder, validation)
        targets = self._targets(y)
        if self.scoring == "loss":
            return lambda: (
                -mean_loss(self.network_, self._loss, X, targets, weight, self.temperature_)
            )
        scorer = check_scoring(self, self.scoring or "accuracy")
        weighted = {}
        if weight is not None and _takes_weights(scorer):
            weighted = {"sample_weight": weight}

        def overflows() -> bool:
            return not np.isfinite(self.network_.predict_raw(X, self._merge)).all()

        def score() -> float:
            try:
                value = float(scorer(self, features, y, **weighted))
            except ValueError:
                if overflows():
                    return np.nan
                raise
            if not np.isfinite(value) and not overflows():
                raise ValueError(
                    f"scoring={self.scoring!r} is {value} on the {len(y)} samples for validation, "
                    "though the predictions are finite; they may lack a class that it needs."
                )
            return value

        return score

    def _parts(self) -> dict[str, Any]:
        """Return the attributes that make this a fitted model."""
        return {name: vars(self)[name] for name in MODEL_PARTS}

    def _build_model(
        self, encoder: TableEncoder, samples: Samples, sizes: tuple[int, ...]
    ) -> dict[str, Any]:
        """Fit encoder and scaling, draw starting weights; return what is to make a fitted model.

        The run adds the loss and sets these attributes all at once, so that a fit that is
        interrupted here leaves no half of a model.
        """
        n_outputs = count_outputs(len(self.classes_), multilabel=self._multilabel)
        encoder.fit(samples.X, samples.weight)
        n_numbers = len(encoder.fill)
        embedding = self._embedding(samples.X, n_numbers)
        numbers, scaler = encoder.numbers(samples.X), InputScaler()
        if self.scaling is not None:
            scaler = SCALINGS[self.scaling](numbers, samples.weight)
        elif embedding == "periodic" and n_numbers > 0:
            # Numbers that are embedded have a centre: sparse rows become dense.
            scaler = InputScaler(np.zeros(n_numbers), np.ones(n_numbers))
        self._warn_of_vanishing(encoder, vanishing(numbers, scaler))
        network = MultilayerPerceptron(
            (encoder.n_inputs, *sizes, n_outputs),
            activation=self.activation,
            dropout=self.dropout,
            dtype=self._precision(samples.X.shape[0]),
            scaler=scaler,
            n_members=self._n_members(),
            parametrization=self._parametrization(),
            n_embedded=len(encoder.fill) if embedding == "periodic" else 0,
            input_scale=self.scaling == "robust",
        )
        network.initialize(self._training.rng)
        return {
            "network_": network,
            "encoder_": encoder,
            "temperature_": 1.0,
            "_scaling": self.scaling,
            "_numeric_embedding": embedding,
        }

    def _embedding(self, X: Any, n_numbers: int) -> str | None:
        """Return the embedding of the numbers: by default that which suits them and the solver."""
        is_sparse = sparse.issparse(X)
        if self.numeric_embedding == "auto":
            return defaults.numeric_embedding(
                self.scaling, n_numbers, sparse=is_sparse, solver=self.solver
            )
        if self.numeric_embedding == "periodic" and is_sparse:
            raise ValueError(
                "numeric_embedding='periodic' makes numbers of zeros, so sparse features would "
                "become dense; pass them as an array, or set numeric_embedding=None."
            )
        return self.numeric_embedding

    def _warn_of_vanishing(self, encoder: TableEncoder, columns: np.ndarray) -> None:
        """Warn of numbers that are too small to be learnt from."""
        if len(columns):
            names = vars(self).get("feature_names_in_", range(self.n_features_in_))
            names = np.array(names, object)[~encoder.is_category][columns]
            remedy = "Multiply them" if self.scaling else "Multiply them, or set scaling='robust'"
            warn_user(
                f"The numbers of {len(names)} columns are so small that the network takes them "
                f"for zeros: {names[:5].tolist()}{' ...' if len(names) > 5 else ''}. {remedy}."
            )

    def _precision(self, n_samples: int) -> str:
        """Return the dtype of the arithmetic: "auto" depends on whether steps are full-batch."""
        if self.dtype != "auto":
            return self.dtype
        return "float64" if self._sees_all(n_samples) else "float32"

    def _sees_all(self, n_samples: int) -> bool:
        """Return whether every step sees all samples."""
        return self.solver == "lbfgs" or self._batch_size(n_samples) >= n_samples

    def _batch_size(self, n_samples: int) -> int:
        """Return the number of samples in a batch."""
        if not isinstance(self.batch_size, str):
            return int(self.batch_size)
        return defaults.batch_size(n_samples)

    def _max_epochs(self, n_samples: int) -> int:
        """Return the number of epochs, or of iterations."""
        if not isinstance(self.max_iter, str):
            return self.max_iter
        if self.solver == "lbfgs":
            return defaults.LBFGS_ITERATIONS
        return defaults.n_epochs(-(-n_samples // self._batch_size(n_samples)))

    def _calibrates(self, n_samples: int) -> bool:
        """Return whether `fit` is to calibrate the probabilities, and can."""
        return self.calibrate and self.loss == "log_loss" and not self._sees_all(n_samples)

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
        raw = self._raw(X)
        if self._multilabel:
            return (raw > 0).astype(int)
        codes = (raw[:, 0] > 0).astype(int) if raw.shape[1] == 1 else raw.argmax(axis=1)
        return self.classes_[codes]

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
        return np.exp(self.predict_log_proba(X))

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
        raw = self._raw(X)
        if self._multilabel or raw.shape[1] > 1:
            return self._loss.log_proba(raw)
        return np.hstack([self._loss.log_proba(-raw), self._loss.log_proba(raw)])

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
        raw = self._raw(X).astype(np.float64)
        return raw[:, 0] if raw.shape[1] == 1 and not self._multilabel else raw

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
        X = self._check_features(X)
        inputs, *hidden = self.network_.hidden_activations(X)
        outputs = np.exp(self._loss.log_activations(self._raw_of(X)))
        return [inputs.toarray() if sparse.issparse(inputs) else inputs, *hidden, outputs]

    def _raw(self, X) -> np.ndarray:
        """Return the raw predictions for unchecked features."""
        return self._raw_of(self._check_features(X))

    def _raw_of(self, X) -> np.ndarray:
        """Return the raw predictions for encoded features."""
        with np.errstate(over="ignore", invalid="ignore"):
            raw = self.network_.predict_raw(X, self._merge)
        if not np.isfinite(raw).all():
            row = np.flatnonzero(~np.isfinite(raw).all(axis=1))[0]
            raise ValueError(
                f"The prediction for row {row} of X overflows: its features are too far from "
                "those of the training data."
            )
        return raw

    def _merge(self, raw: np.ndarray) -> np.ndarray:
        """Return the raw predictions of all members as one."""
        return self._loss.merge(raw, self.temperature_)

    def _check_features(self, X):
        """Return the features, checked against the fitted model and encoded."""
        check_is_fitted(self)
        return self.encoder_.transform(check_features(self, self.encoder_, X))

    # ------------------------------------------------------------- the network

    @property
    def coefs_(self) -> list[np.ndarray]:
        """Return the weights of each layer, of shape (n_inputs, n_outputs), as views."""
        return [layer.weight for layer in self.network_.dense_layers()]

    @property
    def intercepts_(self) -> list[np.ndarray]:
        """Return the biases of each layer, of shape (n_outputs,), as views."""
        return [layer.bias for layer in self.network_.dense_layers()]

    @property
    def n_layers_(self) -> int:
        """Return the number of layers of neurons, inputs and outputs included."""
        return len(self.network_.sizes)

    @property
    def n_outputs_(self) -> int:
        """Return the number of output neurons."""
        return self.network_.sizes[-1]

    @property
    def n_parameters_(self) -> int:
        """Return the number of parameters that training changes."""
        return self.network_.n_trained

    @property
    def out_activation_(self) -> str:
        """Return the name of the output neurons' activation function."""
        return self._loss.link

    # ------------------------------------------------------------------------- ONNX

    def to_onnx(self, path: Any = None) -> Any:
        """Export the whole model to ONNX: see `sknn.to_onnx`.

        Parameters
        ----------
        path : str or path-like, optional
            A file to write.

        Returns
        -------
        onnx.ModelProto
            The model.
        """
        return export.to_onnx(self, path)

    def onnx_shape_calculator(self) -> Callable[[Any], None]:
        """Return what skl2onnx, which looks for this method, calls for types and shapes.

        Returns
        -------
        callable
            The function.
        """
        return export.skl2onnx_shapes

    def onnx_converter(self) -> Callable[[Any, Any, Any], None]:
        """Return what skl2onnx, which looks for this method, calls for the nodes.

        Returns
        -------
        callable
            The function.
        """
        return export.skl2onnx_convert

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
        for name, value in self.get_params(deep=False).items():
            try:
                validate_parameter_constraints(
                    self._parameter_constraints, {name: value}, type(self).__name__
                )
            except InvalidParameterError as error:
                constraints = self._parameter_constraints[name]
                hint = suggestions.of_value(name, value, constraints)
                raise InvalidParameterError(f"{error}{hint}") from None

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether there is a network; one that diverged is gone again."""
        return self._has_network()

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
        return persistence.state_of(vars(self)) | {"_sknn_version": __version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state of a file, checked; warn if another version of sknn wrote it."""
        version = state.get("_sknn_version", "unknown") if isinstance(state, dict) else __version__
        if version != __version__:
            warnings.warn(
                InconsistentVersionWarning(
                    estimator_name=type(self).__name__,
                    current_sklearn_version=f"{__version__} of sknn",
                    original_sklearn_version=f"{version} of sknn",
                ),
                stacklevel=2,
            )
        attributes = persistence.attributes_of(state, SimpleMLPClassifier)
        attributes.pop("_sknn_version", None)
        self.__dict__.update(attributes)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy everything, the moments too, so that the copy trains on like the original."""
        other = type(self).__new__(type(self))
        memo[id(self)] = other
        other.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return other
