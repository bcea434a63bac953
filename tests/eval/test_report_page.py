"""The page of an evaluation: every section that belongs, no section that does not, nothing that runs, small enough."""

from __future__ import annotations

import math
import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from strangers import SameTempo, SongsAndWindows

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_core.groupers.seven import Seven
from popgen_core.music.song import Song, Track, notes_from
from popgen_core.songwriter import write_song
from popgen_eval import calibration
from popgen_eval.api import evaluate_songs
from popgen_eval.calibration import Anchor
from popgen_eval.pages import report_page
from popgen_eval.pages.portraits import bass_and_drums, chord_names, likeness, progression
from popgen_eval.pages.rolls import piano_roll, thumbnail
from popgen_eval.pages.songs import ranked_by
from popgen_eval.pages.sparks import bands_of, profile, through_windows
from popgen_eval.pages.strips import bounds, strip
from popgen_eval.report import FileScores, Report
from popgen_eval.telling.short_names import short_names

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&.mid"


class Page(HTMLParser):
    """Headings, tags and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[str] = []
        self.text = ""
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.inside in ("h2", "h3"):
            self.headings.append(data)


@pytest.fixture(scope="module")
def songs() -> list[Song]:
    return [write_song(seed) for seed in range(3)]


@pytest.fixture(scope="module")
def whole(songs: list[Song]) -> Report:
    """Everything that a report can hold."""
    others = [write_song(seed) for seed in range(10, 13)]
    return evaluate_songs(
        songs,
        reference=others,
        training=[songs[0], others[0]],
        also=[SongsAndWindows(), SameTempo()],
        keep_songs=True,
    )


def test_a_page_has_every_section_that_belongs(whole: Report) -> None:
    page = Page(report_page(whole, "mine"))
    assert page.headings[0] == "Beside the reference"
    for heading in (
        "Every figure", "All songs together, against the reference", "Copies of the training set",
        "Other figures against the training set", "Song by song", "The lowest, the middle and the highest",
        "What no figure here can tell", "The laws of the figures",
    ):  # fmt: skip
        assert heading in page.headings
    assert all(name in page.text for name in (*whole.names, *whole.sets))
    assert sum(heading.startswith(("Lowest: ", "Middle: ", "Highest: ")) for heading in page.headings) == 3
    assert [tag for tag, _ in page.tags].count("script") == 1


def test_a_page_of_one_song_without_a_reference_leaves_out_what_it_has_not(songs: list[Song]) -> None:
    page = Page(report_page(evaluate_songs(songs[:1], keep_songs=True)))
    assert page.headings[0] == "How these songs stand"
    for heading in ("All songs together, against the reference", "Copies of the training set"):
        assert heading not in page.headings
    assert sum(heading.startswith("The song: ") for heading in page.headings) == 1


def test_a_page_of_broken_files_only_names_them_and_why() -> None:
    report = Report((FileScores("a.mid", error="no music"), FileScores("b.mid", error="no end")), ("x",))
    page = Page(report_page(report))
    assert "No file could be judged" in page.text
    assert "no music" in page.text
    assert "Song by song" not in page.headings


def test_hostile_names_reasons_and_notes_are_shown_as_they_are(songs: list[Song]) -> None:
    report = evaluate_songs(songs[:1], names=[HOSTILE], keep_songs=True)
    judged = report.files[0].joined({"x": 1.0, "y": math.nan}, {"y": HOSTILE}, notes={"x": HOSTILE})
    rows = (replace(judged, repairs=(HOSTILE,)), FileScores(f"{HOSTILE}2", error=HOSTILE))
    more = {name: Measure(name, "share", 0, 1, "none", HOSTILE) for name in ("x", "y")}
    measures = {**report.measures, **more}
    sets = {"x": Score(1.0, note=HOSTILE)}
    names = (*report.names, "x", "y")
    hostile = replace(
        report, files=rows, names=names, measures=measures, sets=sets, learned=("x",), songs=(*report.songs, None)
    )
    page = Page(report_page(replace(hostile, reference=hostile), HOSTILE))
    assert page.text.count("onerror=alert(2)") >= 10
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert all("onerror" not in attributes for _, attributes in page.tags)


def test_names_that_are_no_text_can_be_shown(songs: list[Song]) -> None:
    name = os.fsdecode(b"/songs/\xff\x1b[31m.mid")
    page = report_page(evaluate_songs(songs[:1], names=[name], keep_songs=True))
    assert "\\xff\\x1b[31m.mid" in page
    page.encode("utf-8")


def test_folders_that_all_songs_share_are_not_told_for_each() -> None:
    def names(*paths: str) -> list[str]:
        return short_names([FileScores(path) for path in paths])

    assert names("/a/b/one.mid", "/a/b/two.mid") == ["one.mid", "two.mid"]
    assert names("/a/b/one.mid", "/a/c/two.mid") == ["b/one.mid", "c/two.mid"]
    assert names("a/one.mid", "/b/two.mid") == ["a/one.mid", "/b/two.mid"]
    assert names("song 1") == ["song 1"]


def test_two_hundred_songs_make_a_page_under_eight_megabytes(whole: Report) -> None:
    rows = tuple(replace(whole.files[0], path=f"{number}.mid") for number in range(200))
    large = replace(whole, files=rows, songs=whole.songs[:1] * 200)
    assert len(report_page(replace(large, reference=large))) < 4 * 2**20


def test_figures_that_silly_music_wins_are_marked(whole: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    anchor = Anchor("rhythm_accuracy", 0.8, 0.5, 0.9, 0.2, 63, ("one bar repeated", "a Markov chain"))
    monkeypatch.setattr(calibration, "anchors", lambda: {"rhythm_accuracy": anchor})
    text = Page(report_page(whole)).text
    assert "⚠ one bar repeated and a Markov chain score better: never quote alone" in text
    assert "0.50 / 0.80 / 0.90" in text


def test_songs_are_ranked_by_overall_or_else_by_what_most_have() -> None:
    measures = {name: Measure(name, "share", 0, 1, "higher", "") for name in ("a", "b")}
    rows = (FileScores("1", {"a": math.nan, "b": 0.5, "overall": math.nan}), FileScores("2", {"a": 0.5, "b": 0.5}))
    assert ranked_by(Report(rows, ("a", "b", "overall"), measures=measures)) == "b"
    some = (*rows, FileScores("3", {"a": 0.1, "b": 0.1, "overall": 0.2}))
    assert ranked_by(Report(some, ("a", "b", "overall"), measures=measures)) == "overall"


def test_a_strips_axis_is_the_range_of_a_share_and_else_where_the_songs_lie() -> None:
    share, time = (Measure("x", unit, 0, high, "none", "") for unit, high in (("share", 1), ("ms", math.inf)))
    assert bounds("x", share, [0.4, 0.5]) == (0, 1)
    assert bounds("x", share, [0.0, 0.0]) == (0, 1)
    assert bounds("x", share, [0.1, 0.21]) == (0, 1)
    assert bounds("x", time, [10.0, 20.0, math.nan]) == (9.5, 20.5)
    assert bounds("x", time, [0.0, 20.0]) == (0.0, 21.0)  # no time is below none
    assert bounds("x", time, []) == (0.0, 1.05)


def test_a_share_whose_values_all_lie_at_one_end_is_drawn_larger() -> None:
    share = Measure("x", "share", 0, 1, "none", "")
    assert bounds("x", share, [0.9, 1.0]) == (pytest.approx(0.895), 1.0)
    assert bounds("x", share, [0.0, 0.1, math.nan]) == (0.0, pytest.approx(0.105))


def test_a_bar_of_the_interval_is_drawn_from_five_songs_on() -> None:
    def drawn(count: int) -> str:
        return strip(Report(tuple(FileScores("a", {"x": place / 9}) for place in range(count)), ("x",)), "x").html()

    assert 'stroke-width="3"' in drawn(5)
    assert 'stroke-width="3"' not in drawn(4)


def test_each_chart_names_its_unit_and_which_way_is_better(whole: Report) -> None:
    text = Page(report_page(whole)).text
    assert re.search(r"density [^;]* notes a second;", text)
    assert re.search(r"tonal_distance [^;]* distance; [^⚠]*?less is better", text)


def test_a_page_shows_a_row_a_song_of_copying_and_no_chart(whole: Report) -> None:
    page = report_page(whole)
    assert "<b>note_coherence</b>" in page
    assert "<b>copied_share" not in page
    at = page.index("Copies of the training set")
    assert page.index("Beside the reference") < at < page.index("Every figure")
    rows = page[at : page.index("Group by group")].split("<tr>")[2:]
    assert len(rows) == 3
    assert 'data-v="1.0">100 %' in rows[0]  # the song that was trained on
    assert page.count(">copied_share<") == 1  # among the laws


def test_where_a_real_corpus_is_the_measure_it_is_named(songs: list[Song]) -> None:
    text = Page(report_page(evaluate_songs(songs[:1], keep_songs=True))).text
    assert "grey is where nine of ten songs of permissive lie" in text.lower()
    assert "1 the median song of permissive" in text


def test_chords_are_spelled_by_the_key(track) -> None:
    """C#m in E, Bbm in Db, Bb in D minor."""

    def named(*pitches: int) -> str:
        return chord_names(Piece(Song(480, (track("chords", *((0, 1920, pitch) for pitch in pitches)),)), 0, 12))[0]

    def within(scale: list[int], *pitches: int) -> str:
        chord = [(0, 1920, pitch) for pitch in pitches]
        run = [(240 * place, 240, 84 + pitch) for place, pitch in enumerate(scale)]
        return chord_names(Piece(Song(480, (track("chords", *chord), track("lead", *run))), 0, 12))[0]

    assert within([1, 3, 4, 6, 8, 9, 11], 49, 52, 56) == "C#m"
    assert within([0, 1, 3, 5, 6, 8, 10], 58, 61, 65) == "Bbm"
    assert within([2, 4, 5, 7, 9, 10, 1], 58, 62, 65) == "Bb"  # D minor with a C sharp
    assert named(58, 62, 65, 69) == "Bbmaj7"


