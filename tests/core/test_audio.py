"""Sound: loudness by its definition, clips cut and faded, files that hold nothing else, songs that are played."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from popgen_core.audio import Sound, cut, faded, find_soundfont, integrated_loudness, loudest_gain, scaled
from popgen_core.audio.formats import encoded, read_sound, write_sound
from popgen_core.audio.loudness import k_weighting
from popgen_core.errors import OutputError, PopgenError
from popgen_core.music.song import Song, Track, notes_from

RATE = 44_100


def tone(hertz: float, level_db: float, seconds: float = 5.0, rate: int = RATE, channels: int = 2) -> np.ndarray:
    """(frame, channel): a sine whose peaks lie at `level_db` of full scale."""
    wave = 10 ** (level_db / 20) * np.sin(2 * math.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[:, None], channels, axis=1)


def test_the_weighting_is_the_standards_table_at_48_khz() -> None:
    # ITU-R BS.1770-4, tables 1 and 2
    shelf, high_pass = k_weighting(48_000)
    assert shelf[0] == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285], abs=1e-9)
    assert shelf[1] == pytest.approx([1.0, -1.69065929318241, 0.73248077421585], abs=1e-9)
    assert high_pass[0] == pytest.approx([1.0, -2.0, 1.0])
    assert high_pass[1] == pytest.approx([1.0, -1.99004745483398, 0.99007225036621], abs=1e-9)


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_loudness_of_the_standards_and_of_the_broadcasters_test_tones(rate: int) -> None:
    # BS.1770-4, annex 1: a 997 Hz sine at full scale in one channel reads -3.01; EBU Tech 3341, tests 1 to 3
    assert integrated_loudness(tone(997, 0, rate=rate, channels=1), rate) == pytest.approx(-3.01, abs=0.01)
    assert integrated_loudness(tone(1000, -23, 20, rate), rate) == pytest.approx(-23.0, abs=0.1)
    assert integrated_loudness(tone(1000, -33, 20, rate), rate) == pytest.approx(-33.0, abs=0.1)
    parts = [tone(1000, level, seconds, rate) for level, seconds in ((-36, 10), (-23, 60), (-36, 10))]
    assert integrated_loudness(np.concatenate(parts), rate) == pytest.approx(-23.0, abs=0.1)


def test_silence_has_no_loudness_and_is_never_divided_by() -> None:
    silent = Sound(np.zeros((RATE, 2), dtype=np.float32))
    assert silent.loudness() == -math.inf
    assert loudest_gain(silent, -23) == (1.0, False)
    assert Sound(np.zeros((0, 2), dtype=np.float32)).loudness() == -math.inf


def test_a_gain_reaches_the_target_unless_the_peaks_are_in_the_way() -> None:
    soft = Sound(tone(1000, -40).astype(np.float32))
    gain, on_target = loudest_gain(soft, -23)
    assert on_target
    assert scaled(soft, gain).loudness() == pytest.approx(-23, abs=0.01)
    gain, on_target = loudest_gain(soft, 0)
    assert not on_target
    assert scaled(soft, gain).peak == pytest.approx(10 ** (-1 / 20), rel=1e-4)


def test_a_cut_begins_with_the_first_tone_and_a_fade_ends_in_silence() -> None:
    late = Sound(np.concatenate([np.zeros((RATE, 2)), tone(440, -10, 3)]).astype(np.float32))
    made = cut(late, 2.0)
    assert made.seconds == 2.0
    assert abs(made.samples[:50]).max() > 0.001
    end = faded(made, 0.5).samples
    assert abs(end[-1]).max() < 1e-6
    assert np.array_equal(end[: round(1.5 * RATE)], made.samples[: round(1.5 * RATE)])


def test_a_wav_holds_a_header_and_samples_and_comes_back(tmp_path: Path) -> None:
    sound = Sound(tone(440, -6, 0.5).astype(np.float32))
    write_sound(sound, tmp_path / "a.wav")
    assert (tmp_path / "a.wav").stat().st_size == 44 + 4 * len(sound.samples)  # nothing else in it
    back = read_sound(tmp_path / "a.wav")
    assert np.abs(back.samples - sound.samples).max() < 1e-4
    with pytest.raises(OutputError, match=r"'\.aiff'"):
        write_sound(sound, tmp_path / "a.aiff")


def test_other_rates_come_back_at_ours_with_the_same_tone(tmp_path: Path) -> None:
    slow = Sound(tone(440, -6, 1.0, rate=22_050).astype(np.float32), 22_050)
    write_sound(slow, tmp_path / "slow.wav")
    back = read_sound(tmp_path / "slow.wav")
    assert (back.rate, len(back.samples)) == (RATE, RATE)
    assert np.abs(back.samples - tone(440, -6, 1.0)).max() < 1e-3


@pytest.mark.parametrize("ending", [".mp3", ".ogg", ".flac"])
def test_compressed_forms_come_back_as_loud(ending: str, tmp_path: Path) -> None:
    pytest.importorskip("soundfile", reason="the extra [audio] is not installed")
    sound = Sound(tone(440, -12, 2).astype(np.float32))
    (tmp_path / f"a{ending}").write_bytes(encoded(sound, ending))
    assert read_sound(tmp_path / f"a{ending}").loudness() == pytest.approx(sound.loudness(), abs=0.2)


def test_mp3_files_of_equal_length_have_equal_sizes_whatever_they_hold() -> None:
    pytest.importorskip("soundfile", reason="the extra [audio] is not installed")
    noise = np.random.default_rng(0).normal(0, 0.1, (2 * RATE, 2))
    assert len(encoded(Sound(noise.astype(np.float32)), ".mp3")) == len(
        encoded(Sound(tone(440, -12, 2).astype(np.float32)), ".mp3")
    )


def test_a_soundfont_is_what_is_named_and_must_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    font, other = tmp_path / "a.sf2", tmp_path / "b.sf2"
    font.write_bytes(b"RIFF\0\0\0\0sfbk")
    other.write_bytes(b"RIFF\0\0\0\0WAVE")
    monkeypatch.delenv("POPGEN_SOUNDFONT", raising=False)
    assert find_soundfont(font) == font
    assert find_soundfont(folders=(str(tmp_path),)) == font
    with pytest.raises(PopgenError, match=r"--soundfont .*b\.sf2 is no SoundFont"):
        find_soundfont(other)
    with pytest.raises(PopgenError, match="no General MIDI soundfont"):
        find_soundfont(folders=())
    monkeypatch.setenv("POPGEN_SOUNDFONT", str(tmp_path / "none.sf2"))
    with pytest.raises(PopgenError, match=r"\$POPGEN_SOUNDFONT .*none\.sf2 cannot be read"):
        find_soundfont(folders=(str(tmp_path),))


def test_without_fluidsynth_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from popgen_core.audio.synth import play

    monkeypatch.setitem(sys.modules, "fluidsynth", None)
    with pytest.raises(PopgenError, match=r"install popgen-core\[audio\]"):
        play(Song(480, (Track("lead", 0, False, notes_from([(0, 480, 69, 90)])),)), Path("any.sf2"))


@pytest.fixture
def soundfont() -> Path:
    pytest.importorskip("fluidsynth", reason="pyfluidsynth or FluidSynth is not installed", exc_type=ImportError)
    try:
        return find_soundfont(os.environ.get("POPGEN_SOUNDFONT"))
    except PopgenError as error:
        pytest.skip(str(error))


def test_an_a_sounds_at_440_hertz_from_its_start_to_its_end(soundfont: Path) -> None:
    from popgen_core.audio.synth import play

    lead = Track("lead", 73, False, notes_from([(960, 960, 69, 100)]))  # a flute, second 1 to 2 at 120 BPM
    sound = play(Song(480, (lead,)), soundfont)
    assert sound.seconds == 4.0
    assert abs(sound.samples[: round(0.98 * RATE)]).max() < 0.001
    assert abs(sound.samples[RATE : round(1.04 * RATE)]).max() > 0.001
    middle = sound.samples[round(1.2 * RATE) : round(1.7 * RATE)].sum(axis=1)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 8 * RATE))
    assert abs(np.argmax(spectrum[400 * 8 : 480 * 8]) / 8 + 400 - 440) < 3
    assert np.array_equal(play(Song(480, (lead,)), soundfont).samples, sound.samples)


def test_an_instrument_that_the_soundfont_lacks_is_replaced_without_a_stray_line(
    soundfont: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from popgen_core.audio.synth import play

    kit = Track("drums", 63, True, notes_from([(0, 480, 38, 100)]))  # General MIDI has no such drum kit
    assert play(Song(480, (kit,)), soundfont).peak > 0
    assert capfd.readouterr().err == ""


def test_a_bad_soundfont_is_named_not_played(soundfont: Path, tmp_path: Path) -> None:
    from popgen_core.audio.synth import play

    broken = tmp_path / "broken.sf2"
    broken.write_bytes(b"RIFF\0\0\0\0sfbk")
    with pytest.raises(PopgenError, match=r"cannot load the soundfont .*broken\.sf2"):
        play(Song(480, (Track("lead", 0, False, notes_from([(0, 480, 69, 90)])),)), broken)
