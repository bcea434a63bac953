"""Pages for a browser: one file each, with pictures inside, that needs nothing from anywhere else."""

from popgen_core.pages.page import Column, Page
from popgen_core.pages.svg import Drawing, Picture

__all__ = ["Column", "Drawing", "Page", "Picture"]
