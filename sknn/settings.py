"""Settings: what the parameters of a classifier stand for, decided once.

Every "auto", and every rule of which parameters go together, is here.  The rules were chosen on a
suite of 52 data sets, on the frontier of error, log-loss and time.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any, Self

import numpy as np

#: Eight small networks, averaged, predict better than one large network at the same cost.
HIDDEN_LAYER_SIZES = (64, 64)
N_MEMBERS = 8

#: Fewer rows than this have 16 members: each trains on 15 of 16 rows instead of 7 of 8.  Nine such
#: data sets, each split in six ways, then have 6.3 ± 2.9 % less error, and their log-loss is lower
#: by 4.6 ± 3.6 %.
FEW_ROWS, N_MEMBERS_OF_FEW_ROWS = 500, 16

# How far targets are smoothed.  Many rows that calibrate several members tell how sure predictions
# may be, so they need less: 0.025 lowers the log-loss of 28 data sets of 2,000 rows or more by
# 0.8 ± 0.3 %.  Fewer than 450 rows would have 15 ± 6 % more error with it, and single networks a
# log-loss higher by 2.1 ± 1.3 %.
_MOST_SMOOTHING, _LEAST_SMOOTHING, _ROWS_OF_SMOOTHING = 0.1, 0.025, 50

#: Iterations of L-BFGS.
LBFGS_ITERATIONS = 200

#: The embedding of more numbers than this costs more than it gives.
MAX_EMBEDDED = 128

# Epochs, and steps at least; the mean of more than eight members needs half the steps.
_N_EPOCHS, _LEAST_STEPS, _LEAST_STEPS_OF_MANY = 32, 1000, 500

#: Cycles of the schedule "coslog4"; and at most so many where out-of-fold rows decide.  The fifth
#: lowers the error of 52 data sets by 1.0 ± 0.5 %; a sixth would by 0.4 ± 0.3 %, in 14 % more time.
N_CYCLES, MAX_CYCLES = 4, 5

#: Parameters that make `SimpleMLPClassifier` as plain as `MLPClassifier`: one network of 100
#: neurons on the features as they are, Adam with equal steps, and no calibration.  `PLAIN | {...}`
#: is a dict.
PLAIN: Mapping[str, Any] = MappingProxyType(
    {
        "hidden_layer_sizes": (100,),
        "n_members": 1,
        "scaling": None,
        "numeric_embedding": None,
        "parametrization": "standard",
        "learning_rate": 0.001,
        "learning_rate_schedule": "constant",
        "beta_2": 0.999,
        "label_smoothing": 0.0,
        "calibrate": False,
        "batch_size": 200,
        "max_iter": 200,
    }
)


@dataclass(frozen=True)
class NetworkSettings:
    """What a fit that continues a model must have in common with it.

    Attributes
    ----------
    hidden_layer_sizes : tuple of int
        Number of neurons in each hidden layer.
    activation : str
        Activation function of the hidden neurons.
    dropout : float
        Probability with which training silences a hidden neuron.
    n_members : int
        Number of networks side by side.
    parametrization : {"ntk", "standard"}
        Starting weights and relative step sizes.
    numeric_embedding : {"periodic", "periodic+ramps"} or None
        What numbers are embedded by.
    scaling : {"robust", "standard"} or None
        Scaling of the numbers.
    categorical_features : str, tuple or None
        Which features are categories.
    dtype : {"float32", "float64"}
        Precision of the arithmetic.
    """

    hidden_layer_sizes: tuple[int, ...]
    activation: str
    dropout: float
    n_members: int
    parametrization: str
    numeric_embedding: str | None
    scaling: str | None
    categorical_features: Any
    dtype: str

    @classmethod
    def resolve(
        cls,
        parameters: Mapping[str, Any],
        *,
        n_samples: int,
        n_numbers: int,
        is_sparse: bool,
        is_stream: bool,
        known: "NetworkSettings | None",
    ) -> Self:
        """Decide on the form of the network: see `Settings.resolve`."""
        loss, solver = parameters["loss"], parameters["solver"]
        parametrization = parameters["parametrization"]
        few_rows = n_samples < FEW_ROWS and not is_stream
        if parametrization == "auto":
            parametrization = "ntk" if (solver, loss) == ("adam", "log_loss") else "standard"
        dtype = parameters["dtype"]
        if dtype == "auto" and known is not None:
            dtype = known.dtype
        elif dtype == "auto":  # rounding counts in full-batch steps, not beside the noise of others
            dtype = "float64" if is_full_batch(parameters, n_samples) else "float32"
        features = np.asarray(parameters["categorical_features"]).tolist()
        network = cls(
            hidden_layer_sizes=hidden_layer_sizes(parameters),
            activation=parameters["activation"],
            dropout=parameters["dropout"],
            n_members=_n_members(parameters, few_rows, known),
            parametrization=parametrization,
            numeric_embedding=_numeric_embedding(parameters, n_numbers, is_sparse, known),
            scaling=parameters["scaling"],
            categorical_features=tuple(features) if isinstance(features, list) else features,
            dtype=dtype,
        )
        if known is not None:
            network.check_same(known)
        return network

    def check_same(self, known: "NetworkSettings") -> None:
        """Raise ValueError if this is not what the model to be continued was built with."""
        if self == known:
            return
        name, new, old = next(
            (field.name, new, old)
            for field in fields(self)
            if (new := getattr(self, field.name)) != (old := getattr(known, field.name))
        )
        raise ValueError(
            f"{name} is {new!r}, but the model to be continued was built with {old!r}. "
            "Fit anew, with warm_start=False, to change it."
        )


@dataclass(frozen=True)
class Settings:
    """All that is decided before one call of `fit` or `partial_fit`.

    The attributes mean what the parameters of `SimpleMLPClassifier` with these names mean, but
    none is "auto".

    Attributes
    ----------
    network : NetworkSettings
        The form of the network.
    learning_rate_schedule : str
        Constant in `partial_fit`, which has no end in sight.
    n_cycles : int
        Number of cycles of "coslog4" in `max_iter` epochs; 0 for other schedules.
    batch_size : int
        Number of samples in a batch, perhaps more than there are.
    full_batch : bool
        Whether every step sees all samples.
    max_iter : int
        Number of epochs or iterations; one in `partial_fit`.
    calibrate : bool
        Whether probabilities are calibrated.
    temperature : float
        The temperature that a run of `fit` begins with.
    is_stream : bool
        Whether this is a call of `partial_fit`.
    """

    network: NetworkSettings
    loss: str
    label_smoothing: float
    solver: str
    learning_rate: float
    learning_rate_schedule: str
    n_cycles: int
    weight_decay: float
    momentum: float
    nesterovs_momentum: bool
    beta_1: float
    beta_2: float
    epsilon: float
    calibrate: bool
    temperature: float
    batch_size: int
    full_batch: bool
    max_iter: int
    shuffle: bool
    early_stopping: bool
    n_iter_no_change: float
    tol: float
    is_stream: bool

    @classmethod
    def resolve(
        cls,
        parameters: Mapping[str, Any],
        *,
        n_samples: int,
        n_numbers: int,
        is_sparse: bool,
        is_stream: bool = False,
        known: NetworkSettings | None = None,
    ) -> Self:
        """Decide what the parameters stand for.

        Parameters
        ----------
        parameters : mapping
            The parameters of the classifier, checked by `check_parameters`.
        n_samples : int
            Number of training samples.
        n_numbers : int
            Number of features that are numbers.
        is_sparse : bool
            Whether the features are sparse.
        is_stream : bool
            Whether this is a call of `partial_fit`.
        known : NetworkSettings, optional
            Those of a model to be continued: there "auto" means what it has.

        Returns
        -------
        Settings
            The decisions.

        Raises
        ------
        ValueError
            If the parameters are not those of the model to be continued.
        """
        given = dict(parameters)
        size, full_batch = batch_size(given, n_samples), is_full_batch(given, n_samples)
        network = NetworkSettings.resolve(
            given,
            n_samples=n_samples,
            n_numbers=n_numbers,
            is_sparse=is_sparse,
            is_stream=is_stream,
            known=known,
        )
        if is_stream:
            given["learning_rate_schedule"] = "constant"
        is_log_loss = given["loss"] == "log_loss"
        calibrate = given["calibrate"] and is_log_loss and not full_batch and not is_stream
        has_out_of_fold = calibrate and network.n_members > 1
        if isinstance(given["label_smoothing"], str):
            given["label_smoothing"] = _label_smoothing(n_samples, calibrates=has_out_of_fold)
        n_cycles = _n_cycles(given, decides=has_out_of_fold and not given["early_stopping"])
        given |= {
            "network": network,
            "batch_size": size,
            "full_batch": full_batch,
            "n_cycles": n_cycles,
            "max_iter": 1 if is_stream else _max_iter(given, n_samples, network, n_cycles),
            "calibrate": bool(calibrate),
            "temperature": expected_temperature(given["label_smoothing"]) if calibrate else 1.0,
            "is_stream": is_stream,
        }
        return cls(**{field.name: given[field.name] for field in fields(cls)})

    @property
    def l2(self) -> float:
        """Factor of the penalty in the objective; the weight decay of Adam is decoupled from it."""
        return 0.0 if self.solver == "adam" else self.weight_decay

    def differences(self, other: "Settings") -> list[str]:
        """Return the names of the parameters in which these settings differ from others."""
        ours, theirs = (
            {**asdict(each), "temperature": 0, "full_batch": 0, "n_cycles": 0}
            for each in (self, other)
        )
        ours |= ours.pop("network")
        theirs |= theirs.pop("network")
        return [name for name, value in ours.items() if value != theirs[name]]


def expected_temperature(label_smoothing: float) -> float:
    """Return the temperature to expect before any prediction: 0.6 for smoothing by 0.1.

    Label smoothing makes networks too unsure.  Over 52 data sets this temperature lowered the
    log-loss of single networks of (256, 256) neurons from 0.256 to 0.194.
    """
    return 0.6 ** min(1.0, label_smoothing / 0.1)


def batch_size(parameters: Mapping[str, Any], n_samples: int) -> int:
    """Return the number of samples in a batch.

    "auto" makes equal batches of about 64 samples, of 128 beyond 16,384 samples, and so on: each
    time there are four times as many samples, a batch has twice as many.  Fewer than 96 samples
    are one batch.
    """
    if not isinstance(parameters["batch_size"], str):
        return int(parameters["batch_size"])
    size = 64 * 2 ** _n_doublings(n_samples)
    return -(-n_samples // max(1, round(n_samples / size)))


def _n_doublings(n_samples: int) -> int:
    """Return how often a batch is doubled: once beyond 16,384 samples, twice beyond 65,536, ..."""
    return sum(n_samples > 4**k for k in range(7, 32))


def is_full_batch(parameters: Mapping[str, Any], n_samples: int) -> bool:
    """Return whether every step sees all samples."""
    return parameters["solver"] == "lbfgs" or batch_size(parameters, n_samples) >= n_samples


def hidden_layer_sizes(parameters: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the number of neurons in each hidden layer."""
    given = parameters["hidden_layer_sizes"]
    if isinstance(given, str):
        return HIDDEN_LAYER_SIZES
    return tuple(np.atleast_1d(given).tolist())


