"""A report told: beside its reference, with what was copied, what is undefined, in rows and in plain words."""

__all__: list[str] = []
