"""What stays of a user's song and what is written, to the note: borders, ends, tracks, and what the model hears."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from given_songs import BAR, GROUPS, beats, laid, user_song

from popgen_core.generate.around import joined
from popgen_core.generate.request import Request, RequestError
from popgen_core.generate.wanted import Wanted, completed
from popgen_core.music.grid import SecondsGrid
from popgen_core.music.song import CONTROL, METER, TEMPO, Marker, Song, Track, notes_from, rows
from popgen_core.plan import Chord, Key, Plan, plan_of
from popgen_core.plan.book import book_of
from popgen_core.plan.features import CONTROLS
from popgen_core.songwriter import write_songs

FOUR = {"drums": beats(4, 36), "bass": beats(4, 40)}


def wanted(song: Song, **asked: Any) -> Wanted:
    return completed(Request(**asked), GROUPS, {}, CONTROLS, laid(song))[0]


def staying(song: Song, made: Wanted, *written: Track) -> dict[str, list[Any]]:
    """The notes of each track once what is written has joined those that stay."""
    assert made.around is not None
    whole = joined(made.around, written, made.template)
    return {track.name: track.notes.tolist() for track in whole.tracks}


WAYS = [
    {"around": "prompt", "bars": 2},
    {"around": "keep", "keep": ("drums", "bass")},
    {"around": "bars", "bars_at": (1, 2), "groups": ("bass",)},
]


@pytest.mark.parametrize("asked", WAYS, ids=lambda asked: asked["around"])
def test_a_last_note_that_leads_to_the_bar_line_behind_the_song_stays(asked: dict[str, Any]) -> None:
    song = user_song({**FOUR, "bass": [(0, 480, 40, 80), (4 * BAR - 20, 480, 43, 80)]})
    notes = staying(song, wanted(song, **asked))["bass"]
    assert notes[-1] == (4 * BAR - 20, 480, 43, 80)
    assert len(notes) == (1 if asked["around"] == "bars" else 2)


@pytest.mark.parametrize("asked", WAYS, ids=lambda asked: asked["around"])
def test_a_song_ends_no_earlier_than_its_last_note_that_rings_on(asked: dict[str, Any]) -> None:
    song = user_song({**FOUR, "bass": [(3 * BAR, 6 * BAR, 40, 80)]})
    assert wanted(song, **asked).end_tick == 9 * BAR
    assert wanted(user_song(FOUR), **asked).end_tick == (6 if asked["around"] == "prompt" else 4) * BAR


def test_beside_its_own_notes_a_song_ends_where_it_said_that_it_ends() -> None:
    song = user_song(FOUR, markers=(Marker(5 * BAR, "end"),))
    for asked in WAYS[1:]:
        assert wanted(song, **asked).end_tick == 5 * BAR


def test_a_note_up_to_half_a_sixteenth_early_belongs_to_the_bar_that_it_leads() -> None:
    early = [(BAR - 60, 100, 40, 80), (2 * BAR - 61, 100, 41, 80), (3 * BAR - 60, 100, 42, 80)]
    song = user_song({**FOUR, "bass": early})
    made = wanted(song, around="bars", bars_at=(2, 2), groups=("bass",))
    assert [note[2] for note in staying(song, made)["bass"]] == [42]
    later = wanted(song, around="bars", bars_at=(4, 4), groups=("bass",))
    assert [note[2] for note in staying(song, later)["bass"]] == [40, 41]


def test_on_a_grid_of_seconds_nothing_behind_a_bar_line_is_taken_for_what_is_before_it() -> None:
    """At 110 beats a minute bar 2 begins at 43.6 frames, in frame 44, whose first notes are 0.14 frames early."""
    song = user_song({**FOUR, "bass": [(BAR - 12, 100, 39, 80), (BAR, 100, 40, 80), (2 * BAR, 100, 41, 80)]})
    song = replace(song, tempos=rows(TEMPO, [(0, round(60e6 / 110))]))
    asked = Request(around="bars", bars_at=(2, 2), groups=("bass",))
    made = completed(asked, GROUPS, {}, CONTROLS, laid(song, SecondsGrid(20)))[0]
    assert [note[2] for note in staying(song, made)["bass"]] == [39, 41]


def test_what_leads_beyond_the_last_bar_stays_or_goes_with_it() -> None:
    song = user_song({**FOUR, "bass": [(0, 480, 40, 80), (4 * BAR - 20, 480, 43, 80)]})
    last = wanted(song, around="bars", bars_at=(4, 4), groups=("bass",))
    assert last.around is not None
    assert len(last.around.kept) == 64
    assert [note[2] for note in staying(song, last)["bass"]] == [40]
    kept = last.around.kept.copy()
    kept[63] = True
    assert replace(last.around, kept=kept).stays(song.tracks[1].notes, "bass").tolist() == [True, True]


def test_a_track_of_which_all_bars_are_new_keeps_its_sound_and_its_controllers() -> None:
    pedal = rows(CONTROL, [(3, 64, 127)])
    song = user_song({**FOUR, "bass": beats(2, 40)})
    song = replace(song, tracks=(song.tracks[0], replace(song.tracks[1], name="Slap bass", program=36, controls=pedal)))
    made = wanted(song, around="bars", bars_at=(1, 4), groups=("bass",))
    assert made.around is not None
    new = Track("bass", 33, False, notes_from([(480, 100, 50, 90)]))
    _, bass = joined(made.around, [new], made.template).tracks
    assert (bass.name, bass.program, bass.controls.tolist()) == ("Slap bass", 36, [(3, 64, 127)])
    assert bass.notes.tolist() == [(480, 100, 50, 90)]


def test_a_group_of_which_nothing_was_written_gets_no_track() -> None:
    song = user_song(FOUR)
    silent = Track("lead", 80, False, notes_from([]))
    assert list(staying(song, wanted(song, around="prompt", bars=1), silent)) == ["drums", "bass"]


def test_groups_that_are_not_kept_leave_no_track_behind() -> None:
    song = user_song({**FOUR, "lead": beats(4, 70)})
    made = wanted(song, around="keep", keep=("drums",), groups=("bass",))
    new = Track("bass", 33, False, notes_from([(480, 100, 50, 90)]))
    assert staying(song, made, new) == {"drums": song.tracks[0].notes.tolist(), "bass": [(480, 100, 50, 90)]}


def test_new_notes_join_the_track_of_their_group_that_keeps_most() -> None:
    """One that begins while a kept note of its pitch sounds is left out, one that meets such a note is cut."""
    song = user_song({**FOUR, "lead": [(0, 100, 60, 80)]})
    busy = Track("Lead 2", 81, False, notes_from([(0, 480, 62, 80), (960, 480, 62, 80), (1440, 480, 64, 80)]))
    song = replace(song, tracks=(*song.tracks, busy))
    made = wanted(song, around="prompt", bars=1)
    new = Track(
        "lead", 0, False, notes_from([(240, 100, 62, 9), (480, 900, 62, 9), (600, 960, 60, 9), (1440, 90, 64, 9)])
    )
    notes = staying(song, made, new)
    assert notes["lead"] == [(0, 100, 60, 80)]
    assert notes["Lead 2"] == [
        (0, 480, 62, 80),
        (480, 480, 62, 9),
        (600, 960, 60, 9),
        (960, 480, 62, 80),
        (1440, 480, 64, 80),
    ]
    assert new.notes["length_ticks"].tolist() == [100, 900, 960, 90]


def test_of_notes_that_are_replaced_the_model_hears_no_tail_behind_their_bars() -> None:
    song = user_song({**FOUR, "bass": [(0, 400, 40, 80), (BAR, 2 * BAR, 45, 80), (3 * BAR, 400, 47, 80)]})
    made = wanted(song, around="bars", bars_at=(2, 2), groups=("bass",))
    assert made.around is not None
    roll, kept, _ = made.around.dense(64)  # (frame, group, channel, pitch)
    sounds = np.argwhere(roll[:, 1, 1] > 0)
    assert {pitch + 21 for _, pitch in sounds.tolist()} == {40, 47}
    assert kept[:, 1].tolist() == [1.0] * 16 + [0.0] * 16 + [1.0] * 32
    assert kept[:, [0, 2, 3, 4, 5, 6]].all()


def test_new_bars_may_have_chords_where_the_song_had_none_and_those_that_are_said_begin_with_them() -> None:
    song = user_song({"drums": beats(8, 36), "lead": [(480 * beat, 400, 60, 80) for beat in range(16, 32)]})
    asked = {"around": "bars", "bars_at": (3, 6), "groups": ("chords",)}
    [plan] = set_of(song, **asked)
    assert plan.chords[2] is not None  # outside: said to be none
    assert plan.chords[4:8] == (None,) * 4
    [plan] = set_of(song, **asked, chords="C G Am F", key="C")
    assert plan.chords[4:12] == tuple(Chord(root, kind) for root, kind in CHORDS for _ in range(2))
    touched = plan.sections[plan.section_of()[2]]
    assert touched.key == Key(0)
    assert touched.groups is not None
    assert "chords" in touched.groups


CHORDS = ((0, "maj"), (7, "maj"), (9, "min"), (5, "maj"))


def set_of(song: Song, **asked: Any) -> list[Plan]:
    """The different plans: the eight drawings of bars that are written anew share one."""
    made = completed(Request(**asked), GROUPS, {}, CONTROLS, laid(song))
    assert len(made) == 8
    return list({id(each.plan): each.plan for each in made}.values())


def test_what_was_heard_of_other_groups_is_open_beside_kept_ones() -> None:
    """Energy, who plays, how much, and chords where only drums sounded: for popgen to write; kept groups as heard."""
    triad = [note for pitch in (60, 64, 67) for note in beats(2, pitch)]
    song = user_song({"drums": beats(4, 36), "chords": triad})
    plan = wanted(song, around="keep", keep=("drums",)).plan
    assert {section.energy for section in plan.sections} == {None}
    assert {section.groups for section in plan.sections} == {None}
    assert [dict(section.density) for section in plan.sections] == [{"drums": 1.0}] * len(plan.sections)
    assert [list(section.dynamics) for section in plan.sections] == [["drums"]] * len(plan.sections)
    assert plan.chords == (Chord(0),) * 4 + (None,) * 4
    told = wanted(song, around="keep", keep=("drums",), energy="0.8").plan
    assert {section.energy for section in told.sections} == {0.8}


def test_kept_groups_are_planned_to_play_beside_those_that_are_written() -> None:
    book = book_of(plan_of(song) for song in write_songs(4, 3)).to_plain()
    asked = Request(around="keep", keep=("drums",), groups=("bass",))
    plan = completed(asked, GROUPS, {"plans": book}, CONTROLS, laid(user_song(FOUR)))[0].plan
    assert {group for section in plan.sections for group in section.groups or ()} == {"drums", "bass"}


def test_new_bars_recall_nothing_and_may_be_played_as_much_as_the_model_likes() -> None:
    """Sixteen bars, the last eight as the first; bars 10 and 11 are new, all others come back as they did."""
    line = [(480 * beat, 400, pitch, 80) for beat, pitch in enumerate([60, 64, 67, 72, 62, 65, 69, 74] * 4)]
    again = [*line, *((start + 8 * BAR, length, pitch, loud) for start, length, pitch, loud in line)]
    song = user_song({"drums": beats(16, 36), "lead": again})
    before = plan_of(laid(song).grouped)
    [plan] = set_of(song, around="bars", bars_at=(10, 11), groups=("lead",))
    assert all(before.recalls[8:16])
    assert plan.recalls == (*before.recalls[:9], None, None, *before.recalls[11:])
    for section in plan.sections:
        assert set(section.density) == set(section.dynamics) == {"drums"}


def test_a_key_said_of_new_bars_is_that_of_their_section_alone() -> None:
    """Eight calm bars, then eight loud ones."""
    calm = [(BAR * bar, 1900, 60, 40) for bar in range(8)]
    loud = [(8 * BAR + 240 * step, 200, 65 + step % 8, 110) for step in range(64)]
    drums = [(8 * BAR + 240 * step, 100, 36 + step % 4, 120) for step in range(64)]
    song = user_song({"drums": drums, "strings": calm, "lead": loud})
    assert [section.bars for section in plan_of(laid(song).grouped).sections] == [8, 8]
    [told] = set_of(song, around="bars", bars_at=(16, 16), groups=("lead",), key="D")
    assert [section.key == Key(2) for section in told.sections] == [False, True]


def test_four_bars_behind_new_ones_are_listened_to_or_what_is_left() -> None:
    song = user_song({"drums": beats(12, 36), "bass": beats(12, 40)})
    for stretch, bars in (((3, 4), 8), ((9, 10), 12)):
        made = wanted(song, around="bars", bars_at=stretch, groups=("bass",))
        assert (made.start, made.stop, made.bars) == (stretch[0] - 1, stretch[1], bars)


def test_a_song_goes_on_in_the_form_that_is_said() -> None:
    made = wanted(user_song(FOUR), around="prompt", form="chorus:2 outro:1")
    assert (made.start, made.stop, made.bars, made.end_tick) == (4, 7, 7, 7 * BAR)
    assert made.around is not None
    assert made.around.kept.all(axis=1).tolist() == [True] * 64 + [False] * 48
    assert [(section.name, section.bars) for section in made.plan.sections[-2:]] == [("chorus", 2), ("outro", 1)]


def test_a_song_goes_on_in_the_meter_and_tempo_in_which_it_ends() -> None:
    meters, tempos = [(0, 4, 4), (2 * BAR, 3, 4)], [(0, 1_000_000), (BAR, 500_000)]
    song = replace(user_song(FOUR), meters=rows(METER, meters), tempos=rows(TEMPO, tempos))
    made = wanted(song, around="prompt", seconds=6.0)  # 12 quarters: four bars of three behind 2 + 3 (the last partial)
    assert (made.start, made.stop) == (5, 9)
    assert made.end_tick == 2 * BAR + 7 * 1440


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"around": "keep", "keep": ("drums",), "bars": 8}, "--bars cannot be said beside a song"),
        ({"around": "keep", "keep": ("drums",), "seconds": 8.0}, "--seconds cannot be said beside a song"),
        ({"around": "bars", "bars_at": (1, 1), "groups": ("bass",), "bars": 8}, "--bars cannot be said"),
        ({"around": "prompt", "tempo": 90.0}, "--tempo cannot be said beside a song"),
        ({"around": "keep", "keep": GROUPS[:2], "groups": ("bass",)}, "nothing is left to write"),
        ({"around": "keep", "keep": ("drums",), "programs": {"drums": 8}}, "--program: drums is not written"),
        ({"around": "prompt", "programs": {"bass": 35}}, "--program: the song's own bass keeps its sound"),
        ({"around": "keep", "keep": ("drums",), "temperatures": {"drums": 1.0}}, "--temperature: drums is not written"),
        ({"around": "bars", "bars_at": (0, 1), "groups": ("bass",)}, "the song has bars 1 to 4"),
        ({"around": "bars", "bars_at": (4, 5), "groups": ("bass",)}, "the song has bars 1 to 4"),
    ],
)
def test_what_cannot_be_asked_beside_a_song_is_refused_before_a_note_is_drawn(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError) as refused:
        wanted(user_song(FOUR), **asked)
    assert said in str(refused.value)


def test_a_group_that_is_written_anew_beside_kept_ones_may_have_another_sound() -> None:
    made = wanted(user_song(FOUR), around="keep", keep=("drums",), programs={"bass": 35})
    assert made.groups == GROUPS[1:]


def test_a_song_without_notes_that_a_group_plays_is_refused() -> None:
    with pytest.raises(RequestError, match="no notes"):
        wanted(user_song({"bass": []}), around="prompt", bars=2)