def _n_members(parameters: Mapping[str, Any], few_rows: bool, known: NetworkSettings | None) -> int:
    """Return the number of members: one by default if the user has chosen the hidden layers."""
    if not isinstance(parameters["n_members"], str):
        return int(parameters["n_members"])
    if known is not None:
        return known.n_members
    if not isinstance(parameters["hidden_layer_sizes"], str):
        return 1
    return N_MEMBERS_OF_FEW_ROWS if few_rows else N_MEMBERS


def _label_smoothing(n_samples: int, *, calibrates: bool) -> float:
    """Return how far targets are smoothed, as if 50 rows had equal probabilities.

    It is at least 0.025 and at most 0.1: this much without rows that calibrate several members.
    """
    smoothing = _ROWS_OF_SMOOTHING / n_samples if calibrates else _MOST_SMOOTHING
    return min(max(smoothing, _LEAST_SMOOTHING), _MOST_SMOOTHING)


def _numeric_embedding(
    parameters: Mapping[str, Any], n_numbers: int, is_sparse: bool, known: NetworkSettings | None
) -> str | None:
    """Return the embedding: by default the whole for up to 128 robustly scaled, dense numbers.

    Not for "sgd", which diverges with the embedding at learning rates that are usual for it, such
    as 0.2: in 24 of 24 fits of scikit-learn's example of training curves.
    """
    given = parameters["numeric_embedding"]
    if given not in ("auto", None) and is_sparse and known is None:
        raise ValueError(
            f"numeric_embedding={given!r} makes numbers of zeros, so sparse features would "
            "become dense; pass them as an array, or set numeric_embedding=None."
        )
    if given != "auto":
        return given
    if known is not None:
        return known.numeric_embedding
    suits = (
        parameters["scaling"] == "robust"
        and parameters["solver"] != "sgd"
        and not is_sparse
        and n_numbers <= MAX_EMBEDDED
    )
    return "periodic+ramps" if suits else None


