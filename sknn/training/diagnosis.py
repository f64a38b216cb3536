"""Diagnosis: what to say of a run that diverged, or that learnt nothing."""

import math

import numpy as np

from sknn.network.initializers import zeros
from sknn.network.losses import Loss
from sknn.network.perceptron import MultilayerPerceptron
from sknn.network.rows import exceeds, magnitude
from sknn.settings import Settings
from sknn.training.data import TrainingSet
from sknn.training.history import History

# A learning rate above the first, or an unscaled feature above the second, makes training diverge.
_FAST, _LARGE = 1.0, 100.0

# Saturated neurons bound the loss of unscaled features beyond this: it tells nothing of them.
_EXTREME = 1e6

# The root mean square of starting weights is about 1 / √n_inputs.  Weights below this fraction of
# it have decayed.
_DECAYED = 0.05


def warning(
    network: MultilayerPerceptron,
    loss: Loss,
    data: TrainingSet,
    settings: Settings,
    history: History,
    cut_short_by: BaseException | None,
) -> str | None:
    """Return what to warn of after a run, which an exception may have cut short."""
    if isinstance(cut_short_by, KeyboardInterrupt):
        return (
            f"Training was interrupted after {history.n_epochs} of {history.max_epochs} epochs; "
            "the model can be used as it is."
        )
    if isinstance(cut_short_by, FloatingPointError):
        return (
            f"{cut_short_by} The model is the one of epoch {history.best_epoch}, the best before. "
            f"To help: {remedy(settings, data)}."
        )
    return uselessness(network, loss, data, settings, history)


def remedy(settings: Settings, data: TrainingSet) -> str:
    """Return what may help against divergence, by what the case tells of its cause."""
    is_lbfgs = settings.solver == "lbfgs"
    rate, decay = 1.0 if is_lbfgs else settings.learning_rate, settings.weight_decay
    is_scaled = settings.network.scaling is not None
    size = 0.0 if is_scaled else magnitude(data.inputs)
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


# Weights that have exploded overflow here, which the warning returned says better.
@np.errstate(over="ignore", invalid="ignore")
def uselessness(
    network: MultilayerPerceptron,
    loss: Loss,
    data: TrainingSet,
    settings: Settings,
    history: History,
) -> str | None:
    """Return what to warn of if the network, though finite, has diverged or learnt nothing.

    The yardstick is the loss of predicting the frequencies of the classes.  No loss may be a
    million times as large.  The final loss may not be above it; a tenth is left for the noise of
    dropout, and a single epoch, which may be just a beginning, is spared.
    """
    if settings.weight_decay > 0 and _is_decayed(network, loss, data, settings, history):
        return _on_decay(settings, data)
    baseline, final = history.baseline, history.kept_loss
    weights = network.parameters.values[network.parameters.slices["weight"]]
    final -= 0.5 * settings.l2 * float(weights @ weights) / network.n_members  # the penalty
    is_extreme = settings.network.scaling is None and exceeds(data.inputs, _EXTREME)
    if history.peak_loss > 1e6 * max(baseline, 0.1):
        problem = f"went up to {history.peak_loss:.3g}"
    elif history.max_epochs > 1 and history.kept_epoch and final > max(1.1 * baseline, 0.1):
        problem = f"ended at {final:.3g}"
    elif is_extreme:
        problem = f"ended at {final:.3g} with features up to {magnitude(data.inputs):.3g}"
    else:
        return None
    may_be_slow = settings.solver != "lbfgs" and settings.learning_rate <= _FAST
    larger = " or a larger learning_rate" if may_be_slow else ""
    more = "more chunks" if settings.is_stream else f"more than max_iter={settings.max_iter}"
    return (
        f"The training loss {problem}, where predicting the frequencies of the classes costs "
        f"{baseline:.3g}. If training has hardly begun, allow it {more}{larger}; if it diverged, "
        f"{remedy(settings, data)}."
    )


def _is_decayed(
    network: MultilayerPerceptron,
    loss: Loss,
    data: TrainingSet,
    settings: Settings,
    history: History,
) -> bool:
    """Return whether weight decay has left next to nothing of the weights of any layer.

    About a thousand rows are then predicted alike.  A network that has hardly begun may do that
    too, but its weights are as large as they were drawn.
    """
    drawn = [layer for layer in network.dense_layers() if layer.start.weight is not zeros]
    if not drawn and not _can_decay(data, settings, history):
        return False
    for layer in drawn:
        if np.sqrt(layer.n_inputs * np.mean(np.square(layer.weight))) > _DECAYED:
            return False
    some = data.inputs[:: max(1, data.n_rows // 1024)]
    raw = network.predict_raw(some, loss.link.merge, are_inputs=True)
    return bool(np.ptp(raw, axis=0).max() < 0.05)


def _can_decay(data: TrainingSet, settings: Settings, history: History) -> bool:
    """Return whether the steps of this run would have made drawn weights decay.

    That is asked where all weights start at zero: their size does not tell.
    """
    n_steps = math.ceil(data.n_rows / settings.batch_size)
    distance = n_steps * float(np.sum(history.learning_rate))
    return math.exp(-settings.weight_decay * distance) < _DECAYED


def _on_decay(settings: Settings, data: TrainingSet) -> str:
    """Return what to say of a network without weights."""
    decay, n_rows = settings.weight_decay, data.n_rows
    if settings.solver != "lbfgs":
        n_rows = min(n_rows, settings.batch_size)
    return (
        f"The model predicts the same for every sample: weight_decay={decay:g} "
        "has pulled all weights to zero. Choose a smaller one. The alpha of scikit-learn is "
        "weight_decay × n_samples, where n_samples is the number in a step, so alpha="
        f"{decay:g} is weight_decay={decay / n_rows:.3g} here."
    )
