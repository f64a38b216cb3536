"""The diagram of a model: links, explained parameters, the table of fitted attributes."""

import html
import inspect
import re
import warnings

import pytest
import sklearn
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_html_repr
from sklearn.utils.fixes import parse_version

from sknn import SimpleMLPClassifier

VERSION = parse_version(sklearn.__version__)
explains = pytest.mark.skipif(parse_version("1.8") > VERSION, reason="since scikit-learn 1.8")
has_table = pytest.mark.skipif(parse_version("1.9") > VERSION, reason="since scikit-learn 1.9")
PARAMETERS = list(inspect.signature(SimpleMLPClassifier).parameters)
FITTED = [
    "best_iter_",
    "best_loss_",
    "best_validation_score_",
    "classes_",
    "coefs_",
    "encoder_",
    "intercepts_",
    "learning_rates_",
    "loss_",
    "loss_curve_",
    "n_features_in_",
    "n_iter_",
    "n_layers_",
    "n_outputs_",
    "n_parameters_",
    "network_",
    "offset_",
    "out_activation_",
    "t_",
    "temperature_",
    "validation_scores_",
]


class Published(SimpleMLPClassifier):
    """The classifier with a site, as scikit-learn lets a subclass name one."""

    __doc__ = SimpleMLPClassifier.__doc__.partition("    Examples\n")[0]
    __init__ = SimpleMLPClassifier.__init__
    _doc_link_module = __name__.partition(".")[0]
    _doc_link_template = "https://example.org/{estimator_name}.html"


SITE = "https://example.org/Published.html"


@pytest.fixture(scope="module")
def fitted(iris):
    return Published((8,), max_iter=3, random_state=0).fit(*iris)


def diagram(model):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return estimator_html_repr(model)


def entry(name):
    """Return the type of a parameter or attribute, and the first line about it."""
    docstring = inspect.getdoc(SimpleMLPClassifier)
    found = re.search(rf"^{name} : (.+)\n    (.+)$", docstring, re.MULTILINE)
    return found[1], found[2]


def tooltips(page):
    """Return what the diagram explains, by name."""
    found = re.findall(
        r'<span class="param-doc-description"[^>]*>\s*(\w+): (.*?)<br><br>(.*?)</span>', page, re.S
    )
    return {name: (html.unescape(kind), html.unescape(text)) for name, kind, text in found}


def test_without_a_site_nothing_links_nowhere(iris):
    assert "href" not in diagram(SimpleMLPClassifier((8,), max_iter=3).fit(*iris))


@pytest.fixture
def installed_with(tmp_path, monkeypatch):
    """Return a function that gives the installed package these lines of metadata."""

    def install(lines):
        folder = tmp_path / "sknn-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.4\nName: sknn\n{lines}\nVersion: 1.0\n"
        )
        monkeypatch.syspath_prepend(tmp_path)

    return install


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_day_a_site_is_published_the_diagram_links_there(installed_with, slash):
    installed_with(f"Project-URL: Documentation, https://example.org/sknn{slash}")
    page = diagram(SimpleMLPClassifier())
    assert 'href="https://example.org/sknn/api/sknn.SimpleMLPClassifier.html"' in page


def test_other_addresses_are_not_the_site(installed_with):
    installed_with("Project-URL: Source, https://example.org/code")
    assert "href" not in diagram(SimpleMLPClassifier())


def test_the_diagram_links_to_the_page_of_the_class(fitted):
    assert f'href="{SITE}"' in diagram(fitted)


@explains
def test_every_parameter_is_explained():
    page = diagram(Published())
    explained = tooltips(page)
    assert sorted(explained) == sorted(PARAMETERS)
    for name in PARAMETERS:
        kind, text = entry(name)
        assert explained[name][0] == kind
        assert explained[name][1].startswith(text)
        assert f'href="{SITE}#:~:text={name},' in page


@explains
def test_parameters_are_explained_in_a_pipeline_too():
    page = diagram(make_pipeline(StandardScaler(), Published()))
    assert set(PARAMETERS) <= set(tooltips(page))


@has_table
def test_the_table_of_fitted_attributes_is_short_and_right(fitted):
    explained = tooltips(diagram(fitted))
    assert sorted(set(explained) - {*PARAMETERS}) == FITTED
    for name in FITTED:
        kind, text = entry(name)
        assert explained[name][0] == kind
        assert explained[name][1].startswith(text)


@has_table
def test_a_model_that_is_not_fitted_has_no_table():
    assert "Fitted attributes" not in diagram(Published())
