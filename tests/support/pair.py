"""Two processes on this machine that do what a test asks, joined as torchrun would join them."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import queue
import socket
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from popgen_core.errors import PopgenError
from popgen_core.train.processes import joined

ANSWER_SECONDS = 60.0  # one that takes longer hangs


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def environment(rank: int, size: int, port: int) -> dict[str, str]:
    """What torchrun tells a process."""
    numbers = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": size, "MASTER_PORT": port}
    return {name: str(number) for name, number in numbers.items()} | {"MASTER_ADDR": "127.0.0.1"}


def serve(rank: int, port: int, gpus: bool, inbox: Any, outbox: Any) -> None:
    """One of the two: does jobs until it gets none."""
    os.environ.update(environment(rank, 2, port) | ({} if gpus else {"CUDA_VISIBLE_DEVICES": ""}))
    torch.set_num_threads(1)
    with joined() as processes:
        while asked := inbox.get():
            job, arguments = asked
            try:
                made = pickle.dumps((True, job(processes, *arguments)))
            except Exception:
                made = pickle.dumps((False, traceback.format_exc()))
            outbox.put(made)


class Pair:
    """Two processes, started once for many jobs, and anew when one of these fails."""

    def __init__(self, gpus: bool = False) -> None:
        self.gpus = gpus
        self.boxes: list[tuple[Any, Any]] = []
        self.children: list[Any] = []

    def start(self) -> None:
        """Two processes that wait for jobs."""
        context, port = multiprocessing.get_context("spawn"), free_port()
        self.boxes = [(context.Queue(), context.Queue()) for _ in range(2)]
        self.children = [
            context.Process(target=serve, args=(rank, port, self.gpus, *self.boxes[rank]), daemon=True)
            for rank in range(2)
        ]
        for child in self.children:
            child.start()

    def run(self, job: Callable[..., Any], *arguments: Any) -> list[Any]:
        """What job(processes, *arguments) returns in each."""
        if not self.children:
            self.start()
        for inbox, _ in self.boxes:
            inbox.put((job, arguments))
        try:
            return [self.answer(rank) for rank in range(2)]
        except AssertionError:
            self.close()
            raise

    def answer(self, rank: int) -> Any:
        """What one of them made, or its error."""
        try:
            done, made = pickle.loads(self.boxes[rank][1].get(timeout=ANSWER_SECONDS))
        except queue.Empty:
            raise AssertionError(f"process {rank} gave no answer in {ANSWER_SECONDS:g} seconds") from None
        assert done, f"process {rank} failed:\n{made}"
        return made

    def close(self) -> None:
        """Let both leave; kill those that hang."""
        for inbox, _ in self.boxes:
            inbox.put(None)
        for child in self.children:
            child.join(timeout=5)
            child.kill()
        self.boxes, self.children = [], []


def lose(rank: int, port: int, path: str) -> None:
    """Two processes of which the second dies; the first writes down what it is told."""
    os.environ.update(environment(rank, 2, port) | {"CUDA_VISIBLE_DEVICES": ""})
    try:
        with joined() as processes:
            if rank == 1:
                os._exit(3)
            for _ in range(3):
                processes.barrier()
    except PopgenError as error:
        Path(path).write_text(str(error))
