"""What can be heard in a song without a model: chords, scales, bars alike; shared by controls and metrics, no torch."""

from popgen_core.analysis.alike import bars_alike, null_contrast
from popgen_core.analysis.chords import Chords, chords_of
from popgen_core.analysis.piece import Part, Piece, pieces_of
from popgen_core.analysis.scales import key_share, scales_of
from popgen_core.analysis.sections import section_borders
from popgen_core.analysis.window import bar_count

__all__ = [
    "Chords",
    "Part",
    "Piece",
    "bar_count",
    "bars_alike",
    "chords_of",
    "key_share",
    "null_contrast",
    "pieces_of",
    "scales_of",
    "section_borders",
]
