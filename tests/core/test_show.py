"""A song's picture: rows of bars, lanes of groups in colours that everyone tells apart, words where they belong."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from popgen_core.groupers.colours import COLOURS
from popgen_core.groupers.program import GROUPS
from popgen_core.music.song import KEY, METER, TEMPO, Marker, Song, Track, notes_from, rows
from popgen_core.plan.plan import NO_CHORD, Chord, Key, Plan, Section
from popgen_core.show.lanes import boxes, lanes_of
from popgen_core.show.systems import System, in_bars, systems_of
from popgen_core.show.words import Named, chords_in, keys_of, sections_of, tempo_in

BAR = 1920
FOUR = np.arange(5) * float(BAR)
PLAN = Plan(
    (Section("verse", 2, key=Key(10)), Section("verse", 2, key=Key(7, "minor"))),
    (Chord(10), Chord(10), Chord(3, "maj7", 10), Chord(3, "maj7"), None, None, NO_CHORD, Chord(7, "min")),
    (None,) * 4,
)
DRUMS = Track("drums", 0, True, notes_from([(0, 10, 36, 127), (2 * BAR - 5, 10, 42, 64), (2 * BAR, 10, 38, 1)]))
BASS = Track("bass", 33, False, notes_from([(0, 480, 36, 127), (BAR, 2 * BAR, 48, 64)]))


def song(bars: int, *, meter: tuple[int, int] = (4, 4)) -> Song:
    """Nothing but an end after so many bars."""
    return Song(480, (), meters=rows(METER, [(0, *meter)]), markers=(Marker(bars * BAR * meter[0] // meter[1], "end"),))


def widths(bars: int, meter: tuple[int, int] = (4, 4)) -> list[int]:
    return [system.bars for system in systems_of(song(bars, meter=meter))]


@pytest.mark.parametrize(
    ("bars", "rows_of"),
    [
        (1, [1]),
        (15, [15]),
        (16, [16]),
        (17, [12, 5]),  # rather than 16 and 1
        (54, [16, 16, 16, 6]),
        (64, [16, 16, 16, 16]),
        (65, [24, 24, 17]),  # three rows either way
        (150, [32, 32, 32, 32, 22]),
    ],
)
def test_songs_are_cut_into_rows_of_whole_fours_of_bars(bars: int, rows_of: list[int]) -> None:
    assert widths(bars) == rows_of


def test_a_row_holds_more_of_short_bars_and_fewer_of_long_ones() -> None:
    assert max(widths(300, (2, 4))) == 48  # 96 quarters
    assert max(widths(300, (6, 8))) == 32  # 96 quarters
    assert max(widths(300, (12, 8))) == 20  # 120 quarters: 128 would be 21 bars


def test_rows_follow_each_other_without_a_gap() -> None:
    systems = systems_of(song(150))
    assert [system.first for system in systems] == [0, 32, 64, 96, 128]
    assert [system.lines[0] for system in systems[1:]] == [system.lines[-1] for system in systems[:-1]]


def test_bars_of_a_quarter_are_drawn_in_fours_and_a_pick_up_bar_stays() -> None:
    long = Track("bass", 33, False, notes_from([(0, 8 * BAR, 36, 90)]))
    quarters = Song(480, (long,), meters=rows(METER, [(0, 1, 4)]))
    assert in_bars(quarters).meters.tolist() == [(0, 4, 4)]
    pick_up = Song(480, (long,), meters=rows(METER, [(0, 1, 4), (480, 3, 4)]))
    assert in_bars(pick_up) is pick_up


def test_lanes_of_drums_have_a_line_for_each_voice_that_is_struck() -> None:
    drums, bass = lanes_of(Song(480, (DRUMS, BASS, Track("lead", 0, False))))
    assert drums.lines == {0.0: "kick", 1.0: "snare", 2.0: "closed hat"}
    assert drums.places.tolist() == [0, 2, 1]
    assert (bass.name, bass.colour, bass.lines) == ("bass", COLOURS["bass"], {36.0: "C2", 48.0: "C3"})


def test_a_note_that_goes_on_is_in_both_rows_and_a_drum_in_one() -> None:
    drums, bass = lanes_of(Song(480, (DRUMS, BASS)))
    first, second = System(0, FOUR[:3]), System(2, FOUR[2:])
    corners, strength = boxes(bass, first, 0.001)
    # left and right edges in inches, a hundredth short of the note's end
    assert corners[:, [0, 2], 0].tolist() == [[0.0, 0.48 - 0.012], [1.92, 3.84 - 0.012]]
    assert strength.tolist() == [1.0, pytest.approx(0.35 + 0.65 * 64 / 127)]
    assert boxes(bass, second, 0.001)[0][:, [0, 2], 0].tolist() == [[0.0, 1.92 - 0.012]]
    assert [len(boxes(drums, row, 0.001)[0]) for row in (first, second)] == [2, 1]


def test_higher_notes_lie_higher() -> None:
    [bass] = lanes_of(Song(480, (BASS,)))
    corners, _ = boxes(bass, System(0, FOUR), 0.001)
    low, high = corners[:, :, 1].mean(axis=1)
    assert 0 < high < low < bass.height


def test_a_group_that_is_silent_in_a_row_is_left_out_of_it() -> None:
    [bass] = lanes_of(Song(480, (BASS,)))
    # the second note begins in bar 2 and ends with bar 3
    heard = [bass.heard_in(System(bar, FOUR[bar : bar + 2])) for bar in range(4)]
    assert heard == [True, True, True, False]


def test_sections_come_from_markers_and_without_them_from_the_plan() -> None:
    marked = Song(480, (), markers=(Marker(0, "[C]"), Marker(BAR, "Solo"), Marker(4 * BAR, "end")))
    assert sections_of(marked, PLAN, FOUR) == [Named(BAR, "Solo")]
    unnamed = Song(480, (), markers=(Marker(0, "[C]"), Marker(4 * BAR, "end")))
    assert sections_of(unnamed, PLAN, FOUR) == [Named(0, "verse 1"), Named(2 * BAR, "verse 2")]
    lyrics = Song(480, (), markers=tuple(Marker(480 * beat, "la") for beat in range(16)))
    assert sections_of(lyrics, PLAN, FOUR) == [Named(0, "verse 1"), Named(2 * BAR, "verse 2")]


def test_chords_are_written_where_they_change_and_a_dash_where_one_ends() -> None:
    row = System(0, FOUR)
    told = [(chord.tick, chord.text) for chord in chords_in(row, PLAN, bass=True)]
    half = BAR / 2
    change = [(BAR, "Ebmaj7/Bb"), (BAR + half, "Ebmaj7"), (2 * BAR, "-"), (3 * BAR, "N.C."), (3 * BAR + half, "Gm")]
    assert told == [(0, "Bb"), *change]
    without = [(chord.tick, chord.text) for chord in chords_in(row, PLAN, bass=False)]
    assert without == [(0, "Bb"), (BAR, "Ebmaj7"), *change[2:]]
    assert chords_in(System(2, FOUR[2:]), PLAN, bass=True)[0] == Named(3 * BAR, "N.C.")  # no dash for nothing
    # a row begins with its chord, though the row before ended with the same
    assert chords_in(System(3, FOUR[3:]), PLAN, bass=True)[0] == Named(3 * BAR, "N.C.")


def test_keys_come_from_signatures_and_without_them_from_the_plan() -> None:
    signed = Song(480, (), keys=rows(KEY, [(0, -7, False), (480, 7, True), (960, 0, True)]))
    assert [key.text for key in keys_of(signed, PLAN, FOUR)] == ["Cb major", "A# minor", "A minor"]
    assert keys_of(Song(480, ()), PLAN, FOUR) == [Named(0, "Bb major"), Named(2 * BAR, "G minor")]


def test_a_row_tells_its_tempo_or_its_slowest_and_fastest() -> None:
    moving = Song(480, (), rows(TEMPO, [(0, 600_000), (BAR, 500_000), (2 * BAR, 496_000)]))
    assert tempo_in(moving, System(0, FOUR[:3])) == "\u2669 = 100-120"
    assert tempo_in(moving, System(2, FOUR[2:])) == "\u2669 = 120.97"


def lab(colours: list[str], eye: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colours as an eye sees them -> (colour, 3) CIE 1976 L*a*b*, under D65."""
    values = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours]) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750]])
    to_xyz = np.vstack([to_xyz, [0.0193339, 0.1191920, 0.9503041]]) / np.array([[0.95047], [1.0], [1.08883]])
    xyz = np.clip(linear @ eye.T, 0, 1) @ to_xyz.T
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


