"""Tests with several versions of Python and of the dependencies, each in an environment of its own.

`nox` runs them all; `nox --list` lists them, and `nox -s oldest` runs one.  A version of Python
that is not installed is skipped.
"""

import re
import sys
import tomllib
from pathlib import Path

import nox

nox.options.error_on_missing_interpreters = False

PYTEST = ("python", "-m", "pytest", "-q", "-n", "auto", "tests")
WITHOUT_SCREEN = {"MPLBACKEND": "agg"}
#: Matplotlib 3.9 uses names that pyparsing 3.3 deprecates, and warnings are errors.
BESIDE_OLDEST = ["pyparsing<3.3"]
#: They know no scikit-learn, or measure it.
NOT_WITH_EACH_SKLEARN = (
    "--ignore=tests/network",
    "--ignore=tests/training",
    "--ignore-glob=tests/*benchmark*",
)


@nox.session(python=["3.11", "3.12", "3.13"])
def newest(session: nox.Session) -> None:
    """Test with the newest dependencies."""
    session.install("-e", ".[test]")
    session.run(*PYTEST, *session.posargs, env=WITHOUT_SCREEN)


@nox.session
def oldest(session: nox.Session) -> None:
    """Test with the lower bounds that pyproject.toml names."""
    if sys.version_info >= (3, 13):
        session.skip("the oldest dependencies have no wheels for this version of Python")
    constraints = Path(session.create_tmp(), "oldest.txt")
    versions = lower_bounds("dependencies", "plots", "test") + BESIDE_OLDEST
    constraints.write_text("\n".join(versions))
    session.install("-e", ".[test]", "-c", str(constraints))
    session.run(*PYTEST, *session.posargs, env=WITHOUT_SCREEN)


@nox.session
@nox.parametrize("version", ["1.6.1", "1.7.2", "1.8.0", "1.9.1"])
def sklearn(session: nox.Session, version: str) -> None:
    """Test what knows scikit-learn with a version of it."""
    session.install("-e", ".[test]", f"scikit-learn=={version}")
    session.run(*PYTEST, *NOT_WITH_EACH_SKLEARN, *session.posargs, env=WITHOUT_SCREEN)


def lower_bounds(*groups: str) -> list[str]:
    """Return "name==version" for each "name>=version" in groups of dependencies."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = {"dependencies": project["dependencies"], **project["optional-dependencies"]}
    wanted = [each for group in groups for each in known[group]]
    return [each.replace(">=", "==") for each in wanted if re.fullmatch(r"[\w-]+>=[\d.]+", each)]
