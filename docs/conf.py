"""Configuration of the documentation.

Build it from the root of the repository; no network is needed:

    python -m sphinx -W --keep-going -b html docs docs/_build/html

The code blocks of the pages are doctests:

    python -m pytest docs
"""

import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

from cycler import cycler
from PIL import Image
from sphinx.util import logging

sys.path.insert(0, str(Path(__file__).parents[1]))  # the pages import from docs/ and examples/

import sknn
from docs.watch import page as watch
from sknn import SimpleMLPClassifier
from sknn.version import __version__

# The address of the published site, with a slash at the end.  It is not known yet; links between
# pages are relative, and what needs an address (canonical links, link previews) is left out.
SITE = ""

project = "sknn"
author = "The sknn developers"
copyright = author
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "matplotlib.sphinxext.plot_directive",
    "notfound.extension",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "sphinxext.opengraph",
]
exclude_patterns = ["_build", "_templates"]
toc_object_entries_show_parents = "hide"
templates_path = ["_templates"]
default_role = "code"  # `a = f(z)` in a docstring is code
rst_prolog = ".. role:: where\n"  # in a caption: the place of the code
highlight_language = "python"

# The API reference: a page for each entry of api.rst, written to api/.
autosummary_generate = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings name the types
numpydoc_show_class_members = False  # the template lists them
numpydoc_class_members_toctree = False
numpydoc_xref_param_type = False  # links into other projects would need their inventories

# Pictures drawn by code in the pages: on no background, in a grey that can be read on white and on
# black alike.
GREY = "#7b7b7b"
plot_basedir = "."
plot_formats = ["svg"]
plot_html_show_formats = False
plot_html_show_source_link = False
plot_include_source = True
plot_rcparams = {
    "figure.figsize": (7, 2.8),
    "savefig.bbox": "tight",
    "savefig.transparent": True,
    "svg.hashsalt": "sknn",  # the same picture has the same bytes
    "axes.prop_cycle": cycler(color=["#2f86c9", "#e0701a", "#1fa07a", "#c06aa0", "#c99a12"]),
    **dict.fromkeys(
        ("axes.edgecolor", "axes.labelcolor", "axes.titlecolor", "text.color", "xtick.color"), GREY
    ),
    **dict.fromkeys(("ytick.color", "legend.labelcolor", "grid.color"), GREY),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "legend.frameon": False,
    "grid.alpha": 0.3,
}
plot_apply_rcparams = True

# The gallery: the examples run when the documentation is built.
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",
    "ignore_pattern": "naive_network|search_on_a_cluster",  # other pages show them
    "reference_url": {"sknn": None},  # names in the code link to the API reference here
    "within_subsection_order": "FileNameSortKey",
    "backreferences_dir": "gallery/backreferences",
    "doc_module": ("sknn",),
    "download_all_examples": False,
    "write_computation_times": False,  # the page would load scripts from the network
    "show_signature": False,
}

# The diagrams of models in the gallery link to the API reference here, and explain parameters.
SimpleMLPClassifier._doc_link_template = "../api/sknn.{estimator_name}.html"

MOST_BYTES = 200_000  # of a picture

html_theme = "pydata_sphinx_theme"
html_title = f"sknn {version}"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_favicon = "_static/favicon.svg"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {
        "text": "sknn",
        "image_light": "_static/favicon.svg",
        "image_dark": "_static/favicon.svg",
    },
    "header_links_before_dropdown": 5,  # Install, Learn, How-to, User guide, API; then "More"
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
}
# Pages without pages below them.
_childless = ["changelog", "cite", "faq", "index", "install", "learn/watch"]
html_sidebars = {page: [] for page in _childless}
html_baseurl = ogp_site_url = SITE
ogp_site_name = "sknn"
ogp_social_cards = {"enable": bool(SITE)}
ogp_enable_meta_description = True
notfound_urls_prefix = "/" if not SITE else urlsplit(SITE).path

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# What users import; everything else in the API reference is internal.
_PUBLIC = {f"sknn.{name}" for name in sknn.__all__}
_PICTURES = {
    "sknn.ActivationsDisplay": "activations",
    "sknn.LossCurveDisplay": "loss_curve",
    "sknn.NetworkDisplay": "network",
    "sknn.WeightsDisplay": "weights",
}  # functions of figures/displays.py
autosummary_context = {"public": _PUBLIC, "pictures": _PICTURES}


def is_internal(name):
    """Return whether an entry of the API reference is neither public nor part of what is."""
    return not any(name == each or name.startswith(f"{each}.") for each in _PUBLIC)


def hide_internals(app, env):
    """Leave internal names out of the search; their pages are (:nosearch:) by the templates."""
    objects = env.domains["py"].data["objects"]
    for name, entry in objects.items():
        if is_internal(name):
            objects[name] = entry._replace(aliased=True)


def without_foreign_labels(app, what, name, obj, options, lines):
    """Make plain words of links to labels of scikit-learn in the docstrings that it inherits."""
    lines[:] = [re.sub(r":ref:`([^<`]+?) ?<[^>]+>`", r"\1", line) for line in lines]


def changelog(app, docname, source):
    """Append CHANGELOG.md to the page of the changelog, its Markdown as reStructuredText."""
    if docname == "changelog":
        text = Path(app.srcdir, "..", "CHANGELOG.md").read_text(encoding="utf-8")
        text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"`\1 <\2>`__", text.partition("\n## ")[2])
        for marks, line in (("### ", "^"), ("## ", "-")):
            text = re.sub(
                rf"^{marks}(.+)$", lambda m, c=line: f"{m[1]}\n{c * len(m[1])}", text, flags=re.M
            )
        title, _, rest = text.partition("\n")
        source[0] += f"\n{title}\n{'-' * len(title)}\n{rest}"


def skip_member(app, what, name, obj, skip, options):
    """Skip fitted attributes, which the class docstring lists, and what other libraries call."""
    fitted = isinstance(obj, property) and name.endswith("_")
    return (
        True if fitted or re.fullmatch(r"(set|get)_\w+_(request|routing)|onnx_\w+", name) else None
    )


def shrink_pictures(app):
    """Give large pictures of the gallery 256 colours: a drawn network then takes a third."""
    for path in Path(app.srcdir, "gallery", "images").glob("*.png"):
        if path.stat().st_size > MOST_BYTES:
            with Image.open(path) as picture:
                colours = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
            colours.save(path, optimize=True)
        if path.stat().st_size > MOST_BYTES:
            logging.getLogger(__name__).warning("%s takes over %d bytes", path.name, MOST_BYTES)


def write_watch(app):
    """Build the page "Watch it think", which learn/watch.rst embeds, into the site."""
    if app.builder.format == "html":
        Path(app.outdir, "watch.html").write_text(watch.build(), encoding="utf-8")


def setup(app):
    """Connect the functions above."""
    app.connect("builder-inited", write_watch)
    app.connect("autodoc-process-docstring", without_foreign_labels, priority=900)
    app.connect("autodoc-skip-member", skip_member)
    app.connect("env-updated", hide_internals)
    app.connect("source-read", changelog)
    app.connect("builder-inited", shrink_pictures, priority=900)  # the gallery is made at 500
