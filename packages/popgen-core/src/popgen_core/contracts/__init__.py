"""What each kind of plug-in promises; one contract a file, shapes in the docstrings. Imports no torch."""

__all__: list[str] = []
