"""How much memory training takes: reckoned before the first step, and the most that was held after the last."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor

from popgen_core.errors import RecipeError
from popgen_core.train.step import Before, Stepper, Turn
from popgen_core.train.windows import Windows

__all__ = ["free_bytes", "out_of_memory", "peak_bytes", "refuse_too_large"]

COPIES = 4  # of every weight: itself, its gradient and Adam's two moments
TRANSIENT = 1.2  # the most at once beside what is saved for the gradient's way back; measured 0.9 to 1.1 (2026-11-22)
GROUP = Path("/sys/fs/cgroup")
WAITING = 2  # batches that lie ready: the one in use and the next


def refuse_too_large(stepper: Stepper, windows: Windows, batch: int, at_once: int) -> None:
    """Raise RecipeError where so many windows at once would not fit into memory, naming how many would.

    One window is tried, what it saves for the gradient counted, and the rest reckoned; where the free memory is not
    known nothing is refused.
    """
    told = [free for free in stepper.processes.gather(_share_of_free(stepper)) if free is not None]
    if not told:
        return
    free = min(told)  # of all processes, so that they agree
    count = _count(stepper, windows, batch, at_once)
    fixed, each = reckoned(stepper, windows, batch)
    needed = fixed + each * count
    if needed > free:
        fits = int((free - fixed) / each) * stepper.processes.size
        advice = (
            f"set train.micro_batch={fits} or less" if fits > 0 else "set train.batch lower, or train a smaller model"
        )
        raise RecipeError(
            f"{count} windows of {windows.window} frames at once need about {needed / 1e9:.1f} GB of memory, "
            f"free are {free / 1e9:.1f} GB",
            hint=advice,
        )


def _share_of_free(stepper: Stepper) -> int | None:
    """The free memory that this process may take: a GPU's is its own, a machine's is that of all processes on it."""
    free = free_bytes(stepper.device)
    if free is None or stepper.device.type == "cuda":
        return free
    return free // int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


def needed_bytes(stepper: Stepper, windows: Windows, batch: int, at_once: int) -> int:
    """The memory that training in steps of `batch` windows will take, `at_once` of them at a time."""
    fixed, each = reckoned(stepper, windows, batch)
    return round(fixed + each * _count(stepper, windows, batch, at_once))


def reckoned(stepper: Stepper, windows: Windows, batch: int) -> tuple[float, float]:
    """Bytes that are needed whatever goes through the model at once, and those that each window of it needs more."""
    try:
        saved, dense = bytes_of_a_window(stepper, windows)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise RecipeError(
            f"the memory does not hold one window of {windows.window} frames",
            hint="train a smaller model or shorter windows, or on another machine",
        ) from error
    lying = dense * min(batch, len(windows.tiles())) * WAITING // stepper.processes.size
    return COPIES * sum(p.numel() * p.element_size() for p in stepper.model.parameters()) + lying, saved * TRANSIENT


def _count(stepper: Stepper, windows: Windows, batch: int, at_once: int) -> int:
    """Windows that go through this process's model at once."""
    return -(-min(at_once, batch, len(windows.tiles())) // stepper.processes.size)


def bytes_of_a_window(stepper: Stepper, windows: Windows) -> tuple[int, int]:
    """What one window saves for the gradient's way back, and its dense rolls; the model stays as it was."""
    batch = windows.batch(windows.tiles()[:1])
    before, found = Before(stepper.model), {_own(p).untyped_storage().data_ptr() for p in stepper.model.parameters()}
    saved = 0

    def count(tensor: Tensor) -> Tensor:
        nonlocal saved
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in found:
            found.add(storage.data_ptr())
            saved += storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        stepper.learn(batch, batch.target.counted(), Turn(0.0), 0)
    stepper.optimizer.zero_grad(set_to_none=True)
    before.restore()
    tensors = (*vars(batch.inputs).values(), batch.target.onset, batch.target.active)
    return saved, sum(tensor.numel() * tensor.element_size() for tensor in tensors if tensor is not None)


def _own(parameter: Tensor) -> Tensor:
    """What this process holds of a parameter that several may share."""
    return parameter.to_local() if isinstance(parameter, DTensor) else parameter


def free_bytes(device: torch.device) -> int | None:
    """Memory that is free on a device, on a CPU within its container too; None where nobody tells."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    return min([free, *_left_in_group()])


def _left_in_group() -> list[int]:
    """What the container's control group (version 2, or 1) leaves to its processes, if it says."""
    for most, now in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            limit, used = ((GROUP / name).read_text(encoding="ascii").strip() for name in (most, now))
        except OSError:
            continue
        if limit.isdigit() and used.isdigit():
            return [max(int(limit) - int(used) + _cached((GROUP / now).with_name("memory.stat")), 0)]
    return []


def _cached(stat: Path) -> int:
    """Pages of files that a control group counts as used, though they are given up as soon as memory is wanted."""
    try:
        counts = dict(line.split() for line in stat.read_text(encoding="ascii").splitlines())
    except OSError:
        return 0
    return sum(int(counts.get(name, 0)) for name in ("inactive_file", "active_file"))


def peak_bytes(device: torch.device) -> int:
    """The most memory that this process has held so far: on a GPU its own, else the machine's."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    try:  # ru_maxrss counts what the parent held when it started this program, too
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, as PyTorch's allocators put it."""
    words = str(error)
    known = ("not enough memory", "can't allocate memory", "out of memory", "Cannot allocate memory")
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or any(word in words for word in known)
