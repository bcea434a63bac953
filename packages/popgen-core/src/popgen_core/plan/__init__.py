"""Plans: the controls of a whole song before a note of it exists, found in a song, written by a user or by popgen."""

from popgen_core.plan.found import plan_of
from popgen_core.plan.met.adherence import Adherence, adherence, overall_adherence
from popgen_core.plan.plan import MODES, NO_CHORD, Chord, Key, Plan, Recall, Section
from popgen_core.plan.words.asked import AskedPlan, asked_from, partial_plan
from popgen_core.plan.words.chord_text import chord_name, chords_from
from popgen_core.plan.words.errors import PlanError
from popgen_core.plan.words.form_text import form_from
from popgen_core.plan.words.key_text import key_from, key_name

__all__ = [
    "MODES",
    "NO_CHORD",
    "Adherence",
    "AskedPlan",
    "Chord",
    "Key",
    "Plan",
    "PlanError",
    "Recall",
    "Section",
    "adherence",
    "asked_from",
    "chord_name",
    "chords_from",
    "form_from",
    "key_from",
    "key_name",
    "overall_adherence",
    "partial_plan",
    "plan_of",
]
