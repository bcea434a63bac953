"""The tones of a key: what a scale mask lets through and what adherence to a key counts, one law for both."""

from __future__ import annotations

from popgen_core.analysis.scales import DIATONIC
from popgen_core.plan.plan import Key

__all__ = ["scale_of"]

# A minor key has its natural scale and the raised seventh that its dominant needs. In 150 songs of POP909 with a minor
# key by hand, these eight tones hold 98.4 % of the sounding time, the natural seven 97.1 %; the raised sixth would
# add 0.5 %, where a tone at random adds 8.3 % (2026-11-23): so it is left out.
TONES = {"major": DIATONIC, "minor": (0, 2, 3, 5, 7, 8, 10, 11)}


def scale_of(key: Key) -> frozenset[int]:
    """Pitch classes 0..11 of a key: the seven of a major one, the natural seven and the raised seventh of a minor."""
    return frozenset((key.tonic + tone) % 12 for tone in TONES[key.mode])
