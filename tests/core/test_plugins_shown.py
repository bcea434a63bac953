"""What is told of a component: its settings with ranges, its contract's shapes, its facts; it alone is imported."""

from __future__ import annotations

import json
import math
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
import pytest
from pydantic import Field

from popgen_core.checkpoint import Card as Card_
from popgen_core.checkpoint import write_checkpoint
from popgen_core.contracts.card import Card
from popgen_core.contracts.evaluator import Measure
from popgen_core.errors import CheckpointError, PluginError
from popgen_core.plugins import Catalogue, catalogue
from popgen_core.plugins.kinds import kind_named
from popgen_core.plugins.loader import Offer
from popgen_core.plugins.options import Option, options_of
from popgen_core.plugins.promised import contract_of
from popgen_core.plugins.shown import Shown, shown
from popgen_core.plugins.weights import weights_at


@dataclass(frozen=True)
class Config:
    layers: Annotated[int, Field(ge=1, le=64, description="number of layers")]
    share: Annotated[float, Field(ge=0, lt=1, description="share of\n  values dropped")] = 0.5
    rate: Annotated[float, Field(gt=0)] = 2.0
    start: Literal["zero", "corpus"] = "zero"
    names: tuple[str, ...] = ("a", "b")
    weights: dict[str, float] | None = None
    even: Annotated[int, Field(multiple_of=2, ge=4)] = 4
    word: Annotated[str, Field(min_length=2, pattern="^[a-z]+$")] = "ab"


def test_a_setting_is_told_with_its_type_range_default_and_meaning() -> None:
    assert options_of(Config) == (
        Option("layers", "whole number", "1 to 64", None, True, "number of layers"),
        Option("share", "number", "at least 0, below 1", 0.5, False, "share of values dropped"),
        Option("rate", "number", "above 0", 2.0, False, ""),
        Option("start", "zero or corpus", "", "zero", False, ""),
        Option("names", "list of text", "", ["a", "b"], False, ""),
        Option("weights", "table of number or nothing", "", None, False, ""),
        Option("even", "whole number", "at least 4, multiple of 2", 4, False, ""),
        Option("word", "text", "2 or more of them, of the form ^[a-z]+$", "ab", False, ""),
    )


class Ending(Enum):
    OPEN = "open"


@dataclass(frozen=True)
class Inner:
    ending: Ending = Ending.OPEN
    weights: tuple[float, ...] = (1.0, -math.inf)


@dataclass(frozen=True)
class Odd:
    longest: float = math.inf
    nothing: float = math.nan
    place: Path = Path("a") / "b"
    inner: Inner = Inner()
    names: frozenset[str] = frozenset({"b", "a"})
    table: dict[Ending, Path] = field(default_factory=lambda: {Ending.OPEN: Path("c")})


def test_a_default_that_json_does_not_know_is_told_in_words() -> None:
    assert [option.default for option in options_of(Odd)] == [
        "inf",
        "nan",
        "a/b",
        {"ending": "open", "weights": [1.0, "-inf"]},
        ["a", "b"],
        {"open": "c"},
    ]


def test_a_contract_is_told_by_its_methods_with_their_shapes() -> None:
    contract = contract_of("encoder")
    assert contract.where == "popgen_core.contracts.encoder.Encoder"
    told = {method.name: method for method in contract.methods}
    assert list(told) == ["Config", "context", "__init__", "forward", "start", "step"]
    assert told["context"].signature == "context: int"
    assert told["__init__"].signature == "__init__(config: Any, sizes: Sizes)"
    assert told["forward"].signature == "forward(inputs: Inputs) -> Tensor"
    assert told["forward"].text.endswith("controls (batch, frame, feature) -> (batch, frame, width).")
    assert "row t sees rolls of frames before t" in contract.text


@pytest.mark.parametrize(("scope", "judges"), [("piece", "score(piece: Piece)"), ("training", "learn(training: ")])
def test_the_contract_of_an_evaluator_is_that_of_its_scope(scope: str, judges: str) -> None:
    methods = contract_of("evaluator", scope).methods
    assert methods[-1].signature.startswith(judges)
    assert 'scope: Literal["piece", "set", "training"]' in [method.signature for method in methods]


def test_every_kind_has_a_contract_with_something_to_keep() -> None:
    for kind in ("grouper", "backbone", "decoder", "loss", "checkpoint"):
        assert contract_of(kind).methods[-1].text  # type: ignore[arg-type]


def test_a_component_says_what_it_is_and_where_its_source_lies() -> None:
    found = shown("grouper", "popgen-core:program.v1", catalogue())
    assert found.facts == {"groups": ["drums", "bass", "chords", "guitar", "strings", "lead", "others"]}
    file, _, line = found.source.rpartition(":")
    assert Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1] == "class Program:"
    assert found.text.startswith("Drum channel to drums")


def test_an_evaluator_tells_its_measures() -> None:
    [one, rate] = shown("evaluator", "polyphony.v1", catalogue()).measures
    assert (one.name, one.unit, one.low, one.high, one.better) == ("polyphony", "pitches", 1.0, 128.0, "none")
    assert "three or more" in rate.law


