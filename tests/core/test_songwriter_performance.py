"""How the songwriter's band plays: loud and soft, early and late, swing and swell."""

import numpy as np
from songs_read import SIXTEENTH, notes_between, sections, steps

from popgen_core.music import Song
from popgen_core.songwriter import draw_sketch, song_of, write_parts


def test_loud_and_soft_lie_60_apart_in_every_song(songs: list[Song]) -> None:
    for song in songs:
        velocities = np.concatenate([track.notes["velocity"] for track in song.tracks])
        soft, loud = np.percentile(velocities, (5, 95))
        assert loud - soft >= 60


def test_choruses_are_louder_and_fuller_than_verses(songs: list[Song]) -> None:
    louder, fuller = [], []
    for song in songs:
        kinds: dict[str, list[tuple[float, float]]] = {"verse": [], "chorus": []}
        for name, start, end in sections(song):
            notes = np.concatenate([notes_between(track, start, end) for track in song.tracks])
            if name.split()[0] in kinds:
                kinds[name.split()[0]].append((float(notes["velocity"].mean()), len(notes) / (end - start)))
        verse, chorus = np.mean(kinds["verse"], axis=0), np.mean(kinds["chorus"], axis=0)
        louder.append(chorus[0] > verse[0])
        fuller.append(chorus[1] > verse[1])
    assert np.mean(louder) >= 0.95
    assert np.mean(fuller) >= 0.75


def test_micro_timing_never_moves_a_note_to_another_sixteenth() -> None:
    for seed in range(8):
        rng = np.random.default_rng(seed)
        sketch = draw_sketch(rng)
        parts = write_parts(rng, sketch)
        for track in song_of(rng, sketch, parts).tracks:
            written = {(note.step, note.pitch) for note in parts[track.name]}
            assert set(zip(steps(track).tolist(), track.notes["pitch"].tolist(), strict=True)) == written


def test_players_are_5_to_12_milliseconds_apart_from_the_grid(songs: list[Song]) -> None:
    straight = [song for song in songs if np.median(_lateness(song, SIXTEENTH * 2)) < 10]
    assert len(straight) >= 60
    for group in range(7):
        spreads = [np.std(_lateness(song, SIXTEENTH, group)) for song in straight]
        assert 4 <= np.median(spreads) <= 13


def test_some_songs_swing(songs: list[Song]) -> None:
    swung = sum(bool(np.median(_lateness(song, SIXTEENTH * 2)) >= 10) for song in songs)
    swung += sum(bool(_odd_lateness(song) >= 10) for song in songs)
    assert 5 <= swung <= 60


def _lateness(song: Song, every: int, group: int = 0) -> np.ndarray:
    """Milliseconds after the sixteenth of a group's notes; of those off the beat where `every` is an eighth."""
    ticks = song.tracks[group].notes["start_tick"]
    at = np.floor(ticks / SIXTEENTH + 0.5)
    late = (ticks - at * SIXTEENTH) * 1000 * (song.tempos["microseconds"][0] / 480e6)
    return late[at % 4 == 2] if every == 2 * SIXTEENTH else late[at % 2 == 0]


def _odd_lateness(song: Song) -> float:
    ticks = song.tracks[0].notes["start_tick"]
    at = np.floor(ticks / SIXTEENTH + 0.5)
    late = (ticks - at * SIXTEENTH) * 1000 * (song.tempos["microseconds"][0] / 480e6)
    return float(np.median(late[at % 2 == 1])) if (at % 2 == 1).any() else 0.0


def test_strings_swell_by_expression(songs: list[Song]) -> None:
    for song in songs:
        swells = song.tracks[4].controls
        assert set(swells["number"].tolist()) == {11}
        assert int(swells["value"].max()) - int(swells["value"].min()) >= 25


# --- the parts
