"""Makes the corpus that the starter learns from: free real songs, bands around POP909's melodies, and songs by rules.

    python packages/popgen-starter/corpus.py -o FOLDER [--corpora DIR] [--written 300] [--arranged 909]

DIR (default: $POPGEN_CORPUS) holds `permissive/`, `pop909/` and `groove/`. FOLDER gets a folder of songs for each
source, `MANIFEST.tsv` with the licence and the source of every song, and `ATTRIBUTION.md` with their authors. Songs
under the GPL are left out, and so is everything but `permissive/train`: the rest of it is for measuring.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from popgen_core import api
from popgen_core.errors import DatasetError, PopgenError, RecipeError
from popgen_core.files import new_folder

ARRANGED, WRITTEN = 909, 300  # songs
SEED = 909
SONGWRITER = "popgen songwriter"
NO_SONG = "GPL"  # in the name of a licence: its songs are left out


@dataclass(frozen=True)
class Row:
    """A song of the corpus: its file there, its licence and where it comes from."""

    file: str
    licence: str
    source: str


def make(corpora: Path, out: Path, arranged: int = ARRANGED, written: int = WRITTEN) -> list[Row]:
    """Write the corpus into the new folder `out` -> a row for each song.

    Raises DatasetError where a source is missing, RecipeError for fewer than no songs, OutputError where `out` is
    taken.
    """
    check_counts(arranged, written)
    texts = [f"permissive/LICENSES/{name}" for name in (*OF_SOURCES.values(), EASYRPG)]
    for name in ("permissive/MANIFEST.tsv", *texts, *(("pop909/songs", "groove") if arranged else ())):
        if not (corpora / name).exists():
            raise DatasetError(f"{corpora} has no {name}", hint="set POPGEN_CORPUS to the folder of the three corpora")
    with new_folder(out) as folder:
        rows = [*_real(corpora / "permissive", folder), *_arranged(corpora, folder, arranged)]
        rows += _written(folder, written)
        lines = ["file\tlicence\tsource", *(f"{row.file}\t{row.licence}\t{row.source}" for row in rows)]
        (folder / "MANIFEST.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "ATTRIBUTION.md").write_text(attribution(rows, corpora), encoding="utf-8")
    return rows


def check_counts(arranged: int, written: int) -> None:
    """Raise RecipeError for fewer than no songs."""
    for what, count in (("arranged", arranged), ("written", written)):
        if count < 0:
            raise RecipeError(f"{count} songs {what}", hint="0 leaves them out")


def _real(permissive: Path, folder: Path) -> Iterator[Row]:
    """The real songs of the training part that are not under the GPL, copied as they are."""
    (folder / "real").mkdir()
    with (permissive / "MANIFEST.tsv").open(encoding="utf-8", newline="") as opened:
        songs = csv.DictReader(opened, delimiter="\t")
        if lacking := {"file", "split", "licence", "source"} - set(songs.fieldnames or ()):
            raise DatasetError(
                f"{permissive}/MANIFEST.tsv has no column {', '.join(sorted(lacking))}",
                hint="its first line names the columns",
            )
        for song in songs:
            if song["split"] == "train" and NO_SONG not in song["licence"]:
                name = f"real/{Path(song['file']).name}"
                shutil.copyfile(permissive / song["file"], folder / name)
                yield Row(name, song["licence"], song["source"])


def _arranged(corpora: Path, folder: Path, most: int) -> Iterator[Row]:
    """POP909's melodies, chords and some of its pianos in bands of ours, with human drummers."""
    if not most:
        return
    songs = corpora / "pop909" / "songs"
    chosen = folder / "chosen"
    chosen.mkdir()
    for song in sorted(path for path in songs.iterdir() if path.is_dir())[:most]:
        (chosen / song.name).symlink_to(song.resolve(), target_is_directory=True)
    unread: list[str] = []
    made = api.arrange(chosen, folder / "arranged", seed=SEED, drummers=corpora / "groove", told=unread.append)
    for line in unread:
        print(f"the drummers play without {line}", file=sys.stderr)
    shutil.rmtree(chosen)
    for row in made:
        if row.reason:
            print(f"not arranged: {row.name}: {row.reason}", file=sys.stderr)
        for file in row.files:
            source = f"POP909/{row.name}, arranged by popgen with drummers of Groove MIDI"
            yield Row(f"arranged/{file}", "MIT and CC-BY-4.0", source)