def test_showing_imports_that_component_alone() -> None:
    code = (
        "import sys\nfrom popgen_core.plugins import catalogue\nfrom popgen_core.plugins.shown import shown\n"
        "shown('grouper', 'program.v1', catalogue())\nassert 'torch' not in sys.modules\n"
        "shown('encoder', 'linear.v1', catalogue())\n"
        "assert not {'popgen_encoders.cnn', 'popgen_core.backbones.transformer'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


class Endless:
    scope: ClassVar[str] = "piece"
    measures: ClassVar[tuple[Measure, ...]] = (Measure("x", "beats", 0.0, math.inf, "none", "how long"),)

    @dataclass(frozen=True)
    class Config:
        """No options."""

    def __init__(self, config: Config) -> None: ...


class NoConfig: ...


class Strange(Endless):
    Config = Odd
    context: ClassVar[float] = math.inf
    groups: ClassVar[list[Path]] = [Path("a")]


class NoMeasure(Endless):
    measures: ClassVar[tuple[str, ...]] = ("x",)  # type: ignore[assignment]


class Raises(Endless):
    def __init__(self, config: Endless.Config) -> None:
        raise RuntimeError("no\nluck")


def of_here(name: str) -> Shown:
    """A class of this module as the evaluator of a stranger."""
    sys.modules["shown_here"] = sys.modules[__name__]
    return shown(
        "evaluator", "x.v1", Catalogue([Offer(Card("evaluator", "x.v1", f"shown_here:{name}", ""), "one", "2.5")], [])
    )


def test_a_range_without_an_end_is_null_in_json() -> None:
    [measure] = json.loads(json.dumps(of_here("Endless").table(), allow_nan=False))["measures"]
    assert (measure["low"], measure["high"]) == (0.0, None)


def test_whatever_a_component_says_of_itself_can_be_json() -> None:
    told = json.loads(json.dumps(of_here("Strange").table(), allow_nan=False))
    assert told["facts"] == {"groups": ["a"], "context": "inf", "scope": "piece"}
    assert [option["default"] for option in told["options"]][:3] == ["inf", "nan", "a/b"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("NoConfig", "it has no Config"),
        ("Raises", "RuntimeError: no luck"),
        ("NoMeasure", "its measures must be a tuple of Measure, got 'x'"),
    ],
)
def test_a_component_of_which_nothing_can_be_told_is_the_defect_of_its_distribution(name: str, said: str) -> None:
    with pytest.raises(PluginError) as refused:
        of_here(name)
    assert refused.value.message.startswith("evaluator 'x.v1' of one 2.5 cannot be shown: ")
    assert said in refused.value.message
    assert refused.value.hint == "this is a defect of one; popgen plugins check one tells more"


def test_one_that_cannot_be_imported_says_whose_it_is() -> None:
    offer = Offer(Card("encoder", "x.v1", "nobody_has_this:X", "", install="one[more]"), "one", "2.5")
    with pytest.raises(PluginError, match=r"'x.v1' of one.* cannot be imported: .*install one\[more\]"):
        shown("encoder", "x.v1", Catalogue([offer], []))


def test_a_typo_in_a_kind_gets_a_guess_and_a_strange_one_the_list() -> None:
    assert kind_named("encoder") == "encoder"
    with pytest.raises(PluginError, match="did you mean encoder"):
        kind_named("Encodr")
    with pytest.raises(PluginError, match="kinds are: grouper, encoder, backbone"):
        kind_named("xyz")


def ships(path: Path) -> Catalogue:
    """A stranger's checkpoint whose file is this one."""
    module = sys.modules["shown_here"] = sys.modules[__name__]
    setattr(module, "where", lambda: path)  # noqa: B010
    return Catalogue([Offer(Card("checkpoint", "x.v1", "shown_here:where", ""), "one", "2.5")], [])


@pytest.mark.parametrize("length", [40, 300, -1])
def test_a_shipped_file_that_is_cut_short_is_told_so(tmp_path: Path, length: int) -> None:
    write_checkpoint(tmp_path / "a", {"weight": np.ones(9)}, Card_("", [], [], {}))
    assert shown("checkpoint", "x.v1", ships(tmp_path / "a")).weights
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:length])
    with pytest.raises(CheckpointError) as refused:
        shown("checkpoint", "x.v1", ships(tmp_path / "a"))
    said = f"checkpoint 'x.v1' of one 2.5 cannot be shown: {tmp_path / 'a'} is damaged or cut short (reinstall one)"
    assert str(refused.value) == said


def safetensors(path: Path, metadata: dict[str, str]) -> Path:
    """A file with no tensor in it."""
    header = json.dumps({"__metadata__": metadata}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    return path


def test_a_checkpoint_is_told_by_its_header(tmp_path: Path) -> None:
    card = {"recipe": 'name = "pop"\nsummary = "songs"', "groups": ["bass", "lead"], "popgen": "0.1.0"}
    weights = weights_at(safetensors(tmp_path / "a", {"popgen": json.dumps(card)}))
    assert (weights.recipe, weights.summary, weights.groups) == ("pop", "songs", ("bass", "lead"))
    assert (weights.popgen, weights.bytes) == ("0.1.0", (tmp_path / "a").stat().st_size)


@pytest.mark.parametrize("content", [b"", b"text that is no header at all", struct.pack("<Q", 2) + b"[]"])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(ValueError, match=r"no safetensors file|not popgen's"):
        weights_at(tmp_path / "a")


def test_weights_of_others_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not popgen's"):
        weights_at(safetensors(tmp_path / "a", {"format": "pt"}))
