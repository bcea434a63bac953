from dataclasses import replace

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.corruptions.craft import CRAFT
from popgen_eval.judging.song import evaluator_named
from popgen_eval.validation.targets_craft import CRAFT_TARGETS

BAR = 1920


def spoiled(name: str, song: Song) -> dict[str, list[tuple[int, int, int, int]]]:
    """Notes of each track after a corruption."""
    return {track.name: track.notes.tolist() for track in CRAFT[name](song, np.random.default_rng(4)).tracks}


def columns(name: str, song: Song, group: str) -> tuple[list[int], list[int]]:
    """Onsets and pitches of a group after a corruption."""
    notes = next(track.notes for track in CRAFT[name](song, np.random.default_rng(4)).tracks if track.name == group)
    return notes["start_tick"].tolist(), notes["pitch"].tolist()


def bars_of(group: str, pitches: list[int]) -> Track:
    return Track(group, 0, False, notes_from((BAR * bar, 480, pitch, 90) for bar, pitch in enumerate(pitches)))


ONE_GROUP = {
    "guitarblock": "guitar",
    "guitarrand": "guitar",
    "stringcarpet": "strings",
    "stringbars": "strings",
    "bassdouble": "bass",
    "bassbars": "bass",
}


@pytest.mark.parametrize(("name", "group"), ONE_GROUP.items())
def test_only_one_group_is_spoiled(lively: Song, name: str, group: str) -> None:
    before = {track.name: track.notes.tolist() for track in lively.tracks}
    after = spoiled(name, lively)
    assert {one for one in before if before[one] != after[one]} == {group}
    without = replace(lively, tracks=tuple(track for track in lively.tracks if track.name != group))
    assert spoiled(name, without) == {one: notes for one, notes in before.items() if one != group}


def test_a_blocked_guitar_strikes_at_half_bars_only(track) -> None:
    song = Song(480, (track("guitar", (0, 240, 60), (240, 240, 64), (960, 240, 67), (1800, 120, 72), bars=1),))
    assert columns("guitarblock", song, "guitar") == ([0, 0, 960, 960], [60, 64, 67, 72])


def test_random_guitar_notes_keep_their_onsets_within_the_instrument(track) -> None:
    song = Song(480, (track("guitar", (0, 240, 60), (480, 240, 64)),))
    onsets, pitches = columns("guitarrand", song, "guitar")
    assert onsets == song.tracks[0].notes["start_tick"].tolist()
    assert 40 <= min(pitches) < max(pitches) <= 76


def test_a_carpet_holds_the_three_most_frequent_pitches_in_every_bar() -> None:
    strings = bars_of("strings", [60, 64, 64, 67, 67, 67, 71, 71])
    onsets, pitches = columns("stringcarpet", Song(480, (strings,)), "strings")
    assert onsets == [BAR * bar for bar in range(8) for _ in range(3)]
    assert set(pitches) == {64, 67, 71}


@pytest.mark.parametrize(("name", "group"), [("stringbars", "strings"), ("bassbars", "bass")])
def test_bars_of_a_group_change_places_as_wholes(name: str, group: str) -> None:
    onsets, pitches = columns(name, Song(480, (bars_of(group, list(range(40, 56))),)), group)
    assert onsets == [BAR * bar for bar in range(16)]
    assert sorted(pitches) == list(range(40, 56)) != pitches


def test_a_doubling_bass_is_two_octaves_below_the_leads_last_note(track) -> None:
    lead = track("lead", (0, 480, 72), (960, 480, 76), bars=1)
    high = track("strings", (0, 1920, 96), bars=1)
    song = Song(480, (high, lead, track("bass", (0, 240, 40), (900, 240, 41), (960, 240, 40), bars=1)))
    assert columns("bassdouble", song, "bass") == ([0, 900, 960], [48, 48, 52])
    assert columns("bassdouble", replace(song, tracks=song.tracks[::2]), "bass")[1] == [72, 72, 72]
    assert columns("bassdouble", replace(song, tracks=song.tracks[2:]), "bass")[1] == [40, 41, 40]


def test_a_wobbling_tempo_changes_each_beat_and_no_note(lively: Song) -> None:
    wobbling = CRAFT["tempowobble"](lively, np.random.default_rng(1))
    assert wobbling.tempos["tick"].tolist() == [480 * beat for beat in range(64)]
    assert np.log(wobbling.tempo_bpm(wobbling.tempos["tick"]) / 120).std() == pytest.approx(0.05, abs=0.01)
    assert wobbling.tracks == lively.tracks


def test_a_machine_plays_on_sixteenths_and_a_loose_band_30_milliseconds_off(track) -> None:
    song = Song(480, (track("lead", (59, 60, 60), (61, 60, 60), (1000, 60, 60), bars=40),))
    assert set(np.array(columns("machine", song, "lead")[0]) % BAR) == {0, 120, 960}
    on = Song(480, (track("lead", (480, 60, 60), bars=400),))
    off = np.array(columns("loose", on, "lead")[0]) % BAR - 480
    assert off.std() == pytest.approx(0.03 * 960, rel=0.1)  # 960 ticks a second


def test_straight_is_on_beats_and_offbeat_never(track) -> None:
    song = Song(480, (track("lead", (0, 60, 60), (240, 60, 62), (480, 60, 64), (840, 60, 65), bars=1),))
    assert columns("straight", song, "lead") == ([0, 0, 480, 480], [60, 62, 64, 65])
    assert columns("offbeat", song, "lead") == ([240, 240, 720, 840], [60, 62, 64, 65])


def form(pitches: list[int]) -> Song:
    """A lead with a bar of each pitch, over a bass that parts eight bars from eight."""
    bass = [36] * 8 + [43] * 8
    drums = [(BAR * bar + 480 * (bar // 8), 60, 36, 90) for bar in range(16)]
    return Song(480, (bars_of("lead", pitches), bars_of("bass", bass), Track("drums", 0, True, notes_from(drums))))


PITCHES = [60] * 7 + [61] + [65] * 8


def test_without_fills_the_bar_before_a_section_is_the_bar_before_that() -> None:
    song = form(PITCHES)
    assert Piece(song).section_borders.tolist() == [8]
    assert columns("nofills", song, "lead")[1] == [60] * 8 + [65] * 8


def test_a_fill_that_moved_is_in_an_earlier_bar_of_its_section() -> None:
    onsets, pitches = columns("fillsmoved", form(PITCHES), "lead")
    assert onsets == [BAR * bar for bar in range(16)]
    assert sorted(pitches) == sorted(PITCHES)
    assert pitches[7] == 60
    assert 61 in pitches[:7]


def test_a_song_of_one_section_loses_what_comes_before_every_eighth_bar() -> None:
    song = Song(480, (bars_of("lead", ([60] * 7 + [61]) * 3),))
    assert Piece(song).section_borders.tolist() == []
    assert columns("nofills", song, "lead")[1] == [60] * 23 + [61]


def test_targets_name_figures_that_have_a_direction_and_corruptions_that_there_are() -> None:
    names = ("guitar_arpeggiation", "string_density", "tempo_stability", "prepared_transitions")
    assert set(CRAFT_TARGETS) == set(names)
    for figure, targets in CRAFT_TARGETS.items():
        measures = {measure.name: measure for measure in evaluator_named(f"{figure}.v1").measures}
        assert measures[figure].better == "higher"
        assert targets
        assert set(targets) <= set(CRAFT)
