import dataclasses

import numpy as np
import pytest

from popgen_core.errors import SongError
from popgen_core.music.song import METER, TEMPO, Song, Track, notes_from, rows
from popgen_core.plan import NO_CHORD, Chord, Key, Plan, plan_of
from popgen_core.plan.heard import heard
from popgen_core.songwriter import write_songs

BAR, HALF = 1920, 960
C, G, AM, F = (60, 64, 67), (55, 59, 62), (57, 60, 64), (53, 57, 60)


def chords(*halves: tuple[int, ...], velocity: int = 80) -> Track:
    """Each chord for half a bar of 4/4."""
    notes = [(half * HALF, HALF, pitch, velocity) for half, pitches in enumerate(halves) for pitch in pitches]
    return Track("chords", 0, False, notes_from(notes))


def lead(pattern: str, pitches: dict[str, int], steps: dict[str, list[int]]) -> Track:
    """One letter a bar: its pitch, an eighth on each of its steps (eighths of the bar)."""
    begins = [(bar, step, letter) for bar, letter in enumerate(pattern) for step in steps[letter]]
    notes = [(bar * BAR + 240 * step, 240, pitches[letter], 80) for bar, step, letter in begins]
    return Track("lead", 0, False, notes_from(notes))


def a_a_b_a() -> Song:
    steps = {"a": [0, 2, 4, 6], "b": [1, 3, 5, 7, 0]}
    return Song(480, (lead("aaaaaaaabbbbaaaa", {"a": 60, "b": 66}, steps),))


def test_a_section_played_again_has_the_same_name_and_its_bars_recall_it() -> None:
    plan = plan_of(a_a_b_a())
    assert [(section.name, section.bars) for section in plan.sections] == [("chorus", 8), ("bridge", 4), ("chorus", 4)]
    assert plan.recalls[:4] == (None,) * 4
    assert plan.recalls[8:12] == (None,) * 4
    assert [recall.bar for recall in plan.recalls[12:] if recall] == [0, 1, 2, 3]
    assert plan.recalls[12].likeness == 1.0


def test_recalls_run_in_stretches_although_the_bars_themselves_are_older() -> None:
    pitches = {letter: 60 + number for number, letter in enumerate("abcdefgh")}
    steps = {letter: [number % 8, (3 * number + 1) % 8] for number, letter in enumerate("abcdefgh")}
    plan = plan_of(Song(480, (lead("abcdefabghcdefab", pitches, steps),)))
    assert [recall.bar if recall else None for recall in plan.recalls[6:]] == [0, 1, None, None, 2, 3, 4, 5, 6, 7]


def test_a_progression_is_found_half_bar_by_half_bar() -> None:
    plan = plan_of(Song(480, (chords(C, G, AM, F),)))
    assert plan.chords == (Chord(0), Chord(7), Chord(9, "min"), Chord(5))


def test_the_bass_says_an_inversion_by_the_chord_tone_it_sounds_longest() -> None:
    bass = Track("bass", 33, False, notes_from([(0, 720, 40, 80), (720, 240, 36, 80), (960, 960, 36, 80)]))
    off = Track("bass", 33, False, notes_from([(0, 240, 43, 80), (240, 720, 38, 80), (960, 960, 36, 80)]))
    assert plan_of(Song(480, (chords(C, C), bass))).chords == (Chord(0, "maj", 4), Chord(0))
    assert plan_of(Song(480, (chords(C, C), off))).chords[0] == Chord(0)  # D is no tone of it
    assert plan_of(Song(480, (chords((64, 67, 72), C),))).chords == (Chord(0, "maj", 4), Chord(0))


def test_what_no_chord_fits_is_open_and_what_is_silent_has_no_chord() -> None:
    plan = plan_of(Song(480, (chords(tuple(range(60, 72)), (), C, (60,)),)))
    assert plan.chords == (None, NO_CHORD, Chord(0), None)


