"""The starter is made anew by one command: corpus, dataset, training, all that broke off goes on."""

from __future__ import annotations

import csv
import json
import shutil
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from lead_sheets import drummers_folder, pop909_folder
from starter_shop import PACKAGE, module_of

from popgen_core.checkpoint import read_checkpoint
from popgen_core.errors import DatasetError, OutputError, RecipeError, Refused
from popgen_core.music import song_to_midi
from popgen_core.songwriter import write_song
from popgen_core.train.report import TrainReport

LICENCES = {"one.mid": "CC0-1.0", "two.mid": "GPL-2.0+", "three.mid": "BSD-3-Clause"}
TEXTS = (
    "freedoom.COPYING.adoc",
    "CREDITS-MUSIC",
    "simutrans.music.credits",
    "simutrans.ARTISTIC",
    "easyrpg.AUTHORS.md",
)


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three real songs to train on, one of them under the GPL, one to measure on; two of POP909; three drummers."""
    folder = tmp_path_factory.mktemp("corpora")
    for name in ("permissive/train", "permissive/valid", "permissive/LICENSES", "pop909/songs"):
        (folder / name).mkdir(parents=True)
    rows = ["file\tsplit\tlicence\tsource"]
    for number, (name, licence) in enumerate(LICENCES.items()):
        (folder / "permissive" / "train" / name).write_bytes(song_to_midi(write_song(number)))
        rows.append(f"train/{name}\ttrain\t{licence}\tfreedoom/{name}")
    rows.append("valid/four.mid\tvalid\tCC0-1.0\tfreedoom/four.mid")
    (folder / "permissive" / "MANIFEST.tsv").write_text("\n".join(rows) + "\n")
    for text in TEXTS:
        (folder / "permissive" / "LICENSES" / text).write_text(f"{text}: by somebody")
    for name in ("001", "002"):
        pop909_folder(folder / "pop909" / "songs", name)
    drummers_folder(folder / "groove")
    return folder


@pytest.fixture(scope="module")
def corpus() -> ModuleType:
    return module_of("corpus")


def test_the_corpus_is_what_may_be_trained_on_and_says_whose_it_is(
    corpora: Path, corpus: ModuleType, tmp_path: Path
) -> None:
    corpus.make(corpora, tmp_path / "made", arranged=1, written=2)
    with (tmp_path / "made" / "MANIFEST.tsv").open(newline="") as opened:
        rows = {row["file"]: row["licence"] for row in csv.DictReader(opened, delimiter="\t")}
    assert rows == {
        "real/one.mid": "CC0-1.0",
        "real/three.mid": "BSD-3-Clause",
        "arranged/001.mid": "MIT and CC-BY-4.0",
        "written/song-001.mid": "CC0-1.0",
        "written/song-002.mid": "CC0-1.0",
    }
    assert all((tmp_path / "made" / file).is_file() for file in rows)
    assert len(list((tmp_path / "made").rglob("*.mid"))) == len(rows)
    text = (tmp_path / "made" / "ATTRIBUTION.md").read_text()
    for said in ("| 1 | BSD-3-Clause | freedoom |", "- freedoom/one.mid (CC0-1.0)", "CREDITS-MUSIC: by somebody"):
        assert said in text
    assert "two.mid" not in text
    assert "does not speak of the songs" in text
    assert "Learning to Groove" in text


def test_a_corpus_that_is_missing_or_made_already_is_one_line(
    corpora: Path, corpus: ModuleType, tmp_path: Path
) -> None:
    with pytest.raises(DatasetError, match=r"has no permissive/MANIFEST\.tsv"):
        corpus.make(tmp_path, tmp_path / "made")
    assert not (tmp_path / "made").exists()
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError):
        corpus.make(corpora, tmp_path / "made")


def test_sources_columns_and_counts_are_asked_for_before_anything_is_made(
    corpora: Path, corpus: ModuleType, tmp_path: Path
) -> None:
    shutil.copytree(corpora, lacking := tmp_path / "lacking")
    (lacking / "permissive" / "LICENSES" / "CREDITS-MUSIC").unlink()
    with pytest.raises(DatasetError, match=r"has no permissive/LICENSES/CREDITS-MUSIC"):
        corpus.make(lacking, tmp_path / "made", arranged=0)
    shutil.copy(corpora / "permissive" / "LICENSES" / "CREDITS-MUSIC", lacking / "permissive" / "LICENSES")
    (lacking / "permissive" / "MANIFEST.tsv").write_text("file\tsplit\n")
    with pytest.raises(DatasetError, match=r"has no column licence, source \("):
        corpus.make(lacking, tmp_path / "made", arranged=0)
    for counts in ({"arranged": -1}, {"written": -1}):
        with pytest.raises(RecipeError, match=r"-1 songs "):
            corpus.make(corpora, tmp_path / "made", **counts)
    assert not (tmp_path / "made").exists()


def test_easyrpgs_musicians_are_named_without_its_painters(corpus: ModuleType) -> None:
    rows = (
        "├⠀ `A b.mid` | 2010 |  Ann [CC-BY] | https://a",
        "├⠀ `A.png` | 2011 | Bob | None",
        "└⠀ `C.mid` | 2012 | Cy | None",
    )
    assert (
        corpus.easyrpg_musicians("\n".join(("**Music**|", *rows)))
        == "`A b.mid` | 2010 | Ann [CC-BY] | https://a\n`C.mid` | 2012 | Cy | None"
    )


def test_a_rebuild_that_is_interrupted_says_so_and_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = module_of("rebuild")
    told = {"epochs": 0, "steps": 1, "first_loss": 1.0, "loss": 1.0, "valid_loss": 1.0, "best_loss": 1.0}
    told |= {"best_epoch": 0, "frames_per_second": 1.0, "peak_bytes": 1}
    for stopped, code in (("stopped by SIGINT", 130), ("", 0)):
        report = TrainReport(tmp_path, tmp_path / "last.safetensors", **told, stopped=stopped)
        monkeypatch.setattr(module, "rebuild", lambda *_, report=report: report)
        monkeypatch.setattr("sys.argv", ["rebuild.py", "-o", str(tmp_path), "--corpora", str(tmp_path)])
        assert module.main() == code
    heard = capsys.readouterr()
    assert "interrupted; what is whole is kept" in heard.err
    assert heard.out == f"{tmp_path / 'last.safetensors'}\n"


@pytest.mark.parametrize("script", ["rebuild", "corpus"])
def test_ctrl_c_before_the_training_is_one_line_too(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    module = module_of(script)
    monkeypatch.setattr(module, {"rebuild": "rebuild", "corpus": "make"}[script], interrupted)
    monkeypatch.setattr("sys.argv", [f"{script}.py", "-o", str(tmp_path), "--corpora", str(tmp_path)])
    assert module.main() == 130
    assert capsys.readouterr().err.startswith(f"{script}.py: interrupted; ")


SHORT = (
    *(
        "train.epochs=1",
        "width=32",
        "encoder.channels=8",
        "backbone.layers=1",
        "backbone.heads=2",
        "backbone.feed_forward=32",
    ),
    *("backbone.window=64", "backbone.keep=48", "train.window=64", "decoder.rank=4", "train.save_minutes=0"),
    *("train.batch=4", "train.micro_batch=2"),
)


@pytest.mark.slow
def test_one_command_makes_the_weights_and_goes_on_where_it_broke_off(corpora: Path, tmp_path: Path) -> None:
    rebuild = module_of("rebuild").rebuild
    changes = (*SHORT, "train.times={real = 0.2, arranged = 0.1, written = 0.1}")
    (tmp_path / "run").mkdir()  # of a run that was broken off before it began
    made = rebuild(corpora, tmp_path, changes, arranged=2, written=1).checkpoint
    card, tensors = read_checkpoint(made)
    assert 'name = "starter"' in card.recipe
    assert card.corpus["songs"] == 5
    assert {"MIT and CC-BY-4.0", "CC0-1.0", "BSD-3-Clause"} == set(card.corpus["passport"]["licences"])
    again = rebuild(corpora, tmp_path, changes, arranged=2, written=1).checkpoint
    assert all((read_checkpoint(again)[1][name] == value).all() for name, value in tensors.items())
    assert (PACKAGE / "starter.toml").exists()
    with pytest.raises(Refused, match=r"was made for something else: changes: \[.*now \[\] \(ask for the same again"):
        rebuild(corpora, tmp_path, (), arranged=2, written=1)


@pytest.mark.slow
def test_what_a_user_sets_is_said_last(corpora: Path, tmp_path: Path) -> None:
    rebuild = module_of("rebuild").rebuild
    rebuild(corpora, tmp_path, (*SHORT, "train.times={real = 0.2, written = 0.1}"), arranged=0, written=1)
    times = tomllib.loads((tmp_path / "run" / "recipe.toml").read_text())["train"]["times"]
    assert times == {"real": 0.2, "written": 0.1}


def test_another_corpus_than_was_asked_for_is_refused_before_anything_is_made(corpora: Path, tmp_path: Path) -> None:
    rebuild = module_of("rebuild").rebuild
    (tmp_path / "corpus").mkdir()
    with pytest.raises(Refused, match=r"does not say in asked\.json what it was made for"):
        rebuild(corpora, tmp_path, (), arranged=0)
    asked = {"arranged": 909, "written": 300, "changes": []}
    (tmp_path / "asked.json").write_text(json.dumps(asked))
    with pytest.raises(Refused, match=r"was made for something else: arranged: 909, now 0 \("):
        rebuild(corpora, tmp_path, (), arranged=0)
    with pytest.raises(RecipeError, match=r"train\.epoch"):
        rebuild(corpora, tmp_path, ("train.epoch=1",))
    assert json.loads((tmp_path / "asked.json").read_text()) == asked
    assert sorted(path.name for path in tmp_path.iterdir()) == ["asked.json", "corpus"]


def test_settings_may_be_others_until_the_training_begins(tmp_path: Path) -> None:
    check = module_of("rebuild").check_asked
    first = {"arranged": 1, "written": 2, "changes": ["train.epochs=1"]}
    other = {**first, "changes": []}
    check(tmp_path, first, begun=False)
    (tmp_path / "corpus").mkdir()
    check(tmp_path, other, begun=False)
    check(tmp_path, other, begun=True)
    with pytest.raises(Refused, match=r"changes: \[\], now \['train\.epochs=1'\]"):
        check(tmp_path, first, begun=True)


def test_without_pop909_there_are_no_arrangements(corpora: Path, corpus: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "permissive").symlink_to(corpora / "permissive", target_is_directory=True)
    rows = corpus.make(tmp_path / "corpora", tmp_path / "made", arranged=0, written=1)
    assert [row.file for row in rows] == ["real/one.mid", "real/three.mid", "written/song-001.mid"]
    said = (tmp_path / "made" / "ATTRIBUTION.md").read_text()
    assert "POP909" not in said
    assert "Groove" not in said
    with pytest.raises(DatasetError, match="has no pop909/songs"):
        corpus.make(tmp_path / "corpora", tmp_path / "other", arranged=1)
