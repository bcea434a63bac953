"""Figures of muspy's names are muspy's on whole songs, wherever both read the same notes. Needs `pip install muspy`.

The setting under which both are one law: a window of the whole song, and muspy's songs without annotations, which
would make them longer. For the groove, muspy at resolution 4 (rounded as ours is, half to even) with notes of no
length; for drums, muspy at resolution 24; for the polyphony rate, the time up to the end of the last note.
What is read otherwise: a note that begins less than a 32nd before the end of the last bar is for us on the next bar
line, and so outside the window. Notes that a file never ends are ended by both (at other places), where symusic alone
would lose one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.analysis.window import bar_count
from popgen_core.music.guard import song_from_bytes
from popgen_core.music.song import METER, Song, Track, notes_from, rows
from popgen_eval.metrics.emptiness import Emptiness
from popgen_eval.metrics.polyphony import Polyphony
from popgen_eval.metrics.published_pitch import PublishedPitch
from popgen_eval.metrics.published_rhythm import PublishedRhythm
from popgen_eval.metrics.sounding import window_ticks

muspy = pytest.importorskip("muspy")
pytestmark = pytest.mark.corpus

FIGURES = (
    "pitch_class_entropy",
    "scale_consistency",
    "groove_consistency",
    "n_pitches_used",
    "pitch_range",
    "drum_in_pattern_rate",
    "drum_pattern_consistency",
    "polyphony",
    "polyphony_rate",
)


@dataclass(frozen=True)
class Both:
    """One song: its figures by popgen and by muspy, and whether both judge the same notes, and the same lengths."""

    name: str
    ours: dict[str, float]
    theirs: dict[str, float]
    same_notes: bool
    same_lengths: bool
    at_ticks: float  # muspy's groove consistency at the file's own resolution

    def agrees(self, figure: str) -> bool:
        """NaN on our side is a song of too few notes, which muspy judges all the same."""
        return math.isnan(self.ours[figure]) or self.theirs[figure] == pytest.approx(self.ours[figure], abs=1e-9)


def whole(song: Song) -> Piece:
    """A whole song as one window, each track a group of its own, all drums one."""
    tracks = [replace(t, name="drums" if t.is_drum else f"track {n}") for n, t in enumerate(song.tracks)]
    return Piece(replace(song, tracks=tuple(tracks)), 0, bar_count(song))


def of_ours(piece: Piece) -> dict[str, float]:
    """Our figures; the polyphony rate over the time up to the end of the last note, as muspy has it."""
    made = (PublishedPitch(), PublishedRhythm(), Polyphony())
    found = {name: score.value for evaluator in made for name, score in evaluator.score(piece).items()}
    found["polyphony_rate"] *= window_ticks(piece) / piece.song.end_tick
    return found


def of_muspy(path: Path, steps: int) -> tuple[dict[str, float], list[tuple[int, ...]], float]:
    """muspy's figures, its notes, and its groove consistency at the file's own resolution."""
    music = _without_text(muspy.read_midi(str(path)))
    notes = sorted((n.time, n.pitch, track.is_drum, n.duration) for track in music.tracks for n in track.notes)
    alike = ("pitch_class_entropy", "scale_consistency", "n_pitches_used", "pitch_range", "polyphony", "polyphony_rate")
    found = {name: float(getattr(muspy, name)(music)) for name in alike}
    at_ticks = float(muspy.groove_consistency(music, steps * music.resolution // 4))
    fine, coarse = music.deepcopy(), _without_lengths(music)
    fine.adjust_resolution(24)
    coarse.adjust_resolution(4)
    found["drum_in_pattern_rate"] = muspy.drum_in_pattern_rate(fine, "duple")
    found["drum_pattern_consistency"] = muspy.drum_pattern_consistency(fine)
    found["groove_consistency"] = float(muspy.groove_consistency(coarse, steps))
    return found, notes, at_ticks


def _without_text(music: Any) -> Any:
    """Annotations and lyrics would make a song longer."""
    for track in music.tracks:
        track.annotations, track.lyrics, track.chords = [], [], []
    return music


def _without_lengths(music: Any) -> Any:
    for track in music.tracks:
        for note in track.notes:
            note.duration = 0
    return music


def compared(path: Path) -> Iterator[Both]:
    """One row, or none for a song of several meters, of under 12 bars, or that muspy cannot read."""
    song = song_from_bytes(path.read_bytes()).song
    if "pop909" in path.parts:
        song = replace(song, meters=rows(METER, [(0, 4, 4)]))  # these files say 1/4
    piece = whole(song)
    if len(song.meters) > 1 or piece.reason:
        return
    try:
        theirs, read, at_ticks = of_muspy(path, piece.steps)
    except Exception:  # muspy stops at a key signature out of the specification
        return
    tracks = [(track.is_drum, track.notes) for track in song.tracks]
    notes = sorted((int(n[0]), int(n[2]), drum, int(n[1])) for drum, rows_ in tracks for n in rows_)
    inside = sum(len(part.pitch) for part in piece.parts) == song.note_count
    same = inside and [n[:3] for n in notes] == [n[:3] for n in read]
    lengths = same and notes == read and song.end_tick <= window_ticks(piece)
    yield Both(path.name, of_ours(piece), theirs, same, lengths, at_ticks)


@pytest.fixture(scope="module")
def both(corpus: Path) -> list[Both]:
    permissive = sorted((corpus / "permissive").rglob("*.mid"))[::5]
    pop909 = sorted((corpus / "pop909" / "songs").glob("*/*.mid"))[::60]
    return [row for path in (*permissive, *pop909) for row in compared(path)]


@pytest.mark.parametrize("figure", FIGURES)
def test_on_the_same_notes_the_figures_are_the_same(both: list[Both], figure: str) -> None:
    length_matters = figure.startswith("polyphony")
    rows = [row for row in both if (row.same_lengths if length_matters else row.same_notes)]
    assert len(rows) >= 50
    assert [row.name for row in rows if not row.agrees(figure)] == []


def test_few_songs_are_read_otherwise_and_they_differ_by_little(both: list[Both]) -> None:
    otherwise = [row for row in both if not row.same_notes]
    assert len(otherwise) <= len(both) / 10
    for row in otherwise:
        for figure in ("pitch_class_entropy", "scale_consistency", "groove_consistency"):
            assert row.theirs[figure] == pytest.approx(row.ours[figure], abs=0.05)


def test_at_the_files_own_resolution_the_groove_says_next_to_nothing(both: list[Both]) -> None:
    assert sorted(row.at_ticks for row in both)[len(both) // 10] > 0.97


def test_muspy_counts_the_end_of_a_note_and_we_do_not() -> None:
    every_second = [(960 * place, 480, 60, 90) for place in range(24)]
    found = Emptiness().score(Piece(Song(480, (Track("lead", 0, False, notes_from(every_second)),))))
    notes = [muspy.Note(time=start, duration=length, pitch=60) for start, length, _, _ in every_second]
    music = muspy.Music(resolution=480, tracks=[muspy.Track(notes=notes)])
    assert found["empty_beat_rate"].value == 0.5
    assert muspy.empty_beat_rate(music) == 0.0
