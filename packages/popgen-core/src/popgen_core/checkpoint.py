"""Checkpoints: one safetensors file with the weights and, in its header, the completed recipe and a sha256.

Neither safetensors nor torch.save notices a flipped bit, so the header holds a digest of all tensors and of itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from popgen_core.errors import CheckpointError
from popgen_core.files import write_atomically

__all__ = ["BEST", "CHECKPOINT", "SCHEMA", "Card", "read_checkpoint", "write_checkpoint"]

SCHEMA = 1
CHECKPOINT = "last.safetensors"  # the newest one in the folder of a run
BEST = "best.safetensors"  # the one of the lowest validation loss
Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Card:
    """What a checkpoint says of itself.

    `recipe` is completed TOML; `components` maps kind to [name, distribution, version]; `corpus` holds what
    generation compares with and needs: notes a second, programs by group; `trained` epochs, steps and losses.
    """

    recipe: str
    groups: list[str]
    controls: list[list[Any]]
    components: dict[str, list[str]]
    corpus: dict[str, Any] = field(default_factory=dict)
    trained: dict[str, Any] = field(default_factory=dict)
    popgen: str = ""
    schema: int = SCHEMA
    sha256: str = ""


def write_checkpoint(path: Path, tensors: Tensors, card: Card) -> str:
    """Write a checkpoint atomically -> its tensors' sha256."""
    digest = _digest(tensors)
    text = json.dumps({**asdict(card), "sha256": digest})
    header = {"popgen": text, "popgen_sha256": hashlib.sha256(text.encode()).hexdigest()}
    contiguous = {name: np.array(value, order="C") for name, value in tensors.items()}
    write_atomically(path, save(contiguous, metadata=header))
    return digest


def read_checkpoint(path: Path) -> tuple[Card, dict[str, NDArray[Any]]]:
    """A checkpoint's card and tensors. Raises CheckpointError for a missing, foreign, newer or damaged file."""
    if not path.is_file():
        raise CheckpointError(f"{path} is no checkpoint file", hint="give a .safetensors file or a run folder")
    try:
        with safe_open(path, framework="numpy") as opened:
            card = _card(path, opened.metadata() or {})
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path} is damaged or no safetensors file: {error}", hint="give a run folder") from error
    if _digest(tensors) != card.sha256:
        raise CheckpointError(f"{path} is damaged: its weights do not match their sha256", hint="use another copy")
    return card, tensors


def _card(path: Path, metadata: Mapping[str, str]) -> Card:
    """The card in a file's header, before any tensor is read: foreign weights may be of kinds that numpy lacks."""
    if (header := metadata.get("popgen")) is None:
        raise CheckpointError(f"{path} holds weights, but not popgen's", hint="popgen train writes such files")
    digest = hashlib.sha256(header.encode()).hexdigest()
    if metadata.get("popgen_sha256") != digest:
        raise CheckpointError(f"{path} is damaged: its header does not match its sha256", hint="use another copy")
    values = json.loads(header)
    if not isinstance(values, dict):
        raise CheckpointError(f"{path} is damaged: its header is no card", hint="use another copy")
    if values.get("schema") != SCHEMA:
        raise CheckpointError(
            f"{path} has checkpoint schema {values.get('schema')}, this popgen reads {SCHEMA}",
            hint="use the popgen version that wrote it: " + str(values.get("popgen")),
        )
    return Card(**values)


def _digest(tensors: Tensors) -> str:
    total = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name]
        total.update(f"{name} {value.dtype} {value.shape}".encode())
        total.update(value.tobytes())
    return total.hexdigest()
