"""Adapters: what fine-tuning adds to a checkpoint, kept apart from it in small files and mixed in by strengths."""

__all__: list[str] = []
