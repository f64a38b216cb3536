"""The address of the published documentation."""

from importlib import metadata


def address() -> str:
    """Return the address of the documentation, with a slash at the end.

    It stands in one place, `Documentation` of `[project.urls]` in pyproject.toml, from where the
    installation takes it.

    Returns
    -------
    str
        The address; "" if there is none, or the package is not installed.
    """
    try:
        urls = metadata.metadata("sknn").get_all("Project-URL", [])
    except metadata.PackageNotFoundError:
        return ""
    known = dict(line.split(", ", 1) for line in urls)
    return known["Documentation"].rstrip("/") + "/" if "Documentation" in known else ""
