"""How much of a song stands in a training set, and how much of real songs outside it does."""

from popgen_eval.copying.baseline import Band, copying_band, shares_by_song
from popgen_eval.copying.evaluator import Copying
from popgen_eval.copying.verdict import CopyingVerdict, copying_verdict

__all__ = ["Band", "Copying", "CopyingVerdict", "copying_band", "copying_verdict", "shares_by_song"]
