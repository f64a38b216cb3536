"""Configuration of the documentation.

Build it from the root of the repository; no network is needed:

    python -m sphinx -W --keep-going -b html docs docs/_build/html

The code blocks of the pages are doctests:

    python -m pytest docs/index.rst docs/user_guide.rst docs/faq.rst docs/how_it_works
"""

import re
from pathlib import Path

from PIL import Image
from sphinx.util import logging

from sknn import SimpleMLPClassifier
from sknn.version import __version__

project = "sknn"
author = "The sknn developers"
copyright = author
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "matplotlib.sphinxext.plot_directive",
    "sphinx_gallery.gen_gallery",
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

# Pictures drawn by code in the pages.
plot_formats = ["svg"]
plot_html_show_formats = False
plot_html_show_source_link = False
plot_include_source = True
plot_rcparams = {"figure.figsize": (7, 2.8), "savefig.bbox": "tight"}
plot_apply_rcparams = True

# The gallery: the examples run when the documentation is built.
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",
    "ignore_pattern": "naive_network|search_on_a_cluster",  # other pages show them
    "reference_url": {"sknn": None},  # names in the code link to the API reference here
    "within_subsection_order": "FileNameSortKey",
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
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "sknn"},
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
}
# Pages without pages below them.
_childless = ["beyond_one_machine", "faq", "files", "index", "integrations", "user_guide"]
html_sidebars = {page: [] for page in _childless}


def skip_member(app, what, name, obj, skip, options):
    """Skip fitted attributes, which the class docstring lists, and generated methods."""
    fitted = isinstance(obj, property) and name.endswith("_")
    return True if fitted or re.fullmatch(r"set_\w+_request", name) else None


def shrink_pictures(app):
    """Give large pictures of the gallery 256 colours: a drawn network then takes a third."""
    for path in Path(app.srcdir, "gallery", "images").glob("*.png"):
        if path.stat().st_size > MOST_BYTES:
            with Image.open(path) as picture:
                colours = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
            colours.save(path, optimize=True)
        if path.stat().st_size > MOST_BYTES:
            logging.getLogger(__name__).warning("%s takes over %d bytes", path.name, MOST_BYTES)


def setup(app):
    """Connect the functions above."""
    app.connect("autodoc-skip-member", skip_member)
    app.connect("builder-inited", shrink_pictures, priority=900)  # the gallery is made at 500