def test_a_band_is_the_references_or_made_of_ten_songs_at_least() -> None:
    few = Report(tuple(FileScores("a", {"x": 0.5}) for _ in range(9)), ("x",))
    assert bands_of(few, ["x"]) == ({"x": None}, "")
    many = Report(tuple(FileScores("a", {"x": number / 20}) for number in range(21)), ("x",))
    bands, whose = bands_of(replace(few, reference=many), ["x"])
    assert whose == "of the reference songs"
    assert (bands["x"].low, bands["x"].middle, bands["x"].high) == pytest.approx((0.05, 0.5, 0.95))
    assert 'stroke="#c8553d"' in profile(FileScores("a", {"x": 0.99}), bands).html()
    assert 'stroke="#c8553d"' not in profile(FileScores("a", {"x": 0.94}), bands).html()


def test_a_song_of_one_window_has_no_way_through_windows() -> None:
    assert through_windows(()) == through_windows((0.5,)) == through_windows((0.5, math.nan)) == ""
    assert through_windows((0.5, 0.6)) != ""


def test_chords_are_named_as_musicians_do(track) -> None:
    whole = [(0, 1920, pitch) for pitch in (57, 60, 64)] + [(960, 960, pitch) for pitch in (53,)]
    assert chord_names(Piece(Song(480, (track("chords", *whole),)), 0, 12))[:2] == ["Am", "Fmaj7"]
    silent = Piece(Song(480, (track("drums", (0, 480, 36)),)), 0, 12)
    assert chord_names(silent) == [""] * 24
    assert "<svg" in progression(silent).html()