def _n_cycles(parameters: Mapping[str, Any], *, decides: bool) -> int:
    """Return the number of cycles of the schedule; `decides` if out-of-fold rows can end it."""
    if parameters["learning_rate_schedule"] != "coslog4":
        return 0
    return MAX_CYCLES if decides and isinstance(parameters["max_iter"], str) else N_CYCLES


def _max_iter(
    parameters: Mapping[str, Any], n_samples: int, network: NetworkSettings, n_cycles: int
) -> int:
    """Return the number of epochs or iterations: 32 epochs, or as many as make 1,000 steps.

    For more than eight members it is 500 steps.  Each time a batch of "auto" is doubled, there are
    a third fewer epochs: 21 beyond 16,384 samples, 14 beyond 65,536.  Cycles beyond the fourth go
    on from there, each twice as long as the last.
    """
    if not isinstance(parameters["max_iter"], str):
        return int(parameters["max_iter"])
    if parameters["solver"] == "lbfgs":
        return LBFGS_ITERATIONS
    n_batches = -(-n_samples // batch_size(parameters, n_samples))
    least_steps = _LEAST_STEPS_OF_MANY if network.n_members > N_MEMBERS else _LEAST_STEPS
    n_epochs = round(_N_EPOCHS * (2 / 3) ** _n_doublings(n_samples))
    n_epochs = max(n_epochs, -(-least_steps // n_batches))
    return round(n_epochs * (2 ** max(n_cycles, N_CYCLES) - 1) / (2**N_CYCLES - 1))
