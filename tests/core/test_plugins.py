"""Plug-ins: strangers come in by an entry point, and what is wrong with one is a line in a report."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from importlib.metadata import distribution
from pathlib import Path

import pytest
from plugin_shop import GOOD, Shop

from popgen_core.contracts.card import Card
from popgen_core.errors import PluginError
from popgen_core.plugins import Catalogue
from popgen_core.plugins import catalogue as installed
from popgen_core.plugins.loader import Offer, Problem, discover, offers_of

pytest_plugins = ("open_shop",)


def found() -> Catalogue:
    return Catalogue(*discover())


def offer(name: str, owner: str, kind: str = "encoder") -> Offer:
    return Offer(Card(kind, name, f"{owner}:X", ""), owner, "1")  # type: ignore[arg-type]


def test_a_stranger_is_listed_beside_the_built_ins_and_loaded_when_chosen(shop: Shop) -> None:
    shop.install("good-one", GOOD)
    catalogue = found()
    assert catalogue.problems == []
    assert catalogue.named("encoder") == ["cnn.v1", "cnn.v2", "linear.v1", "waves.v1"]
    assert catalogue.find("encoder", "waves.v1").version == "2.5"
    assert "good_one_parts" not in sys.modules
    assert catalogue.load("encoder", "waves.v1").__module__ == "good_one_parts"


@pytest.mark.parametrize(
    ("cards", "said"),
    [
        ("raise ValueError('no\\nluck')", "ValueError: no luck"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("def f(:", "SyntaxError"),
        ("import a_module_that_nobody_has", "No module named 'a_module_that_nobody_has'"),
        (GOOD.replace("components()", "components(catalogue)"), "catalogue"),
        (GOOD.replace("def popgen_components", "def popgen_componets"), "popgen_componets"),
        (GOOD.replace("@hookimpl", ""), "implements no hook popgen_components"),
        (GOOD.replace("return [", "return ['waves'] or ["), "must return a list of Card, got str"),
        (GOOD.replace("return [", "return 7 or ["), "must return a list of Card, got int"),
        (GOOD.replace("return [", "["), "must return a list of Card, got NoneType"),
        (GOOD.replace("return [", "1 / 0; ["), "hook popgen_components of bad_one failed: ZeroDivisionError"),
        ("class E(Exception):\n def __str__(self): return 1 / 0\nraise E", "E: (without readable words)"),
        ("raise ValueError('\x1b[2J' + 999 * 'a')", r"ValueError: \x1b[2Jaaa"),
        (GOOD.replace('waves")', 'waves", api=2)'), "plug-in API 2, this popgen has 1: install a newer popgen-core"),
        (GOOD.replace('waves")', 'waves", api=0)'), "plug-in API 0, this popgen has 1: ask its author"),
        (GOOD.replace("NAME", ""), "encoder '' is no name: one is not empty, and has no colon, space or unseen char"),
        (GOOD.replace("NAME", "a:b.v1"), "encoder 'a:b.v1' is no name"),
        (GOOD.replace("NAME", "a b.v1"), "encoder 'a b.v1' is no name"),
        (GOOD.replace("NAME", "a\\x1bb.v1"), r"encoder 'a\x1bb.v1' is no name"),
        (GOOD.replace("def popgen", "async def popgen"), "TypeError: it is async; popgen calls it without waiting"),
        (GOOD.replace('waves")', 'waves", api="1")'), "API number '1', which is no whole number"),
        (GOOD.replace('"encoder"', '"filter"'), "unknown kind 'filter'; kinds are grouper, encoder,"),
        (GOOD.replace(":Waves", ""), "not of the form module:Class"),
        (GOOD.replace('"MODULE_parts:Waves"', "None"), "something else than text"),
    ],
)
def test_whatever_is_wrong_with_a_stranger_is_one_line_that_names_it(shop: Shop, cards: str, said: str) -> None:
    shop.install("bad-one", cards)
    assert said in shop.problem("bad-one").message


def test_a_broken_stranger_keeps_nobody_else_out(shop: Shop) -> None:
    shop.install("a-bad-one", "import sys; sys.exit(3)")
    shop.install("good-one", GOOD)
    catalogue = found()
    assert [problem.distribution for problem in catalogue.problems] == ["a-bad-one"]
    assert catalogue.named("encoder") == ["cnn.v1", "cnn.v2", "linear.v1", "waves.v1"]


def test_a_list_of_entry_points_that_cannot_be_read_is_the_problem_of_its_distribution_alone(shop: Shop) -> None:
    shop.about("garbled", "[popgen]\nno equals sign\n")
    shop.install("good-one", GOOD)
    catalogue = found()
    assert [problem.distribution for problem in catalogue.problems] == ["garbled"]
    assert catalogue.named("encoder") == ["cnn.v1", "cnn.v2", "linear.v1", "waves.v1"]


def test_a_distribution_without_metadata_goes_by_its_entry_point(shop: Shop) -> None:
    shop.about("nameless", "[popgen]\nsomebody = nobody_has_this\n", metadata="")
    assert [problem.distribution for problem in found().problems] == ["somebody"]


def test_another_reader_of_metadata_that_raises_changes_nothing(shop: Shop) -> None:
    """importlib_metadata puts itself before the standard library's reader as soon as anything imports it."""
    pytest.importorskip("importlib_metadata")
    shop.about("nameless", "[popgen]\nsomebody = nobody_has_this\n", metadata="")
    assert [problem.distribution for problem in found().problems] == ["somebody"]


