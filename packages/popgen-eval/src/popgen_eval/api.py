"""The door of popgen-eval: MIDI files, folders or songs in, a Report out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, get_args

from popgen_core.analysis.piece import LEAST_BARS
from popgen_core.contracts.evaluator import Evaluator
from popgen_core.contracts.grouper import Grouper
from popgen_core.errors import PopgenError, RecipeError
from popgen_core.groupers.seven import Seven
from popgen_core.music.guard import ENDINGS
from popgen_core.music.song import Song
from popgen_eval.calibration import Scale, built_in, scale_from_file
from popgen_eval.judging.choosing import Chosen, choose
from popgen_eval.judging.files import Judged, Judging, judge_files
from popgen_eval.judging.scopes import learned, pieces_of_all, set_scores, with_learned
from popgen_eval.judging.song import HEADLINE_EVALUATORS, Windows, score_song
from popgen_eval.judging.training import digest_of, is_dataset, songs_of_dataset, songs_of_files
from popgen_eval.report import Report

__all__ = ["HEADLINE_EVALUATORS", "evaluate", "evaluate_songs", "midi_files"]

Paths = str | PathLike[str] | Iterable[str | PathLike[str]]
Progress = Callable[[int, int, str], None]  # files done, files in all, the file
Evaluators = Sequence[Evaluator | str]


def evaluate(
    paths: Paths,
    *,
    evaluators: Evaluators | None = None,
    also: Evaluators = (),
    reference: Paths | None = None,
    training: str | PathLike[str] | None = None,
    grouper: Grouper | None = None,
    bars: int = 32,
    window: Windows = "all",
    seed: int = 0,
    workers: int | None = None,
    anchors: str | PathLike[str] | None = None,
    keep_songs: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Judge MIDI files, or all MIDI files in folders, by every figure of popgen-eval or by the evaluators given.

    Evaluators are objects, or names of the catalogue such as "note_coherence.v1", strangers' ones too; `also` names
    some beside. `reference`: real songs, judged in the same way and compared with. `training`: what a model was
    trained on, a dataset that `prepare` made (its training part counts) or a folder of MIDI files.

    Each file is grouped (by seven.v1 unless told) and cut into windows of `bars` bars; a score is the mean over all
    windows where it is defined, or that of the first window; copying is of whole songs. A file that cannot be read is a
    row with `error`. Files are judged by `workers` processes (default: one a core for more than 16 files); their number
    changes no result. `keep_songs` keeps the grouped songs in the report, for pictures. `seed` is that of the
    bootstrap. `anchors`: a file that `popgen eval-validate --freeze` wrote, for calibrated scores, bands and marks in
    place of the release's.
    Raises PopgenError where there is no such file, no MIDI file in a folder, or windows are too short to judge.
    """
    _check(bars, window)
    own_scale = scale_from_file(anchors, bars) if anchors is not None else None
    chosen = choose(evaluators, also, reference=reference is not None, training=training is not None)
    groups = grouper or Seven()
    mine, real = midi_files(paths), midi_files(reference) if reference is not None else []
    taught = [] if training is None or is_dataset(Path(training)) else midi_files(training)
    if training is not None and not chosen.trainings:
        raise RecipeError("no evaluator here compares with a training set", hint="name one, or leave it away")
    told = _counter(progress, len(mine) + len(real) + len(taught))
    keep = keep_songs or bool(chosen.sets or chosen.trainings)
    judging = Judging(chosen.sent, groups, bars, window, keep)
    judged, beside = (judge_files(files, judging, workers, told) for files in (mine, real))
    settings = _settings(bars, window, groups, chosen, own_scale)
    songs: Iterable[tuple[str, Song]] = []
    if training is not None:
        settings["training"] = str(training)
        songs = songs_of_dataset(Path(training)) if not taught else []
    if taught:
        songs, unread = songs_of_files(taught, groups, workers, told)
        settings |= {"training_unread": unread} if unread else {}
    made = _Made(chosen, settings, seed, keep_songs, own_scale)
    return made.report(judged, beside if reference is not None else None, songs)


def evaluate_songs(
    songs: Iterable[Song],
    *,
    names: Sequence[str] | None = None,
    evaluators: Evaluators | None = None,
    also: Evaluators = (),
    reference: Iterable[Song] | None = None,
    training: Iterable[Song] | None = None,
    grouper: Grouper | None = None,
    bars: int = 32,
    window: Windows = "all",
    seed: int = 0,
    anchors: str | PathLike[str] | None = None,
    keep_songs: bool = False,
) -> Report:
    """Judge songs, grouped already or not, as `evaluate` does files; `names` are their rows' (default: song 1, ...)."""
    _check(bars, window)
    own_scale = scale_from_file(anchors, bars) if anchors is not None else None
    chosen = choose(evaluators, also, reference=reference is not None, training=training is not None)
    groups = grouper or Seven()

    def judged(given: Iterable[Song], labels: Sequence[str] | None = None) -> list[Judged]:
        songs = list(given)
        labels = _numbered(songs) if labels is None else labels
        options: dict[str, Any] = {"evaluators": chosen.pieces, "grouper": groups, "bars": bars, "window": window}
        return [Judged(*score_song(song, label, **options)) for label, song in zip(labels, songs, strict=True)]

    mine = judged(songs, names)
    real = judged(reference) if reference is not None else None
    taught = [groups.group(song).song for song in training or []]
    settings = _settings(bars, window, groups, chosen, own_scale)
    made = _Made(chosen, settings, seed, keep_songs, own_scale)
    return made.report(mine, real, zip(_numbered(taught), taught, strict=True))


