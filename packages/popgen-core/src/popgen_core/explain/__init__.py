"""What a model heard when it wrote a note, and what it might have written instead: computed, and drawn as a page."""

__all__: list[str] = []