def test_a_song_stays_in_its_key_until_it_clearly_leaves_it() -> None:
    home, away = (C, F, G, C) * 4, tuple(tuple(pitch + 6 for pitch in chord) for chord in (C, F, G, C)) * 4
    assert {section.key for section in plan_of(Song(480, (chords(*home),))).sections} == {Key(0)}
    both = plan_of(Song(480, (chords(*home, *home, *away),)))
    assert [(section.bars, section.key) for section in both.sections] == [(16, Key(0)), (8, Key(6))]
    borrowed = plan_of(Song(480, (chords(*home, *home, *(((58, 62, 65), F, C, C) * 4)),)))
    assert {section.key for section in borrowed.sections} == {Key(0)}


def test_groups_density_and_dynamics_are_those_of_the_section() -> None:
    beats = Track("drums", 0, True, notes_from([(480 * beat, 100, 36, 127) for beat in range(64)]))
    soft = Track("chords", 0, False, notes_from([(BAR * bar, BAR, p, 64) for bar in range(16) for p in C]))
    once = Track("strings", 48, False, notes_from([(3 * BAR, HALF, 72, 100)]))
    (section,) = plan_of(Song(480, (beats, soft, once))).sections
    assert section.groups == ("drums", "chords")
    assert section.density == {"drums": 1.0, "chords": 0.25}
    assert section.dynamics == {"drums": 1.0, "chords": pytest.approx(64 / 127)}


def test_a_note_that_is_held_sounds_in_every_bar_that_it_reaches() -> None:
    held = Track("strings", 48, False, notes_from([(2 * BAR, 2 * BAR, 72, 100)]))
    drum = Track("drums", 0, True, notes_from([(0, 2 * BAR, 36, 100)]))  # a drum's length says nothing
    sound = heard(Song(480, (chords(*[C] * 10), held, drum)))
    assert sound.sounds.astype(int).tolist() == [[1] * 5, [0, 0, 1, 1, 0], [1, 0, 0, 0, 0]]


def test_tones_that_speak_for_no_key_leave_a_section_in_the_key_of_its_song() -> None:
    lost = [(61, 65, 69)] * 16
    plan = plan_of(Song(480, (chords(*[C, F, G, C] * 16, *lost),)))
    assert plan.sections[-1].bars == 8
    assert {section.key for section in plan.sections} == {Key(0)}


def test_more_louder_and_denser_is_more_energy_on_a_scale_for_all_songs() -> None:
    calm = plan_of(Song(480, (chords(*[C] * 8, velocity=60),))).sections[0]
    loud = plan_of(Song(480, (chords(*[C] * 8, velocity=125),))).sections[0]
    assert calm.energy == 0.0  # one group (1.5 is the least), half an onset a beat (1.3), 60 (60)
    assert loud.energy == pytest.approx(1 / 3, abs=1e-4)
    dense = Track("drums", 0, True, notes_from([(120 * step, 60, 42, 60) for step in range(64)]))
    share = np.log2(5.0 / 2.3) / np.log2(13.1 / 2.3)  # 4 onsets a beat between 1.3 and 12.1, by 1 + onsets
    assert plan_of(Song(480, (dense,))).sections[0].energy == pytest.approx(share / 3, abs=1e-4)


def test_drums_alone_have_a_plan_without_chords_and_keys() -> None:
    plan = plan_of(Song(480, (Track("drums", 0, True, notes_from([(480 * n, 100, 36, 90) for n in range(32)])),)))
    assert plan.bars == 8
    assert plan.chords == (NO_CHORD,) * 16
    assert [section.key for section in plan.sections] == [None]
    assert plan.recalls[4].bar == 0


def test_a_song_without_notes_is_a_plan_without_sections() -> None:
    assert plan_of(Song(480, ())) == Plan((), (), ())
    assert plan_of(Song(480, (Track("lead", 0, False),))) == Plan((), (), ())


