"""Settings of the test session."""

import os

from threadpoolctl import threadpool_limits

# Workers of pytest-xdist share the cores: with a BLAS thread for each core in each of them, small
# matrix products take many times longer.
if "PYTEST_XDIST_WORKER" in os.environ:
    threadpool_limits(1)
