"""Makes the starter anew, from the corpora to the weights; broken off and begun again it goes on.

    python packages/popgen-starter/rebuild.py -o FOLDER [--corpora DIR] [--set train.epochs=1 ...]

FOLDER gets `corpus/` (corpus.py), `dataset/`, and `run/` with the weights, trained by starter.toml: an hour of one
core that knows bfloat16, three of one that does not. Then `make starter RUN=FOLDER/run LICENCE=...` fills the package,
with STARTER_OPTIONS="--attribution FOLDER/corpus/ATTRIBUTION.md". What is there already is not made again; `asked.json`
says what it was made for, and a call that asks for something else is refused.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from popgen_core import api
from popgen_core.errors import DatasetError, PopgenError, Refused
from popgen_core.files import json_bytes, write_atomically
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe
from popgen_core.train.report import TrainReport

HERE = Path(__file__).resolve().parent
RECIPE = HERE / "starter.toml"
ASKED = "asked.json"
WITHOUT_POP909 = ("train.times={real = 4.0}",)  # the recipe's own names folders that are not there then


def rebuild(
    corpora: Path, out: Path, changes: Sequence[str] = (), arranged: int = 909, written: int = 300
) -> TrainReport:
    """Make what is not there yet of corpus, dataset and run -> what the training came to, whole or interrupted.

    `changes` are settings of the recipe, for a shorter run. Raises Refused where what is there was made for something
    else, RecipeError before anything is made, and as corpus.py, `api.prepare` and `api.train` do.
    """
    beside("corpus").check_counts(arranged, written)
    changes = (*(() if arranged else WITHOUT_POP909), *changes)
    read_recipe(str(RECIPE), catalogue(), changes)
    run, resume = out / "run", (out / "run" / "recipe.toml").exists()
    check_asked(out, {"arranged": arranged, "written": written, "changes": list(changes)}, begun=resume)
    if not (out / "corpus").exists():
        beside("corpus").make(corpora, out / "corpus", arranged, written)
    api.prepare(out / "corpus", out / "dataset")
    recipe, changes = (None, ()) if resume else (str(RECIPE), changes)
    return api.train(out / "dataset", run, recipe, changes=changes, resume=resume)


def check_asked(out: Path, asked: dict[str, Any], begun: bool) -> None:
    """Hold what is asked against what the corpus and, where the run has `begun`, the run in `out` were made for, and
    write it down. Raises Refused, naming what is another."""
    settled = [name for name in asked if begun or (name != "changes" and (out / "corpus").exists())]
    before = asked_before(out) if settled else {}
    others = [f"{name}: {before.get(name)}, now {asked[name]}" for name in settled if before.get(name) != asked[name]]
    if others:
        raise Refused(
            f"{out} was made for something else: {'; '.join(others)}",
            hint="ask for the same again, or choose another folder",
        )
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / ASKED, json_bytes(asked))


def asked_before(out: Path) -> dict[str, Any]:
    """What was asked when a folder was begun. Raises Refused where it does not say."""
    try:
        return dict(json.loads((out / ASKED).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise Refused(f"{out} does not say in {ASKED} what it was made for", hint="choose another folder") from error


def beside(name: str) -> ModuleType:
    """A module that lies beside this one, which is no package."""
    spec = importlib.util.spec_from_file_location(f"starter_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main() -> int:
    """Make the starter anew, and say where it is."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("-o", "--out", type=Path, required=True)
    arguments.add_argument("--corpora", type=Path, default=os.environ.get("POPGEN_CORPUS"))
    arguments.add_argument("--arranged", type=int, default=909, help="POP909 songs at most; 0: none")
    arguments.add_argument("--set", dest="changes", action="append", default=[], help="a setting of the recipe")
    given = arguments.parse_args()
    try:
        if given.corpora is None:
            raise DatasetError("no corpora are named", hint="give --corpora, or set POPGEN_CORPUS")
        report: TrainReport | None = rebuild(Path(given.corpora), given.out, given.changes, given.arranged)
    except PopgenError as error:
        print(f"rebuild.py: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:  # before the training, which tells of itself
        report = None
    if report is None or report.interrupted:
        print("rebuild.py: interrupted; what is whole is kept, and the same command goes on", file=sys.stderr)
        return 130
    print(report.checkpoint)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
