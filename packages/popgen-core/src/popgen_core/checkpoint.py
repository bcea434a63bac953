"""Checkpoints: one safetensors file with the weights and, in its header, the completed recipe and a sha256.

Neither safetensors nor torch.save notices a flipped bit, so the header holds a digest of all tensors.
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

__all__ = ["SCHEMA", "Card", "read_checkpoint", "write_checkpoint"]

SCHEMA = 1
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
    header = {"popgen": json.dumps({**asdict(card), "sha256": digest})}
    contiguous = {name: np.array(value, order="C") for name, value in tensors.items()}
    write_atomically(path, save(contiguous, metadata=header))
    return digest


def read_checkpoint(path: Path) -> tuple[Card, dict[str, NDArray[Any]]]:
    """A checkpoint's card and tensors. Raises CheckpointError for a missing, foreign, newer or damaged file."""
    if not path.is_file():
        raise CheckpointError(f"{path} is no checkpoint file", hint="give a .safetensors file or a run folder")
    try:
        with safe_open(path, framework="numpy") as opened:
            header = (opened.metadata() or {}).get("popgen")
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"{path} is damaged or no safetensors file: {error}", hint="use another copy") from error
    if header is None:
        raise CheckpointError(f"{path} holds weights, but not popgen's", hint="popgen train writes such files")
    values = json.loads(header)
    if values.get("schema") != SCHEMA:
        raise CheckpointError(
            f"{path} has checkpoint schema {values.get('schema')}, this popgen reads {SCHEMA}",
            hint="use the popgen version that wrote it: " + str(values.get("popgen")),
        )
    if _digest(tensors) != values["sha256"]:
        raise CheckpointError(f"{path} is damaged: its weights do not match their sha256", hint="use another copy")
    return Card(**values), tensors


def _digest(tensors: Tensors) -> str:
    total = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name]
        total.update(f"{name} {value.dtype} {value.shape}".encode())
        total.update(value.tobytes())
    return total.hexdigest()
