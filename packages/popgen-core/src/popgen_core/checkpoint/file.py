"""Checkpoints as files: written whole, read whole or refused.

Neither safetensors nor torch.save notices a flipped bit, so the header holds a digest of all tensors, as they are
stored, and of itself.
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

from popgen_core.checkpoint.stored import FLOAT, HALF, INT8, Tensors, restored, stored
from popgen_core.errors import CheckpointError
from popgen_core.files import write_atomically

__all__ = [
    "ADAPTER",
    "BEST",
    "CHECKPOINT",
    "SCHEMA",
    "Card",
    "checkpoint_bytes",
    "digest_of",
    "in_order",
    "read_checkpoint",
    "write_checkpoint",
]

SCHEMA = 1  # of files whose weights are stored as they are, which every popgen reads
SMALL = 2  # of those that store them in fewer bytes
WAYS = {SCHEMA: (FLOAT,), SMALL: (HALF, INT8)}
CHECKPOINT = "last.safetensors"  # the newest one in the folder of a run
ADAPTER = "popgen_adapter"  # under which the header of an adapter's file, which is none, tells of itself
BEST = "best.safetensors"  # the one of the lowest validation loss


@dataclass(frozen=True)
class Card:
    """What a checkpoint says of itself.

    `recipe` is completed TOML; `components` maps kind to [name, distribution, version]; `corpus` holds what
    generation compares with and needs: notes a second, programs by group; `trained` epochs, steps and losses;
    `weights` how their numbers are stored, one of `STORED`: written again they are stored in the same way.
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
    weights: str = FLOAT


def write_checkpoint(path: Path, tensors: Tensors, card: Card) -> str:
    """Write a checkpoint atomically -> the sha256 of its tensors as they are stored."""
    content, digest = checkpoint_bytes(tensors, card)
    write_atomically(path, content)
    return digest


def checkpoint_bytes(tensors: Tensors, card: Card) -> tuple[bytes, str]:
    """A checkpoint's file, and the sha256 of its tensors as they are stored, which is as `card.weights` says."""
    kept = stored(tensors, card.weights)
    told = {**asdict(card), "schema": SCHEMA if card.weights == FLOAT else SMALL, "sha256": (digest := digest_of(kept))}
    if card.weights == FLOAT:
        del told["weights"]  # which a popgen from before there was a choice does not know
    text = json.dumps(told)
    header = {"popgen": text, "popgen_sha256": hashlib.sha256(text.encode()).hexdigest()}
    contiguous = {name: np.array(value, order="C") for name, value in kept.items()}
    content = save(contiguous, metadata=header)
    del contiguous  # as large as the content, of which another is made
    return in_order(content), digest


def read_checkpoint(path: Path) -> tuple[Card, dict[str, NDArray[Any]]]:
    """A checkpoint's card and its tensors, in float32 however they are stored.

    Raises CheckpointError for a missing, foreign, newer or damaged file.
    """
    if not path.is_file():
        if path.name == CHECKPOINT and any(path.parent.glob("*.adapter.safetensors")):
            what = f"{path.parent} holds an adapter and no checkpoint"
            raise CheckpointError(what, hint="name the checkpoint that it belongs to, and the adapter with --style")
        raise CheckpointError(f"{path} is no checkpoint file", hint="give a .safetensors file or a run folder")
    try:
        with safe_open(path, framework="numpy") as opened:
            card = _card(path, opened.metadata() or {})
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path} is damaged or no safetensors file: {error}", hint="give a run folder") from error
    if digest_of(tensors) != card.sha256:
        raise CheckpointError(f"{path} is damaged: its weights do not match their sha256", hint="use another copy")
    try:
        return card, tensors if card.weights == FLOAT else restored(tensors)
    except ValueError as error:
        raise CheckpointError(f"{path} is damaged: {error}", hint="use another copy") from error


def in_order(content: bytes) -> bytes:
    """The same file with its header's fields in order: safetensors leaves that to chance, and so the sha256."""
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # tensors begin at a multiple of 8
    return b"".join((len(text).to_bytes(8, "little"), text, memoryview(content)[start:]))


def _card(path: Path, metadata: Mapping[str, str]) -> Card:
    """The card in a file's header, before any tensor is read: foreign weights may be of kinds that numpy lacks."""
    if ADAPTER in metadata:
        hint = "name the checkpoint that it belongs to, and the adapter with --style"
        raise CheckpointError(f"{path} is an adapter, no checkpoint", hint=hint)
    if (header := metadata.get("popgen")) is None:
        raise CheckpointError(f"{path} holds weights, but not popgen's", hint="popgen train writes such files")
    digest = hashlib.sha256(header.encode()).hexdigest()
    if metadata.get("popgen_sha256") != digest:
        raise CheckpointError(f"{path} is damaged: its header does not match its sha256", hint="use another copy")
    values = json.loads(header)
    if not isinstance(values, dict):
        raise CheckpointError(f"{path} is damaged: its header is no card", hint="use another copy")
    if (schema := values.get("schema")) not in WAYS:
        raise CheckpointError(
            f"{path} has checkpoint schema {schema}, this popgen reads {' and '.join(map(str, WAYS))}",
            hint="use a newer popgen, as that which wrote it",
        )
    if wrong := _wrong_in(values):
        raise CheckpointError(f"{path} is damaged: its header's {wrong}", hint="use another copy")
    card = Card(**values)
    if card.weights not in WAYS[card.schema]:
        raise CheckpointError(
            f"{path} stores its weights as {card.weights!r}, which is no way", hint="use another copy"
        )
    return card


def _wrong_in(values: Mapping[str, Any]) -> str:
    """Which field of a card is not what it must be, or "": its digest says that it was written so, not that it fits."""
    fields = {"recipe": str, "groups": list, "controls": list, "components": dict, "corpus": dict, "trained": dict}
    for name, kind in {**fields, "popgen": str, "sha256": str}.items():
        if not isinstance(values.get(name, kind()), kind):
            return f"{name} is {values[name]!r:.40}"
    for kind, row in values.get("components", {}).items():
        if not isinstance(row, list) or len(row) != 3 or not all(isinstance(word, str) for word in row):
            return f"components.{kind} is {row!r:.40}, not name, distribution and version"
    corpus, tables = values.get("corpus", {}), ("notes_per_second", "thickness", "programs", "ranges", "polyphony")
    return next((f"corpus.{each} is {corpus[each]!r:.40}" for each in tables if not _is_table(corpus, each)), "")


def _is_table(corpus: Mapping[str, Any], name: str) -> bool:
    return isinstance(corpus.get(name) or {}, dict)


def digest_of(tensors: Tensors) -> str:
    """The sha256 of tensors: of their names in order, kinds, shapes and bytes."""
    total = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name]
        total.update(f"{name} {value.dtype} {value.shape}".encode())
        total.update(value.tobytes())
    return total.hexdigest()
