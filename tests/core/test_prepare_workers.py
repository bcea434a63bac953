"""Files that kill, stall or starve the process that reads them cost one row each, and never the run."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.pool import WorkerLimits, default_workers
from popgen_core.corpus.prepare import prepare
from popgen_core.corpus.settings import PrepareSettings
from popgen_core.music import Song, Track, notes_from, song_to_midi

# a grouper that does what a track's name says, as a fault in a library would
GROUPER = """
import os, pathlib, signal, sys, time
from popgen_core.groupers.merge import merged
from popgen_core.groupers.seven import Seven

class Faulty(Seven):
    def group(self, song):
        name = song.tracks[0].name
        if name == "killer":
            os._exit(3)
        if name == "crasher":
            os.kill(os.getpid(), signal.SIGSEGV)
        if name == "sleeper":
            pathlib.Path(os.environ["PID_FILE"]).write_text(str(os.getpid()))
            time.sleep(600)
        if name == "eater":
            bytearray(8 * 2**30)
        if name == "raiser":
            raise KeyError("a bug")
        if name == "talker":
            print("hello", flush=True)
            sys.stdin.read()
        if name == "dropper":
            return merged(song, self.groups, [("lead", "kept"), (None, "dropped")])
        if name == "poisoner":
            self.poisoned = True
        elif getattr(self, "poisoned", False):
            os._exit(4)
        return super().group(song)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "faulty_grouper.py").write_text(GROUPER)
    monkeypatch.syspath_prepend(tmp_path / "code")
    monkeypatch.setenv("PID_FILE", str(tmp_path / "pid"))
    (tmp_path / "midi").mkdir()
    return tmp_path / "midi"


def add(folder: Path, file: str, name: str = "piano", pitch: int = 60) -> None:
    song = Song(480, (Track(name, 0, False, notes_from([(0, 480, pitch, 64)])),))
    (folder / file).write_bytes(song_to_midi(song))


def run(folder: Path, workers: int, seconds: float = 30.0) -> dict[str, tuple[str, str]]:
    report = prepare(
        folder,
        folder.parent / "out",
        PrepareSettings(grouper_target="faulty_grouper:Faulty"),
        workers=workers,
        worker_limits=WorkerLimits(seconds=seconds),
    )
    return {row.file: (row.reason or row.verdict, row.message) for row in report.rows}


def test_a_hundred_songs_are_prepared_beside_a_killer_and_a_sleeper(folder: Path) -> None:
    for number in range(100):
        add(folder, f"{number:02}.mid", pitch=20 + number)
    add(folder, "05-killer.mid", "killer")
    add(folder, "10-sleeper.mid", "sleeper")
    rows = run(folder, workers=2, seconds=2.0)
    assert rows["05-killer.mid"] == ("reader-died", "its reader died (exit code 3)")
    assert rows["10-sleeper.mid"] == ("too-slow", "reading it took more than 2 seconds")
    assert sum(reason == "accepted" for reason, _ in rows.values()) == 100
    assert len(Dataset.open(folder.parent / "out")) == 100
    again = prepare(folder, folder.parent / "out", PrepareSettings(grouper_target="faulty_grouper:Faulty"))
    assert again.already  # what killed its reader is known by its bytes too


def test_each_fault_has_its_reason(folder: Path) -> None:
    for name in ("crasher", "eater", "raiser", "talker"):
        add(folder, f"{name}.mid", name)
    rows = run(folder, workers=1)
    assert rows["crasher.mid"] == ("reader-died", "its reader died (signal SIGSEGV)")
    assert rows["eater.mid"][0] == "out-of-memory"
    assert rows["raiser.mid"] == ("reader-failed", "KeyError: 'a bug'")
    assert rows["talker.mid"] == ("accepted", "")  # what it prints is no answer, what it reads is nobody's request


def test_a_file_is_not_blamed_for_what_an_earlier_one_did_to_the_worker(folder: Path) -> None:
    add(folder, "a.mid", "poisoner")
    for number in range(3):
        add(folder, f"b{number}.mid", pitch=60 + number)
    assert {reason for reason, _ in run(folder, workers=1).values()} == {"accepted"}


def test_notes_that_the_grouper_drops_are_counted(folder: Path) -> None:
    tracks = [Track("dropper", 0, False, notes_from([(0, 480, 60, 64)]))]
    tracks.append(Track("others", 9, False, notes_from([(0, 480, 60, 64), (480, 480, 62, 64)])))
    (folder / "a.mid").write_bytes(song_to_midi(Song(480, tuple(tracks))))
    row = prepare(
        folder, folder.parent / "out", PrepareSettings(grouper_target="faulty_grouper:Faulty"), workers=1
    ).rows[0]
    assert (row.groups, row.dropped) == ({"lead": 1}, 2)


def test_the_default_is_the_cores_that_this_process_may_use() -> None:
    command = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    command += "from popgen_core.corpus.pool import default_workers; print(default_workers())"
    alone = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert alone.stdout.strip() == "1"
    assert default_workers() == len(os.sched_getaffinity(0))


def test_workers_never_import_torch(folder: Path) -> None:
    command = "import sys, popgen_core.corpus.worker, popgen_core.corpus; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_ends_its_workers(folder: Path, sent: signal.Signals) -> None:
    """After Ctrl-C, as after a kill, no process is left; what was done is."""
    add(folder, "a.mid")
    add(folder, "b.mid", "sleeper")
    script = f"""
        import sys
        sys.path.insert(0, {str(folder.parent / "code")!r})
        from popgen_core.corpus.pool import WorkerLimits
        from popgen_core.corpus.prepare import prepare
        from popgen_core.corpus.settings import PrepareSettings
        prepare({str(folder)!r}, {str(folder.parent / "x" / "out")!r}, workers=2,
                settings=PrepareSettings(grouper_target="faulty_grouper:Faulty"),
                worker_limits=WorkerLimits(seconds=1e6))
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stderr=subprocess.PIPE)
    try:
        sleeper = int(wait_for(folder.parent / "pid"))
        done = wait_for(folder.parent / "x" / "out" / "unfinished" / "files.jsonl")
        parent.send_signal(sent)
        errors = parent.communicate(timeout=9)[1]  # less than the pool waits for a worker that nobody ends
    finally:
        parent.kill()
    if sent == signal.SIGINT:
        assert b"KeyboardInterrupt" in errors
        assert json.loads(done)["row"]["file"] == "a.mid"
    assert ends(sleeper)


def wait_for(path: Path) -> str:
    for _ in range(600):
        if path.exists() and (text := path.read_text()):
            return text
        time.sleep(0.1)
    raise TimeoutError(path)


def ends(process: int) -> bool:
    """Whether a process is gone, or only waits to be collected, within five seconds."""
    for _ in range(50):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                time.sleep(0.1)
                continue
        return True
    return False
