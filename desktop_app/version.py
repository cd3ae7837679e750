"""Which version of Parley this is: the one place that says it."""

__version__ = "0.1.0"
