"""The verdict on a system: its songs beside baselines and real pieces, and each target met or missed."""

__all__: list[str] = []
