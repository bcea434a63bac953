"""What figures say of songs, and how surely: summaries, tests, effects, intervals."""

from popgen_eval.statistics.resampled import ResampledT, corrected_resampled_t
from popgen_eval.statistics.summary import Summary, bca_interval, summarise

__all__ = ["ResampledT", "Summary", "bca_interval", "corrected_resampled_t", "summarise"]