def test_bass_onsets_with_the_kick_are_counted(track) -> None:
    drums = track("drums", (0, 120, 36), (480, 120, 38), (960, 120, 42))
    bass = track("bass", (0, 240, 40), (480, 240, 40), (960, 240, 40), (1440, 240, 40))
    found = bass_and_drums(Piece(Song(480, (drums, bass)), 0, 12))
    assert found is not None
    assert found[1] == "12 of 48 bass onsets fall with the kick, 36 with any drum"
    assert bass_and_drums(Piece(Song(480, (bass,)), 0, 12)) is None


def test_any_meter_and_the_barest_song_can_be_drawn(track) -> None:
    three_four = Song(480, (track("lead", (0, 480, 127), (480, 480, 0), bars=16),))
    three_four = replace(three_four, meters=np.array([(0, 3, 4)], dtype=three_four.meters.dtype))
    for drawing in (piano_roll, likeness, progression):
        assert "<svg" in drawing(Piece(three_four, 0, 16)).html()
    empty = Song(480, (Track("lead", 0, False, notes_from([])),))
    assert "<img" in thumbnail(empty).html()
    assert "<img" in thumbnail(Seven().group(three_four).song).html()


def test_the_first_window_that_cannot_be_judged_is_said(track) -> None:
    short = Song(480, (track("lead", (0, 480, 60), bars=3),))
    row = FileScores("a.mid", {"x": 1.0})
    page = Page(report_page(Report((row,), ("x",), settings={"bars": 32}, songs=(short,))))
    assert "Its first window cannot be judged: bars of one meter: 3, needed: 12." in page.text


def test_a_report_without_songs_still_has_a_page(tmp_path: Path) -> None:
    row = FileScores("a.mid", {"x": 1.0})
    assert "The songs were not kept" in report_page(Report((row,), ("x",)))
