"""What every service stands on; it knows no service."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("postil")
except PackageNotFoundError:  # A checkout that was never installed.
    __version__ = "0.0.0"
