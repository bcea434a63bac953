import subprocess
import sys

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import METER, Song, Track, notes_from, rows

BAR = 1920


def track(name: str, *notes: tuple[int, int, int], bars: int = 12) -> Track:
    """The same (onset, length, pitch) notes in every bar."""
    repeated = [(bar * BAR + onset, length, pitch, 90) for bar in range(bars) for onset, length, pitch in notes]
    return Track(name, 0, name == "drums", notes_from(repeated))


TRIAD = track("chords", (0, BAR, 60), (0, BAR, 64), (0, BAR, 67))
BASS = track("bass", (0, 960, 36), (960, 960, 43))


def test_the_mix_leaves_drums_out_and_one_group_when_asked() -> None:
    piece = Piece(Song(480, (TRIAD, BASS, track("drums", (0, 480, 37)))))
    assert piece.mix_chroma()[0].tolist() == [4.0, 0, 0, 0, 2.0, 0, 0, 2.0, 0, 0, 0, 0]
    assert piece.mix_chroma(without="chords")[0].tolist() == [2.0] + [0] * 11
    assert piece.mix_lowest().tolist() == [36, 43] * 12
    assert piece.mix_lowest(without="bass").tolist() == [60] * 24


def test_chords_and_scales_are_found_half_bar_by_half_bar() -> None:
    piece = Piece(Song(480, (TRIAD, BASS)))
    assert piece.chords.root.tolist() == [0] * 24
    assert piece.scales.shape == (24, 12)
    assert piece.scales[:, [0, 4, 7]].all()


def test_a_group_is_judged_by_the_others_only() -> None:
    tritone = track("lead", (0, 480, 78), (480, 480, 78))
    piece = Piece(Song(480, (TRIAD, track("bass", (0, 960, 36), (960, 960, 48)), tritone)))
    assert piece.agreement["lead"] == 0.0
    assert piece.agreement["bass"] == pytest.approx(1.0)


def test_a_group_of_few_notes_is_not_judged_but_heard() -> None:
    piece = Piece(Song(480, (TRIAD, track("bass", (0, 960, 36), bars=12))))
    assert set(piece.agreement) == {"chords"}


def test_order_of_tracks_changes_nothing_and_tracks_of_one_name_are_one_group() -> None:
    one, two = Piece(Song(480, (TRIAD, BASS))), Piece(Song(480, (BASS, TRIAD)))
    assert [part.name for part in one.parts] == [part.name for part in two.parts] == ["bass", "chords"]
    top, rest = track("chords", (0, BAR, 67)), track("chords", (0, BAR, 60), (0, BAR, 64))
    joined = Piece(Song(480, (top, BASS, rest)))
    assert (joined.parts[1].pitch == one.parts[1].pitch).all()


def test_a_window_says_why_it_cannot_be_judged() -> None:
    assert Piece(Song(480, ())).reason == "no notes"
    assert Piece(Song(480, (track("lead", (0, 480, 60), bars=11),))).reason == "bars of one meter: 11, needed: 12"
    assert Piece(Song(480, (track("lead", (0, 480, 60), bars=12),))).reason == ""
    quarter_bars = Song(480, (BASS,), meters=rows(METER, [(0, 1, 4)]))
    assert "1/4" in Piece(quarter_bars).reason
    assert Piece(quarter_bars).parts == ()
    assert Piece(Song(480, (BASS,), meters=rows(METER, [(0, 7, 16)]))).reason == ""


@pytest.mark.parametrize(
    "song",
    [
        Song(480, ()),
        Song(480, (Track("lead", 0, False),)),
        Song(480, (Track("lead", 0, False, notes_from([(0, 480, 60, 90)])),)),
        Song(480, (track("drums", (0, 120, 36)),)),
        Song(480, (BASS,), meters=rows(METER, [(0, 3, 32)])),
        Song(480, (Track("lead", 0, False, notes_from([(0, 0, 60, 90)] * 40)),)),
    ],
    ids=["empty", "no notes", "one note", "drums only", "meter of no sixteenths", "notes of no length"],
)
def test_nothing_is_too_little_to_be_looked_at(song: Song) -> None:
    piece = Piece(song)
    for name in ("parts", "grids", "chroma", "lowest", "chords", "scales", "agreement", "bars_alike", "reason"):
        getattr(piece, name)
    assert piece.agreement == {}


def test_notes_begin_at_their_real_time_and_last_as_long_as_they_do() -> None:
    part = Piece(Song(480, (Track("lead", 0, False, notes_from([(7, 333, 60, 90), (961, 1, 62, 3)])),))).parts[0]
    np.testing.assert_allclose(part.onset, [7 / 480, 961 / 480])
    np.testing.assert_allclose(part.length, [333 / 480, 1 / 480])
    assert part.velocity.tolist() == [90, 3]


def test_analysis_imports_downwards_only() -> None:
    code = "import sys, popgen_core.analysis; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    above = ("popgen_core.contracts", "popgen_core.groupers", "torch", "scipy")
    assert [name for name in done.stdout.split() if name.startswith(above)] == []
