"""The house stands as designed: imports go down only, files stay short, light things stay light, the README is true."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from popgen_core.contracts.card import KINDS

ROOT = Path(__file__).parents[2]
SOURCES = sorted(ROOT.glob("packages/*/src/**/*.py"))
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

# the rooms of a distribution, floor by floor, lowest first; a module may import from its own room and from lower floors
CORE_ROOMS = (
    ("errors",),
    ("files",),
    ("music",),
    ("analysis",),
    ("contracts",),
    ("plan",),
    ("groupers", "songwriter"),
    ("corpus",),
    ("plugins",),
    ("baselines", "components", "history", "recipe"),
    ("assemble", "audio", "checkpoint", "show", "pages"),
    ("backbones", "decoders", "losses", "shipped"),
    ("model",),
    ("adapters",),
    ("train", "generate"),
    ("score",),
    ("explain", "series"),
    ("testing",),
    ("api",),
)
EVAL_ROOMS = (
    ("calibration", "cards", "corruptions", "metrics", "statistics"),
    ("copying",),
    ("report",),
    ("judging",),
    ("comparison", "distribution"),
    ("telling",),
    ("api", "listening", "pages"),
    ("validation",),
)
ROOMS = {"popgen_core": CORE_ROOMS, "popgen_eval": EVAL_ROOMS}
TORCH_ROOMS = {"backbones", "decoders", "losses", "model", "adapters", "train", "generate", "score", "explain"}
# what one distribution may import of the others; core reaches the rest only through the catalogue
MAY_IMPORT = {
    "popgen_core": {"popgen_core"},
    "popgen_encoders": {"popgen_encoders", "popgen_core"},
    "popgen_eval": {"popgen_eval", "popgen_core"},
    "popgen_cli": {"popgen_cli", "popgen_core", "popgen_eval"},
    "popgen_starter": {"popgen_starter", "popgen_core"},
}


def imports(path: Path) -> list[tuple[str, bool]]:
    """(module, whether only for type checking) of every import in a file, wherever it stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    checking = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in checking) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
            found += [(name, id(node) in checking) for name in (names if node.module in ROOMS else names[:1])]
    return found


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def level(package: str, room: str) -> int:
    return next((number for number, rooms in enumerate(ROOMS.get(package, ())) if room in rooms), -1)


def module_of(path: Path) -> str:
    inside = path.relative_to(next(parent for parent in path.parents if parent.name == "src"))
    return ".".join(inside.with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("package", ROOMS)
def test_every_room_is_known_and_there(package: str) -> None:
    rooms = {room_of(module_of(path)) for path in SOURCES if module_of(path).startswith(f"{package}.")}
    assert rooms == {room for floor in ROOMS[package] for room in floor}


@pytest.mark.parametrize("package", ROOMS)
def test_the_page_on_architecture_shows_every_room_of_a_distribution_the_highest_first(package: str) -> None:
    rooms = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## The rooms")[2]
    lines = rooms.partition(f"packages/{package.replace('_', '-')}/")[2].partition("packages/")[0].splitlines()[1:]
    floors = [level(package, name) for line in lines for name in re.findall(r"\w+", line[:45])]
    shown = [floor for floor in floors if floor >= 0]  # no folders of data, such as recipes
    assert shown == sorted(shown, reverse=True)
    assert len(shown) == sum(len(floor) for floor in ROOMS[package])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: module_of(path))
def test_imports_go_down_only(path: Path) -> None:
    module = module_of(path)
    package, here = module.split(".")[0], room_of(module)
    for name, only_types in imports(path):
        other = name.split(".")[0]
        if other.startswith("popgen_"):
            assert other in MAY_IMPORT[package], f"{module} imports {name}"
        if other == package and here and not only_types and level(package, room_of(name)) >= 0:
            there = room_of(name)
            assert level(package, there) <= level(package, here), f"{module} imports {name}, which lies higher"
            same_floor = level(package, there) == level(package, here) and there != here
            assert not same_floor, f"{module} imports {name}, a neighbour"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: module_of(path))
def test_torch_is_imported_only_where_it_is_at_home(path: Path) -> None:
    module = module_of(path)
    allowed = (
        module.startswith(("popgen_encoders", "popgen_core.testing.model"))
        or room_of(module) in TORCH_ROOMS
        or module == "popgen_core.corpus.pt"
    )
    torch = [name for name, only_types in imports(path) if name.split(".")[0] == "torch" and not only_types]
    assert allowed or not torch