def test_a_name_that_is_built_in_is_found_without_a_stranger_being_imported(shop: Shop) -> None:
    shop.install("good-one", GOOD)
    assert installed().find("encoder", "cnn.v1").distribution == "popgen-encoders"
    assert installed().load("grouper", "popgen-core:seven.v1").__name__ == "Seven"
    assert "good_one" not in sys.modules
    assert installed().find("encoder", "waves.v1").distribution == "good-one"
    assert installed().offers == discover()[0]


def test_with_popgen_strict_a_stranger_stops_even_who_does_not_ask_for_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.install("bad-one", "import sys; sys.exit(3)")
    monkeypatch.setenv("POPGEN_STRICT", "1")
    with pytest.raises(PluginError, match="unset POPGEN_STRICT"):
        installed()


def test_a_sound_card_beside_a_wrong_one_is_kept(shop: Shop) -> None:
    shop.install("half-good", GOOD.replace("return [", "return [None, "))
    [entry] = distribution("half-good").entry_points
    offers, problems = offers_of(entry)
    assert [offer.card.name for offer in offers] == ["waves.v1"]
    assert len(problems) == 1


def test_a_stranger_never_shadows_a_built_in(shop: Shop) -> None:
    shop.install("a-thief", GOOD.replace("NAME", "cnn.v1"))
    catalogue = found()
    assert catalogue.find("encoder", "cnn.v1").distribution == "popgen-encoders"
    assert catalogue.find("encoder", "a-thief:cnn.v1").distribution == "a-thief"
    [clash] = catalogue.clashes()
    assert str(clash).startswith(
        "a-thief 2.5: hook popgen_components: encoder 'cnn.v1' is also in popgen-encoders 0.1.0; a-thief:cnn.v1 means"
    )


def test_two_strangers_of_one_name_are_an_error_for_whoever_asks_for_it() -> None:
    catalogue = Catalogue([offer("waves.v1", "one"), offer("waves.v1", "two"), offer("tides.v1", "two")], [])
    with pytest.raises(PluginError, match=r"offered by one 1 and by two 1 \(say whose: one:waves.v1\)"):
        catalogue.find("encoder", "waves.v1")
    assert catalogue.find("encoder", "two:waves.v1").distribution == "two"
    assert catalogue.find("encoder", "tides.v1").distribution == "two"
    assert [problem.distribution for problem in catalogue.clashes()] == ["one", "two"]


def test_a_name_that_one_stranger_offers_twice_is_no_choice_between_distributions() -> None:
    catalogue = Catalogue([offer("waves.v1", "one"), offer("waves.v1", "one")], [])
    with pytest.raises(PluginError, match="offered 2 times by one 1"):
        catalogue.find("encoder", "one:waves.v1")


