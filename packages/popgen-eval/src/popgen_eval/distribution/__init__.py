"""Whether a set of songs as a whole is like a reference set, and what real songs show against other real songs."""

from popgen_eval.distribution.evaluator import Distribution
from popgen_eval.distribution.gaussian import frechet_distance, ledoit_wolf

__all__ = ["Distribution", "frechet_distance", "ledoit_wolf"]
