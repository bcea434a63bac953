"""How much of a song stands in a training set, and how much of real songs outside it does."""

from popgen_eval.copying.baseline import RealSongs, beside_real, shares_by_song
from popgen_eval.copying.evaluator import Copying
from popgen_eval.copying.verdict import CopyingVerdict, copying_verdict

__all__ = ["Copying", "CopyingVerdict", "RealSongs", "beside_real", "copying_verdict", "shares_by_song"]