def midi_files(paths: Paths) -> list[Path]:
    """The files named, and all MIDI files in the folders named and below them, sorted in each.

    Raises PopgenError where there is none, and for a folder that may not be read: its songs would be missing unsaid.
    """
    given = [paths] if isinstance(paths, str | PathLike) else list(paths)
    found: list[Path] = []
    for path in map(Path, given):
        if path.is_dir():
            files = (Path(place, name) for place, _, names in os.walk(path, onerror=_refuse_folder) for name in names)
            found.extend(sorted(file for file in files if file.suffix.lower() in ENDINGS and file.is_file()))
        elif path.exists():
            found.append(path)
        else:
            raise PopgenError(f"there is no file or folder {path}")
    if not found:
        raise PopgenError(f"no MIDI files in {', '.join(map(str, given))}", hint=f"they end in {', '.join(ENDINGS)}")
    return found


def _refuse_folder(error: OSError) -> None:
    said = f"folder {error.filename} cannot be read: {error.strerror}"
    raise PopgenError(said, hint="let it be read, or name the files to judge") from error


class _Made:
    """What turns judged songs into a report: the figures of sets and training sets added, songs kept or let go."""

    def __init__(
        self, chosen: Chosen, settings: dict[str, Any], seed: int, keep_songs: bool, own_scale: Scale | None
    ) -> None:
        self.chosen, self.settings, self.seed, self.keep_songs = chosen, settings, seed, keep_songs
        self.own_scale = own_scale

    def report(
        self, judged: Sequence[Judged], beside: Sequence[Judged] | None, training: Iterable[tuple[str, Song]]
    ) -> Report:
        """The report of these songs, that of the reference within it."""
        bars, window = self.settings["bars"], self.settings["window"]
        if self.chosen.trainings:
            training = list(training)
            self.settings = {**self.settings, "training_sha256": digest_of(training)}
        judges = learned(self.chosen.trainings, training, bars)
        judged = [with_learned(each, judges, bars, window) for each in judged]
        if beside is None:
            return self._report(judged)
        beside = [with_learned(each, judges, bars, window) for each in beside]
        pieces = [pieces_of_all(each, bars, window) for each in (judged, beside)] if self.chosen.sets else [[], []]
        return self._report(judged, self._report(beside), set_scores(self.chosen.sets, *pieces))

    def _report(self, judged: Sequence[Judged], reference: Report | None = None, sets: Any = None) -> Report:
        measures = self.chosen.measures
        names = self.chosen.names
        return Report(
            files=tuple(each.row for each in judged),
            names=names,
            measures={name: measures[name] for name in (*names, *(sets or {}))},
            learned=self.chosen.learned,
            sets=sets or {},
            reference=reference,
            settings=self.settings,
            seed=self.seed,
            songs=tuple(each.song for each in judged) if self.keep_songs else (),
            own_scale=self.own_scale,
        )


def _check(bars: int, window: Windows) -> None:
    if bars < LEAST_BARS:
        raise RecipeError(f"windows of {bars} bars cannot be judged", hint=f"{LEAST_BARS} bars or more can")
    if window not in get_args(Windows):
        raise RecipeError(f"window {window!r} is none of {', '.join(get_args(Windows))}")


def _counter(progress: Progress | None, total: int) -> Callable[[Path], None] | None:
    """What hears of each file and tells how many are done of all."""
    if progress is None:
        return None
    done = 0

    def told(path: Path) -> None:
        nonlocal done
        done += 1
        progress(done, total, path.name)

    return told


def _numbered(songs: Sequence[Song]) -> list[str]:
    return [f"song {number}" for number in range(1, len(songs) + 1)]


def _settings(bars: int, window: Windows, groups: Grouper, chosen: Chosen, own_scale: Scale | None) -> dict[str, Any]:
    """How a report is made: what two reports must share to be compared, and the anchors, where any are used.

    What was learned of a training set is named by `training_sha256`, once it was read.
    """
    made = {"bars": bars, "window": window, "grouper": _class_of(groups), "evaluators": dict(chosen.versions)}
    scale = (own_scale or built_in()).at(bars)
    return made | ({"anchors": scale.name} if scale.anchors else {})


def _class_of(grouper: Grouper) -> str:
    return f"{type(grouper).__module__}:{type(grouper).__qualname__}"
