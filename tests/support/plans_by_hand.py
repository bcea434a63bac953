"""Plans made by hand, all of one kind: what a plan book learns from them can be said without counting."""

from __future__ import annotations

from popgen_core.plan import Chord, Key, Plan, Recall, Section

__all__ = ["FORM", "song_in"]

FORM = (("intro", 4), ("verse", 8), ("chorus", 8), ("verse", 8), ("chorus", 8), ("outro", 4))
ENERGIES = {"intro": 0.2, "verse": 0.4, "chorus": 0.8, "outro": 0.3}
GROUPS = {"intro": ("drums",), "verse": ("drums", "bass"), "chorus": ("drums", "bass", "lead"), "outro": ("bass",)}
# roots of four bars, in semitones above the tonic, and which of them are minor
PHRASES = {"intro": (0, 0, 0, 0), "verse": (0, 7, 9, 5), "chorus": (5, 7, 0, 0), "outro": (5, 5, 7, 0)}
MINOR = (2, 4, 9)


def song_in(tonic: int) -> Plan:
    """A song in a major key: I V vi IV in the verse, IV V I I in the chorus, four bars each that come at once again.

    The second verse recalls the first note for note, and so does the chorus; phrases within them are new.
    """
    sections = tuple(
        Section(
            name,
            bars,
            ENERGIES[name],
            Key(tonic),
            GROUPS[name],
            dict.fromkeys(GROUPS[name], 2.0),
            dict.fromkeys(GROUPS[name], ENERGIES[name]),
        )
        for name, bars in FORM
    )
    roots = [PHRASES[name][bar % 4] for name, bars in FORM for bar in range(bars)]
    chords = [Chord((root + tonic) % 12, "min" if root in MINOR else "maj") for root in roots for _ in range(2)]
    recalls = [Recall(bar - 16, 1.0) if 20 <= bar < 36 else None for bar in range(40)]
    return Plan(sections, tuple(chords), tuple(recalls), 120.0, (4, 4))
