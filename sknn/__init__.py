"""The neural-network classifier for scikit-learn, in NumPy.

`SimpleMLPClassifier` is a layered network with scikit-learn's interface; `LossCurveDisplay`
draws how its training went, and `Checkpoint` saves it in between.  `PLAIN` holds the parameters
that make the network as plain as scikit-learn's `MLPClassifier`.
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

from sknn.checkpoint import Checkpoint
from sknn.classifier import SimpleMLPClassifier
from sknn.defaults import PLAIN
from sknn.display import LossCurveDisplay

__all__ = ["PLAIN", "Checkpoint", "LossCurveDisplay", "SimpleMLPClassifier", "__version__"]
