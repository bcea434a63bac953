"""Checkpoints: one safetensors file with the weights and, in its header, the completed recipe and a sha256."""

from popgen_core.checkpoint.file import (
    ADAPTER,
    BEST,
    CHECKPOINT,
    SCHEMA,
    Card,
    checkpoint_bytes,
    digest_of,
    in_order,
    read_checkpoint,
    write_checkpoint,
)
from popgen_core.checkpoint.stored import STORED

__all__ = [
    "ADAPTER",
    "BEST",
    "CHECKPOINT",
    "SCHEMA",
    "STORED",
    "Card",
    "checkpoint_bytes",
    "digest_of",
    "in_order",
    "read_checkpoint",
    "write_checkpoint",
]
