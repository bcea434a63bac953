"""What must hold in each frame: ranges, polyphony, groups, harmony, the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from popgen_core.generate.limits import Limits, timing_of
from popgen_core.generate.request import RequestError
from popgen_core.generate.rules import FREE, Rules, leaning
from popgen_core.groupers import GROUPS
from popgen_core.music import BeatGrid, RollSpec, SecondsGrid
from popgen_core.music.song import METER, TEMPO, Song, rows
from popgen_core.plan import NO_CHORD, Chord, Key, Plan, Section

SPEC = RollSpec(GROUPS, pitches=48, lowest=36)  # C2 .. B5
GRID = BeatGrid(4)
BAR = 16  # frames of a bar of 4/4
C, F, G = Chord(0), Chord(5), Chord(7)
DRUMS, BASS, CHORDS, LEAD = (GROUPS.index(name) for name in ("drums", "bass", "chords", "lead"))


def template(top: int = 4, bottom: int = 4, bpm: float = 120.0) -> Song:
    return Song(480, (), rows(TEMPO, [(0, round(60e6 / bpm))]), rows(METER, [(0, top, bottom)]))


def plan_of(chords: Sequence[Chord | None], **section: Any) -> Plan:
    """One section of 4/4 with these chords, one a half bar."""
    bars = len(chords) // 2
    return Plan((Section("verse", bars, **section),), tuple(chords), (None,) * bars)


def limits_of(rules: Rules, plan: Plan | None = None, bars: int = 2, spec: RollSpec = SPEC, **known: Any) -> Limits:
    return Limits(template(), GRID, spec, BAR * (plan.bars if plan else bars), rules=rules, plan=plan, **known)


def classes(cells: Tensor) -> list[int]:
    """(pitch,) bool from a C on -> the pitch classes that are in it."""
    assert torch.equal(cells[:12].repeat(4), cells)
    return cells[:12].nonzero()[:, 0].tolist()  # type: ignore[no-any-return]


def test_a_free_song_may_play_everything_of_the_groups_asked_for() -> None:
    found = limits_of(FREE, groups=("bass", "lead")).at(0)
    assert found.playable.all(1).tolist() == [name in ("bass", "lead") for name in GROUPS]
    assert found.playable.any(1).tolist() == found.playable.all(1).tolist()
    assert [found.lean, found.most, found.hold, found.begin] == [None] * 4


def test_a_group_keeps_within_its_range_and_a_corpus_may_know_its_own() -> None:
    spec = RollSpec(GROUPS)  # 88 keys from A0, 21
    ranges = limits_of(Rules(resolve=False), spec=spec, corpus={"ranges": {"bass": [40, 43]}}).at(0).playable
    assert (ranges[BASS].nonzero()[:, 0] + 21).tolist() == [40, 41, 42, 43]
    assert [int(value) + 21 for value in ranges[GROUPS.index("guitar")].nonzero()[[0, -1], 0]] == [38, 88]
    assert limits_of(FREE, spec=spec).at(0).playable.all()


def test_a_group_has_no_more_notes_at_once_than_in_the_corpus() -> None:
    found = limits_of(Rules(), corpus={"polyphony": {"bass": 1}}).at(0).most
    assert found is not None
    assert found.tolist() == [5, 1, 8, 6, 7, 4, 6]
    other = limits_of(Rules(), spec=RollSpec(("mine",), pitches=48)).at(0)
    assert other.most is not None
    assert other.most.tolist() == [48]  # unknown groups are free
    assert other.playable.all()


def test_the_groups_that_a_section_names_play_in_it_alone() -> None:
    sections = Section("intro", 1, groups=("drums",)), Section("verse", 1), Section("outro", 1, groups=("lead",))
    plan = Plan(sections, (None,) * 6, (None,) * 3)
    limits = limits_of(Rules(ranges=False, resolve=False), plan, groups=("drums", "bass", "lead"))
    playing = [limits.at(frame).playable.any(1).nonzero()[:, 0].tolist() for frame in (0, 15, 16, 31, 32)]
    assert playing == [[DRUMS], [DRUMS], [DRUMS, BASS, LEAD], [DRUMS, BASS, LEAD], [LEAD]]
    open_ = limits_of(Rules(ranges=False, sections=False, resolve=False), plan)
    assert open_.at(0).playable.all()


def test_a_strict_key_keeps_its_tones_and_those_of_the_chord_and_leaves_drums_alone() -> None:
    plan = plan_of([C, Chord(9, "7")], key=Key(0))  # A7 has a C sharp
    limits = limits_of(Rules(ranges=False, key_strength=1.0, resolve=False), plan)
    assert classes(limits.at(0).playable[LEAD]) == [0, 2, 4, 5, 7, 9, 11]
    assert classes(limits.at(8).playable[LEAD]) == [0, 1, 2, 4, 5, 7, 9, 11]
    assert limits.at(0).playable[DRUMS].all()


def test_strict_chords_bind_every_pitched_group_throughout() -> None:
    limits = limits_of(Rules(ranges=False, chord_strength=1.0, resolve=False), plan_of([C, F]))
    for frame in (0, 3, 6, 7):
        assert classes(limits.at(frame).playable[CHORDS]) == [0, 4, 7]
        assert classes(limits.at(frame).playable[LEAD]) == [0, 4, 7]
    assert classes(limits.at(8).playable[BASS]) == [0, 5, 9]
    assert classes(limits.at(12).playable[LEAD]) == [0, 5, 9]
    assert limits.at(4).playable[DRUMS].all()


def test_below_strict_the_groups_beside_the_harmony_may_pass_in_the_second_half_of_each_beat() -> None:
    limits = limits_of(Rules(ranges=False, chord_strength=0.9, resolve=False), plan_of([C, F]))
    for frame, bound in ((4, True), (5, True), (6, False), (7, False)):
        lean = limits.at(frame).lean
        assert lean is not None
        assert classes(lean[CHORDS] == 0) == [0, 4, 7]
        assert (classes(lean[LEAD] == 0) == [0, 4, 7]) == bound
        assert bool((lean[LEAD] == 0).all()) != bound
    mine = limits_of(Rules(ranges=False, chord_strength=0.9, resolve=False, harmony=("lead",)), plan_of([C, F]))
    lean = mine.at(6).lean
    assert lean is not None
    assert classes(lean[LEAD] == 0) == [0, 4, 7]
    assert (lean[CHORDS] == 0).all()


def test_an_open_chord_binds_nobody_and_no_chord_silences_all_pitches() -> None:
    limits = limits_of(Rules(ranges=False, chord_strength=1.0, resolve=False), plan_of([None, NO_CHORD]))
    assert limits.at(0).playable.all()
    assert limits.at(10).playable.any(1).nonzero()[:, 0].tolist() == [DRUMS]


@pytest.mark.parametrize(("strength", "log_odds"), [(0.5, -3.0), (0.8, -12.0)])
def test_between_free_and_strict_foreign_tones_are_leaned_against(strength: float, log_odds: float) -> None:
    limits = limits_of(Rules(ranges=False, chord_strength=strength, key_strength=0.5, resolve=False), plan_of([C, F]))
    found = limits.at(0)
    assert found.playable.all()
    assert found.lean is not None
    assert found.lean[CHORDS, :5].tolist() == pytest.approx([0.0, log_odds, log_odds, log_odds, 0.0])
    assert not found.lean[DRUMS].any()
    both = limits_of(Rules(chord_strength=strength, key_strength=0.5), plan_of([C, F], key=Key(0))).at(0).lean
    assert both is not None
    assert both[CHORDS, 1:3].tolist() == pytest.approx([log_odds - 3.0, log_odds])  # C sharp is foreign to the key too


def test_leaning_grows_without_end_and_is_none_at_0() -> None:
    assert [leaning(0.0), leaning(1.0)] == [0.0, -float("inf")]


@pytest.mark.parametrize(
    "wrong",
    [{"key_strength": 1.1}, {"chord_strength": -0.1}, {"silence_beats": 0}, {"repetition": -1.0}, {"patience": 0}],
)
def test_rules_out_of_range_are_refused_in_a_line(wrong: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match=r"is not|is no"):
        Rules(**wrong)


def test_in_the_last_bar_one_chord_begins_on_the_downbeat_and_is_held() -> None:
    limits = limits_of(Rules(ranges=False), plan_of([C, C, G, G]))
    before, begins, after, end = (limits.at(frame) for frame in (15, 16, 19, 31))
    assert before.playable.all()
    assert before.lean is before.hold is before.begin is None
    assert begins.lean is begins.hold is None
    assert begins.begin is not None
    assert begins.begin.tolist() == [True]
    assert classes(begins.playable[LEAD]) == classes(after.playable[BASS]) == [2, 7, 11]
    assert begins.playable[DRUMS].all()
    assert after.lean is not None
    assert (after.lean == -torch.inf).all()  # drums too
    assert after.hold is not None
    assert after.hold.all(1).tolist() == [name != "drums" for name in GROUPS]
    assert after is end


def test_a_last_bar_with_two_chords_closes_on_the_second() -> None:
    limits = limits_of(Rules(ranges=False), plan_of([G, C]))
    assert limits.at(7).begin is None
    assert limits.at(8).begin is not None
    assert classes(limits.at(8).playable[CHORDS]) == [0, 4, 7]


def test_without_chords_a_song_ends_on_its_tonic_triad_and_without_a_key_on_any_notes() -> None:
    minor = limits_of(Rules(ranges=False), plan_of([None, None], key=Key(9, "minor")))
    assert classes(minor.at(0).playable[LEAD]) == [0, 4, 9]
    nothing = limits_of(Rules(ranges=False), bars=2)
    assert nothing.at(16).playable.all()
    assert nothing.at(16).begin is not None
    assert nothing.at(17).lean is not None
    assert limits_of(Rules(resolve=False), bars=2).at(17).lean is None


def test_a_frame_belongs_to_the_bar_line_that_it_is_nearest_to() -> None:
    # 92 quarters a minute: the second bar begins at 2.609 seconds, frame 52.17; half of the first at 26.09
    timing = timing_of(template(bpm=92), SecondsGrid(20), 60)
    assert timing.bar.tolist() == [0] * 52 + [1] * 8
    assert timing.half[25:28].tolist() == [0, 1, 1]
    assert timing.beat_begins.nonzero()[0].tolist() == [0, 13, 26, 39, 52]
    fast = timing_of(template(bpm=91), SecondsGrid(20), 60)  # frame 52.75
    assert fast.bar.tolist() == [0] * 53 + [1] * 7


def test_beats_are_dotted_in_six_eight_and_halves_are_half_bars() -> None:
    timing = timing_of(template(6, 8), GRID, 24)
    assert timing.second_half.tolist() == ([False] * 3 + [True] * 3) * 4
    assert timing.beat_begins.nonzero()[0].tolist() == [0, 6, 12, 18]
    assert timing.half.tolist() == [0] * 6 + [1] * 6 + [2] * 6 + [3] * 6
    three = timing_of(template(3, 4), GRID, 12)
    assert three.beat_begins.nonzero()[0].tolist() == [0, 4, 8]


def test_equal_moments_share_their_constraints() -> None:
    limits = limits_of(Rules(chord_strength=1.0, resolve=False), plan_of([C, F] * 8))
    assert limits.at(0) is limits.at(1) is limits.at(17)
    assert len({id(limits.at(frame)) for frame in range(128)}) == 4  # two chords, both halves of a beat
