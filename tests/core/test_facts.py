"""What a split knows of a song is what can be heard in it, whatever its file says."""

from __future__ import annotations

import json

import pytest

from popgen_core.corpus.facts import facts_from_plain, facts_of
from popgen_core.errors import DatasetError
from popgen_core.music import Song, Track, notes_from, rows
from popgen_core.music.song import KEY, TEMPO

BEAT = 480


def part(name: str, onsets: list[float], pitches: list[int], lengths: list[float] | None = None) -> Track:
    """A track with these onsets and lengths in beats; a single pitch is for all notes."""
    pitches = pitches * len(onsets) if len(pitches) == 1 else pitches
    lengths = lengths or [0.25] * len(onsets)
    notes = zip(onsets, lengths, pitches, strict=True)
    rounded = [(round(onset * BEAT), round(length * BEAT), pitch, 80) for onset, length, pitch in notes]
    return Track(name, 0, name == "drums", notes_from(rounded))


def song(*tracks: Track) -> Song:
    return Song(BEAT, tracks)


def scale(*, up: int = 0) -> Song:
    """A harmonic minor scale on A whose tonic and fifth are held, moved up by some semitones."""
    pitches = [57, 59, 60, 62, 64, 65, 68, 69]
    return song(part("lead", list(range(0, 16, 2)), [pitch + up for pitch in pitches], [2, 1, 1, 1, 2, 1, 1, 2]))


def test_the_tempo_is_that_of_the_time_and_not_of_the_marks() -> None:
    notes = part("lead", list(range(8)), [60], [1] * 8)
    tempos = rows(TEMPO, [(0, 500_000), (4 * BEAT, 1_000_000)])  # four beats in 2 s, four in 4 s
    facts = facts_of(Song(BEAT, (notes,), tempos))
    assert (facts.tempo, facts.seconds, facts.density) == (80.0, 6.0, 1.3333)


def test_the_mode_is_heard_and_not_read_from_the_key_signature() -> None:
    tracks = scale().tracks
    assert facts_of(Song(BEAT, tracks, keys=rows(KEY, [(0, 0, False)]))).mode == "minor"
    major = part("lead", list(range(0, 16, 2)), [60, 62, 64, 65, 67, 69, 71, 72], [2, 1, 1, 1, 2, 1, 1, 2])
    assert facts_of(Song(BEAT, (major,), keys=rows(KEY, [(0, 0, True)]))).mode == "major"


@pytest.mark.parametrize("up", range(12))
def test_the_mode_is_the_same_in_every_key(up: int) -> None:
    assert facts_of(scale(up=up)).mode == "minor"


def test_a_note_counts_for_the_key_no_longer_than_eight_beats() -> None:
    drone = part("strings", [0], [58], [400])  # B flat would rule everything
    assert facts_of(song(*scale().tracks, *scale().tracks, drone)).mode == "minor"
    assert facts_of(song(drone)).mode == "major"


def test_drums_have_no_mode() -> None:
    assert facts_of(song(part("drums", list(range(16)), [36]))).mode == ""


def test_a_group_plays_from_eight_notes_on() -> None:
    eight, seven = part("bass", list(range(8)), [40]), part("guitar", list(range(7)), [60])
    assert facts_of(song(seven, eight)).groups == ("bass",)


def test_the_drums_decide_the_feel() -> None:
    eighths, sixteenths = [beat / 2 for beat in range(16)], [beat / 4 for beat in range(32)]
    assert facts_of(song(part("drums", eighths, [42]), part("lead", sixteenths, [60]))).feel == "8th"
    assert facts_of(song(part("drums", sixteenths, [42]), part("lead", eighths, [60]))).feel == "16th"


def test_without_enough_drums_all_groups_decide_the_feel() -> None:
    sixteenths = [beat / 4 for beat in range(32)]
    assert facts_of(song(part("drums", [0, 1], [42]), part("lead", sixteenths, [60]))).feel == "16th"
    assert facts_of(song(part("lead", [0, 1, 2], [60]))).feel == ""


def test_triplets_are_no_sixteenths() -> None:
    shuffle = [beat + third for beat in range(16) for third in (0, 2 / 3)]
    assert facts_of(song(part("drums", shuffle, [42]))).feel == "8th"


def test_one_sixteenth_in_ten_leaves_the_feel_at_eighths() -> None:
    onsets = [beat / 2 for beat in range(18)] + [2.25, 6.25]
    assert facts_of(song(part("drums", onsets, [42]))).feel == "8th"
    assert facts_of(song(part("drums", [*onsets, 3.25, 5.25], [42]))).feel == "16th"  # 4 of 22


def test_facts_survive_json() -> None:
    facts = facts_of(scale())
    assert facts_from_plain(json.loads(json.dumps(facts.to_plain()))) == facts


def test_facts_with_one_missing_are_refused() -> None:
    plain = facts_of(scale()).to_plain()
    del plain["feel"]
    with pytest.raises(DatasetError, match="feel"):
        facts_from_plain(plain)


def test_a_song_without_notes_has_facts_too() -> None:
    facts = facts_of(song())
    assert (facts.tempo, facts.mode, facts.density, facts.seconds) == (120.0, "", 0.0, 0.0)
    assert (facts.groups, facts.feel, facts.print) == ((), "", "")
