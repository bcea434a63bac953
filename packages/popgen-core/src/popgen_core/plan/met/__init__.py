"""How much of a plan a song meets: one figure a thing that can be asked."""

__all__: list[str] = []
