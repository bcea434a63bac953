"""Copy the bar before: a cell sounds at one rate where it sounded a bar ago, at another where not, by group."""

from popgen_core.baselines.baseline import Baseline

__all__ = ["COPY_BAR"]

COPY_BAR = Baseline("copy-bar", (("group", "bar"),))
