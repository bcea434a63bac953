"""A stranger's class that fails when it is made is one line that says whose it is, wherever it is made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from faults import EVALUATOR, popgen
from plugin_shop import GOOD, Shop

from popgen_core import api
from popgen_core.assemble import assemble
from popgen_core.checkpoint import read_checkpoint
from popgen_core.contracts.card import Card
from popgen_core.errors import PluginError, RecipeError
from popgen_core.plugins import Offer, catalogue
from popgen_core.plugins.making import at_work, made
from popgen_core.plugins.shown import shown
from popgen_core.recipe import read_recipe
from popgen_core.shipped import shipped_file

pytest_plugins = ("open_shop",)

MADE = """
    from dataclasses import dataclass

    class Waves:
        form = "dense"

        @dataclass(frozen=True)
        class Config:
            "No options."

        def __init__(self, *given):
            {}
"""
RAISED = {
    "raise SystemExit(0)": "SystemExit: 0",
    "raise ValueError('no\\n                luck')": "ValueError: no luck",
    "import a_module_that_nobody_has": "ModuleNotFoundError: No module named 'a_module_that_nobody_has'",
}


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(PluginError) as error:
        call()
    assert "\n" not in str(error.value)
    return str(error.value)


def odd(shop: Shop, kind: str, component: str) -> None:
    shop.install("odd-one", GOOD.replace('"encoder"', f'"{kind}"'), component)


@pytest.mark.parametrize("statement", RAISED)
@pytest.mark.parametrize("kind", ["grouper", "encoder", "backbone", "decoder", "loss"])
def test_a_part_of_a_recipe_that_cannot_be_made_is_its_distributions_defect(
    shop: Shop, kind: str, statement: str
) -> None:
    odd(shop, kind, MADE.format(statement))
    said = refused(lambda: assemble(read_recipe("paper", catalogue(), [f"{kind}.name=waves.v1"])))
    advice = "reinstall odd-one with what it needs" if "import" in statement else "this is a defect of odd-one 2.5"
    assert said == f"{kind} 'waves.v1' of odd-one 2.5 cannot be made: {RAISED[statement]} ({advice})"


@pytest.mark.parametrize(("kind", "said"), [("grouper", "its groups"), ("backbone", "its window")])
def test_one_that_does_not_say_what_it_is_made_for_is_named(shop: Shop, kind: str, said: str) -> None:
    base = "(__import__('torch').nn.Module):" if kind == "backbone" else ":"
    odd(shop, kind, MADE.format("super().__init__()").replace("Waves:", f"Waves{base}"))
    told = refused(lambda: assemble(read_recipe("paper", catalogue(), [f"{kind}.name=waves.v1"])))
    assert told.startswith(f"{kind} 'waves.v1' of odd-one 2.5 does not say {said}: AttributeError: ")


def test_settings_that_a_stranger_cannot_take_are_its_defect_too(shop: Shop) -> None:
    config = '"No options."\n            def __post_init__(self): raise SystemExit(0)'
    odd(shop, "encoder", MADE.format("pass").replace('"No options."', config))
    said = refused(lambda: read_recipe("paper", catalogue(), ["encoder.name=waves.v1"]))
    assert said.startswith("encoder 'waves.v1' of odd-one 2.5 cannot take settings: SystemExit: 0")


@pytest.mark.parametrize("statement", RAISED)
def test_a_grouper_that_cannot_be_made_prepares_explains_and_shows_nothing(
    shop: Shop, tmp_path: Path, statement: str
) -> None:
    odd(shop, "grouper", MADE.format(statement))
    [song] = api.write_songs(tmp_path / "songs")
    out = tmp_path / "out.png"
    for call in (
        lambda: api.prepare(tmp_path / "songs", out, grouper="waves.v1"),
        lambda: api.doctor(tmp_path / "songs", grouper="waves.v1"),
        lambda: api.show(song, out, grouper="waves.v1"),
    ):
        said = f"grouper 'waves.v1' of odd-one 2.5 cannot be made: {RAISED[statement]}"
        assert refused(call).startswith(said)
        assert not out.exists()


def test_a_checkpoints_function_that_ends_the_program_is_refused(shop: Shop) -> None:
    odd(shop, "checkpoint", "def Waves(): raise SystemExit(0)")
    said = "checkpoint 'waves.v1' of odd-one 2.5 does not say where it lies: SystemExit: 0 (reinstall odd-one)"
    assert refused(lambda: shipped_file("waves.v1", catalogue())) == said


def test_an_evaluator_that_ends_the_program_cannot_be_shown(shop: Shop) -> None:
    odd(shop, "evaluator", EVALUATOR.replace("            pass", "            raise SystemExit(0)"))
    said = refused(lambda: shown("evaluator", "waves.v1", catalogue()))
    assert said.startswith(
        "evaluator 'waves.v1' of odd-one 2.5 cannot be shown: SystemExit: 0 (this is a defect of odd-"
    )


def offer_of(distribution: str) -> Offer:
    return Offer(Card("encoder", "waves.v1", "nobody:Waves", ""), distribution, "2.5")


TIRED = """
    from popgen_encoders.linear import FrameLinear

    class Waves(FrameLinear):
        calls = 0

        def forward(self, inputs):
            Waves.calls += 1
            if Waves.calls > {}:
                raise ValueError("no luck")
            return super().forward(inputs)