def test_the_same_name_of_another_kind_is_another_component() -> None:
    catalogue = Catalogue([offer("waves.v1", "one"), offer("waves.v1", "two", kind="loss")], [])
    assert catalogue.find("loss", "waves.v1").distribution == "two"
    assert catalogue.clashes() == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody:waves.v1", "no encoder 'waves.v1' of nobody: it is not installed (there is one of one 1)"),
        ("pytest:waves.v1", "no encoder 'waves.v1' of pytest: it does not offer one of this name (there is one of one"),
        ("two:waves.v1", "no encoder 'waves.v1' of two: it does not offer one of this name (there is one of one 1)"),
        ("broken_1:waves.v1", "no encoder 'waves.v1' of broken_1: it did not load: no luck (there is one of one 1)"),
        ("two:wavs.v1", "no encoder 'wavs.v1' of two: it does not offer one of this name (did you mean 'waves.v1'?)"),
    ],
)
def test_a_distribution_that_is_asked_for_and_does_not_help_is_told_first(name: str, said: str) -> None:
    offers = [offer("waves.v1", "one"), offer("tides.v1", "two")]
    with pytest.raises(PluginError) as refused:
        Catalogue(offers, [Problem("Broken-1", "no luck", "2")]).find("encoder", name)
    assert str(refused.value).startswith(said)


def test_a_distribution_that_is_kept_out_is_told_to_be(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.install("good-one", GOOD)
    monkeypatch.setenv("POPGEN_PLUGINS", "off")
    with pytest.raises(PluginError, match=r"no encoder 'waves.v1' of good-one: POPGEN_PLUGINS=off keeps it out"):
        found().find("encoder", "good-one:waves.v1")


def test_a_typo_gets_a_guess() -> None:
    with pytest.raises(PluginError) as refused:
        Catalogue([offer("waves.v1", "one")], []).find("encoder", "wavs.v1")
    assert str(refused.value) == "no encoder is named 'wavs.v1' (did you mean 'waves.v1'?)"


def test_a_name_like_no_other_gets_the_list_and_what_did_not_load() -> None:
    problems = [Problem("two", "is broken", "2"), Problem("three", "prints", "3", loaded=True)]
    with pytest.raises(PluginError) as refused:
        Catalogue([offer("waves.v1", "one")], problems).find("encoder", "xyz")
    assert refused.value.hint == "there are: waves.v1; not loaded: two 2: is broken"


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("off", []),
        ("good-one", ["good.v1"]),
        ("good-one, Other_One", ["good.v1", "other.v1"]),
        ("nobody", []),
    ],
)
def test_popgen_plugins_lets_only_those_strangers_in(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, setting: str, names: list[str]
) -> None:
    shop.install("good-one", GOOD.replace("NAME", "good.v1"))
    shop.install("other-one", GOOD.replace("NAME", "other.v1"))
    monkeypatch.setenv("POPGEN_PLUGINS", setting)
    assert found().named("encoder") == ["cnn.v1", "cnn.v2", *names[:1], "linear.v1", *names[1:]]
    assert ("other_one" in sys.modules) == ("other.v1" in names)  # kept out before it is imported


def test_popgen_strict_makes_a_problem_fatal(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.install("bad-one", "raise ValueError('no luck')")
    monkeypatch.setenv("POPGEN_STRICT", "1")
    with pytest.raises(PluginError, match=r"bad-one 2.5: .*no luck"):
        discover()


def test_a_missing_dependency_is_answered_with_what_to_install(shop: Shop) -> None:
    shop.install("good-one", GOOD.replace('waves")', 'waves", install="good-one[waves]")'), "import wavelib_of_nobody")
    with pytest.raises(PluginError) as refused:
        found().load("encoder", "waves.v1")
    assert "encoder 'waves.v1' of good-one 2.5 cannot be imported: No module named" in refused.value.message
    assert refused.value.hint == "install good-one[waves]"


@pytest.mark.parametrize(
    "component", ["x = 1 / 0", "def f(:", "import sys; sys.exit(3)", "class Tides: ...", "def Waves(): ..."]
)
def test_a_component_that_fails_when_chosen_is_the_defect_of_its_distribution(shop: Shop, component: str) -> None:
    shop.install("bad-part", GOOD, component)
    with pytest.raises(PluginError, match=r"bad-part 2.5 cannot be .*\(this is a defect of bad-part 2.5\)"):
        found().load("encoder", "waves.v1")


def test_listing_imports_no_component(tmp_path: Path) -> None:
    Shop(tmp_path).install("good-one", GOOD)
    code = """
        import sys
        from popgen_core.contracts.card import KINDS
        from popgen_core.plugins import catalogue
        names = [name for kind in KINDS for name in catalogue().named(kind)]
        assert "cnn.v1" in names and "waves.v1" in names and "paper.v1" in names, names
        heavy = {"torch", "scipy", "numpy", "symusic", "popgen_encoders.cnn", "good_one_parts"} & set(sys.modules)
        assert not heavy, heavy
    """
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], env={**os.environ, "PYTHONPATH": path}, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
