"""The neural-network classifier for scikit-learn, in NumPy.

`SimpleMLPClassifier` is a layered network with scikit-learn's interface.  The displays draw it:
`LossCurveDisplay` how its training went, `WeightsDisplay` what its neurons look for,
`ActivationsDisplay` what they answer to a sample, `NetworkDisplay` neurons and weights.
`Checkpoint` saves it while it is trained, and `to_onnx` exports it.  `PLAIN` holds the parameters
that make the classifier as plain as scikit-learn's `MLPClassifier`.
"""

from importlib import metadata

from sknn.version import __version__

try:
    metadata.distribution("scikit-neuralnetwork")
except metadata.PackageNotFoundError:
    pass
else:
    raise ImportError(
        "The archived package scikit-neuralnetwork (last release 2016) is installed in this "
        "environment.  It installs into the same folder, 'sknn', and overwrites files of this "
        "package.  Remove both, then install this one again:  pip uninstall "
        "scikit-neuralnetwork sknn"
    )

from sknn.classifier import SimpleMLPClassifier
from sknn.displays import ActivationsDisplay, LossCurveDisplay, NetworkDisplay, WeightsDisplay
from sknn.files.checkpoint import Checkpoint
from sknn.onnx import to_onnx
from sknn.settings import PLAIN

__all__ = [
    "PLAIN",
    "ActivationsDisplay",
    "Checkpoint",
    "LossCurveDisplay",
    "NetworkDisplay",
    "SimpleMLPClassifier",
    "WeightsDisplay",
    "__version__",
    "to_onnx",
]
