"""The processes that train one model together, each on its share of the windows; one alone asks nobody."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Generic, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.rendezvous import rendezvous

from popgen_core.contracts.tensors import RhythmValues, Target
from popgen_core.errors import PopgenError

__all__ = ["Processes", "Share", "device_here", "joined", "silenced"]

T = TypeVar("T")
JOIN_SECONDS = 120.0  # torchrun starts all at once; this covers the import of torch on a busy machine
ANSWER_SECONDS = 600.0  # the longest that one may be busy alone: writing a state, drawing a curve
BACKENDS = {"cpu": "gloo", "cuda": "cpu:gloo,cuda:nccl"}  # figures and objects need no GPU
SIGNS_OF_LOSS = ("/gloo/", "pair closure", "Connection closed by peer", "Connection reset by peer")


@dataclass(frozen=True)
class Share(Generic[T]):
    """The part of a micro-batch that one process takes.

    Where a micro-batch is smaller than the number of processes, some take its first item as a stand-in, so that
    every process makes the same calls; `counts` is then False: its target is to be `silenced`, and its rows are left
    out of the norms (`norm.counting`).
    """

    items: Sequence[T]
    counts: bool = True


@dataclass(frozen=True)
class Processes:
    """One of `size` processes that train one model: its number from 0, and where its tensors live.

    Every method but `share` is to be called by all of them, in the same order.
    """

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the one that writes and prints."""
        return self.rank == 0

    def sum(self, values: Tensor) -> Tensor:
        """Values of any shape -> their sums over the processes, the same on each."""
        if self.size == 1:
            return values
        total = values.detach().clone()
        dist.all_reduce(total)
        return total

    def agree(self, flag: bool) -> bool:
        """Whether one of them says so, such as the one that a signal reached."""
        return bool(self.sum(torch.tensor(int(flag))) > 0)

    def first(self, value: T) -> T:
        """What the first process says."""
        if self.size == 1:
            return value
        said = [value]
        dist.broadcast_object_list(said, src=0, device=torch.device("cpu"))
        return said[0]

    def gather(self, value: T) -> list[T]:
        """What each process says, by its number."""
        if self.size == 1:
            return [value]
        said: list[T | None] = [None] * self.size
        dist.all_gather_object(said, value)
        return said  # type: ignore[return-value]

    def share(self, items: Sequence[T]) -> Share[T]:
        """This process's contiguous part of at least one item; parts differ by one item at most."""
        start, stop = (len(items) * number // self.size for number in (self.rank, self.rank + 1))
        return Share(items[start:stop]) if start < stop else Share(items[:1], counts=False)

    def barrier(self) -> None:
        """Wait until all are here."""
        self.sum(torch.zeros(1))


def silenced(target: Target) -> Target:
    """The same target outside the song: no frame counts, no onset is asked for."""
    values = target.rhythm
    return replace(
        target,
        mask=torch.zeros_like(target.mask),
        where=tuple(index[:0] for index in target.where),  # type: ignore[arg-type]
        rhythm=RhythmValues(values.velocity[:0], values.duration[:0], values.offset[:0]),
    )


@contextmanager
def joined(join_seconds: float = JOIN_SECONDS, answer_seconds: float = ANSWER_SECONDS) -> Iterator[Processes]:
    """The processes that torchrun started, as long as they are together; one alone where it did not.

    Raises PopgenError when not all of them come within `join_seconds`, or when one ends or is silent for longer than
    `answer_seconds`.
    """
    rank, here, size = _asked()
    processes = Processes(device_here(here), rank, size)
    if size == 1:
        yield processes
        return
    _meet(processes, join_seconds, answer_seconds)
    try:
        _count(processes)
        yield processes
    except RuntimeError as error:
        if not (isinstance(error, dist.DistError) or any(sign in str(error) for sign in SIGNS_OF_LOSS)):
            raise
        raise PopgenError(
            f"process {rank} of {size} lost another: it ended, or was silent for {answer_seconds:g} seconds",
            hint="what the other one wrote says why; then go on with --resume",
        ) from error
    finally:
        dist.destroy_process_group()


def _asked() -> tuple[int, int, int]:
    """Number of this process in all and on this machine, and how many there are, as torchrun tells it."""
    if "WORLD_SIZE" not in os.environ:
        return 0, 0, 1
    try:
        rank, here, size = (int(os.environ[name]) for name in ("RANK", "LOCAL_RANK", "WORLD_SIZE"))
    except (KeyError, ValueError) as error:
        raise PopgenError(
            f"WORLD_SIZE asks for {os.environ['WORLD_SIZE']} processes, but RANK or LOCAL_RANK is missing or no number",
            hint="start them by torchrun --nproc-per-node N -m popgen_cli train ..., or unset WORLD_SIZE",
        ) from error
    return rank, here, size


def device_here(here: int = 0) -> torch.device:
    """The GPU of process `here` of this machine, or the CPU where there is none."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    if here >= torch.cuda.device_count():
        raise PopgenError(
            f"process {here + 1} of this machine finds {torch.cuda.device_count()} GPUs; each needs its own",
            hint="start as many processes as there are GPUs, or hide these with CUDA_VISIBLE_DEVICES=",
        )
    torch.cuda.set_device(here)
    return torch.device("cuda", here)


def _meet(processes: Processes, join_seconds: float, answer_seconds: float) -> None:
    try:
        store, _, _ = next(rendezvous("env://", timeout=timedelta(seconds=join_seconds)))
        dist.init_process_group(
            BACKENDS[processes.device.type],
            store=store,
            rank=processes.rank,
            world_size=processes.size,
            timeout=timedelta(seconds=answer_seconds),
        )
    except (RuntimeError, ValueError) as error:
        raise PopgenError(
            f"asked for {processes.size} processes, not all answered within {join_seconds:g} seconds: "
            + " ".join(str(error).split()),
            hint="start them by torchrun --nproc-per-node N -m popgen_cli train ...",
        ) from error


def _count(processes: Processes) -> None:
    """Refuse a world of another size than was asked for, as some launchers make it without a word."""
    answered = int(processes.sum(torch.ones(1)))
    if not answered == dist.get_world_size() == processes.size:
        raise PopgenError(
            f"asked for {processes.size} processes, {answered} answered",
            hint="start them by torchrun --nproc-per-node N -m popgen_cli train ...",
        )
