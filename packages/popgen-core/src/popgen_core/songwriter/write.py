"""Writing a song: a sketch, the parts one after another as a band would make them up, and their performance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator, SeedSequence

from popgen_core.music import Marker, Song, Track, rows
from popgen_core.music.song import CONTROL, KEY, METER, TEMPO
from popgen_core.songwriter.bass import write_bass
from popgen_core.songwriter.colour import write_others
from popgen_core.songwriter.comping import write_chords
from popgen_core.songwriter.drums import write_drums
from popgen_core.songwriter.groove import draw_grooves
from popgen_core.songwriter.guitar import write_guitar
from popgen_core.songwriter.melody import draw_themes, write_lead
from popgen_core.songwriter.meter import STEP_TICKS, TICKS_PER_QUARTER
from popgen_core.songwriter.notes import WrittenNote
from popgen_core.songwriter.performance import draw_touches, levelled, loosened, pedal, play, swells
from popgen_core.songwriter.sketch import Sketch, draw_sketch
from popgen_core.songwriter.strings import write_strings
from popgen_core.songwriter.style import GROUPS

__all__ = ["song_of", "write_parts", "write_song", "write_songs"]

PEDALLED, PIANOS = ("ballad", "folk", "soul"), (0, 1, 4, 5)  # styles and General MIDI programs played with pedal


def write_song(seed: int) -> Song:
    """A complete pop song for seven groups; the same seed writes the same song."""
    return _from_chance(SeedSequence(seed))


def write_songs(count: int, seed: int) -> Iterator[Song]:
    """`count` songs; song i depends on `seed` and i alone, so a longer run begins with a shorter one."""
    for number in range(count):
        yield _from_chance(SeedSequence(seed, spawn_key=(number,)))


def _from_chance(sequence: SeedSequence) -> Song:
    rng = np.random.default_rng(sequence)
    sketch = draw_sketch(rng)
    return song_of(rng, sketch, write_parts(rng, sketch))


def write_parts(rng: Generator, sketch: Sketch) -> dict[str, list[WrittenNote]]:
    """What each group plays: drums first, the bass to their kick, the melody before what answers it."""
    grooves = draw_grooves(rng, sketch)
    themes = draw_themes(rng, sketch)
    parts = {
        "drums": write_drums(rng, sketch, grooves),
        "bass": write_bass(rng, sketch, grooves),
        "chords": write_chords(rng, sketch),
        "guitar": write_guitar(rng, sketch),
        "strings": write_strings(rng, sketch),
        "lead": write_lead(rng, sketch, themes),
        "others": write_others(rng, sketch, themes),
    }
    liberty = float(rng.uniform(0.0, 0.1))
    return parts | {group: loosened(rng, parts[group], liberty) for group in ("drums", "chords", "guitar")}


def song_of(rng: Generator, sketch: Sketch, parts: dict[str, list[WrittenNote]]) -> Song:
    """The parts performed, with tempo, meter, keys and a marker at the start of each section."""
    touches = draw_touches(rng)
    bar_ticks = sketch.bar_steps * STEP_TICKS
    played = [play(rng, sketch, touches[group], parts[group]) for group in GROUPS]
    low, high = int(rng.integers(33, 42)), int(rng.integers(104, 113))
    controls = {"strings": swells(sketch, "strings")}
    if sketch.style.name in PEDALLED and sketch.style.programs["chords"] in PIANOS:
        controls["chords"] = pedal(sketch, "chords")
    tracks = tuple(
        Track(
            name=group,
            program=sketch.style.programs[group],
            is_drum=group == "drums",
            notes=notes,
            controls=controls.get(group, rows(CONTROL)),
        )
        for group, notes in zip(GROUPS, levelled(played, low, high), strict=True)
    )
    meter = sketch.style.meter
    return Song(
        ticks_per_quarter=TICKS_PER_QUARTER,
        tracks=tracks,
        tempos=rows(TEMPO, _tempos(rng, sketch, bar_ticks)),
        meters=rows(METER, [(0, meter.numerator, meter.denominator)]),
        keys=rows(KEY, _keys(sketch, bar_ticks)),
        markers=tuple(Marker(section.start_bar * bar_ticks, section.name) for section in sketch.sections),
    )


def _tempos(rng: Generator, sketch: Sketch, bar_ticks: int) -> list[tuple[int, int]]:
    """One tempo, or one that leans forward in choruses; some songs slow down over their last two bars."""
    tempo = sketch.style.tempo
    lean = float(rng.uniform(0.5, 2.0)) if rng.random() < 0.4 else 0.0
    changes = [(s.start_bar * bar_ticks, min(tempo + lean * (s.kind == "chorus"), 160.0)) for s in sketch.sections]
    kept = [change for at, change in enumerate(changes) if at == 0 or change[1] != changes[at - 1][1]]
    if rng.random() < 0.3:
        beat = sketch.style.meter.beat * STEP_TICKS
        slowing = range((sketch.bars - 2) * bar_ticks + beat, sketch.bars * bar_ticks - beat, beat)
        kept += [(tick, max(tempo * (0.97 - 0.03 * at), 70.0)) for at, tick in enumerate(slowing)]
    return [(tick, round(60e6 / beats)) for tick, beats in kept]


def _keys(sketch: Sketch, bar_ticks: int) -> list[tuple[int, int, bool]]:
    """The key signature at the start, and another where the song moves up."""
    keys = [(section.start_bar * bar_ticks, sketch.key_of(section)) for section in sketch.sections]
    return [(tick, key.fifths, key.minor) for at, (tick, key) in enumerate(keys) if at == 0 or key != keys[at - 1][1]]
