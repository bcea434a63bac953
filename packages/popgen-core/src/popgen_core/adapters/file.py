"""The file of an adapter: low ranks in half precision, the sha256 of the checkpoint that it belongs to, its facts."""

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

from popgen_core import __version__
from popgen_core.checkpoint import ADAPTER, digest_of, in_order
from popgen_core.errors import CheckpointError
from popgen_core.files import write_atomically

__all__ = [
    "BEST_ENDING",
    "ENDING",
    "SCHEMA",
    "Adapter",
    "AdapterCard",
    "adapter_file",
    "adapters_in",
    "read_adapter",
    "write_adapter",
]

SCHEMA = 1
ENDING = ".adapter.safetensors"
BEST_ENDING = f".best{ENDING}"  # of the one of the lowest validation loss
DIGEST = f"{ADAPTER}_sha256"
Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class AdapterCard:
    """What an adapter says of itself: the sha256 of the checkpoint file that it `belongs` to, its `rank`, the completed
    `recipe` (TOML) that it was trained with, facts of its `corpus`, and how it was `trained`."""

    belongs: str
    rank: int
    recipe: str
    corpus: dict[str, Any] = field(default_factory=dict)
    trained: dict[str, Any] = field(default_factory=dict)
    popgen: str = __version__
    schema: int = SCHEMA
    sha256: str = ""


@dataclass(frozen=True)
class Adapter:
    """An adapter that was read: its card, its `tensors` by matrix and side, and the sha256 of the whole file."""

    file: Path
    card: AdapterCard
    tensors: Tensors
    sha256: str


def write_adapter(path: Path, tensors: Tensors, card: AdapterCard) -> None:
    """Write an adapter whole or not at all, in half precision: a product of low ranks needs no more."""
    halved = {name: np.array(value, dtype=np.float16, order="C") for name, value in tensors.items()}
    text = json.dumps({**asdict(card), "sha256": digest_of(halved)})
    content = save(halved, metadata={ADAPTER: text, DIGEST: hashlib.sha256(text.encode()).hexdigest()})
    write_atomically(path, in_order(content))  # so that the same adapter is the same file


def read_adapter(path: Path) -> Adapter:
    """An adapter's file, or that of the run in a folder. Raises CheckpointError for what is none, or damaged."""
    file = adapter_file(path)
    try:
        content = file.read_bytes()
        with safe_open(file, framework="numpy") as opened:
            card = _card(file, opened.metadata() or {})
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise CheckpointError(f"{file} is damaged or no safetensors file: {error}", hint="use another copy") from error
    if digest_of(tensors) != card.sha256:
        raise CheckpointError(f"{file} is damaged: its tensors do not match their sha256", hint="use another copy")
    return Adapter(file, card, tensors, hashlib.sha256(content).hexdigest())


def adapter_file(path: Path) -> Path:
    """The adapter that a user means: a file, or the newest one in a run's folder. It bears the folder's name or, where
    that is another by now, is the only one there. Raises CheckpointError."""
    own = path / f"{path.resolve().name}{ENDING}" if path.is_dir() else path
    found = [own] if own.is_file() or not path.is_dir() else adapters_in(path)
    if len(found) > 1:
        raise CheckpointError(
            f"{path} holds several adapters: {', '.join(file.name for file in found)}", hint="name one of them"
        )
    if found and found[0].is_file():
        return found[0]
    what = f"{path} holds no adapter" if path.is_dir() else f"{path} is no adapter file"
    raise CheckpointError(what, hint="popgen train DATASET --start CHECKPOINT --adapter -o RUN writes one")


def adapters_in(folder: Path) -> list[Path]:
    """The adapters in a folder by name, without those of a lowest validation loss, which runs keep beside theirs."""
    return sorted(file for file in folder.glob(f"*{ENDING}") if not file.name.endswith(BEST_ENDING))


def _card(file: Path, metadata: Mapping[str, str]) -> AdapterCard:
    if (text := metadata.get(ADAPTER)) is None:
        raise CheckpointError(f"{file} is no adapter", hint="--style takes what popgen train --adapter writes")
    if metadata.get(DIGEST) != hashlib.sha256(text.encode()).hexdigest():
        raise CheckpointError(f"{file} is damaged: its header does not match its sha256", hint="use another copy")
    values = json.loads(text)
    if values.get("schema") != SCHEMA:
        raise CheckpointError(
            f"{file} has adapter schema {values.get('schema')}, this popgen reads {SCHEMA}",
            hint="use the popgen version that wrote it: " + str(values.get("popgen")),
        )
    return AdapterCard(**values)
