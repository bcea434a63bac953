"""A distribution checked as a whole: whatever its plug-in does wrong is a row with a reason, never an exception."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from own_plugins import begin, found, install, written

from popgen_core.errors import PluginError
from popgen_core.plugins.new import Begun
from popgen_core.testing.distribution import Examination, examine


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the search path, whose modules are forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    for name in ("POPGEN_PLUGINS", "POPGEN_STRICT"):
        monkeypatch.delenv(name, raising=False)
    before = set(sys.modules)
    yield folder
    for module in set(sys.modules) - before:
        if str(getattr(sys.modules[module], "__file__", "")).startswith(str(folder)):
            del sys.modules[module]


@pytest.fixture
def begun(tmp_path: Path) -> Begun:
    return begin("grouper", "my-idea", tmp_path)


def changed(begun: Begun, file: str, old: str, new: str) -> None:
    path = begun.folder / "src" / "my_idea" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def failures(examination: Examination) -> dict[str, str]:
    return {finding.check: finding.reason for finding in examination.findings if finding.verdict == "FAIL"}


def test_a_sound_distribution_passes_and_every_check_of_the_kit_is_a_row(site: Path, begun: Begun) -> None:
    install(begun, site)
    told: list[tuple[int, int, str]] = []
    examined = examine("My_Idea", found(), tell=lambda *words: told.append(words))
    assert failures(examined) == {}
    assert (examined.distribution, examined.version) == ("my-idea", "2.5")
    checks = [finding.check for finding in examined.findings]
    assert checks[:3] == ["check_entry_point_loads", "check_name_is_its_own", "check_component_imports"]
    assert "check_declaration_is_light" in checks
    assert "check_it_pickles" in checks
    assert told == [(0, 1, "grouper my-idea.v1")]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ValueError('no luck')", "ValueError: no luck"),
        ("import sys; sys.exit(3)", "SystemExit"),
        ("def f(:", "SyntaxError"),
        ("import a_module_that_nobody_has", "a_module_that_nobody_has"),
    ],
)
def test_a_module_that_does_not_load_is_a_row_and_so_is_a_component(
    site: Path, begun: Begun, code: str, said: str
) -> None:
    changed(begun, "grouper.py", "from __future__ import annotations", code)
    install(begun, site)
    [(check, reason)] = failures(examine("my-idea", found())).items()
    assert check == "check_component_imports"
    assert said in reason
    assert "my-idea" in reason
    (site / "my_idea" / "__init__.py").write_text(code)
    sys.modules.pop("my_idea", None)
    [(check, reason)] = failures(examine("my-idea", found())).items()
    assert check == "check_entry_point_loads"
    assert said in reason


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"grouper",\n', '"filter",\n', "unknown kind 'filter'"),
        ('how high it lies",', 'how high it lies", api=7,', "plug-in API 7"),
        ("return [", "return [] and [", "hands in no name card"),
        ("return [", "return [None] or [", "must return a list of Card, got NoneType"),
    ],
)
def test_a_card_that_popgen_cannot_use_fails_the_entry_point(
    site: Path, begun: Begun, old: str, new: str, said: str
) -> None:
    changed(begun, "__init__.py", old, new)
    install(begun, site)
    [(check, reason)] = failures(examine("my-idea", found())).items()
    assert check == "check_entry_point_loads"
    assert said in reason


def test_a_name_that_another_has_fails_the_stranger_and_not_popgen(site: Path, begun: Begun) -> None:
    changed(begun, "__init__.py", "my-idea.v1", "program.v1")
    install(begun, site)
    reason = "grouper 'program.v1' is also in popgen-core; choose another name"
    assert failures(examine("my-idea", found())) == {"check_name_is_its_own": reason}
    assert failures(examine("popgen-core", found(), only="program.v1")) == {}


def test_a_name_that_is_handed_in_twice_fails(site: Path, begun: Begun) -> None:
    changed(begun, "__init__.py", "return [", "return 2 * [")
    install(begun, site)
    assert failures(examine("my-idea", found())) == {
        "check_name_is_its_own": "my-idea hands in grouper 'my-idea.v1' 2 times"
    }


def test_what_a_component_prints_stays_off_the_output(
    site: Path, begun: Begun, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(begun, "__init__.py", "__all__", 'print("loud")\n__all__')
    install(begun, site)
    assert "check_declaration_is_light" in failures(examine("my-idea", found()))
    capsys.readouterr()
    sys.modules.pop("my_idea", None)
    catalogue = found()
    capsys.readouterr()
    sys.modules.pop("my_idea", None)
    examine("my-idea", catalogue)
    assert capsys.readouterr().out == ""


def test_a_list_of_entry_points_that_cannot_be_read_is_a_row(site: Path) -> None:
    written(site, "garbled", "[popgen]\nno equals sign\n")
    [(check, reason)] = failures(examine("garbled", found())).items()
    assert check == "check_entry_point_loads"
    assert "entry_points.txt cannot be read" in reason


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("my-ide", "no distribution named 'my-ide' is installed (did you mean my-idea?)"),
        ("numpy", "numpy has no entry point of the group popgen (with plug-ins are installed: my-idea, popgen-core,"),
        ("", "no distribution named '' is installed (with plug-ins are installed: my-idea,"),
    ],
)
def test_a_distribution_without_plug_ins_is_refused_with_those_that_have_some(
    site: Path, begun: Begun, name: str, said: str
) -> None:
    install(begun, site)
    with pytest.raises(PluginError) as refused:
        examine(name, found())
    assert str(refused.value).startswith(said)
    assert refused.value.exit_code == 2


def test_one_component_can_be_checked_alone_and_one_that_is_not_there_is_refused() -> None:
    examined = examine("popgen-core", found(), kind="grouper", only="seven.v1")
    assert {finding.name for finding in examined.findings} == {"", "seven.v1"}
    with pytest.raises(PluginError, match=r"popgen-core hands in no loss seven.v1 \(it hands in: grouper seven.v1, "):
        examine("popgen-core", found(), kind="loss", only="seven.v1")
