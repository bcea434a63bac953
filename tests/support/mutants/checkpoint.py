"""Shipped checkpoints: a sound one, and those that break one promise each.

They are made when the package that ships them is first imported: it lies in a temporary folder of this process.
"""

from __future__ import annotations

import atexit
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from popgen_core.contracts.card import Card
from popgen_core.testing import Maker

__all__ = ["GOOD", "MUTANTS", "fill"]

FOLDER = Path(tempfile.mkdtemp(prefix="popgen-checkpoints-"))
PACKAGE = FOLDER / "shipped_samples"
FILES = (
    "good",
    "cut_short",
    "flipped",
    "foreign",
    "state",
    "no_card",
    "no_front",
    "no_licence",
    "no_limits",
    "other_digest",
    "unnamed_parts",
    "missing_part",
    "untold_setting",
    "unknown_setting",
    "other_groups",
    "other_controls",
    "lost_weights",
    "not_numbers",
    "wild",
)
SOURCE = """
import socket
from pathlib import Path

HERE = Path(__file__).parent
if not (HERE / "wild.md").exists():
    from mutants.checkpoint import fill

    fill(HERE)

def good():
    return HERE / "good.safetensors"

def __getattr__(name):
    if not (HERE / f"{name}.safetensors").exists():
        raise AttributeError(name)
    return lambda: HERE / f"{name}.safetensors"

def nothing():
    return None

def not_shipped():
    return HERE / "not_shipped.safetensors"

def no_weights():
    return HERE / "good.md"

def relative():
    return "good.safetensors"

def outside():
    return HERE.parent / "outside.safetensors"

def fetching():
    with socket.socket() as connection:
        connection.settimeout(1)
        connection.connect_ex(("127.0.0.1", 9))
    return good()

def writing():
    (HERE / "seen.txt").write_text("asked")
    return good()

def with_torch():
    import torch

    return good()
"""
MODEL_CARD = """---
license: mit
library_name: popgen
sha256: {sha256}
---
# A sample
## Intended use
For tests.
## Data
None.
## Figures
None.
## Limits
It was never trained.
"""


def fill(folder: Path) -> None:
    """Write all these checkpoints into a folder, and one outside it; every one is a tiny model that nobody trained."""
    good, tensors = _untrained()
    text = good.recipe
    mine = {"encoder": ["mine.v1", "my-idea", "0.3"]}
    cards: dict[str, Mapping[str, Any]] = {
        "state": {"trained": {"place": {}}},
        "unnamed_parts": {"components": {}},
        "missing_part": {"components": {**good.components, **mine}},
        "untold_setting": {"recipe": text.replace("weight_decay = 0.0001\n", "")},
        "unknown_setting": {"recipe": text.replace("weight_decay", "weight_decline")},
        "other_groups": {"groups": good.groups[::-1]},
        "other_controls": {"controls": good.controls[1:]},
    }
    bias = tensors["decoder.heads.bias"]
    weights: dict[str, Mapping[str, Any]] = {
        "lost_weights": {name: of for name, of in tensors.items() if name != "decoder.heads.bias"},
        "not_numbers": {**tensors, "decoder.heads.bias": bias * float("nan")},
        "wild": {**tensors, "decoder.heads.bias": bias * 0},
    }
    for name in FILES:
        _ship(folder / f"{name}.safetensors", replace(good, **cards.get(name, {})), weights.get(name, tensors))
    _ship(folder.parent / "outside.safetensors", good, tensors)
    _damage(folder)


def _untrained() -> tuple[Any, dict[str, Any]]:
    """What is written of a tiny model whose notes are rare: its header and its weights."""
    import torch
    from tiny_recipe import TINY

    from popgen_core import __version__
    from popgen_core.assemble import assemble
    from popgen_core.checkpoint import Card as Header
    from popgen_core.model import Model
    from popgen_core.plugins import catalogue
    from popgen_core.recipe import read_recipe
    from popgen_core.train.save import components_of

    recipe = read_recipe("paper", catalogue(), TINY)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Model(assemble(recipe))
    with torch.no_grad():
        model.decoder.heads.bias.fill_(-5.0)
    sizes = model.sizes
    header = Header(
        recipe=recipe.toml(),
        groups=list(sizes.roll.groups),
        controls=[[name, size] for name, size in sizes.controls.parts],
        components=components_of(recipe, catalogue()),
        popgen=__version__,
    )
    return header, {name: value.numpy() for name, value in model.state_dict().items()}


def _ship(file: Path, header: Any, tensors: Mapping[str, Any]) -> None:
    from popgen_core.checkpoint import write_checkpoint

    write_checkpoint(file, tensors, header)
    _speak_of(file)


def _speak_of(file: Path) -> None:
    """A model card beside a file."""
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    file.with_suffix(".md").write_text(MODEL_CARD.format(sha256=sha256), encoding="utf-8")


def _damage(folder: Path) -> None:
    """What goes wrong with files and cards after they were written."""
    whole = (folder / "good.safetensors").read_bytes()
    damaged = {
        "cut_short": whole[:-100],
        "flipped": whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:],
        "foreign": b"\x02\0\0\0\0\0\0\0{}",
    }
    for name, content in damaged.items():
        (folder / f"{name}.safetensors").write_bytes(content)
        _speak_of(folder / f"{name}.safetensors")
    (folder / "no_card.md").unlink()
    lost = {
        "no_front": "---\n",
        "no_licence": "license: mit\n",
        "no_limits": "It was never trained.\n",
    }
    for name, text in lost.items():
        card = folder / f"{name}.md"
        card.write_text(card.read_text("utf-8").replace(text, ""), encoding="utf-8")
    (folder / "other_digest.md").write_text(MODEL_CARD.format(sha256="0" * 64), encoding="utf-8")


def _sample(name: str) -> Maker:
    return Maker(Card("checkpoint", f"{name.replace('_', '-')}.v1", f"shipped_samples:{name}", "a sample"))


PACKAGE.mkdir()
(PACKAGE / "__init__.py").write_text(SOURCE, encoding="utf-8")
sys.path.append(str(FOLDER))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

GOOD = _sample("good")
BROKEN = {
    "check_target_says_where_its_file_is": ("nothing", "not_shipped", "no_weights", "relative"),
    "check_file_lies_in_its_package": ("outside",),
    "check_asking_where_it_is_does_nothing_else": ("fetching", "writing", "with_torch"),
    "check_file_is_whole": ("cut_short", "flipped", "foreign", "state"),
    "check_model_card_lies_beside_it": ("no_card", "no_front", "no_licence", "no_limits"),
    "check_model_card_speaks_of_this_file": ("other_digest",),
    "check_its_components_are_installed": ("unnamed_parts", "missing_part"),
    "check_it_completes_its_recipe": ("untold_setting", "unknown_setting", "other_groups"),
    "check_it_loads": ("lost_weights", "other_controls"),
    "check_weights_are_numbers": ("not_numbers",),
    "check_it_plays": ("wild",),
}
MUTANTS = {check: [_sample(name) for name in names] for check, names in BROKEN.items()}
