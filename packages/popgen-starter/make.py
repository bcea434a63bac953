"""Fills this package from a run: its weights in 8 bits, their model card, and whose music they learned from.

    python packages/popgen-starter/make.py RUN --licence mit [--attribution FILE] [--replace]

`card/` holds what only a person can say, a file for each section of the model card. RUN is a run's folder or a
checkpoint's file; FILE the attributions that came with its dataset. Afterwards `make environment` and `make wheels`
take the package along, and tests/house/test_starter.py says what else must tell of it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from popgen_core.checkpoint import read_checkpoint
from popgen_core.errors import CheckpointError, OutputError, PopgenError
from popgen_core.files import check_folder, write_atomically
from popgen_core.shipped import About, Packed, pack

HERE = Path(__file__).resolve().parent
NAME = "starter.v1"
LARGEST = 15_000_000  # bytes of the weights' file
ATTRIBUTION = "# Whose music the starter learned from\n\n"


def fill(run: Path, licence: str, here: Path = HERE, attribution: Path | None = None, replace: bool = False) -> Packed:
    """Write weights, card, README and attributions into the package's folder `here` -> what was packed.

    Raises OutputError where weights are there already, unless they are to be replaced, and for weights that are too
    large; CheckpointError for what is no sound checkpoint, or learned from a song under the GPL.
    """
    package = here / "src" / "popgen_starter"
    check_folder(package)
    if (package / f"{NAME}.safetensors").exists() and not replace:
        raise OutputError(f"{package} holds weights already", hint="add --replace, or make them a new version")
    with tempfile.TemporaryDirectory() as folder:
        made = pack(run, Path(folder) / "made", licence, about(here / "card"), NAME, "int8")
        if (size := made.file.stat().st_size) > LARGEST:
            raise OutputError(f"the weights have {size / 1e6:.1f} MB, more than {LARGEST / 1e6:.0f}", hint="ship fewer")
        corpus = read_checkpoint(made.file)[0].corpus
        if kept_out := [licence for licence, _ in licences_of(corpus) if "GPL" in licence.upper()]:
            named = ", ".join(dict.fromkeys(kept_out))
            raise CheckpointError(f"{run} learned from songs under {named}", hint="train it without them")
        text = attribution.read_text(encoding="utf-8") if attribution else ATTRIBUTION + sources(corpus)
        card = made.card.read_bytes()
        for path, content in {
            package / made.file.name: made.file.read_bytes(),
            package / made.card.name: card,
            here / "README.md": card,
            here / "ATTRIBUTION.md": text.encode(),
        }.items():
            write_atomically(path, content)
    return Packed(package / made.file.name, package / made.card.name, made.sha256, made.requires, made.to_write)


def about(folder: Path) -> About:
    """What people say of the model, a file for each section; "" where one is not written yet."""
    names = ("summary", "intended-use", "figures", "limits", "data", "cite")
    texts = {name: folder / f"{name}.md" for name in names}
    read = {name: path.read_text(encoding="utf-8").strip() for name, path in texts.items() if path.exists()}
    return About(**{name.replace("-", "_"): text for name, text in read.items()})


def sources(corpus: Mapping[str, Any]) -> str:
    """What the checkpoint knows of where its songs came from: a line for each source and licence."""
    lines = [
        f"- {origin}: {songs} songs, {licence}"
        for licence, of in licences_of(corpus)
        for origin, songs in of.get("origins", {}).items()
    ]
    return "\n".join(lines or ["The checkpoint does not say."]) + "\n"


def licences_of(corpus: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The licences of all songs that a checkpoint learned from, as passports have them: those of its own dataset, then
    those of the checkpoint that it went on from, and so on."""
    own = list(corpus.get("passport", {}).get("licences", {}).items())
    return own + licences_of(corpus["start"]) if "start" in corpus else own


def main() -> int:
    """Fill the package, and say what is still to be written."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("run", type=Path)
    arguments.add_argument("--licence", required=True, help="of the weights, such as mit or cc-by-4.0")
    arguments.add_argument("--attribution", type=Path)
    arguments.add_argument("--replace", action="store_true")
    given = arguments.parse_args()
    try:
        made = fill(given.run, given.licence, attribution=given.attribution, replace=given.replace)
    except (PopgenError, OSError) as error:
        print(f"make.py: {error}", file=sys.stderr)
        return getattr(error, "exit_code", 1)
    print(f"{made.file}: {made.file.stat().st_size / 1e6:.1f} MB, sha256 {made.sha256}")
    if made.to_write:
        print(f"still to be written in {HERE / 'card'}: {', '.join(made.to_write)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
