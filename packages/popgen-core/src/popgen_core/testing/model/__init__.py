"""Checks of the parts of a model and of shipped weights; these import torch."""

__all__: list[str] = []
