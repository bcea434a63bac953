"""Plans: the controls of a whole song before a note of it exists, found in a song, written by a user or by popgen."""

from popgen_core.plan.found import plan_of
from popgen_core.plan.plan import MODES, NO_CHORD, Chord, Key, Plan, Recall, Section

__all__ = ["MODES", "NO_CHORD", "Chord", "Key", "Plan", "Recall", "Section", "plan_of"]
