"""The corpus: MIDI files made into a dataset, and a dataset opened and varied for training.

Only what needs no torch is offered here; `popgen_core.corpus.prepare` and `.dataset` store songs by `.pt`.
"""

from popgen_core.corpus.augment import AugmentConfig, augment
from popgen_core.corpus.report import FileRow, PrepareReport
from popgen_core.corpus.stored import StoredSong

__all__ = ["AugmentConfig", "FileRow", "PrepareReport", "StoredSong", "augment"]
