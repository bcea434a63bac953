"""The commands of popgen, one a file."""

__all__: list[str] = []
