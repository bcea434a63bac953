"""Groupers: which instrument group each track of a song belongs to."""

from popgen_core.groupers.program import GROUPS, Program
from popgen_core.groupers.seven import Seven

__all__ = ["GROUPS", "Program", "Seven"]
