"""Workers do any job that can be sent to them, and say why they cannot do one."""

from __future__ import annotations

import pytest

from popgen_core.corpus.pool import Pool, WorkerLimits
from popgen_core.errors import OutputError, PluginError

CODE = """
import os
from dataclasses import dataclass

from popgen_core.errors import OutputError


@dataclass
class Half:
    failing: str = ""
    what = "half of it"

    def begin(self):
        if self.failing == "begin":
            raise KeyError("no")
        return self.answer

    def answer(self, asked):
        if asked == 13:
            os._exit(2)
        if self.failing == "disk":
            raise OutputError("the disk is full")
        return asked / 2

    def lost(self, asked, reason, message):
        return reason
"""


@pytest.fixture
def half(tmp_path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "half_job.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)
    import half_job  # type: ignore[import-not-found]

    return half_job.Half


def done(job, asked) -> list:
    with Pool(job, 2, WorkerLimits()) as pool:
        answers = dict(pool.answers(asked))
    return [answers[number] for number in range(len(asked))]


def test_a_job_answers_each_thing_asked_and_has_its_word_for_what_was_lost(half) -> None:
    assert done(half(), [1, 2, 13, 4]) == [0.5, 1.0, "reader-died", 2.0]


def test_a_job_that_cannot_begin_ends_the_run_with_its_name(half) -> None:
    with pytest.raises(PluginError, match="half of it cannot be made: KeyError: 'no'"):
        done(half("begin"), [1])


def test_what_is_no_fault_of_a_thing_asked_ends_the_run(half) -> None:
    with pytest.raises(OutputError, match="the disk is full"):
        done(half("disk"), [1])


class OnlyHere:
    what = "a class that no worker can make"

    def __init__(self) -> None:
        self.state = 1

    def __setstate__(self, state) -> None:
        raise ImportError("not here")


def test_a_job_that_a_worker_cannot_import_ends_the_run() -> None:
    with pytest.raises(PluginError, match=r"the job of a worker cannot be made: (ImportError|ModuleNotFoundError)"):
        done(OnlyHere(), [1])
