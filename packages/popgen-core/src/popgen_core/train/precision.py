"""In which numbers a model is trained: bfloat16 where the hardware has it, float32 elsewhere."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import torch

from popgen_core.contracts.training import TrainConfig

__all__ = ["has_bfloat16", "narrowed", "precision_of"]


def precision_of(config: TrainConfig, device: torch.device) -> str:
    """What a recipe's `precision` comes to on a device: "bfloat16" or "float32"."""
    if config.precision != "auto":
        return config.precision
    return "bfloat16" if has_bfloat16(device) else "float32"


def narrowed(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """Autocast to bfloat16, or nothing."""
    return torch.autocast(device.type, dtype=torch.bfloat16) if precision == "bfloat16" else nullcontext()


def has_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 arithmetic is in the hardware: on a CPU AVX512-BF16 or AMX, on a GPU compute 8.0 and up."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
