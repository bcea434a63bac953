"""Writes docs/installing.md: what each part of popgen brings, found by making each environment and trying it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("installing.md")
SUPPORT = Path(__file__).parents[1] / "tests" / "support"  # what makes environments serves the tests too

HEAD = """# Installing what you need

Written by `python docs/write_installing.py`, which makes every environment below from the wheels of `make wheels` and
tries every command and call in it; it takes some minutes. A slow test compares: what works and what is answered
exactly, numbers of packages and megabytes within a quarter, for they differ from one platform to the next. They were
taken with the build of torch for processors alone; one for a graphics card takes several times as much, and rows with
torch are then not compared. Megabytes are millions of bytes of installed files, before Python compiles any.

popgen is on no public index yet, and a stranger may own its names there. So name files, not names, for whatever part is
not installed so far; `make wheels` builds them into `wheels/`:

```bash
make wheels
pip install wheels/popgen_core-*.whl wheels/popgen_eval-*.whl
```

installs the figures alone, `pip install wheels/popgen*.whl` everything. The other packages come from your usual index.
Extras of what is installed already are safe to ask for by name: `pip install --find-links wheels "popgen-core[plot]"`.
What a command or call below lacks it names in one line, with the part to install, and ends with exit code 1 (4 for a
checkpoint whose components are not here).

`popgen-starter` ships a model that writes songs at once. `popgen generate` uses it where no checkpoint is named, and
where it is not installed says so in one line and ends with exit code 2; `popgen-cli[all]` brings it.
"""
BRINGS = {
    "popgen-core": "songs, MIDI, datasets, the songwriter, reports of runs, the catalogue of plug-ins: from Python",
    "popgen-core[torch]": "model, training, generation; an encoder must come from somewhere",
    "popgen-core[torch] + popgen-encoders": "all of that with the paper's encoder",
    "popgen-eval": "the figures that judge music, with no torch; brings popgen-core",
    "popgen-cli": "the command `popgen`, and what popgen-core can do",
    "popgen-cli[all]": "everything but sound, Dask and TensorBoard",
}
CALLS_HEAD = """
## From Python

`works`, or what the error tells to install; `evaluate` is that of `popgen_eval.api`, which cannot be imported where
popgen-eval is not.
"""
VERBS_HEAD = """
## On the command line

What `popgen-cli` alone answers; what it takes to go on from there, one answer after another, each followed and the
command tried again (but for Dask, which takes a cluster); and what `popgen-cli[all]` answers.
"""
LISTED_HEAD = """
## Components that lack something

`popgen plugins list` says so of each, and imports none. With `popgen-cli` alone:
"""


def page(found: Mapping[str, Any]) -> str:
    """The page as it should be, from what was found in each environment."""
    sizes = [
        (f"`{name}`", str(len(each.packages)), f"{each.megabytes:.0f}", BRINGS[name]) for name, each in found.items()
    ]
    plain = {name: each for name, each in found.items() if each.calls}
    calls = [
        (f"`{call}`", *(_cell(each.calls[call]) for each in plain.values()))
        for call in next(iter(plain.values())).calls
    ]
    alone, whole = (each for each in found.values() if each.verbs)
    verbs = [
        (f"`popgen {verb}`", _cell(answer), _steps(alone, verb), _cell(whole.verbs[verb]))
        for verb, answer in alone.verbs.items()
    ]
    lacking = [line.rstrip() for line in alone.listed.splitlines() if "(needs " in line]
    return "\n".join(
        [
            HEAD,
            *_table(("installed", "packages", "megabytes", "what it brings"), sizes),
            CALLS_HEAD,
            *_table(("call", *(f"`{name}`" for name in plain)), calls),
            VERBS_HEAD,
            *_table(("command", "`popgen-cli`", "installed until it works", "`popgen-cli[all]`"), verbs),
            LISTED_HEAD,
            "```text",
            *lacking,
            "```",
            "",
        ]
    )


def _cell(answer: Any) -> str:
    """How a trial ended, in a few words."""
    if answer.works:
        return f"works; more with `{answer.advice}`" if answer.advice else "works"
    return _parts([answer.advice]) if answer.advice else "cannot be imported"


def _steps(found: Any, verb: str) -> str:
    """What was installed, step by step."""
    steps, _ = found.followed.get(verb, ((), None))
    return ", then ".join(_parts([step]) for step in steps)


def _parts(advice: Iterable[str]) -> str:
    return " and ".join(f"`{part}`" for each in advice for part in each.split(" and "))


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |".replace("|  |", "| |") for row in (heading, ["---"] * len(heading), *rows)]


def main() -> None:
    """Make the environments, look, and write the page."""
    sys.path.insert(0, str(SUPPORT))
    from components import found_in
    from environments import Wheelhouse

    with tempfile.TemporaryDirectory() as folder:
        wheelhouse = Wheelhouse.made(Path(folder) / "wheelhouse")
        PAGE.write_text(page(found_in(Path(folder), wheelhouse)), encoding="utf-8")


if __name__ == "__main__":
    main()
