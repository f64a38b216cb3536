"""The version of sknn; it stamps every pickled model."""

__version__ = "0.2.0.dev0"