EYES = {  # Machado, Oliveira and Fernandes 2009, severity 1
    "all": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


@pytest.mark.parametrize("eye", EYES)
def test_every_eye_tells_the_groups_apart_by_colour(eye: str) -> None:
    seen = dict(zip(GROUPS, lab([COLOURS[group] for group in GROUPS], np.array(EYES[eye])), strict=True))
    near = {pair: float(np.linalg.norm(seen[pair[0]] - seen[pair[1]])) for pair in combinations(GROUPS, 2)}
    assert min(near.values()) > 25, near
    assert max(colour[0] for colour in seen.values()) < 80  # of 100, which is white


def words(picture: Path) -> list[str]:
    """The comments that matplotlib puts beside drawn words in an SVG file."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    tree = ElementTree.parse(picture, parser)
    return [str(node.text).strip() for node in tree.iter() if node.tag is ElementTree.Comment]


def test_the_picture_names_groups_voices_sections_and_chords_and_is_the_same_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from popgen_core.show import draw_song

    made = Song(480, (DRUMS, BASS, Track("$kazoo$", 0, False, BASS.notes)), markers=(Marker(4 * BAR, "end"),))
    for name in ("a.svg", "b.svg", "a.png", "a.pdf"):
        draw_song(made, tmp_path / name, "my $x^$ song", PLAN, dropped=3)
    told = words(tmp_path / "a.svg")
    for word in ("my $x^$ song", "drums", "bass", "$kazoo$", "kick", "snare", "closed hat", "verse 1", "verse 2"):
        assert word in told
    for word in ("Ebmaj7/Bb", "\u2669 = 120   4/4   Bb major", "G minor", "0:08, 4 bars, 7 notes, 3 more in no group"):
        assert word in told
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_drums_alone_have_no_line_of_chords_and_a_song_without_notes_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from popgen_core.show import draw_song

    draw_song(Song(480, (DRUMS,)), tmp_path / "drums.svg")
    assert not {"N.C.", "-"} & set(words(tmp_path / "drums.svg"))
    draw_song(Song(480, ()), tmp_path / "nothing.svg")
    assert "0:02, 1 bar, 0 notes" in words(tmp_path / "nothing.svg")
