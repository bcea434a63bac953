"""The verbs of the command line: help that is quick and has examples, JSON that parses, files that are skipped."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from popgen_cli.app import app

Popgen = Callable[..., Any]


def verbs(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every verb of the command line, as the words that one types."""
    children = getattr(command, "commands", None)
    if children is None:
        yield path
        return
    for name, child in children.items():
        yield from verbs(child, (*path, name))


def test_help_imports_neither_torch_nor_numpy() -> None:
    code = (
        "import sys; sys.argv = ['popgen', '--help']\n"
        "from popgen_cli.app import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'torch', 'numpy', 'pydantic', 'symusic', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Multi-track pop music in MIDI" in done.stdout


def test_these_are_the_verbs() -> None:
    assert {path[0] for path in verbs(get_command(app))} == {
        "doctor",
        "prepare",
        "songwriter",
        "train",
        "report",
        "score",
        "crossval",
        "generate",
        "explain",
        "reproduce",
        "show",
        "render",
        "eval",
        "eval-validate",
        "baseline",
        "compare",
        "listen",
        "plugins",
        "recipe",
        "demo",
    }


@pytest.mark.parametrize("path", list(verbs(get_command(app))), ids=" ".join)
def test_every_verb_has_help_with_an_example_of_itself(popgen: Popgen, path: tuple[str, ...]) -> None:
    done = popgen(*path, "--help")
    assert done.exit_code == 0
    assert f"Example: popgen {' '.join(path)}" in " ".join(done.stdout.split())


def test_the_version_is_told(popgen: Popgen) -> None:
    assert popgen("--version").stdout == "popgen 0.1.0\n"


def test_eval_goes_on_past_a_file_that_it_cannot_read_and_names_it(popgen: Popgen, half_good: Path) -> None:
    done = popgen("eval", half_good)
    assert done.exit_code == 0
    assert "overall" in done.stdout
    assert done.stderr.startswith("popgen: ")
    assert done.stderr.count("\n") == 1
    assert "text.mid" in done.stderr


def test_strict_ends_with_three_when_files_were_left_out(
    popgen: Popgen, half_good: Path, corpus_dir: Path, tmp_path: Path
) -> None:
    assert popgen("eval", half_good, "--strict").exit_code == 3
    assert popgen("prepare", half_good, "-o", tmp_path / "a", "--workers", 1, "--strict").exit_code == 3
    assert (tmp_path / "a" / "dataset.json").exists()
    assert popgen("prepare", half_good, "-o", tmp_path / "b", "--workers", 1).exit_code == 0
    assert popgen("eval", corpus_dir / "song-001.mid", "--strict").exit_code == 0


def test_prepare_tells_its_report_as_json(popgen: Popgen, half_good: Path, tmp_path: Path) -> None:
    done = popgen("prepare", half_good, "-o", tmp_path / "out", "--workers", 1, "--json")
    assert done.exit_code == 0
    report = json.loads(done.stdout)
    assert report["summary"] == {"accepted": 1, "repaired": 0, "skipped": 0, "refused": 1}
    assert [(row["file"], row["verdict"]) for row in report["files"]] == [
        ("song-001.mid", "accepted"),
        ("text.mid", "refused"),
    ]


def test_generate_tells_its_songs_as_json(popgen: Popgen, run_dir: Path, tmp_path: Path) -> None:
    words = ("--seconds", 8, "--tempo", 120, "--meter", "4/4", "--groups", "bass, drums", "--count", 2, "--json")
    done = popgen("generate", run_dir, "-o", tmp_path / "out", *words)
    assert done.exit_code == 0
    songs = json.loads(done.stdout)["songs"]
    assert [(Path(song["path"]).name, song["seconds"], list(song["groups"])) for song in songs] == [
        ("song-001.mid", 8.0, ["drums", "bass"]),
        ("song-002.mid", 8.0, ["drums", "bass"]),
    ]
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        f"song-00{number}.{ending}" for number in (1, 2) for ending in ("json", "mid", "toml")
    ]


def test_strict_chords_hold_a_model_to_chords_that_it_was_never_told_of(
    popgen: Popgen, run_dir: Path, tmp_path: Path
) -> None:
    words = ("--seconds", 8, "--tempo", 120, "--meter", "4/4", "--key", "C", "--key-strength", 1, "--chords", "C F")
    refused = popgen("generate", run_dir, "-o", tmp_path / "out", *words)
    assert refused.exit_code == 2
    assert "without the control chord" in refused.stderr
    done = popgen("generate", run_dir, "-o", tmp_path / "out", *words, "--strict-chords", "--json")
    assert done.exit_code == 0
    [song] = json.loads(done.stdout)["songs"]
    assert song["adherence"]["figures"]["chord_tones"]["value"] > 0.95


def test_generate_tells_the_density_beside_the_corpus(popgen: Popgen, run_dir: Path, tmp_path: Path) -> None:
    done = popgen("generate", run_dir, "-o", tmp_path / "out", "--seconds", 4)
    assert done.exit_code == 0
    assert "a second (corpus " in done.stdout


def test_eval_tells_its_report_as_json(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    done = popgen("eval", corpus_dir / "song-001.mid", "--json", "-")
    assert json.loads(done.stdout)["summary"]["overall"]["n"] == 1
    popgen("eval", corpus_dir / "song-001.mid", "--json", tmp_path / "scores.json")
    assert json.loads((tmp_path / "scores.json").read_text()) == json.loads(done.stdout)


def test_plugins_list_names_every_component_and_whose_it_is(popgen: Popgen) -> None:
    lines = [line.split() for line in popgen("plugins", "list").stdout.splitlines()]
    assert ["encoder", "cnn.v1", "popgen-encoders", "0.1.0"] in [line[:4] for line in lines]
    assert ["loss", "paper.v1", "popgen-core", "0.1.0"] in [line[:4] for line in lines]
    listed = json.loads(popgen("plugins", "list", "--json").stdout)
    assert [[row["kind"], row["name"]] for row in listed["components"]] == [line[:2] for line in lines]
    assert listed["problems"] == []


def test_recipes_are_listed_shown_and_checked(popgen: Popgen, tmp_path: Path) -> None:
    listed = popgen("recipe", "list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["demo", "paper", "paper.warm", "pop", "pop.v2"]
    shown = popgen("recipe", "show", "paper", "--set", "train.epochs=3").stdout
    assert "epochs = 3" in shown.splitlines()
    (tmp_path / "mine.toml").write_text(shown)
    assert popgen("recipe", "show", tmp_path / "mine.toml").stdout == shown
    assert popgen("recipe", "check", tmp_path / "mine.toml").stdout == f"{tmp_path / 'mine.toml'}: sound\n"


def test_show_draws_a_picture(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    done = popgen("show", corpus_dir / "song-001.mid", "-o", tmp_path / "song.png")
    assert done.stdout == f"{tmp_path / 'song.png'}\n"
    assert (tmp_path / "song.png").read_bytes().startswith(b"\x89PNG")
