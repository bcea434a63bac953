"""A new plug-in is written whole or not at all, under a name that Python, pip and popgen can use."""

from __future__ import annotations

import sys
import tomllib
import zipfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from own_plugins import begin, found

from popgen_core.contracts.card import Kind
from popgen_core.errors import OutputError, PluginError
from popgen_core.plugins import catalogue
from popgen_core.plugins.names import Names, names_for
from popgen_core.plugins.new import new_distribution

CORE = Path(__file__).parents[2] / "packages" / "popgen-core"
TEMPLATES = CORE / "src" / "popgen_core" / "plugins" / "templates"
KINDS: tuple[Kind, ...] = ("grouper", "encoder", "backbone", "decoder", "loss", "evaluator")


@pytest.mark.parametrize("text", ["my-idea", "my_idea", "My-Idea", "my.idea"])
def test_names_that_package_indexes_take_for_one_become_one(text: str) -> None:
    assert names_for("encoder", text, catalogue()) == Names("my-idea", "my_idea", "my-idea.v1", "MyIdeaEncoder")


def test_a_name_that_says_the_kind_already_does_not_say_it_twice() -> None:
    assert names_for("loss", "my-loss", catalogue()).target == "MyLoss"


@pytest.mark.parametrize(
    ("text", "why", "hint"),
    [
        ("My Idea", "no name of a distribution", "such as my-idea"),
        ("größe!", "no name of a distribution", "such as groe"),
        ("", "no name of a distribution", "such as my-idea"),
        ("../idea", "no name of a distribution", "such as idea"),
        ("-idea", "no name of a distribution", "such as idea"),
        ("1st", "a Python module cannot begin with a digit", "such as my-1st"),
        ("class", "class is a word of Python itself", "such as my-class"),
        ("random", "it would hide Python's own module random", "such as my-random"),
        ("x" * 41, "more than 40 characters", "such as my-xxx"),
        ("numpy", "numpy .* is installed already", "such as my-numpy"),
        ("popgen-cli", "popgen-cli is a part of popgen", "such as my-popgen-cli"),
        ("cnn", "popgen-encoders has encoder cnn.v1", "such as my-cnn"),
        ("torchgen", "a module torchgen is installed already", "such as my-torchgen"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_one_that_can(text: str, why: str, hint: str) -> None:
    with pytest.raises(PluginError, match=why) as refused:
        names_for("encoder", text, catalogue())
    assert refused.value.hint.startswith(hint)
    assert refused.value.exit_code == 2


def test_the_name_of_a_component_of_another_kind_is_free() -> None:
    assert names_for("backbone", "cnn", catalogue()).component == "cnn.v1"


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_distribution_has_all_that_pip_and_a_reader_need(kind: Kind, tmp_path: Path) -> None:
    begun = begin(kind, "my-idea", tmp_path)
    files = [".gitignore", "LICENSE", "README.md", "pyproject.toml", "src/my_idea/__init__.py"]
    assert sorted(begun.files) == sorted(
        [*files, f"src/my_idea/{kind}.py", "src/my_idea/py.typed", "tests/test_my_idea.py"]
    )
    assert begun.edit == f"src/my_idea/{kind}.py"
    texts = {file: (begun.folder / file).read_text(encoding="utf-8") for file in begun.files}
    assert [file for file, text in texts.items() if "$" in text] == []
    project = tomllib.loads(texts["pyproject.toml"])["project"]
    assert project["entry-points"] == {"popgen": {"my-idea": "my_idea"}}
    extra = "[torch]" if kind in ("encoder", "backbone", "decoder", "loss") else ""
    assert project["dependencies"] == [f"popgen-core{extra}>=0.1,<0.2"]
    assert f"{kind} my-idea.v1" in texts["README.md"]


@pytest.mark.parametrize(("kind", "needs"), [("encoder", "popgen-core[torch]"), ("evaluator", "")])
def test_what_the_tests_of_a_new_one_lack_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind, needs: str
) -> None:
    def version_without_torch(name: str) -> str:
        if name == "torch":
            raise PackageNotFoundError(name)
        return "1.0"

    assert begin(kind, "my-whole", tmp_path).needs == ""
    monkeypatch.setattr("popgen_core.plugins.needs.version", version_without_torch)
    begun = begin(kind, "my-idea", tmp_path)
    assert begun.needs == needs
    assert ("popgen-core[torch]" in (begun.folder / "README.md").read_text()) == bool(needs)


def test_the_longest_name_leaves_no_line_too_long(tmp_path: Path) -> None:
    for kind in KINDS:
        begun = begin(kind, f"{kind:x<40}", tmp_path)
        for file in begun.files:
            if file.endswith(".py"):
                lines = (begun.folder / file).read_text(encoding="utf-8").splitlines()
                assert [line for line in lines if len(line) > 120] == []


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "my-idea").mkdir()
    (tmp_path / "my-idea" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="exists and is not empty") as refused:
        begin("grouper", "my-idea", tmp_path)
    assert refused.value.exit_code == 2
    assert [path.name for path in tmp_path.rglob("*")] == ["my-idea", "notes.txt"]


def test_what_fails_halfway_leaves_nothing(tmp_path: Path) -> None:
    def fill(package: Path, names: Names) -> Sequence[str]:
        (package / f"{names.distribution}.safetensors").write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        new_distribution("checkpoint", "my-idea", tmp_path / "deep" / "my-idea", found(), fill)
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="a checkpoint is weights under a name, and none are given"):
        begin("checkpoint", "my-idea", tmp_path)


def test_what_weights_require_is_required_in_versions_that_fit(tmp_path: Path) -> None:
    def fill(package: Path, names: Names) -> Sequence[str]:
        return ("popgen-core[torch]", "popgen-encoders>=0.1.0", "waves==0.3.0")

    new_distribution("checkpoint", "my-idea", tmp_path / "my-idea", found(), fill)
    project = tomllib.loads((tmp_path / "my-idea" / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == ["popgen-core[torch]>=0.1,<0.2", "popgen-encoders>=0.1.0", "waves==0.3.0"]


def test_the_wheel_of_popgen_core_holds_every_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = pytest.importorskip("hatchling.build")
    monkeypatch.chdir(CORE)
    monkeypatch.setattr(sys, "path", list(sys.path))
    held = zipfile.ZipFile(tmp_path / build.build_wheel(str(tmp_path))).namelist()
    ours = [path.relative_to(CORE / "src").as_posix() for path in TEMPLATES.rglob("*.template")]
    assert len(ours) > 20
    assert set(ours) <= set(held)
