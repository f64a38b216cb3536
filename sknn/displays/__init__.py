"""Pictures of a trained network, after scikit-learn's convention for displays.

A display holds what is to be drawn; `from_estimator` takes it from a fitted classifier, and `plot`
draws it.  Matplotlib is imported when the first one is drawn.
"""

from sknn.displays.activations import ActivationsDisplay
from sknn.displays.loss_curve import LossCurveDisplay
from sknn.displays.network import NetworkDisplay
from sknn.displays.weights import WeightsDisplay

__all__ = ["ActivationsDisplay", "LossCurveDisplay", "NetworkDisplay", "WeightsDisplay"]
