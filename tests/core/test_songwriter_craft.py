"""What each player of the songwriter knows: bass and kick, fills, motifs, chords, voicings."""

import numpy as np
import pytest
from songs_read import SIXTEENTH, bar_ticks, notes_between, sections, steps

from popgen_core.music import Song, Track, bar_lines
from popgen_core.songwriter import draw_sketch
from popgen_core.songwriter.harmony import Chord, Key
from popgen_core.songwriter.voicing import guitar_voicing, led_voicing

KICK, SNARES, TOMS, CRASHES = 36, {37, 38, 39, 40}, {41, 43, 45, 47, 48, 50}, {49, 57}


def test_the_bass_locks_to_the_kick(songs: list[Song]) -> None:
    for song in songs:
        if song.meters[0]["numerator"] == 4:
            drums, bass = song.tracks[:2]
            kicks = set(steps(drums)[drums.notes["pitch"] == KICK].tolist())
            played = set(steps(bass).tolist())
            chance = len(kicks) / (song.end_tick / SIXTEENTH)
            assert len(kicks & played) / len(played) > chance + 0.1


def test_drums_fill_in_the_bar_before_a_section_and_crash_at_its_start(songs: list[Song]) -> None:
    for song in songs:
        drums, beat = song.tracks[0], 480
        borders = [
            marker.tick for marker in song.markers[1:] if len(notes_between(drums, marker.tick - beat, marker.tick))
        ]
        before = [_strokes(drums, border - beat, border) for border in borders]
        usual = [
            _strokes(drums, line - beat, line) for line in bar_lines(song)[1:-1].astype(int) if line not in borders
        ]
        assert np.mean(before) > np.mean(usual) + 0.5
        crashes = set((steps(drums)[np.isin(drums.notes["pitch"], list(CRASHES))] * SIXTEENTH).tolist())
        starting = [start for _, start, _ in sections(song) if len(notes_between(drums, start, start + SIXTEENTH))]
        assert np.mean([start in crashes for start in starting]) >= 0.6


def _strokes(drums: Track, start: int, end: int) -> int:
    """Snare and tom strokes between two ticks, ghost notes apart."""
    notes = notes_between(drums, start, end)
    return int((np.isin(notes["pitch"], list(SNARES | TOMS)) & (notes["velocity"] > 45)).sum())


def test_the_melody_comes_back_with_its_section(songs: list[Song]) -> None:
    shares = []
    for song in songs:
        starts = {name: start for name, start, _ in sections(song)}
        first, second = starts["chorus 1"], starts["chorus 2"]
        if len(song.keys) == 1:
            eight = 8 * bar_ticks(song)
            shares.append(_shared(song.tracks[5], first, second, eight))
    assert np.median(shares) >= 0.85
    assert min(shares) >= 0.4
    assert np.mean([share < 1 for share in shares]) >= 0.15  # and not always to the note


def _shared(lead: Track, first: int, second: int, length: int) -> float:
    """Share of the notes after `first` that come again after `second`, at the same place and pitch."""
    places = []
    for start in (first, second):
        inside = (steps(lead) * SIXTEENTH >= start) & (steps(lead) * SIXTEENTH < start + length)
        at = steps(lead)[inside] - start // SIXTEENTH
        places.append(set(zip(at.tolist(), lead.notes["pitch"][inside].tolist(), strict=True)))
    return len(places[0] & places[1]) / max(len(places[0]), 1)


def test_the_melody_is_one_voice_that_moves_mostly_by_small_steps(songs: list[Song]) -> None:
    for song in songs:
        starts, pitches = song.tracks[5].notes["start_tick"], song.tracks[5].notes["pitch"].astype(int)
        assert (np.diff(starts) > 0).all()
        leaps = np.abs(np.diff(pitches))
        assert (leaps <= 5).mean() >= 0.7
        assert (leaps <= 12).mean() >= 0.99


def test_the_melody_of_verse_and_chorus_differ_and_the_chorus_lies_higher(songs: list[Song]) -> None:
    higher = []
    for song in songs:
        heights: dict[str, list[float]] = {"verse": [], "chorus": []}
        for name, start, end in sections(song):
            if name.split()[0] in heights:
                heights[name.split()[0]] += notes_between(song.tracks[5], start, end)["pitch"].tolist()
        higher.append(np.mean(heights["chorus"]) > np.mean(heights["verse"]))
    assert np.mean(higher) >= 0.9


# --- harmony, by hand


def test_the_chorus_has_other_chords_than_the_verse() -> None:
    differing, coloured = [], []
    for seed in range(60):
        sketch = draw_sketch(np.random.default_rng(seed))
        numerals = {kind: set[str]() for kind in ("verse", "chorus")}
        first = {}
        for section in sketch.sections:
            start = section.start_bar * sketch.bar_steps
            four = sketch.chords[start : start + 4 * sketch.bar_steps]
            first.setdefault(section.kind, [chord.numeral for chord in four])
            numerals.setdefault(section.kind, set()).update(chord.numeral for chord in four)
        differing.append(first["verse"] != first["chorus"])
        coloured.append(
            any("/" in numeral or numeral in ("iv", "bVII", "bVI", "bII") for numeral in numerals["chorus"])
        )
    assert np.mean(differing) == 1
    assert 0.15 <= np.mean(coloured) <= 0.9


@pytest.mark.parametrize(
    ("key", "fifths"),
    [
        (Key(0, False), 0),
        (Key(9, True), 0),
        (Key(7, False), 1),
        (Key(5, False), -1),
        (Key(0, True), -3),
        (Key(2, False), 2),
    ],
)
def test_a_key_has_its_signature(key: Key, fifths: int) -> None:
    assert key.fifths == fifths


def test_a_chord_bends_the_scale_of_its_key() -> None:
    c_major = Key(0, False)
    assert Chord("V/vi", 4, (0, 4, 7, 10), 4).scale(c_major) == (0, 2, 4, 5, 8, 9, 11)  # G becomes G sharp
    assert Chord("bVII", 10, (0, 4, 7), 10).scale(c_major) == (0, 2, 4, 5, 7, 9, 10)  # B becomes B flat
    assert Chord("iv", 5, (0, 3, 7), 5).scale(c_major) == (0, 2, 4, 5, 7, 8, 11)  # A becomes A flat
    assert Chord("ii", 2, (0, 3, 7), 2).scale(c_major) == (0, 2, 4, 5, 7, 9, 11)


def test_a_chord_is_led_to_by_the_dominant_a_fifth_above() -> None:
    assert Chord("ii", 2, (0, 3, 7), 2).dominant().tones == (9, 1, 4, 7)  # A C# E G before D minor


def test_voices_move_as_little_as_they_can() -> None:
    c, a_minor = Chord("I", 0, (0, 4, 7), 0), Chord("vi", 9, (0, 3, 7), 9)
    assert led_voicing(a_minor, (60, 64, 67), 52, 79, 3, 14) == (60, 64, 69)  # only G moves, to A
    assert led_voicing(c, (60, 64, 69), 52, 79, 3, 14) == (60, 64, 67)


def test_a_guitar_holds_the_root_lowest() -> None:
    assert guitar_voicing(Chord("I", 4, (0, 4, 7), 4), 5) == (40, 47, 52, 56, 59)  # E major, as it lies open


# --- beside real music
