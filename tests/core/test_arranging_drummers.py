"""Drummers: performances of people cut into bars, mapped to General MIDI, and played in a song's sections."""

from pathlib import Path

import numpy as np
import pytest
from lead_sheets import BAR, drummers_folder, pop909_folder, write_midi

from popgen_core.songwriter.arranging import DrummersError, Wishes, arranged, pop909_sheet, read_drummers

CRASHES, TOMS = (49, 57), (43, 45, 48)


@pytest.fixture(scope="module")
def drummers_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drummers_folder(tmp_path_factory.mktemp("drummers"))


def test_files_are_told_by_their_names_and_cut_into_bars(drummers_place: Path) -> None:
    found = read_drummers(drummers_place)
    (beat,), (fill,) = found.beats, found.fills
    assert (beat.style, beat.tempo, beat.meter, beat.is_fill, len(beat.bars)) == ("rock", 100.0, (4, 4), False, 8)
    assert (fill.is_fill, len(fill.bars), len(fill.bars[0])) == (True, 1, 16)


def test_drums_are_general_midi_and_a_drum_is_struck_once_a_step(drummers_place: Path) -> None:
    bar = read_drummers(drummers_place).beats[0].bars[0]
    assert set(bar["drum"].tolist()) == {36, 38, 42}  # 22, a hat's edge, and 40, a snare's rim, are gone
    first_hat = bar[(bar["drum"] == 42) & (bar["step"] == 0)]
    assert first_hat["velocity"].tolist() == [60]  # the louder of two


def test_micro_timing_is_kept_in_sixteenths(drummers_place: Path) -> None:
    bar = read_drummers(drummers_place).beats[0].bars[0]
    snares = bar[bar["drum"] == 38]
    assert snares["step"].tolist() == [4, 12]
    assert snares["late"].tolist() == pytest.approx([16 / 120, 16 / 120])


def test_a_folder_without_performances_is_refused(tmp_path: Path) -> None:
    write_midi(tmp_path / "piano.mid", {"p": [(480 * at, 60, 60, 80) for at in range(64)]}, 4)
    with pytest.raises(DrummersError, match=r"holds no drum performance of 4 bars \(1 MIDI files read\)"):
        read_drummers(tmp_path)
    with pytest.raises(DrummersError, match="is no folder of drum performances"):
        read_drummers(tmp_path / "none")


@pytest.mark.parametrize(
    "name", ["1_rock_95_beat_4-0", "1_rock_0_beat_4-4", "1_rock_95_beat_0-4", "1_rock_95_beat_4-3"]
)
def test_a_name_that_says_what_nobody_can_play_is_unread(drummers_place: Path, tmp_path: Path, name: str) -> None:
    whole = (drummers_place / "drummer1" / "1_rock_100_beat_4-4.mid").read_bytes()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / f"{name}.mid").write_bytes(whole)
    with pytest.raises(DrummersError, match=rf"\(0 MIDI files read, 1 not; first in/{name}\.mid: its name says tempo"):
        read_drummers(tmp_path)
    (tmp_path / "good.mid").write_bytes(whole)
    found = read_drummers(tmp_path)
    assert [one.name for one in found.beats] == ["good"]
    [line] = found.unread
    assert line.startswith(f"in/{name}.mid: its name says tempo")


def test_the_drummers_groove_fills_and_crashes_are_in_the_song(drummers_place: Path, tmp_path: Path) -> None:
    drummers = read_drummers(drummers_place)
    sheet = pop909_sheet(pop909_folder(tmp_path))
    for seed in range(4):
        made = arranged(np.random.default_rng(seed), sheet, Wishes(drummers=drummers))
        assert made.drummers == ("1_rock_100_beat_4-4",) * 2
        drums = next(track for track in made.song.tracks if track.name == "drums").notes
        bar, tick = (drums["start_tick"] + 60) // BAR, (drums["start_tick"] + 60) % BAR - 60
        for chorus in (12, 28):
            at_start = drums["pitch"][(bar == chorus) & (np.abs(tick) < 30)]
            assert set(at_start.tolist()) & set(CRASHES)
            assert not {42, 44, 46} & set(at_start.tolist())
        snares = tick[(drums["pitch"] == 38) & (bar == 14)]
        assert snares.tolist() == [496, 1456]  # late as they were played, at another tempo
        filled = set(bar[np.isin(drums["pitch"], TOMS)].tolist())
        assert filled & {11, 19, 27, 35}
        assert not filled & {13, 14, 29, 30}


def test_the_bass_follows_the_drummers_kick(drummers_place: Path, tmp_path: Path) -> None:
    drummers, sheet = read_drummers(drummers_place), pop909_sheet(pop909_folder(tmp_path))
    met = []
    for seed in range(6):
        song = arranged(np.random.default_rng(seed), sheet, Wishes(style="rock", drummers=drummers)).song
        drums, bass = song.tracks[0].notes, song.tracks[1].notes
        kicks = np.unique(np.rint(drums["start_tick"][drums["pitch"] == 36] / 120))
        notes = np.unique(np.rint(bass["start_tick"] / 120))
        chorus = (kicks >= 12 * 16) & (kicks < 19 * 16)
        met.append(float(np.isin(kicks[chorus], notes).mean()))
    assert np.mean(met) > 0.8
