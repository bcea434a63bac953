"""The yardstick applied to models: bits that a trained model needs to tell the onsets of songs it has not heard."""

__all__: list[str] = []
