"""Figures against a training set: a report names by a digest what was learned, and other sets are not compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from strangers import SameTempo

from popgen_core.errors import RecipeError
from popgen_core.music.midi import song_to_midi
from popgen_core.music.song import TEMPO, Song, rows
from popgen_eval.api import evaluate, evaluate_songs
from popgen_eval.comparison import Comparison, compare
from popgen_eval.judging import training
from popgen_eval.report import FileScores, Report

OTHER = "not compared, made against other training sets: copied"
UNSAID = "not compared, since {} not say against which training set: copied"


def report(*names: str, **settings: object) -> Report:
    """Twelve songs, `copied` held against a training set unless other figures are named."""
    names = names or ("mctd", "copied")
    files = tuple(FileScores(f"{at}.mid", dict.fromkeys(names, at / 100)) for at in range(12))
    return Report(files, names, learned=("copied",), settings=settings)


def figures_of(found: Comparison) -> list[str]:
    return [test.figure for test in found.contrasts[0].figures]


def test_what_was_made_against_one_training_set_is_compared_wherever_it_lies() -> None:
    here, there = report(training="a", training_sha256="12"), report(training="b", training_sha256="12")
    found = compare(here, there, paired=False, measures=())
    assert figures_of(found) == ["mctd", "copied"]
    assert not any("training sets" in line for line in found.remarks)


def test_what_was_made_against_two_training_sets_is_left_out_and_told() -> None:
    here, there = report(training="a", training_sha256="12"), report(training="a", training_sha256="34")
    found = compare(here, there, paired=False, measures=())
    assert figures_of(found) == ["mctd"]
    assert OTHER in found.remarks
    beside = compare(here, here, paired=False, reference=there, measures=())
    assert figures_of(beside) == ["mctd"]
    with pytest.raises(RecipeError, match="made against other training sets"):
        compare(report("copied", training_sha256="12"), report("copied", training_sha256="34"), paired=False)


@pytest.mark.parametrize("digest", [None, "", 12, ["12"]])
def test_a_side_that_names_no_training_set_is_not_believed(digest: object) -> None:
    here, silent = report(training_sha256="12"), report(training="a", training_sha256=digest)
    found = compare(here, silent, paired=False, measures=())
    assert figures_of(found) == ["mctd"]
    assert UNSAID.format("B does") in found.remarks
    assert UNSAID.format("A and B do") in compare(silent, report(), paired=False, measures=()).remarks


def test_without_figures_against_a_training_set_nothing_is_said_of_it() -> None:
    found = compare(report("mctd"), report("mctd", training_sha256="12"), paired=False, measures=())
    assert not any("training set" in line for line in found.remarks)


def song_at(track, bpm: int, pitch: int = 60) -> Song:
    tempos = rows(TEMPO, [(0, 60_000_000 // bpm)])
    return Song(480, (track("lead", (0, 480, pitch), (480, 480, 64), bars=12),), tempos)


def test_the_digest_is_that_of_the_music_and_of_nothing_else(track) -> None:
    one, two = song_at(track, 120), song_at(track, 100)
    digest = training.digest_of([("a", one), ("b", two)])
    assert len(digest) == 64
    assert training.digest_of([("x", two), ("y", one)]) == digest
    for other in ([("a", one)], [("a", one), ("b", one)], [("a", one), ("b", song_at(track, 100, pitch=61))]):
        assert training.digest_of(other) != digest
    meter = Song(two.ticks_per_quarter, two.tracks, two.tempos, rows(two.meters.dtype, [(0, 3, 4)]))
    assert training.digest_of([("a", one), ("b", meter)]) != digest


def test_files_and_songs_of_one_training_set_have_one_digest(tmp_path: Path, track) -> None:
    taught = [song_at(track, bpm) for bpm in (120, 100)]
    mine = tmp_path / "mine.mid"
    mine.write_bytes(song_to_midi(taught[0]))
    for folder, songs in (("here", taught), ("there", taught[::-1]), ("other", taught[:1])):
        (tmp_path / folder).mkdir()
        for number, song in enumerate(songs):
            (tmp_path / folder / f"{number}.mid").write_bytes(song_to_midi(song))
    made = {
        folder: evaluate(mine, training=tmp_path / folder, evaluators=[SameTempo()]).settings
        for folder in ("here", "there", "other")
    }
    assert made["here"]["training"] != made["there"]["training"]
    digests = [of["training_sha256"] for of in made.values()]
    assert digests[0] == digests[1] != digests[2]
    held = evaluate_songs([taught[0]], reference=[taught[1]], training=taught, evaluators=[SameTempo()])
    assert len(held.settings["training_sha256"]) == 64
    assert held.reference is not None
    assert held.reference.settings == held.settings
    assert "training_sha256" not in evaluate_songs([taught[0]], evaluators=["note_coherence.v1"]).settings


def test_a_report_says_so_and_numbers_stay_what_they_were(track) -> None:
    songs = [song_at(track, bpm) for bpm in (120, 100)]
    made = evaluate_songs(songs, training=songs, evaluators=[SameTempo()])
    assert made.to_json()["settings"]["training_sha256"] == made.settings["training_sha256"]
    assert np.array_equal(made.values("same_tempo"), [0.5, 0.5])
