"""What is not installed is named in a line, with what brings it; nothing is imported to find that out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from popgen_core import api
from popgen_core.api.needs import says_what_is_missing
from popgen_core.contracts.card import Card
from popgen_core.errors import NotInstalled, PluginError, lacking, need
from popgen_core.plugins import Catalogue, Offer, lacks


def test_what_is_missing_is_named_with_every_part_once() -> None:
    both = lacking("torch", "safetensors", "popgen_eval.statistics")
    assert both.exit_code == 1
    assert str(both) == (
        "this needs torch and safetensors and popgen_eval.statistics, which are not installed "
        "(install popgen-core[torch] and popgen-eval from popgen's wheels)"
    )


def test_a_module_that_no_part_brings_is_not_advised_by_a_name_that_a_stranger_could_own() -> None:
    assert str(lacking("wavelib")) == (
        "this needs wavelib, which is not installed "
        "(no part of popgen brings it: look at what the plug-in that asks for it needs)"
    )


def test_a_need_is_refused_before_any_work_and_nothing_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "wave", raising=False)
    need("wave", "json")
    assert "wave" not in sys.modules
    with pytest.raises(NotInstalled, match=r"^this needs nothing_of_the_kind, which is not installed"):
        need("wave", "nothing_of_the_kind")


def test_a_call_from_python_says_what_to_install_where_torch_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "popgen_core.generate.generator", None)
    monkeypatch.setitem(sys.modules, "popgen_core.score.yardstick", None)
    with pytest.raises(NotInstalled, match="install popgen-core from popgen's wheels"):
        api.generator(tmp_path)
    with pytest.raises(NotInstalled, match="install popgen-core from popgen's wheels"):
        api.score(tmp_path, tmp_path)


def test_a_module_that_a_stranger_lacks_is_left_to_python() -> None:
    @says_what_is_missing
    def call() -> None:
        raise ModuleNotFoundError("No module named 'wavelib'", name="wavelib")

    with pytest.raises(ModuleNotFoundError, match="wavelib"):
        call()


def test_where_the_home_of_encoders_is_missing_it_is_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = Offer(Card("encoder", "waves.v1", "waves:Waves", "waves"), "wave-shop", "1.0")
    offered = Catalogue([stranger], [])
    monkeypatch.setitem(sys.modules, "popgen_encoders", None)
    with pytest.raises(NotInstalled) as refused:
        offered.find("encoder", "cnn.v1")
    assert refused.value.hint == "install popgen-encoders from popgen's wheels"
    assert offered.find("encoder", "waves.v1") is stranger
    with pytest.raises(PluginError, match=r"did you mean 'waves\.v1'"):
        offered.find("encoder", "wave.v1")
    with pytest.raises(PluginError, match="no loss is installed"):
        offered.find("loss", "paper.v1")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution wave-shop: its extra [waves] asks for what nobody has, [numbers] for numpy."""
    about = tmp_path / "wave_shop-1.0.dist-info"
    about.mkdir()
    asked = ["filelock", 'wavelib-of-nobody>=1; extra == "waves"', "numpy>=1 ; extra == 'numbers'"]
    lines = ["Metadata-Version: 2.1", "Name: wave-shop", "Version: 1.0", *(f"Requires-Dist: {one}" for one in asked)]
    (about / "METADATA").write_text("\n".join([*lines, ""]))
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.parametrize(
    ("install", "lacking_now"),
    [
        ("", ""),
        ("wave-shop", ""),
        ("wave-shop[numbers]", ""),
        ("wave-shop[waves]", "wave-shop[waves]"),
        ("wave-shop[numbers, waves]", "wave-shop[numbers, waves]"),
        ("wave-of-nobody", "wave-of-nobody"),
        ("see our page", ""),
    ],
)
def test_a_component_lacks_what_its_extra_asks_for_and_nobody_installed(
    shop: None, install: str, lacking_now: str
) -> None:
    assert lacks(Card("encoder", "waves.v1", "waves:Waves", "waves", install=install)) == lacking_now
