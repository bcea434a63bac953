"""What became of a training run, read from its folder: losses, phases, speed, interruptions. No torch."""

from popgen_core.history.lines import read_log
from popgen_core.history.story import RunStory, read_story

__all__ = ["RunStory", "read_log", "read_story"]
