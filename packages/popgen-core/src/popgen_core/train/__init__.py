"""Training: windows of songs in, checkpoints and a log out."""

__all__: list[str] = []