def test_bars_are_counted_from_bar_0_and_silent_ones_recall_nothing() -> None:
    notes = [(BAR * bar, BAR, pitch, 80) for bar in range(2, 10) for pitch in C]
    plan = plan_of(Song(480, (Track("chords", 0, False, notes_from(notes)),)))
    assert plan.bars == 10
    assert plan.chords[:5] == (NO_CHORD,) * 4 + (Chord(0),)
    assert plan.recalls[:6] == (None,) * 6
    assert plan.recalls[6].bar == 2


def test_bars_of_every_meter_keep_their_place_and_the_usual_one_is_told() -> None:
    meters = rows(METER, [(0, 2, 4), (960, 4, 4), (960 + 2 * BAR, 3, 4)])  # a pick-up, two bars, four bars
    starts = [(0, 960, C), (960, HALF, G), (960 + HALF, HALF, AM), (960 + BAR, BAR, F)]
    starts += [(960 + 2 * BAR + 1440 * bar + 720 * half, 720, (C, G)[half]) for bar in range(4) for half in range(2)]
    notes = notes_from([(start, length, pitch, 80) for start, length, chord in starts for pitch in chord])
    tempos = rows(TEMPO, [(0, 500_000), (960, 600_000)])
    plan = plan_of(Song(480, (Track("chords", 0, False, notes),), tempos=tempos, meters=meters))
    assert plan.chords == (Chord(0),) * 2 + (Chord(7), Chord(9, "min"), Chord(5), Chord(5)) + (Chord(0), Chord(7)) * 4
    assert (plan.meter, plan.tempo) == ((3, 4), 100.0)


def test_bars_that_nobody_can_compare_are_open() -> None:
    notes = notes_from([(480 * beat, 480, 60, 80) for beat in range(8)])
    plan = plan_of(Song(480, (Track("lead", 0, False, notes),), meters=rows(METER, [(0, 1, 4)])))
    assert plan.chords == (None,) * 16
    assert plan.recalls == (None,) * 8


def test_a_song_of_too_many_bars_is_refused_with_a_hint() -> None:
    song = Song(480, (Track("lead", 0, False, notes_from([(0, 480, 60, 80), (2048 * BAR, 480, 60, 80)])),))
    with pytest.raises(SongError, match="2,049 bars") as refused:
        plan_of(song)
    assert refused.value.hint


def transposed(song: Song, by: int) -> Song:
    tracks = []
    for track in song.tracks:
        notes = track.notes.copy()
        notes["pitch"] += 0 if track.is_drum else by
        tracks.append(dataclasses.replace(track, notes=notes))
    return dataclasses.replace(song, tracks=tuple(tracks))


def turned(plan: Plan, by: int) -> Plan:
    """The plan with its keys and chords some semitones higher."""

    def chord(old: Chord | None) -> Chord | None:
        if old is None or old == NO_CHORD:
            return old
        return Chord((old.root + by) % 12, old.kind, None if old.bass is None else (old.bass + by) % 12)

    keys = [section.key and Key((section.key.tonic + by) % 12, section.key.mode) for section in plan.sections]
    sections = [dataclasses.replace(section, key=key) for section, key in zip(plan.sections, keys, strict=True)]
    return dataclasses.replace(plan, sections=tuple(sections), chords=tuple(map(chord, plan.chords)))


@pytest.mark.parametrize("by", [1, 5, 7])
def test_moving_a_song_by_semitones_turns_keys_and_chords_and_nothing_else(by: int) -> None:
    for song in write_songs(6, 1):
        assert plan_of(transposed(song, by)) == turned(plan_of(song), by)


@pytest.mark.corpus
def test_moving_a_real_song_turns_keys_and_chords_and_nothing_else(corpus) -> None:
    from popgen_core.groupers.seven import Seven
    from popgen_core.music.midi import song_from_midi

    paths = sorted((corpus / "permissive" / "test").glob("*.mid"))[::4]
    for path in paths:
        song = Seven().group(song_from_midi(path.read_bytes())).song
        if all(np.min(track.notes["pitch"]) >= 12 and np.max(track.notes["pitch"]) < 116 for track in song.tracks):
            assert plan_of(transposed(song, 3)) == turned(plan_of(song), 3), path.name
