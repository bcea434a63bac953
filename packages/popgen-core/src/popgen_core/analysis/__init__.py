"""What can be heard in a song without a model: chords, scales, bars alike; torch-free, shared by controls and metrics."""

__all__: list[str] = []
