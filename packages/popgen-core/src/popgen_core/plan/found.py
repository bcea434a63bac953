"""The plan that can be heard in a song: its tempo and meter, form, keys, chords and what comes back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.chords import KINDS, chords_of
from popgen_core.analysis.keys import KEYS, key_fits, key_of
from popgen_core.analysis.window import bar_count
from popgen_core.music.bars import bar_lines, places
from popgen_core.music.song import Song
from popgen_core.plan.forms import cuts, energy_of, labels_of, names_of
from popgen_core.plan.heard import Heard, heard
from popgen_core.plan.plan import NO_CHORD, Chord, Key, Plan, Section
from popgen_core.plan.returning import recalls_of

__all__ = ["plan_of"]

LEAST_FIT = 0.7  # cosine of a chord and what sounds, less the kind's prior
OWN_KEY = 0.3  # how much better than the song's key a section's own must correlate to be told
LEAST_SHARE = 4  # a group plays in a section if it sounds in one bar of so many, or
ENOUGH_BARS = 2  # in so many bars

Figures = NDArray[np.float64]


def plan_of(song: Song) -> Plan:
    """A grouped song -> its plan, over all bars from bar 0 to the last in which a note begins.

    Half bars are halves of each bar in time. Bars cut short by a change of meter, and those of meters that give no
    bars, have no chords (None) and recall nothing. A song without notes is a plan without sections.
    """
    sound = heard(song)
    spans = cuts(sound.alike)
    energies = [energy_of(sound, *span) for span in spans]
    names = names_of([stop - start for start, stop in spans], labels_of(sound.alike, spans), energies)
    home = sound.chroma.sum(axis=0)
    return Plan(
        sections=tuple(
            _section(sound, span, name, energy, _key(sound, span, home))
            for span, name, energy in zip(spans, names, energies, strict=True)
        ),
        chords=_chords(sound),
        recalls=recalls_of(sound.alike),
        tempo=_tempo(song),
        meter=_meter(song),
    )


def _section(sound: Heard, span: tuple[int, int], name: str, energy: float, key: Key | None) -> Section:
    """Some bars of a song as a section: onsets a beat are sixteenths on which a group begins one note or several."""
    start, stop = span
    bars, beats = slice(start, stop), sound.beats[start:stop].sum()
    sounding = sound.sounds[:, bars].sum(axis=1)
    plays = (LEAST_SHARE * sounding >= stop - start) & (sounding > 0) | (sounding >= ENOUGH_BARS)
    playing = [number for number in np.flatnonzero(plays).tolist() if sound.notes[number, bars].any()]
    return Section(
        name=name,
        bars=stop - start,
        energy=energy,
        key=key,
        groups=tuple(sound.groups[number] for number in playing),
        density={sound.groups[number]: float(sound.onsets[number, bars].sum() / beats) for number in playing},
        dynamics={sound.groups[number]: _dynamics(sound, number, bars) for number in playing},
    )


def _dynamics(sound: Heard, group: int, bars: slice) -> float:
    return float(sound.velocity[group, bars].sum() / sound.notes[group, bars].sum() / 127)


def _key(sound: Heard, span: tuple[int, int], home: Figures) -> Key | None:
    """The key of the song's tones, `home` (12,); a section's own where it correlates better by 0.3; None if neither
    can be told."""
    own = sound.chroma[2 * span[0] : 2 * span[1]].sum(axis=0)
    tonic, mode, margin = key_of(home)
    at_home = Key(tonic, mode) if margin > 0 else None
    own_tonic, own_mode, own_margin = key_of(own)
    fits = key_fits(own)
    better = fits.max() - (fits[KEYS.index((tonic, mode))] if at_home else 0.0)
    return Key(own_tonic, own_mode) if own_margin > 0 and better >= OWN_KEY else at_home


def _chords(sound: Heard) -> tuple[Chord | None, ...]:
    """One chord each half bar; `NO_CHORD` where nothing pitched sounds, None where no chord fits or nobody listened."""
    found, kinds = chords_of(sound.chroma, sound.lowest), list(KINDS)
    heard_there = np.repeat(sound.beats > 0, 2)
    chords: list[Chord | None] = []
    for half, (root, kind) in enumerate(zip(found.root.tolist(), found.kind.tolist(), strict=True)):
        if root < 0 or not heard_there[half]:
            chords.append(NO_CHORD if heard_there[half] else None)
        elif found.fit[half] < LEAST_FIT:
            chords.append(None)
        else:
            chords.append(Chord(root, kinds[kind], _inversion(sound, half, root, found.tones[half])))
    return tuple(chords)


def _inversion(sound: Heard, half: int, root: int, tones: NDArray[np.bool_]) -> int | None:
    """The chord tone that the bass sounds longest, of equals the one least above the root; None if that is the root.

    Where no bass group sounds, it is the lowest tone of all.
    """
    upward = sound.bass[half, (root + np.arange(12)) % 12]
    bass = (root + int(np.argmax(upward))) % 12 if upward.any() else int(sound.lowest[half]) % 12
    return bass if bass != root and tones[bass] else None


def _lines(song: Song) -> Figures:
    """(bars,) ticks at which the bars of a plan begin."""
    return bar_lines(song)[: bar_count(song)]


def _tempo(song: Song) -> float | None:
    """The median over bars of the tempo at their starts, quarter notes a minute."""
    lines = _lines(song)
    return float(np.median(song.tempo_bpm(lines))) if len(lines) else None


def _meter(song: Song) -> tuple[int, int] | None:
    """The most frequent meter of the bars, of equals the first."""
    at = places(song, _lines(song))
    meters = list(zip(at.numerator.tolist(), at.denominator.tolist(), strict=True))
    return max(dict.fromkeys(meters), key=meters.count, default=None)
