"""The package as a whole: its public names, its imports, and its namesake of 2016."""

import ast
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import sknn

ROOT = Path(sknn.__file__).parent


def run(code, **kwargs):
    """Run a line of Python in a new process and return what came of it."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, **kwargs
    )


def test_the_public_names_are_these():
    assert sknn.__all__ == [
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
    for name in sknn.__all__:
        assert getattr(sknn, name)


@pytest.mark.parametrize("package", ["network", "training"])
def test_network_and_training_need_neither_scikit_learn_nor_the_estimator(package):
    modules = [f"sknn.{package}.{path.stem}" for path in (ROOT / package).glob("[a-z]*.py")]
    assert len(modules) >= 7
    # Without the package's own __init__, which imports the estimator.
    code = (
        "import sys, types, importlib; sknn = types.ModuleType('sknn'); "
        f"sknn.__path__ = [{str(ROOT)!r}]; sys.modules['sknn'] = sknn; "
        f"[importlib.import_module(name) for name in {modules!r}]; "
        "assert 'sklearn' not in sys.modules and 'sknn.classifier' not in sys.modules; "
        f"assert {package == 'training'} == ('sknn.training.history' in sys.modules)"
    )
    result = run(code)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("module", ["matplotlib", "onnx", "skl2onnx"])
def test_what_is_optional_is_imported_only_when_used(module):
    result = run(f"import sys, sknn; assert {module!r} not in sys.modules")
    assert result.returncode == 0, result.stderr


def test_a_display_without_matplotlib_says_how_to_install_it():
    code = "import sys; sys.modules['matplotlib'] = None; import sknn; "
    result = run(code + "sknn.LossCurveDisplay([1, 2]).plot()")
    assert "ImportError" in result.stderr
    assert "pip install 'sknn[plots]'" in result.stderr


def test_the_namesake_of_2016_is_answered_with_a_clear_message(tmp_path):
    namesake = tmp_path / "scikit_neuralnetwork-0.7.dist-info"
    namesake.mkdir()
    (namesake / "METADATA").write_text("Name: scikit-neuralnetwork\nVersion: 0.7\n")
    code = f"import sys; sys.path += [{str(tmp_path)!r}, {str(ROOT.parent)!r}]; import sknn"
    result = run(code)
    assert result.returncode != 0
    assert "ImportError" in result.stderr
    assert "pip uninstall scikit-neuralnetwork sknn" in result.stderr.replace("\n", " ")


def test_the_page_on_the_api_shows_the_plain_settings():
    page = (ROOT.parent / "docs" / "api.rst").read_text(encoding="utf-8")
    entry = re.search(r"data:: PLAIN\n(( {3}.*)?\n)+", page)
    settings = re.search(r"\{.*?\n {6}\}", entry[0], re.DOTALL)
    assert ast.literal_eval(textwrap.dedent(settings[0])) == dict(sknn.PLAIN)
