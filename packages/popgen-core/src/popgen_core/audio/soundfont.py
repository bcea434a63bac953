"""Where the General MIDI soundfont lies: as told, in the environment, or at Debian's usual places."""

from __future__ import annotations

import os
from pathlib import Path

from popgen_core.errors import PopgenError

__all__ = ["VARIABLE", "find_soundfont"]

VARIABLE = "POPGEN_SOUNDFONT"
FOLDERS = ("/usr/share/sounds/sf3", "/usr/share/sounds/sf2", "/usr/share/soundfonts")
FIRST = ("FluidR3Mono_GM.sf3", "FluidR3_GM.sf2", "MuseScore_General.sf3", "default-GM.sf3", "default-GM.sf2")
HINT = f"install one (Debian: fluidr3mono-gm-soundfont), or name one by --soundfont or ${VARIABLE}"


def find_soundfont(given: str | os.PathLike[str] | None = None, folders: tuple[str, ...] = FOLDERS) -> Path:
    """The soundfont given, else $POPGEN_SOUNDFONT's, else one that Debian has installed.

    Raises PopgenError when there is none, or when what is named is no SoundFont 2 or 3 file.
    """
    named = given or os.environ.get(VARIABLE, "")
    if named:
        return _checked(Path(named), "--soundfont" if given else f"${VARIABLE}")
    for folder in map(Path, folders):
        for name in FIRST:
            if (folder / name).is_file():
                return _checked(folder / name, "the installed soundfont")
        for found in sorted([*folder.glob("*.sf3"), *folder.glob("*.sf2")]):
            return _checked(found, "the installed soundfont")
    raise PopgenError("no General MIDI soundfont is found on this machine", hint=HINT)


def _checked(path: Path, who: str) -> Path:
    """The path, when its first bytes are a soundfont's: FluidSynth itself only says -1 for one that is none."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise PopgenError(f"{who} {path} cannot be read: {error.strerror}", hint=HINT) from error
    if head[:4] != b"RIFF" or head[8:12] != b"sfbk":
        raise PopgenError(f"{who} {path} is no SoundFont file", hint=HINT)
    return path
