"""The diagram of a model: links, explained parameters, the table of fitted attributes."""

import html
import inspect
import re
import warnings

import pytest
import sklearn
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
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
    "out_activation_",
    "t_",
    "temperature_",
    "validation_scores_",
]


@pytest.fixture
def site(monkeypatch):
    """Publish the documentation."""
    template = "https://example.org/{estimator_module}.{estimator_name}.html"
    monkeypatch.setattr(SimpleMLPClassifier, "_doc_link_template", template)
    return "https://example.org/sknn.classifier.SimpleMLPClassifier.html"


@pytest.fixture(scope="module")
def fitted(iris):
    return SimpleMLPClassifier((8,), max_iter=3, random_state=0).fit(*iris)


def diagram(model):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return model._repr_html_()


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


def test_without_a_site_nothing_links_nowhere(fitted):
    assert fitted._get_doc_link() == ""
    assert "href" not in diagram(fitted)


def test_the_diagram_links_to_the_page_of_the_class(fitted, site):
    assert fitted._get_doc_link() == site
    assert f'href="{site}"' in diagram(fitted)


@explains
def test_every_parameter_is_explained(site):
    page = diagram(SimpleMLPClassifier())
    explained = tooltips(page)
    assert sorted(explained) == sorted(PARAMETERS)
    for name in PARAMETERS:
        kind, text = entry(name)
        assert explained[name][0] == kind
        assert explained[name][1].startswith(text)
        assert f'href="{site}#:~:text={name},' in page


@explains
def test_parameters_are_explained_in_a_pipeline_too(site):
    page = diagram(make_pipeline(StandardScaler(), SimpleMLPClassifier()))
    assert set(PARAMETERS) <= set(tooltips(page))


@has_table
def test_the_table_of_fitted_attributes_is_short_and_right(fitted, site):
    table = fitted._get_fitted_attr_html(site)
    assert list(table) == FITTED
    assert table["n_layers_"]["value"] == 3
    assert table["loss_curve_"]["shape"] == (3,)
    explained = tooltips(diagram(fitted))
    for name in FITTED:
        kind, text = entry(name)
        assert explained[name][0] == kind
        assert explained[name][1].startswith(text)


@has_table
def test_a_model_that_is_not_fitted_has_no_table(site):
    assert "Fitted attributes" not in diagram(SimpleMLPClassifier())
