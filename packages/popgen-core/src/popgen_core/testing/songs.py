"""The kit's songs, made by hand: a plain one, a band that never plays the same song twice, and hostile ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from popgen_core.music.song import BEND, CONTROL, KEY, METER, TEMPO, Marker, Song, Track, notes_from, rows

__all__ = ["BAR", "GROUPS", "band_song", "hostile_songs", "plain_song"]

BEAT, BAR = 480, 1920  # ticks, of 4/4
GROUPS = ("drums", "bass", "chords", "guitar", "strings", "lead", "others")  # the paper's seven
LAST_TICK = 2**31 - 1  # what a MIDI file can reach
PROGRAMS = {"drums": 0, "bass": 33, "chords": 0, "guitar": 25, "strings": 48, "lead": 73}
FILE_NAMES = {"drums": "Drum Kit", "bass": "Fingered Bass", "chords": "Piano", "lead": "Flute"}
FORM = (0, 0, 1, 0, 2, 0)  # which four bars of three come where
MAJOR = (0, 2, 4, 5, 7, 9, 11)
ROOTS = (0, 5, 3, 4, 1, 2)  # degrees of the scale that begin a chord
KICK, SNARE, HIHAT = 36, 38, 42

Row = tuple[int, int, int, int]  # start tick, length in ticks, pitch, velocity


def plain_song(bars: int = 4) -> Song:
    """Drums, a bass, a piano and a flute at 120 beats a minute in 4/4, named as in a file."""
    played = _played(0, bars)
    return Song(BEAT, tuple(_track(name, PROGRAMS[group], played[group]) for group, name in FILE_NAMES.items()))


def band_song(number: int = 0, bars: int = 24) -> Song:
    """A grouped song: drums, bass, chords, guitar, strings and lead, its tracks named after their groups.

    Each number is a song of its own in key, chords, rhythms, melody and tempo; four bars in three come back.
    """
    tempo = rows(TEMPO, [(0, 400_000 + 20_000 * (number * 7 % 13))])
    played = _played(number, bars)
    return Song(BEAT, tuple(_track(group, PROGRAMS[group], played[group]) for group in played), tempo)


def hostile_songs() -> dict[str, Song]:
    """Songs as files have them and nobody expects, by what is odd about them."""
    band = band_song()
    return {
        "no tracks": Song(BEAT, ()),
        "tracks without notes": _song(_track("Piano", 0, []), _track("Drums", 0, [], drum=True)),
        "one note": _song(_track("Piano", 0, [(0, BEAT, 60, 80)])),
        "one note that does not last": _song(_track("Piano", 0, [(0, 0, 60, 80)])),
        "drums only": Song(BEAT, tuple(track for track in band.tracks if track.is_drum)),
        "all notes at tick 0": _song(_track("Piano", 0, [(0, 240, pitch, 80) for pitch in range(30, 90)])),
        "notes of one pitch that overlap": _song(_track("Organ", 16, _overlapping())),
        "the same note twice": _song(_track("Piano", 0, [(at * BEAT, 240, 60, 80) for at in range(64)] * 2)),
        "meter 7/8": Song(BEAT, _bars_of(BAR * 7 // 8), meters=rows(METER, [(0, 7, 8)])),
        "meter 5/4": Song(BEAT, _bars_of(BAR * 5 // 4), meters=rows(METER, [(0, 5, 4)])),
        "meter 1/4": Song(BEAT, _bars_of(BEAT), meters=rows(METER, [(0, 1, 4)])),
        "changes of meter": Song(BEAT, _bars_of(BAR), meters=rows(METER, _meters())),
        "changes of tempo": Song(BEAT, band.tracks, rows(TEMPO, _tempos())),
        "the slowest and the fastest tempo": Song(BEAT, band.tracks, rows(TEMPO, [(0, 2**24 - 1), (4 * BAR, 1000)])),
        "one tick a quarter": Song(1, (_track("Piano", 0, [(at, 1, 60 + at % 12, 80) for at in range(96)]),)),
        "100 tracks": _song(*(_track(f"Track {at}", at, _scale(at % 12, 24)) for at in range(100))),
        "16 tracks, one of each family of programs": _song(*(_track("", 8 * at, _scale(at, 24)) for at in range(16))),
        "several drum tracks": _song(*(_track(name, 0, _beat(), drum=True) for name in ("Kick", "Snare", "Kick"))),
        "names in other scripts": _song(*(_track(name, 30, _scale(4, 24)) for name in _names())),
        "a huge gap": _song(_track("Piano", 0, [*_scale(0, 8), (400 * BAR, BEAT, 60, 80)])),
        "a note that never ends": _song(_track("Pad", 89, [(0, LAST_TICK - 1, 48, 80), *_scale(2, 24)])),
        "a late beginning": _song(_track("Piano", 0, [(100 * BAR + at, *rest) for at, *rest in _scale(3, 24)])),
        "extreme pitches and velocities": _song(_track("Piano", 0, _extremes()), _track("Drums", 0, _extremes(), True)),
        "named after groups": _song(*(_track(name, 40, _scale(7, 24), name == "drums") for name in GROUPS[::-1])),
        "a name twice": _song(*(_track("Synth", 80, _scale(step, 24)) for step in (0, 4, 4))),
        "pedal, bends and markers": _with_the_rest(),
    }


def _track(name: str, program: int, notes: Iterable[Sequence[int]], drum: bool | None = None) -> Track:
    is_drum = name.lower().startswith("drum") if drum is None else drum
    return Track(name, program, is_drum, notes_from(tuple(note) for note in notes))  # type: ignore[misc]


def _song(*tracks: Track) -> Song:
    return Song(BEAT, tracks)


def _played(number: int, bars: int) -> dict[str, list[Row]]:
    """What each group of a band plays: by group, notes of some bars."""
    chance = np.random.default_rng(number)
    key, roots = int(chance.integers(-6, 6)), [int(root) for root in chance.permutation(ROOTS)[:4]]
    lines = [[int(step) for step in chance.integers(0, 7, 32)] for _ in range(3)]  # a melody for each of three parts
    rhythm = sorted({0, 4, *(int(place) for place in chance.permutation(16)[:6])})  # sixteenths of a bar
    groups: dict[str, list[Row]] = {name: [] for name in PROGRAMS}
    for bar in range(bars):
        part = FORM[bar // 4 % len(FORM)]
        root = roots[(bar + part) % 4]
        tones = [_tone(key, root + step) for step in (0, 2, 4)]
        melody = lines[part][bar % 4 * 8 :]
        for group, notes in _of_a_bar(tones, melody, rhythm, key, part).items():
            groups[group] += [(bar * BAR + at * BEAT // 4, length, pitch, loud) for at, length, pitch, loud in notes]
    return groups


def _of_a_bar(tones: list[int], melody: list[int], rhythm: list[int], key: int, part: int) -> dict[str, list[Row]]:
    """One bar by group: start in sixteenths, length in ticks, pitch, velocity; `tones` are a triad near C3."""
    voices = [(at, KICK) for at in rhythm[::2]] + [(4, SNARE), (12, SNARE)] + [(at, HIHAT) for at in range(0, 16, 2)]
    return {
        "drums": [(at, 120, pitch, 100 - at) for at, pitch in voices],
        "bass": [(at, 200, tones[0] - 12 if at % 8 < 6 else tones[2] - 12, 90) for at in rhythm],
        "chords": [(at, 900, pitch + 12, 70) for at in (0, 8) for pitch in tones],
        "guitar": [(at, 220, tones[at // 2 % 3] + 12, 60 + at) for at in range(0, 16, 2)],
        "strings": [(0, BAR, pitch + 24, 50 + 10 * part) for pitch in tones[: 1 + part]],
        "lead": [(at, 200, _tone(key, step) + 24, 95) for at, step in zip(rhythm, melody, strict=False)],
    }


def _tone(key: int, degree: int) -> int:
    """A degree of a major scale as a pitch, the first one near C3."""
    return 48 + key + MAJOR[degree % 7] + 12 * (degree // 7)


def _scale(start: int, bars: int) -> list[Row]:
    """A scale up and up again in quarters."""
    return [(at * BEAT, 400, 48 + start + MAJOR[at % 7], 60 + at % 40) for at in range(4 * bars)]


def _beat() -> list[Row]:
    return [(at * BEAT // 2, 60, (KICK, HIHAT, SNARE, HIHAT)[at % 4], 90) for at in range(128)]


def _bars_of(ticks: int) -> tuple[Track, ...]:
    """A bass and a drum on the first and last eighth of 32 bars of a length."""
    places = ((0, 40), (ticks - 240, 43))
    first = [(bar * ticks + at, BEAT // 4, pitch, 90) for bar in range(32) for at, pitch in places]
    return (_track("Bass", 33, first), _track("Drums", 0, [(at, 60, KICK, 90) for at, *_ in first]))


def _overlapping() -> list[Row]:
    return [(at * 120, BAR, 60, 40 + at % 60) for at in range(96)]


def _extremes() -> list[Row]:
    return [(at * BEAT, 240, (0, 127)[at % 2], (1, 127)[at // 2 % 2]) for at in range(96)]


def _meters() -> list[tuple[int, int, int]]:
    """4/4, two bars of 3/4, a bar of 7/8 cut short by 5/4, and 6/8 to the end."""
    return [(0, 4, 4), (4 * BAR, 3, 4), (4 * BAR + 2880, 7, 8), (4 * BAR + 4000, 5, 4), (8 * BAR, 6, 8)]


def _tempos() -> list[tuple[int, int]]:
    """Another tempo every beat of the first four bars, then one jump."""
    return [*((at * BEAT, 400_000 + 9_000 * at) for at in range(16)), (10 * BAR, 250_000)]


def _names() -> list[str]:
    return [
        "ギター",
        "Бас",
        "Klavier (gedämpft)",
        "鼓\u200b",
        "",
        "🎸",
        "e\u0301tude",
        "../../etc/passwd",
        "a\nb\x1b[0m",
    ]


def _with_the_rest() -> Song:
    """Notes with all that a file may say beside them."""
    controls = rows(CONTROL, [(0, 64, 127), (BAR, 64, 0), (BAR, 7, 90), (2 * BAR, 64, 127)])
    bends = rows(BEND, [(0, -8192), (BEAT, 8191), (BAR, 0)])
    track = Track("Guitar", 27, False, notes_from(_scale(0, 16)), controls, bends)
    keys = rows(KEY, [(0, 2, False), (4 * BAR, -3, True)])
    return Song(BEAT, (track,), keys=keys, markers=(Marker(0, "Intro"), Marker(4 * BAR, "")), provenance="made by hand")
