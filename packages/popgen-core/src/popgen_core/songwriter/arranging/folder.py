"""A folder of melodies arranged one after another: what is in it, what becomes of each song, and a row for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator, SeedSequence

from popgen_core.errors import MidiError, PopgenError
from popgen_core.files import JsonRows
from popgen_core.music.guard import ENDINGS, read_song
from popgen_core.music.midi import song_to_midi
from popgen_core.songwriter.arranging.arrange import Wishes, arranged
from popgen_core.songwriter.arranging.heard_sheet import heard_sheet
from popgen_core.songwriter.arranging.leadsheet import LeadSheet
from popgen_core.songwriter.arranging.pop909 import is_pop909, pop909_sheet

__all__ = ["Arranged", "ArrangeError", "arrange_all", "found_songs"]

ROWS = "arranged.json"


class ArrangeError(PopgenError):
    """What cannot be arranged as it was asked."""

    exit_code = 2


@dataclass(frozen=True)
class Arranged:
    """What became of one song: the files that were made of it, or the `reason` why none was; `form` and `style` are
    those of the first, `drummers` the performances that its drums were played from.
    """

    name: str
    files: tuple[str, ...] = ()
    reason: str = ""
    style: str = ""
    form: str = ""
    drummers: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def found_songs(source: Path) -> list[tuple[str, Path]]:
    """The songs of a file or a folder, by name: folders in POP909's layout, and MIDI files that lie in none of them.

    A song's name is its place in the folder without its ending, with it where two would be called the same.
    Raises ArrangeError where there is nothing.
    """
    if source.is_file():
        return [(source.stem, source)]
    if not source.is_dir():
        raise ArrangeError(f"{source} does not exist", hint="give a MIDI file or a folder of them")
    if is_pop909(source):
        return [(source.resolve().name, source)]
    folders = [folder for folder in sorted(source.rglob("*")) if folder.is_dir() and is_pop909(folder)]
    inside = set(folders)
    files = [
        file
        for file in sorted(source.rglob("*"))
        if file.is_file() and file.suffix.lower() in ENDINGS and not inside & set(file.parents)
    ]
    named: dict[str, Path] = {folder.relative_to(source).as_posix(): folder for folder in folders}
    for file in files:
        name = file.relative_to(source).with_suffix("").as_posix()
        named[name if name not in named else file.relative_to(source).as_posix()] = file
    if not named:
        raise ArrangeError(f"{source} holds no MIDI files", hint=f"their names end in {', '.join(ENDINGS)}")
    return sorted(named.items())


def arrange_all(
    songs: list[tuple[str, Path]], out: Path, wishes: Wishes, count: int, seed: int, head: dict[str, Any]
) -> Iterator[Arranged]:
    """Arrange song after song into `out`, and yield a row for each; `arranged.json` keeps the rows, under `head`."""
    with (out / ROWS).open("wb") as file:
        kept = JsonRows(file, head, "songs")
        for name, place in songs:
            row = _arranged(name, place, out, wishes, count, seed)
            kept.add(asdict(row))
            yield row
        kept.close()


def _arranged(name: str, place: Path, out: Path, wishes: Wishes, count: int, seed: int) -> Arranged:
    """One song's arrangements, written; what cannot be arranged is a row with its reason."""
    files: list[str] = []
    try:
        sheet = _sheet(place)
        made = [arranged(_chance(name, seed, number), sheet, wishes) for number in range(count)]
    except PopgenError as error:
        why = error.message.removeprefix(f"{place}: ")
        return Arranged(name, reason=f"{why} ({error.hint})" if error.hint else why)
    except MemoryError:
        return Arranged(name, reason="this machine's memory does not hold its arrangement (cut it into shorter songs)")
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # the other songs of a folder are not lost
        return Arranged(name, reason=f"popgen failed on it, which is a fault of popgen's: {error!r}")
    for number, one in enumerate(made):
        files.append(f"{name}.mid" if count == 1 else f"{name}-{number + 1}.mid")
        (out / files[-1]).parent.mkdir(parents=True, exist_ok=True)
        (out / files[-1]).write_bytes(song_to_midi(one.song))
    form = " ".join(f"{section.kind}:{section.bars}" for section in made[0].sections)
    remarks = tuple(dict.fromkeys([*sheet.remarks, *(remark for one in made for remark in one.remarks)]))
    return Arranged(name, tuple(files), "", made[0].style, form, made[0].drummers, remarks)


def _sheet(place: Path) -> LeadSheet:
    if place.is_dir():
        return pop909_sheet(place)
    if place.suffix.lower() not in ENDINGS:
        raise MidiError(f"its name does not end in {', '.join(ENDINGS)}", reason="not-midi")
    return heard_sheet(read_song(place).song)


def _chance(name: str, seed: int, number: int) -> Generator:
    """The chance of one arrangement: by its song's name, the seed and its number alone."""
    words = np.frombuffer(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()[:16], dtype="<u4")
    return np.random.default_rng(SeedSequence([seed, *words.tolist()], spawn_key=(number,)))
