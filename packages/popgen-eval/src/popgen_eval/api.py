"""The door of popgen-eval: MIDI files, folders or songs in, a Report out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import get_args

from popgen_core.analysis.piece import LEAST_BARS
from popgen_core.contracts.evaluator import PieceEvaluator
from popgen_core.contracts.grouper import Grouper
from popgen_core.errors import PopgenError, RecipeError
from popgen_core.groupers.seven import Seven
from popgen_core.music.guard import ENDINGS, Reading, read_bytes, song_from_bytes
from popgen_core.music.song import Song
from popgen_eval.report import FileScores, Report
from popgen_eval.run import HEADLINE_EVALUATORS, Windows, evaluator_named, figure_names, score_song

__all__ = ["HEADLINE_EVALUATORS", "evaluate", "evaluate_songs", "midi_files"]

Paths = str | PathLike[str] | Iterable[str | PathLike[str]]


def evaluate(
    paths: Paths,
    *,
    evaluators: Sequence[PieceEvaluator | str] | None = None,
    grouper: Grouper | None = None,
    bars: int = 32,
    window: Windows = "all",
) -> Report:
    """Judge MIDI files, or all MIDI files in folders, by the headline figures or by the evaluators given.

    Evaluators are objects, or names of the catalogue such as "note_coherence.v1", strangers' ones too.

    Each file is grouped (by seven.v1 unless told) and cut into windows of `bars` bars; a score is the mean over all
    windows where it is defined, or that of the first window. A file that cannot be read is a row with `error`.
    Raises PopgenError where there is no such file, no MIDI file in a folder, or windows are too short to judge.
    """
    chosen, groups = _chosen(evaluators, bars, window), grouper or Seven()
    names = figure_names(chosen)
    files = [_judged(path, chosen, groups, bars, window) for path in midi_files(paths)]
    return Report(tuple(files), names)


def evaluate_songs(
    songs: Iterable[Song],
    *,
    names: Sequence[str] | None = None,
    evaluators: Sequence[PieceEvaluator | str] | None = None,
    grouper: Grouper | None = None,
    bars: int = 32,
    window: Windows = "all",
) -> Report:
    """Judge songs, grouped already or not, as `evaluate` does files; `names` are their rows' (default: song 1, ...)."""
    chosen, groups, songs = _chosen(evaluators, bars, window), grouper or Seven(), list(songs)
    labels = [f"song {number}" for number in range(1, len(songs) + 1)] if names is None else names
    files = [
        score_song(song, label, evaluators=chosen, grouper=groups, bars=bars, window=window)
        for label, song in zip(labels, songs, strict=True)
    ]
    return Report(tuple(files), figure_names(chosen))


def midi_files(paths: Paths) -> list[Path]:
    """The files named, and all MIDI files in the folders named and below them, sorted in each.

    Raises PopgenError where there is none.
    """
    given = [paths] if isinstance(paths, str | PathLike) else list(paths)
    found: list[Path] = []
    for path in map(Path, given):
        if path.is_dir():
            inside = (file for file in path.rglob("*") if file.suffix.lower() in ENDINGS and file.is_file())
            found.extend(sorted(inside))
        elif path.exists():
            found.append(path)
        else:
            raise PopgenError(f"there is no file or folder {path}")
    if not found:
        raise PopgenError(f"no MIDI files in {', '.join(map(str, given))}", hint=f"they end in {', '.join(ENDINGS)}")
    return found


def _chosen(
    evaluators: Sequence[PieceEvaluator | str] | None, bars: int, window: Windows
) -> tuple[PieceEvaluator, ...]:
    if bars < LEAST_BARS:
        raise RecipeError(f"windows of {bars} bars cannot be judged", hint=f"{LEAST_BARS} bars or more can")
    if window not in get_args(Windows):
        raise RecipeError(f"window {window!r} is none of {', '.join(get_args(Windows))}")
    given = HEADLINE_EVALUATORS if evaluators is None else evaluators
    return tuple(evaluator_named(each) if isinstance(each, str) else each for each in given)


def _judged(
    path: Path, evaluators: Sequence[PieceEvaluator], grouper: Grouper, bars: int, window: Windows
) -> FileScores:
    """The row of one file; nothing that a file can cause is raised."""
    try:
        reading = _read(path)
        row = score_song(reading.song, str(path), evaluators=evaluators, grouper=grouper, bars=bars, window=window)
    except PopgenError as error:
        return FileScores(str(path), error=str(error))
    except Exception as error:  # a file that upsets a stranger's grouper must not stop the run
        return FileScores(str(path), error=f"it cannot be judged: {type(error).__name__}: {error}")
    return replace(row, repairs=reading.repairs)


def _read(path: Path) -> Reading:
    return song_from_bytes(read_bytes(path))
