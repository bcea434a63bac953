"""How much of a piece stands in a training set, and how much of real songs outside it does."""

from popgen_eval.copying.baseline import Band, copying_band, shares_by_song
from popgen_eval.copying.evaluator import Copying

__all__ = ["Band", "Copying", "copying_band", "shares_by_song"]
