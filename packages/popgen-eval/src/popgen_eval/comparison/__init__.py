"""Two systems compared figure by figure: the right test, its check, how large, how sure, and in plain words."""

from popgen_eval.comparison.compare import Comparison, compare
from popgen_eval.comparison.contrast import Contrast
from popgen_eval.comparison.figure import FigureTest

__all__ = ["Comparison", "Contrast", "FigureTest", "compare"]
