"""Blind listening tests: planned, rendered, answered in a browser, joined with their key, told in plain words."""

from popgen_eval.listening.analysis import Analysis, analyse
from popgen_eval.listening.answers import COLUMNS, read_answers
from popgen_eval.listening.design import Design
from popgen_eval.listening.key import Key, read_key
from popgen_eval.listening.plan import Stimulus, Trial, plan_trials
from popgen_eval.listening.size import listeners_needed

__all__ = [
    "COLUMNS",
    "Analysis",
    "Design",
    "Key",
    "Stimulus",
    "Trial",
    "analyse",
    "listeners_needed",
    "plan_trials",
    "read_answers",
    "read_key",
]
