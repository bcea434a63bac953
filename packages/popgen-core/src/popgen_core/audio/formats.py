"""Sound files in and out: WAV by itself, MP3, OGG and FLAC with soundfile; nothing but sound is written."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.audio.clip import RATE, Sound
from popgen_core.errors import NotInstalled, OutputError, PopgenError, from_wheels
from popgen_core.files import check_file, write_atomically

__all__ = ["READ", "WRITTEN", "check_sound", "encoded", "read_sound", "write_sound"]

WRITTEN = (".wav", ".mp3", ".ogg", ".flac")
READ = WRITTEN
MOST_BYTES = 500_000_000
# 256 kbit/s at one rate; from 224 down the encoder makes all softer by up to 5 % (measured 2026-11-23)
MP3 = {"bitrate_mode": "CONSTANT", "compression_level": 0.2}
NEEDS = f"{from_wheels('popgen-core[audio]')}, or use .wav"


def encoded(sound: Sound, ending: str) -> bytes:
    """The sound as a file of this ending. WAV: 16 bits. MP3: a constant rate, so that equal lengths are equal sizes.

    Raises OutputError for another ending, PopgenError where the codec is not installed.
    """
    if ending == ".wav":
        return _wav(sound)
    _refuse_ending(ending)
    file = io.BytesIO()
    options: dict[str, Any] = MP3 if ending == ".mp3" else {}
    _soundfile().write(file, sound.samples, sound.rate, format=ending[1:].upper(), **options)
    return file.getvalue()


def check_sound(path: Path) -> None:
    """Raise, before any sound is made, what `write_sound` would raise: another ending, no codec, no such place."""
    ending = path.suffix.lower()
    _refuse_ending(ending)
    if ending != ".wav":
        _soundfile()
    check_file(path)


def write_sound(sound: Sound, path: Path) -> None:
    """Write a sound file, whole or not at all; its ending says its form. Raises OutputError."""
    content = encoded(sound, path.suffix.lower())
    try:
        write_atomically(path, content)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint="choose another place") from error


def read_sound(path: Path) -> Sound:
    """A sound file as stereo at 44.1 kHz. Raises PopgenError naming a file that holds no sound, or too much."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise PopgenError(f"{path} has more than {MOST_BYTES:,} bytes", hint="give a shorter excerpt")
        samples, rate = _read_wav(path) if path.suffix.lower() == ".wav" else _read_other(path)
    except OSError as error:
        raise PopgenError(f"{path} cannot be read: {error.strerror}") from error
    if not len(samples):
        raise PopgenError(f"{path} holds no sound")
    return Sound(_at_rate(samples[:, [0, -1]] if samples.shape[1] > 1 else np.repeat(samples, 2, axis=1), rate))


def _refuse_ending(ending: str) -> None:
    if ending not in WRITTEN:
        raise OutputError(f"sound cannot be written as {ending!r}", hint=f"give a name in {', '.join(WRITTEN)}")


def _wav(sound: Sound) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(sound.samples.shape[1])
        written.setsampwidth(2)
        written.setframerate(sound.rate)
        written.writeframes(np.rint(np.clip(sound.samples, -1, 1) * 32_767).astype("<i2").tobytes())
    return file.getvalue()


def _read_wav(path: Path) -> tuple[NDArray[np.float32], int]:
    """16-bit WAV without any package; other kinds of WAV by soundfile."""
    try:
        with wave.open(str(path), "rb") as read:
            if read.getsampwidth() == 2:
                raw = np.frombuffer(read.readframes(read.getnframes()), dtype="<i2")
                samples = raw.reshape(-1, read.getnchannels()).astype(np.float32) / np.float32(32_768)
                return samples, read.getframerate()
    except (wave.Error, EOFError, ValueError):
        pass
    return _read_other(path)


def _read_other(path: Path) -> tuple[NDArray[np.float32], int]:
    soundfile = _soundfile()
    try:
        samples, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise PopgenError(f"{path} is no sound file that can be read: {error}") from error
    return samples, int(rate)


def _at_rate(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """(frame, channel) at 44.1 kHz; of another rate through its spectrum, which neither adds nor folds tones."""
    if rate == RATE:
        return samples.astype(np.float32)
    frames = round(len(samples) * RATE / rate)
    spectrum = np.fft.rfft(samples.astype(np.float64), axis=0)[: frames // 2 + 1]
    return np.asarray(np.fft.irfft(spectrum, frames, axis=0) * (frames / len(samples)), dtype=np.float32)


def _soundfile() -> Any:
    try:
        import soundfile
    except (ImportError, OSError) as error:  # the package, or the library that it carries
        raise NotInstalled("MP3, OGG and FLAC need soundfile, which is not installed", hint=NEEDS) from error
    return soundfile
