"""`popgen --help` and `popgen plugins list` load these modules and no others, and so they answer at once."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = ROOT / "packages" / "popgen-cli" / "src" / "popgen_cli" / "commands"
LONGEST_SECONDS = 2.0  # 0.2 and 0.4 were measured on an idle core, 2026-11-23; the machine may be shared

# what each command is made of, beside the standard library and popgen: nothing for numbers, nothing for tensors
HELP = {"typer"}
LIST = {"typer", "pluggy"}
# what typer loads for itself, by its version; pydantic, since 0.29, as soon as any command runs
OF_TYPER = {"annotated_doc", "click", "colorama", "lazy_importer", "shellingham", "typing_extensions"}
OF_TYPER_RUNNING = OF_TYPER | {"annotated_types", "pydantic", "pydantic_core", "typing_inspection"}

# every popgen module: those of the command line, one a command, and then what the command is about
OF_EVERY_COMMAND = {
    "popgen_cli",
    "popgen_cli.app",
    "popgen_cli.asking",
    "popgen_cli.commands",
    "popgen_cli.doors",
    "popgen_cli.limits",
    "popgen_cli.places",
    "popgen_cli.progress",
    "popgen_cli.wrapped",
    "popgen_core",
    "popgen_core.errors",
}
OF_THE_LIST = {
    "popgen_core.contracts",
    "popgen_core.contracts.card",
    "popgen_core.plugins",
    "popgen_core.plugins.builtin",
    "popgen_core.plugins.catalogue",
    "popgen_core.plugins.hooks",
    "popgen_core.plugins.loader",
    "popgen_core.plugins.needs",
    "popgen_core.plugins.surroundings",
    "popgen_encoders",
    "popgen_encoders.cards",
    "popgen_eval",
    "popgen_eval.cards",
    "popgen_eval.cards.craft",
    "popgen_eval.cards.earlier",
    "popgen_eval.cards.headline",
    "popgen_eval.cards.parts",
    "popgen_eval.cards.published",
    "popgen_eval.cards.sets",
    "popgen_starter",
}

TELLING = """
import atexit, runpy, sys
atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))
sys.argv[0] = "popgen"
runpy.run_module("popgen_cli", run_name="__main__")
"""


def output(*words: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter with nobody's plug-ins but ours."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("POPGEN_")}
    environment = {**plain, "POPGEN_PLUGINS": "off"}
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True, env=environment)


@functools.cache
def modules(*words: str) -> frozenset[str]:
    """All modules that `popgen WORDS` has loaded when it ends, but those of every Python on this machine."""
    bare = output("-c", "import sys; print(*sys.modules)").stdout.split()
    said = output("-c", TELLING, *words).stderr.splitlines()
    assert len(said) == 1, "it says nothing else on stderr"
    return frozenset(said[0].split()) - frozenset(bare)


def foreign(*words: str) -> set[str]:
    """The packages among them that are neither popgen's nor Python's own."""
    tops = {name.split(".")[0] for name in modules(*words)}
    python = {name for name in tops if name in sys.stdlib_module_names or name.startswith("_sysconfigdata_")}
    return {name for name in tops - python if not name.startswith("popgen_")}


def ours(*words: str) -> set[str]:
    """The modules of popgen among them, but the commands, each of which is one file."""
    commands = {f"popgen_cli.commands.{path.stem}" for path in COMMANDS.glob("*.py")}
    return {name for name in modules(*words) if name.startswith("popgen_")} - commands


def test_help_loads_typer_and_of_popgen_the_command_line_alone() -> None:
    assert foreign("--help") - OF_TYPER == HELP
    assert ours("--help") == OF_EVERY_COMMAND


def test_the_list_of_plug_ins_loads_pluggy_and_name_cards_besides() -> None:
    assert foreign("plugins", "list") - OF_TYPER_RUNNING == LIST
    assert ours("plugins", "list") == OF_EVERY_COMMAND | OF_THE_LIST


@pytest.mark.parametrize("words", [("--help",), ("plugins", "list"), ("plugins", "list", "--json")])
def test_the_answer_comes_at_once(words: tuple[str, ...]) -> None:
    def seconds() -> float:
        began = time.monotonic()
        output("-m", "popgen_cli", *words)
        return time.monotonic() - began

    assert min(seconds() for _ in range(3)) < LONGEST_SECONDS
