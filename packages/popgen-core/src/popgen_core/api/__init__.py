"""popgen from a notebook: prepare, train and generate in one call each; `popgen_eval.api.evaluate` is the fourth.

>>> from popgen_core import api
>>> api.prepare("songs/", "dataset/")
>>> api.train("dataset/", "runs/mine", "paper.warm")
>>> api.report("runs/mine").ended_epochs
>>> api.generate("runs/mine", "new-songs/", count=3, seconds=60, seed=7)
"""

from popgen_core.api.arranging import arrange
from popgen_core.api.corpus import doctor, explain, prepare
from popgen_core.api.training import crossval, report, score, train, train_seeds
from popgen_core.api.writing import explain_note, generate, generator, reproduce, show, write_songs
from popgen_core.generate.written import Written

__all__ = [
    "Written",
    "arrange",
    "crossval",
    "doctor",
    "explain",
    "explain_note",
    "generate",
    "generator",
    "prepare",
    "report",
    "reproduce",
    "score",
    "show",
    "train",
    "train_seeds",
    "write_songs",
]