"""


def test_an_error_at_work_is_its_distributions_defect_and_no_step_of_the_training_is_lost(
    shop: Shop, tmp_path: Path
) -> None:
    for seed, name in enumerate(("dataset", "others")):
        api.write_songs(tmp_path / f"songs-{seed}", count=3, seed=seed)
        api.prepare(tmp_path / f"songs-{seed}", tmp_path / name)
    odd(shop, "encoder", TIRED.format(2))
    small = ("encoder.name=waves.v1", "width=32", "backbone.layers=1", "train.songs=all", "train.batch=2")
    said = refused(lambda: api.train(tmp_path / "dataset", tmp_path / "run", "demo", changes=small))
    assert re.fullmatch(
        r"odd-one 2\.5 failed at work \(\w+\.py:\d+\): ValueError: no luck "
        r"\(this is a defect of odd-one 2\.5; popgen --debug shows all of it\)",
        said,
    ), said
    logged = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    saved, _ = read_checkpoint(tmp_path / "run" / "last.safetensors")
    assert saved.trained["steps"] == sum(row["kind"] == "step" for row in logged) > 0
    generator = api.generator(tmp_path / "run")
    tired = type(generator.loaded.model.encoder)
    tired.calls = -1_000_000  # it works again
    song = api.generate(tmp_path / "run", tmp_path / "song", bars=1)[0].path
    live = generator.stream()
    tired.calls = 3
    for use in (
        lambda: api.generate(tmp_path / "run", tmp_path / "out", bars=1),
        lambda: api.score(tmp_path / "run", tmp_path / "others"),
        lambda: api.reproduce(song, tmp_path / "run"),
        lambda: api.explain_note(song, "0.5", checkpoint=tmp_path / "run"),
        lambda: next(live),
    ):
        assert "odd-one 2.5 failed at work" in refused(use)
    assert not (tmp_path / "out").exists()


def test_an_error_that_no_line_of_a_stranger_had_a_part_in_passes_as_it_is(shop: Shop) -> None:
    odd(shop, "encoder", MADE.format("super().__init__()"))
    theirs = [catalogue().find("encoder", "waves.v1")]
    with pytest.raises(ZeroDivisionError), at_work(theirs):
        raise ZeroDivisionError


def test_what_popgen_itself_refuses_passes_as_it_is() -> None:
    def component(config: object) -> None:
        raise RecipeError("heads: must divide the width")

    with pytest.raises(RecipeError, match="heads"):
        made(offer_of("odd-one"), component, None)


def test_an_error_of_popgens_own_component_is_no_plug_ins_defect() -> None:
    with pytest.raises(ZeroDivisionError):
        made(offer_of("popgen-encoders"), lambda config: 1 // 0, None)


def test_what_it_prints_while_it_is_made_goes_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    made(offer_of("odd-one"), print, "hello")
    made(offer_of("odd-one"), lambda text: __import__("os").write(1, text), b"from C\n")
    assert (capfd.readouterr().out, made(offer_of("odd-one"), str, 7)) == ("", "7")


def test_ctrl_c_while_it_is_made_says_whose_it_is() -> None:
    def component(config: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"while the encoder 'waves.v1' of odd-one 2.5 was at work"):
        made(offer_of("odd-one"), component, None)


def test_json_on_the_screen_stays_json_whenever_a_plug_in_prints(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    loud = EVALUATOR.replace("            pass", "            print('{')").replace(
        "            return", "            print('}'); return"
    )
    shop.install("loud", GOOD.replace('"encoder"', '"evaluator"'), loud)
    api.write_songs(tmp_path / "songs")
    done = popgen(tmp_path, "eval", tmp_path / "songs", "--also", "waves.v1", "--json", "-")
    assert json.loads(done.stdout)["files"][0]["scores"]["waves"] == 1.0
    assert {"{", "}"} == set(done.stderr.split())
    done = popgen(tmp_path, "plugins", "show", "evaluator", "waves.v1", "--json")
    assert (json.loads(done.stdout)["name"], done.stderr) == ("waves.v1", "{\n")