def _written(folder: Path, count: int) -> Iterator[Row]:
    """Songs by the songwriter."""
    for path in api.write_songs(folder / "written", count=count, seed=SEED):
        yield Row(f"written/{path.name}", "CC0-1.0", SONGWRITER)


def attribution(rows: Sequence[Row], corpora: Path) -> str:
    """Whose music a model of this corpus learned from: each source with its licence, its authors and its songs."""
    real, texts = [row for row in rows if row.file.startswith("real/")], corpora / "permissive" / "LICENSES"
    parts = ["# Whose music the starter learned from\n", "| songs | licence | source |", "|---|---|---|"]
    sources = [(row.licence, row.source.partition("/")[0]) for row in rows]
    parts += [f"| {sources.count(one)} | {one[0]} | {one[1]} |" for one in sorted(set(sources))]
    parts += ["", *(f"## {title}\n\n{text}\n" for title, text in _authors(texts, sources).items())]
    return "\n".join([*parts, "## The real songs\n", *(f"- {row.source} ({row.licence})" for row in real)]) + "\n"


def _authors(texts: Path, sources: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Title -> who made the songs of a source, as the source itself says it."""
    told = {title: (texts / name).read_text(encoding="utf-8-sig").strip() for title, name in OF_SOURCES.items()}
    arranged = any(source == "POP909" for _, source in sources)
    others = {title: text for title, text in OTHERS.items() if arranged or title not in OF_ARRANGED}
    easyrpg = easyrpg_musicians((texts / EASYRPG).read_text(encoding="utf-8-sig"))
    return {title: f"```\n{text}\n```" for title, text in {**told, EASYRPG_TITLE: easyrpg}.items()} | others


def easyrpg_musicians(text: str) -> str:
    """The rows of EasyRPG's table of authors that are of its music: `name.mid`, year, author and licence, address."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if ".mid`" in line]
    return "\n".join(" | ".join([row[0].lstrip("├└⠀ "), *row[1:]]) for row in rows)


EASYRPG = "easyrpg.AUTHORS.md"
EASYRPG_TITLE = (
    "EasyRPG RTP (https://github.com/EasyRPG/RTP; CC-BY 4.0, https://creativecommons.org/licenses/by/4.0/, "
    "some of it CC0): who wrote its music"
)
OF_SOURCES = {
    "Freedoom: its licence": "freedoom.COPYING.adoc",
    "Freedoom: who wrote its music": "CREDITS-MUSIC",
    "Simutrans: who wrote its music": "simutrans.music.credits",
    "Simutrans: its licence, the Artistic License 1.0": "simutrans.ARTISTIC",
}
OTHERS = {
    "Freedoom's history": "The songs of `freedoom_history` are from older revisions of Freedoom. Some of their authors "
    "may have left the credits above, which are of its newest revision; its history names them: "
    "https://github.com/freedoom/freedoom",
    "POP909 (MIT)": "Copyright (c) 2020 Music X Lab. Wang, Chen, Jiang, Zhang, Xu, Dai, Gu, Xia: *POP909: A Pop-song "
    "Dataset for Music Arrangement Generation* (2020). The repository's licence does not speak of the songs that its "
    "files arrange.",
    "Groove MIDI (CC-BY 4.0)": "Gillick, Roberts, Engel, Eck, Bamman: *Learning to Groove with Inverse Sequence "
    "Transformations* (2019), https://magenta.tensorflow.org/datasets/groove",
    "popgen songwriter (CC0)": "Songs by rule and chance, written by popgen itself.",
}


OF_ARRANGED = ("POP909 (MIT)", "Groove MIDI (CC-BY 4.0)")


def main() -> int:
    """Make the corpus, and say what is in it."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("-o", "--out", type=Path, required=True)
    arguments.add_argument("--corpora", default=os.environ.get("POPGEN_CORPUS"), type=Path)
    arguments.add_argument("--arranged", type=int, default=ARRANGED, help="POP909 songs at most; 0: none")
    arguments.add_argument("--written", type=int, default=WRITTEN, help="songs by the songwriter")
    given = arguments.parse_args()
    try:
        if given.corpora is None:
            raise DatasetError("no corpora are named", hint="give --corpora, or set POPGEN_CORPUS")
        rows = make(Path(given.corpora), given.out, given.arranged, given.written)
    except PopgenError as error:
        print(f"corpus.py: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("corpus.py: interrupted; nothing was written", file=sys.stderr)
        return 130
    counts = {name: sum(row.file.startswith(name) for row in rows) for name in ("real", "arranged", "written")}
    print(f"{given.out}: {', '.join(f'{count} {name}' for name, count in counts.items())}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
