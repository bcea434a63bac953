"""The door of every command: nobody but popgen ends it in silence, and JSON is alone on stdout."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
import typer

from popgen_cli.doors import complain, door, shown_json
from popgen_cli.progress import progress


def test_a_command_that_something_ends_with_exit_code_0_has_failed(capfd: pytest.CaptureFixture[str]) -> None:
    def ended() -> None:
        sys.exit(0)

    with pytest.raises(typer.Exit) as left:
        door(ended)()
    assert left.value.exit_code == 1
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    line = ended.__code__.co_firstlineno + 1
    assert err.startswith(f"popgen: {__file__}:{line} ended the program with SystemExit: 0 (popgen did not finish; ")


def test_with_debug_the_traceback_is_shown_and_the_command_has_failed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POPGEN_DEBUG", "1")
    with pytest.raises(typer.Exit) as left:
        door(lambda: sys.exit(0))()
    assert left.value.exit_code == 1
    assert "Traceback" in capfd.readouterr().err


@pytest.mark.parametrize("wanted", [True, Path("-")])
def test_only_json_comes_out_where_it_is_asked_for(capfd: pytest.CaptureFixture[str], wanted: object) -> None:
    def loud(json: object) -> None:
        print("before")
        os.write(1, b"from C\n")
        shown_json({"a": 1})
        print("after")
        raise typer.Exit(3)

    with pytest.raises(typer.Exit):
        door(loud)(json=wanted)
    out, err = capfd.readouterr()
    assert json.loads(out) == {"a": 1}
    assert sorted(err.split("\n")) == ["", "after", "before", "from C"]


@pytest.mark.parametrize("wanted", [False, None, Path("file.json")])
def test_where_no_json_is_asked_for_on_the_screen_everything_comes_out(
    capfd: pytest.CaptureFixture[str], wanted: object
) -> None:
    door(lambda json: print("rows"))(json=wanted)
    assert capfd.readouterr() == ("rows\n", "")


def test_what_a_plug_in_says_cannot_steer_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    complain("no encoder\n'\x1b[2J' of é")
    assert capfd.readouterr().err == "popgen: no encoder '\\x1b[2J' of é\n"


def test_an_interrupt_that_a_library_swallowed_is_raised_at_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("popgen_cli.doors._interrupts", [15])
    with pytest.raises(KeyboardInterrupt), progress("writing") as show:
        show(1, 2)
