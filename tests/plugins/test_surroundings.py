"""What a stranger's module prints is held, what it changes is put back, and both are lines that name it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from importlib.metadata import distribution
from pathlib import Path

import pytest
from plugin_shop import GOOD, Shop

from popgen_core.plugins import Catalogue, surroundings
from popgen_core.plugins.loader import discover, offers_of
from popgen_core.plugins.surroundings import aside, watched

pytest_plugins = ("open_shop",)


def lines_of(shop: Shop, *statements: str) -> list[str]:
    """The problems of a good plug-in that also does this when it is imported; its component is there all the same."""
    shop.install("odd-one", "\n".join([*statements, GOOD.replace("\n    ", "\n")]))
    [entry] = distribution("odd-one").entry_points
    offers, problems = offers_of(entry)
    assert [offer.card.name for offer in offers] == ["waves.v1"]
    assert all(problem.loaded and problem.version == "2.5" for problem in problems)
    return [problem.message for problem in problems]


def test_a_quiet_plug_in_has_no_problem(shop: Shop) -> None:
    assert lines_of(shop, "import sys; print('to stderr', file=sys.stderr)") == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("print('hello')", "'hello'"),
        ("print('\\n one \\n two \\n three')", "'one' and 2 more"),
        ("import os; os.write(1, b'from C')", "'from C'"),
        ("import os; os.system('echo a child')", "'a child'"),
        ("print('\\033[2J' + 400 * 'x')", r"'\\x1b[2Jxxx"),
    ],
)
def test_what_is_printed_is_a_line_and_not_on_standard_output(
    shop: Shop, statement: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    [line] = lines_of(shop, statement)
    assert line.startswith(f"odd_one prints while it loads: {said}")
    assert len(line) < 400
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("import os; os.chdir('/')", "the working folder"),
        ("import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)", "the handler of SIGINT"),
        ("import signal; signal.signal(signal.SIGTERM, lambda *a: None)", "the handler of SIGTERM"),
        ("import io, sys; sys.stderr = io.StringIO()", "sys.stderr"),
        ("import io, sys; sys.stdout = io.StringIO()", "sys.stdout"),
    ],
)
def test_what_is_changed_is_put_back_and_said(shop: Shop, statement: str, said: str) -> None:
    def state() -> tuple[object, ...]:
        handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        return (sys.stdout, sys.stderr, os.getcwd(), *handlers)

    before = state()
    assert lines_of(shop, statement) == [f"odd_one changes while it loads: {said}"]
    assert state() == before


def test_a_plug_in_that_fails_is_put_back_too(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shop.install("bad-one", "import os; os.chdir('/'); print('bye'); 1 / 0")
    [entry] = distribution("bad-one").entry_points
    offers, problems = offers_of(entry)
    assert (offers, os.getcwd()) == ([], str(tmp_path))
    kinds = [problem.message.split(": ")[0] for problem in problems]
    assert kinds == [
        "entry point bad-one = bad_one cannot be loaded",
        "bad_one prints while it loads",
        "bad_one changes while it loads",
    ]
    assert not any(problem.loaded for problem in problems)


def test_a_plug_in_that_takes_long_is_told_by_its_seconds(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "SLOW_SECONDS", 0.2)
    [line] = lines_of(shop, "import time; time.sleep(0.26)")
    told = re.fullmatch(r"odd_one took (\d+\.\d) s to load; POPGEN_PLUGINS=off keeps it out", line)
    assert told
    assert 0.3 <= float(told[1]) < 5


def test_in_another_thread_the_folder_is_put_back_and_signals_are_left_alone() -> None:
    watching, changed, failed = threading.Event(), threading.Event(), []

    def import_something() -> None:
        try:
            with watched() as seen:
                os.chdir("/")
                watching.set()
                changed.wait(60)
            assert seen.changed == ("the working folder",)
        except BaseException as error:
            failed.append(error)

    here, before = os.getcwd(), signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=import_something)
    thread.start()
    watching.wait(60)
    ours = signal.default_int_handler
    signal.signal(signal.SIGTERM, ours)
    changed.set()
    thread.join()
    after = signal.signal(signal.SIGTERM, before)
    assert (os.getcwd(), after, failed) == (here, ours, [])


def test_where_nothing_can_be_stored_the_plug_in_loads_all_the_same(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full() -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(surroundings, "TemporaryFile", full)
    assert lines_of(shop, "import os; os.write(1, b'lost')") == []
    assert capfd.readouterr().out == ""


def test_what_a_chosen_component_prints_goes_to_stderr(shop: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    shop.install("loud", GOOD, "import os; print('hello'); os.write(1, b'C'); os.chdir('/')\nclass Waves: ...")
    here = os.getcwd()
    Catalogue(*discover()).load("encoder", "waves.v1")
    out, err = capfd.readouterr()
    assert (out, sorted(err.split())) == ("", ["C", "hello"])
    assert os.getcwd() == here


def run(code: str) -> subprocess.CompletedProcess[str]:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=buffered)


def test_what_we_had_printed_before_is_still_ours() -> None:
    code = """
import os
from popgen_core.plugins.surroundings import watched
print("ours", end=" ")  # waits in Python's buffer
with watched() as seen:
    print("theirs")  # as this does
print(seen.printed == "theirs\\n")
"""
    done = run(code)
    assert (done.stdout, done.stderr) == ("ours True\n", "")


REPLACING = """
import io, sys
from popgen_core.plugins.surroundings import watched
print("before")
with watched() as seen:
    sys.stdout = io.TextIOWrapper(sys.stdout.{})
    print("theirs")
print("after")
assert seen.changed == ("sys.stdout",) and seen.printed == "theirs\\n", seen
"""


@pytest.mark.parametrize("taken", ["buffer", "detach()"])
def test_a_stdout_built_out_of_ours_leaves_us_one_that_works(taken: str) -> None:
    done = run(REPLACING.format(taken))
    assert (done.stdout, done.stderr) == ("before\nafter\n", "")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("holding", ["watched", "aside"])
def test_a_stream_that_is_closed_is_said_and_opened_anew(stream: str, holding: str) -> None:
    code = f"""
import sys
from popgen_core.plugins.surroundings import *
for _ in range(2):
    with {holding}() as seen:
        sys.{stream}.close()
    print("ours é", file=sys.{stream})
    assert seen is None or seen.changed == ("sys.{stream}",), seen
"""
    done = run(code)
    out = "ours é\nours é\n"
    assert (done.stdout, done.stderr) == ((out, "") if stream == "stdout" else ("", out))


@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "1>&- 2>&-", "0<&- 2>&-"])
def test_a_program_without_an_output_loads_plug_ins_too(closed: str, tmp_path: Path) -> None:
    code = "from popgen_core.plugins.surroundings import *\nwith watched(): print(1)\nwith aside(): print(2)\n"
    (tmp_path / "code.py").write_text(code)
    done = subprocess.run(f"{sys.executable} {tmp_path / 'code.py'} {closed}", shell=True, timeout=60)
    assert done.returncode == 0


def test_aside_ends_with_the_error_that_was_raised(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="3"), aside():
        raise SystemExit(3)
    print("ours", flush=True)
    assert capfd.readouterr().out == "ours\n"
