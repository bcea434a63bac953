"""The catalogue of components and the door by which plug-ins enter."""

from popgen_core.plugins.catalogue import Catalogue, catalogue
from popgen_core.plugins.hooks import hookimpl
from popgen_core.plugins.loader import Offer, Problem
from popgen_core.plugins.needs import lacks

__all__ = ["Catalogue", "Offer", "Problem", "catalogue", "hookimpl", "lacks"]
