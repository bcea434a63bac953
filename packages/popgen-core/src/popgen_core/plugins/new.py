"""A new plug-in: a complete distribution of any kind, which works and keeps its contract before anything is edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

from popgen_core import __version__
from popgen_core.contracts.card import Card, Kind
from popgen_core.errors import PluginError
from popgen_core.files import check_new, new_folder
from popgen_core.plugins.catalogue import Catalogue
from popgen_core.plugins.names import Names, names_for
from popgen_core.plugins.needs import lacks

__all__ = ["Begun", "Fill", "new_distribution"]

# places of a new distribution -> the template of each, under templates/
COMMON = {
    "pyproject.toml": "common/pyproject.toml",
    "README.md": "$readme/README.md",
    "LICENSE": "common/LICENSE",
    ".gitignore": "common/gitignore",
    "src/$module/__init__.py": "common/cards.py",
    "src/$module/$kind.py": "$kind/component.py",
    "tests/test_$module.py": "$kind/test.py",
}
SUMMARIES = {
    "grouper": "drums, and all else by how high it lies",
    "encoder": "the last few frames, each through a matrix of its own",
    "backbone": "gated causal convolutions, wider with each layer",
    "decoder": "a vector a group, held against one of each pitch",
    "loss": "cross-entropy that weighs cells that sound more",
    "evaluator": "share of notes on the first sixteenth of a bar",
    "checkpoint": "weights that popgen trained",
}
EXAMPLES = {
    "grouper": "program.v1",
    "encoder": "linear.v1",
    "backbone": "transformer.v1",
    "decoder": "independent.v1",
    "loss": "paper.v1",
    "evaluator": "polyphony.v1",
}
WITH_TORCH = "popgen-core[torch]"
TORCH = ("encoder", "backbone", "decoder", "loss")
VOWELS = ("encoder", "evaluator")

Fill = Callable[[Path, Names], Sequence[str]]


@dataclass(frozen=True)
class Begun:
    """What was made: names, folder, its files relative to it, the one of them to edit, and what is still to be
    installed before its tests can run ("" for nothing)."""

    kind: Kind
    names: Names
    folder: Path
    files: tuple[str, ...]
    edit: str
    needs: str = ""


def new_distribution(kind: Kind, name: str, out: Path | None, catalogue: Catalogue, fill: Fill | None = None) -> Begun:
    """Write a new distribution into a new folder `out`, by default one of its name in the working folder.

    `fill` adds files of its own to the package's folder and says what else it requires. Raises PluginError for a name
    that cannot be or is taken, OutputError where the folder holds something already; nothing half-written is left.
    """
    if kind == "checkpoint" and fill is None:
        raise PluginError("a checkpoint is weights under a name, and none are given", hint="tell a run or a file")
    names = names_for(kind, name, catalogue)
    folder = out or Path(names.distribution)
    check_new(folder)
    with new_folder(folder) as place:
        package = place / "src" / names.module
        package.mkdir(parents=True)
        more = fill(package, names) if fill else ()
        words = _words(kind, names, more)
        for where, template in COMMON.items():
            path = place / Template(where).substitute(words)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_filled(Template(template).substitute(words), words), encoding="utf-8")
        (package / "py.typed").touch()
        written = sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())
    needs = lacks(Card(kind, names.component, "", "", install=WITH_TORCH)) if kind in TORCH else ""
    return Begun(kind, names, folder, tuple(written), words["edit"], needs)


def _words(kind: Kind, names: Names, requires: Sequence[str]) -> dict[str, str]:
    """What stands for each placeholder of a template."""
    torch, weights = kind in TORCH, kind == "checkpoint"
    core = WITH_TORCH if torch else "popgen-core"
    words = {
        "kind": kind,
        "name": names.distribution,
        "module": names.module,
        "component": names.component,
        "next_component": f"{names.distribution}.v2",
        "target": names.target,
        "title": f"{'An' if kind in VOWELS else 'A'} {kind}",
        "summary": SUMMARIES[kind],
        "example": EXAMPLES.get(kind, names.component),
        "readme": kind if weights else "common",
        "edit": f"src/{names.module}/{f'{names.distribution}.md' if weights else f'{kind}.py'}",
        "install": f'\n            install="{WITH_TORCH}",' if torch else "",
        "with": f"; popgen and PyTorch they do: `{WITH_TORCH}` from popgen's wheels brings both" if torch else "",
        "dependencies": ", ".join(f'"{_ranged(each)}"' for each in requires or [core]),
    }
    return {**words, "use": _filled(f"{kind}/use.md", words).rstrip()}


def _ranged(requirement: str) -> str:
    """A part of popgen in the versions that have this one's contracts; what names a version stays as it is."""
    if "=" in requirement:
        return requirement
    major, minor = __version__.split(".")[:2]
    return f"{requirement}>={major}.{minor},<{major}.{int(minor) + 1}"


def _filled(template: str, words: Mapping[str, str]) -> str:
    text = (files("popgen_core.plugins") / "templates" / f"{template}.template").read_text(encoding="utf-8")
    return Template(text).substitute(words)
