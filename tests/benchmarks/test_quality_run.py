from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.quality import minute
from benchmarks.quality.__main__ import main

from popgen_core.music.midi import song_to_midi
from popgen_core.songwriter import write_songs

SONGS, BARS = 3, 12


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    for number, song in enumerate(write_songs(3, seed=9)):
        (folder / f"{number}.mid").write_bytes(song_to_midi(song))
    return folder


def arguments(out: Path, run: Path, dataset: Path, real: Path) -> list[str]:
    sizes = ["--songs", str(SONGS), "--bars", str(BARS), "--long", "0", "--workers", "1"]
    return ["--out", str(out), "--system", f"tiny={run}", "--real", str(real), "--training", str(dataset), *sizes]


@pytest.mark.slow
def test_the_verdict_is_written_and_goes_on_where_it_was_stopped(
    tmp_path: Path, tiny_run: Path, tiny_dataset: Path, real: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minute, "RUNS", 1)
    given = arguments(tmp_path, tiny_run, tiny_dataset, real)
    assert main(given) == 0
    table = json.loads((tmp_path / "quality.json").read_text())
    assert table["judged"]["tiny"]["files"] == SONGS
    assert set(table["judged"]) == {"tiny", "real", "markov", "shuffled-bars", "one-bar"}
    assert table["judged"]["real"]["figures"]["overall"]["n"] == 3
    verdicts = {target["asked"]: target["verdict"] for target in table["targets"]["tiny"]}
    assert verdicts["`overall` at least 0.9 of real's"] == "not judged"
    text = (tmp_path / "quality.md").read_text()
    assert "| `overall` |" in text
    assert "nan" not in text

    songs = sorted((tmp_path / "songs" / "tiny").glob("*.mid"))
    before = {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in songs}
    (tmp_path / "figures" / "markov.json").unlink()
    songs[1].unlink()
    assert main(given) == 0
    assert songs[1].read_bytes() == before[songs[1]][1]
    assert songs[0].stat().st_mtime_ns == before[songs[0]][0]
    assert json.loads((tmp_path / "quality.json").read_text()) == table


def test_songs_of_another_length_are_never_mixed_with_those_there(
    tmp_path: Path, tiny_run: Path, tiny_dataset: Path, real: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "songs" / "tiny").mkdir(parents=True)
    of_others = {"made_of": {}, "made": {"checkpoint": "another", "bars": BARS}}
    (tmp_path / "songs" / "tiny" / "made-by.json").write_text(json.dumps(of_others))
    assert main(arguments(tmp_path, tiny_run, tiny_dataset, real)) == 4
    assert "songs of another checkpoint" in capsys.readouterr().err


def test_two_systems_of_one_name_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--out", str(tmp_path), "--real", "x", "--training", "y", "--system", "a=1", "--system", "a=2"]
    assert main(given) == 2
    assert "one name" in capsys.readouterr().err
