"""Figures of sets and against training sets: learned once, judged on both sides, never the end of a run."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from strangers import Broken, SameTempo, SongsAndWindows

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_core.errors import PopgenError, RecipeError
from popgen_core.music.midi import song_to_midi
from popgen_core.music.song import TEMPO, Song, Track, notes_from, rows
from popgen_eval.api import evaluate, evaluate_songs
from popgen_eval.judging.song import over_windows


@pytest.fixture
def song_at(track):
    """A song of so many bars at a tempo."""

    def made(bpm: int, bars: int = 12) -> Song:
        tempos = rows(TEMPO, [(0, 60_000_000 // bpm)])
        return Song(480, (track("lead", (0, 480, 60), (480, 480, 64), bars=bars),), tempos)

    return made


def test_a_set_evaluator_is_handed_the_windows_of_all_songs_of_both_sides(song_at) -> None:
    report = evaluate_songs(
        [song_at(120, 70), song_at(100)], reference=[song_at(90)] * 3, evaluators=[SongsAndWindows()]
    )
    found = {name: score.value for name, score in report.sets.items()}
    assert found == {"songs": 2, "windows": 3, "real_songs": 3, "real_windows": 3}
    assert report.sets["songs"].note == "as songs"
    assert report.names == ()  # no single song has them
    assert report.to_json()["set"]["songs"] == {"value": 2.0, "note": "as songs"}


def test_only_first_windows_count_where_only_those_are_judged(song_at) -> None:
    report = evaluate_songs([song_at(120, 70)], reference=[song_at(90)], evaluators=[SongsAndWindows()], window="first")
    assert report.sets["windows"].value == 1


def test_a_training_set_is_learned_once_and_judges_both_sides(song_at) -> None:
    SameTempo.times_learned = 0
    report = evaluate_songs(
        [song_at(120), song_at(100)],
        reference=[song_at(80)],
        training=[song_at(120), song_at(120), song_at(100), song_at(60)],
        evaluators=[SameTempo()],
    )
    assert report.values("same_tempo") == [0.5, 0.25]
    assert report.reference is not None
    assert report.reference.values("same_tempo") == [0.0]
    assert [dict(row.notes) for row in report.files] == [{"same_tempo": "like song 2"}, {"same_tempo": "like song 3"}]
    assert report.learned == report.names == ("same_tempo",)
    assert SameTempo.times_learned == 1


def test_files_and_folders_do_as_songs_do(tmp_path: Path, song_at) -> None:
    for folder, tempos in (("mine", (120, 100)), ("real", (80,)), ("taught", (120, 120, 100, 60))):
        (tmp_path / folder).mkdir()
        for number, bpm in enumerate(tempos):
            (tmp_path / folder / f"{number}.mid").write_bytes(song_to_midi(song_at(bpm)))
    report = evaluate(
        tmp_path / "mine",
        reference=tmp_path / "real",
        training=tmp_path / "taught",
        also=[SameTempo(), SongsAndWindows()],
    )
    assert report.values("same_tempo") == [0.5, 0.25]
    assert report.sets["real_songs"].value == 1
    assert report.settings["training"] == str(tmp_path / "taught")
    assert report.files[0].notes["same_tempo"] == f"like {tmp_path / 'taught' / '1.mid'}"
    assert report.songs == ()


def test_one_that_fails_leaves_its_figures_undefined(song_at) -> None:
    songs = {"reference": [song_at(90)], "training": [song_at(90)]}
    of_sets = evaluate_songs([song_at(120)], **songs, evaluators=[Broken("set")])
    assert of_sets.sets["broken"].reason == "Broken failed: ZeroDivisionError: of no use"
    taught = evaluate_songs([song_at(120)], **songs, evaluators=[Broken("training")])
    assert taught.files[0].reasons["broken"] == "Broken cannot learn the training set: ZeroDivisionError: of no use"


def test_references_that_cannot_be_read_leave_the_figures_of_sets_undefined(tmp_path: Path, song_at) -> None:
    (tmp_path / "a.mid").write_bytes(song_to_midi(song_at(120)))
    (tmp_path / "b.mid").write_text("no music")
    report = evaluate(tmp_path / "a.mid", reference=tmp_path / "b.mid", evaluators=[SongsAndWindows()])
    assert math.isnan(report.sets["songs"].value)
    assert report.sets["songs"].reason == "no reference could be read"


def test_what_lacks_what_it_needs_is_refused_with_the_remedy(song_at) -> None:
    with pytest.raises(RecipeError, match=r"SongsAndWindows judges scope 'set' \(it needs reference songs\)"):
        evaluate_songs([song_at(120)], also=[SongsAndWindows()])
    with pytest.raises(RecipeError, match=r"SameTempo judges scope 'training' \(it needs a training set\)"):
        evaluate_songs([song_at(120)], reference=[song_at(90)], also=[SameTempo()])


def test_a_training_set_that_nobody_looks_at_is_refused(tmp_path: Path, song_at) -> None:
    (tmp_path / "a.mid").write_bytes(song_to_midi(song_at(120)))
    with pytest.raises(RecipeError, match="no evaluator here compares with a training set"):
        evaluate(tmp_path / "a.mid", training=tmp_path, evaluators=["note_coherence.v1"])


def test_a_training_folder_without_songs_is_refused(tmp_path: Path, song_at) -> None:
    (tmp_path / "a.mid").write_bytes(song_to_midi(song_at(120)))
    (tmp_path / "taught").mkdir()
    (tmp_path / "taught" / "b.mid").write_text("no music")
    with pytest.raises(PopgenError, match="no file of the training set can be read"):
        evaluate(tmp_path / "a.mid", training=tmp_path / "taught", also=[SameTempo()])


def test_of_a_dataset_the_training_part_is_learned(tmp_path: Path, song_at) -> None:
    pytest.importorskip("torch")
    from popgen_core.corpus.dataset import Dataset
    from popgen_core.corpus.prepare import prepare

    (tmp_path / "midi").mkdir()
    for number in range(12):
        pitches = np.random.default_rng(number).integers(48, 84, 48)
        notes = notes_from([(place * 480, 400, int(pitch), 80) for place, pitch in enumerate(pitches)])
        song = Song(480, (Track("lead", 0, False, notes),), song_at(60 + 5 * number).tempos)
        (tmp_path / "midi" / f"{number}.mid").write_bytes(song_to_midi(song))
    prepare(tmp_path / "midi", tmp_path / "dataset", workers=1)
    split = Dataset.open(tmp_path / "dataset").split
    assert split is not None
    assert split.train
    assert split.test
    report = evaluate(tmp_path / "midi", training=tmp_path / "dataset", evaluators=[SameTempo()])
    copied = {Path(row.path).name for row in report.files if row.scores["same_tempo"] > 0}
    assert copied == set(split.train)


def test_a_song_of_several_windows_scores_their_mean_or_the_most_of_any() -> None:
    pieces = [Piece(Song(480, ()))] * 2
    measures = [Measure("mean", "", 0, 9, "none", ""), Measure("most", "", 0, 9, "none", "", "max")]
    scored = [{"mean": Score(1.0), "most": Score(1.0)}, {"mean": Score(4.0), "most": Score(4.0, note="there")}]
    row = over_windows("song", pieces, measures, scored)
    assert (dict(row.scores), dict(row.notes)) == ({"mean": 2.5, "most": 4.0}, {"most": "there"})


def test_an_evaluator_asked_for_without_what_it_needs_is_refused_and_not_passed_over(song_at) -> None:
    with pytest.raises(RecipeError, match="judges scope 'training'"):
        evaluate_songs([song_at(120)], also=["copying.v1"])


def test_the_end_of_a_training_song_is_learned_too(song_at) -> None:
    heard: list[tuple[int, int]] = []

    class Listening(SameTempo):
        def learn(self, training):
            heard.extend((piece.bars, len(piece.parts[0].onset)) for _, piece in training)
            return lambda piece: {}

    evaluate_songs([song_at(120)], evaluators=[Listening()], training=[song_at(90, bars=40)])
    assert heard == [(32, 64), (8, 16)]