@pytest.mark.parametrize(
    "path",
    [*SOURCES, *sorted(ROOT.glob("tests/**/*.py")), *ROOT.glob("benchmarks/*.py")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_files_are_under_300_lines_and_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 300
    in_tests = "tests" in path.relative_to(ROOT).parts
    assert in_tests or ast.get_docstring(ast.parse(text)), "a file begins with a docstring that says what it is"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: module_of(path))
def test_nothing_is_public_by_accident(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [
        node for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign)) and "__all__" in ast.unparse(node)
    ]
    assert named or path.name == "__main__.py"


def loaded_after(code: str) -> set[str]:
    """Top-level modules loaded by a fresh interpreter that runs some code."""
    shown = f"{code}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    made = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(made.stdout.splitlines()[-1].split())


def test_the_command_line_imports_neither_torch_nor_numpy_for_help() -> None:
    code = "from popgen_cli.app import app\ntry:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
    assert loaded_after(code) & {"torch", "numpy", "symusic", "pydantic", "matplotlib"} == set()


def test_evaluating_a_file_never_imports_torch(tmp_path: Path) -> None:
    code = (
        "from popgen_core.songwriter import write_song\n"
        "from popgen_core.music import song_to_midi\n"
        f"open({str(tmp_path / 'a.mid')!r}, 'wb').write(song_to_midi(write_song(1)))\n"
        "from popgen_eval.api import evaluate\n"
        f"print(evaluate({str(tmp_path / 'a.mid')!r}).to_json()['summary']['overall']['n'])"
    )
    assert "torch" not in loaded_after(code)


def test_listing_plugins_imports_no_component() -> None:
    code = "from popgen_core.plugins import catalogue\ncatalogue().named('encoder')"
    assert "torch" not in loaded_after(code)


def commands_in(text: str) -> list[list[str]]:
    """Every `popgen ...` and `make ...` line of the code blocks of a page."""
    blocks = re.findall(r"```(?:bash|sh|console)\n(.*?)```", text, flags=re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line.split("#")[0].split() for line in lines if re.match(r"(\.venv/bin/)?(popgen|make)\b", line)]


@pytest.mark.parametrize("page", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_in_the_documents_exist(page: Path) -> None:
    from typer.main import get_command

    from popgen_cli.app import app

    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    for words in commands_in(page.read_text(encoding="utf-8")):
        if words[0] == "make":
            assert {word for word in words[1:] if "=" not in word} <= targets, words
            continue
        command, rest = get_command(app), words[1:]
        while rest and hasattr(command, "commands") and rest[0] in command.commands:
            command, rest = command.commands[rest[0]], rest[1:]
        named = not hasattr(command, "commands") or words[-1] == "--help"
        assert named, f"no such command: {' '.join(words)}"
        known = {flag for option in command.params for flag in option.opts} | {"--help"}
        assert {word.split("=")[0] for word in rest if word.startswith("-") and word != "-"} <= known, words


def test_every_distribution_has_a_changelog_a_readme_and_a_licence() -> None:
    for folder in sorted((ROOT / "packages").iterdir()):
        assert (folder / "CHANGELOG.md").is_file()
        assert (folder / "README.md").is_file()
        assert 'license = "MIT"' in (folder / "pyproject.toml").read_text(encoding="utf-8")


WRITTEN = {
    "commands": ["page()"],
    "figures": ["page()"],
    "recipes": ["page()"],
    "kinds": [f"page({k!r})" for k in KINDS],
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_page_is_what_the_code_says(name: str) -> None:
    folder = ROOT / "docs"
    pages = ", ".join(f"w.{page}" for page in WRITTEN[name])
    code = (
        f"import json, sys; sys.path.insert(0, {str(folder)!r}); import write_{name} as w; print(json.dumps([{pages}]))"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    files = [folder / "kinds" / f"{kind}.md" for kind in KINDS] if name == "kinds" else [folder / f"{name}.md"]
    assert json.loads(made.stdout) == [file.read_text(encoding="utf-8") for file in files], "run `make docs`"


def test_writing_songs_by_rules_and_drawing_them_import_no_torch(tmp_path: Path) -> None:
    code = (
        "from popgen_core import api\n"
        f"[song] = api.write_songs({str(tmp_path / 'songs')!r})\n"
        f"api.show(song, {str(tmp_path / 'song.png')!r})"
    )
    assert "torch" not in loaded_after(code)


@pytest.mark.parametrize("page", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_the_documents_link_to_exists(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []
