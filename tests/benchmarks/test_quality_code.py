"""What an older popgen made is not taken for this one's: songs are refused, bits are found anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.quality import songs
from benchmarks.quality.bits import bits_of
from benchmarks.quality.code import JUDGING, WRITING, code_digest, digest_of_code, judging_digest

import popgen_core
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import CheckpointError, Refused
from popgen_core.generate.generator import Generator
from popgen_core.plugins import catalogue


def test_the_digest_of_code_knows_every_file_and_where_it_lies(tmp_path: Path) -> None:
    folder, file = tmp_path / "generate", tmp_path / "model.py"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "draw.py").write_text("one")
    file.write_text("two")
    before = digest_of_code([folder, file])
    assert digest_of_code([folder, file]) == before
    (folder / "notes.txt").write_text("no code")
    assert digest_of_code([folder, file]) == before
    (folder / "deep" / "draw.py").write_text("other")
    changed = digest_of_code([folder, file])
    (folder / "deep" / "draw.py").rename(folder / "draw.py")
    moved = digest_of_code([folder, file])
    file.write_text("three")
    assert len({before, changed, moved, digest_of_code([folder, file])}) == 4


def test_all_that_writes_and_judges_is_there() -> None:
    assert all((Path(popgen_core.__path__[0]) / name).exists() for name in (*WRITING, *JUDGING))


def test_songs_that_do_not_say_whose_they_are_are_refused(tiny_run: Path, tmp_path: Path) -> None:
    generator = Generator.load(tiny_run, catalogue())
    folder = tmp_path / "songs"
    songs.system_songs(generator, folder, 0, 32, print)
    (folder / "made-by.json").write_text("{")
    songs.system_songs(generator, folder, 0, 32, print)  # nothing lies there yet
    (folder / "made-by.json").write_text("{")
    (folder / "song-001.mid").write_bytes(b"")
    with pytest.raises(Refused, match="or does not say whose"):
        songs.system_songs(generator, folder, 0, 32, print)


def test_songs_of_other_code_are_refused(tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = Generator.load(tiny_run, catalogue())
    for _ in range(2):
        assert songs.system_songs(generator, tmp_path / "songs", 0, 32, print) == []
    monkeypatch.setattr(songs, "code_digest", lambda: "older")
    with pytest.raises(Refused, match="holds songs of another checkpoint, length or popgen"):
        songs.system_songs(generator, tmp_path / "songs", 0, 32, print)


def test_bits_of_other_code_are_found_anew(tiny_dataset: Path, tmp_path: Path) -> None:
    table = {"songs": [{"file": "a.mid", "bits": {"model": {"bits": 3.0, "beats": 2.0}}}], "exact": True}
    same = Dataset.open(tiny_dataset).sha256
    for code in (code_digest(), "older"):
        made_of = {"checkpoint": "c", "code": code, "judged_by": judging_digest(), "held_out": same, "training": same}
        (tmp_path / "bits.json").write_text(json.dumps({"made_of": made_of, "made": table}))
        if code != "older":
            found = bits_of(tmp_path / "none", "c", tiny_dataset, tiny_dataset, tmp_path / "bits.json")
            assert found["model"].a_beat == 1.5
            continue
        with pytest.raises(CheckpointError, match="none is no checkpoint file"):  # it is asked again
            bits_of(tmp_path / "none", "c", tiny_dataset, tiny_dataset, tmp_path / "bits.json")
