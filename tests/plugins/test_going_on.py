"""Commands beside broken plug-ins, in real processes: those that need none of them do not even wait for one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from faults import FAULTS, environment, popgen, shop_of_faults
from plugin_shop import GOOD, Shop

from popgen_core import api

QUICK = ",".join(["good-one", "good-two", *(name for name in FAULTS if name != "sleepy")])


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop of faults, and of one plug-in more, which no Python code can survive."""
    shop = shop_of_faults(tmp_path_factory.mktemp("shop"))
    shop.install("deadly", "\n".join(["import os", "os._exit(7)", GOOD.replace("\n    ", "\n")]))
    return shop.folder


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one song."""
    folder = tmp_path_factory.mktemp("music") / "songs"
    api.write_songs(folder)
    return folder


def test_a_song_is_written(broken: Path, tmp_path: Path) -> None:
    done = popgen(broken, "songwriter", "write", "-o", tmp_path / "songs")
    assert (done.returncode, done.stdout) == (0, f"1 songs in {tmp_path / 'songs'}\n")


def test_a_recipe_is_checked(broken: Path) -> None:
    done = popgen(broken, "recipe", "check", "paper")
    assert (done.returncode, done.stdout, done.stderr) == (0, "paper: sound\n", "")


def test_a_folder_is_examined(broken: Path, songs: Path) -> None:
    done = popgen(broken, "doctor", songs, "--json", "--workers", 1)
    assert done.returncode == 0
    assert [row["verdict"] for row in json.loads(done.stdout)["files"]] == ["accepted"]


def test_a_song_is_judged_by_a_sound_stranger_too(broken: Path, songs: Path) -> None:
    done = popgen(broken, "eval", songs, "--also", "waves.v1", "--json", "-", POPGEN_PLUGINS=QUICK)
    assert done.returncode == 0
    assert json.loads(done.stdout)["files"][0]["scores"]["waves"] == 1.0


def test_whoever_asks_for_one_that_is_not_there_hears_what_is_broken(broken: Path, songs: Path) -> None:
    done = popgen(broken, "doctor", songs, "--grouper", "jazzy.v1", POPGEN_PLUGINS=QUICK)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("popgen: no grouper is named 'jazzy.v1' (there are: good.v1, program.v1, seven.v1; ")
    assert "raises 2.5: entry point raises = raises cannot be loaded: ValueError: no luck; " in done.stderr
    assert "loud 2.5" not in done.stderr  # it prints, and is there


def test_whoever_asks_for_one_that_two_offer_is_told_how_to_choose(broken: Path, songs: Path) -> None:
    done = popgen(broken, "doctor", songs, "--grouper", "good.v1", POPGEN_PLUGINS=QUICK)
    said = "popgen: grouper 'good.v1' is offered by good-one 2.5 and by rival 2.5 (say whose: good-one:good.v1)\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_only_who_looks_for_a_stranger_is_ended_by_one_that_ends_the_process(broken: Path) -> None:
    assert popgen(broken, "plugins", "list", POPGEN_PLUGINS="deadly").returncode == 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_ends_a_plug_in_that_hangs_hears_which_it_was(tmp_path: Path, number: signal.Signals) -> None:
    started = tmp_path / "started"
    Shop(tmp_path).install("endless", f"import time\nopen({str(started)!r}, 'w').close()\ntime.sleep(600)")
    command = [sys.executable, "-m", "popgen_cli", "plugins", "list"]
    running = subprocess.Popen(command, env=environment(tmp_path), stdout=-1, stderr=-1, text=True)
    until = time.monotonic() + 60
    while not started.exists() and time.monotonic() < until:
        time.sleep(0.02)
    running.send_signal(number)
    out, said = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert said == (
        "popgen: interrupted while the plug-in endless 2.5 (endless) was loading; POPGEN_PLUGINS=off keeps it out\n"
    )
