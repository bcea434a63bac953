"""What a run leaves behind, read by whoever tells of it."""

from popgen_core.history.lines import read_log

__all__ = ["read_log"]
