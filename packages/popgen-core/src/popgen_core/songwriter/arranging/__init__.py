"""Arranging: a band of seven groups around a melody that somebody else wrote."""

from popgen_core.songwriter.arranging.arrange import Arrangement, Wishes, arranged
from popgen_core.songwriter.arranging.drummers import Drummers, DrummersError, Performance, read_drummers
from popgen_core.songwriter.arranging.folder import Arranged, ArrangeError, arrange_all, found_songs
from popgen_core.songwriter.arranging.heard_sheet import heard_sheet
from popgen_core.songwriter.arranging.leadsheet import LeadSheet, RealPart
from popgen_core.songwriter.arranging.measures import Measures
from popgen_core.songwriter.arranging.pop909 import is_pop909, pop909_sheet

__all__ = [
    "ArrangeError",
    "Arranged",
    "Arrangement",
    "Drummers",
    "DrummersError",
    "LeadSheet",
    "Measures",
    "Performance",
    "RealPart",
    "Wishes",
    "arrange_all",
    "arranged",
    "found_songs",
    "heard_sheet",
    "is_pop909",
    "pop909_sheet",
    "read_drummers",
]
