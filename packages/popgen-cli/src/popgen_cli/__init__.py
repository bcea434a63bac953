"""popgen_cli: the command `popgen`; one file a command, everything heavy imported when a command runs."""

__all__ = ["__version__"]

__version__ = "0.1.0"
