"""A run held against the yardstick: a dataset's songs told by its model, and by predictors that only count."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from popgen_core.baselines import Likelihood, canonical_roll
from popgen_core.checkpoint import BEST, CHECKPOINT
from popgen_core.contracts.settings import settings_of
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import DatasetError, RecipeError
from popgen_core.generate.load import Loaded, load_checkpoint
from popgen_core.plugins import Catalogue
from popgen_core.score.bits import VelocitySpread
from popgen_core.score.fitted import Fitted, fit, marks_of
from popgen_core.score.heard import SAMPLE, Heard, Listener, spread_on
from popgen_core.score.laid import LaidSong, is_exact
from popgen_core.score.report import MODEL, TABLE, Score, ScoredSong
from popgen_core.score.songs import Chosen, check_fit, choose, learnt_by
from popgen_core.score.stretches import keep_of
from popgen_core.train.parts import mark_of

__all__ = ["Progress", "bits_of", "score_run"]

Progress = Callable[[int, int, str], None]  # songs done, of how many, a few words


def score_run(
    run: Path,
    dataset: Dataset,
    catalogue: Catalogue,
    *,
    best: bool = False,
    told: bool = False,
    training: Dataset | None = None,
    progress: Progress | None = None,
    force: bool = False,
    styles: Mapping[Path, float] | None = None,
) -> Score:
    """The songs of a dataset told by the model of a run folder or checkpoint, styles mixed in, and by the baselines.

    The model knows position, tempo and meter; with `told` all its controls beside, as they are found in each song (no
    notes are given): that is what its handles are worth, and compares with no baseline. Raises CheckpointError or
    Refused for a checkpoint that cannot be used, RecipeError where the songs were grouped otherwise, or nothing is
    there to be told, DatasetError where no song is left that the run has not heard.
    """
    file = _file(run, best)
    loaded = load_checkpoint(file, catalogue, force, styles)
    for songs in (dataset, *([training] if training else [])):
        check_fit(loaded.recipe, loaded.model.sizes.roll.groups, songs)
    controls = _controls_told(loaded, told)
    chosen = choose(
        loaded.card, loaded.recipe, run if run.exists() else loaded.file, dataset, training, learnt_by(loaded.styles)
    )
    keep, keep_told = keep_of(loaded.model)
    known = loaded.recipe.controls.known if told else ()
    listener, steps = Listener(loaded.model, loaded.recipe.grid, keep, known), _Steps(chosen, progress)
    fitted, spread, unheard = None, None, chosen.scored
    if not chosen.trained and chosen.learnt:
        unheard = _unheard(chosen.scored, frozenset(), chosen.learnt)
    if chosen.trained:
        fitted = fit(chosen.trained, lambda: steps.done("songs of the training counted"))
        unheard = _unheard(chosen.scored, fitted.marks, chosen.learnt)
        steps.total -= len(chosen.scored) - len(unheard)
        with loaded.recipe.at_work():
            spread = spread_on(listener, chosen.trained, lambda: steps.done("songs of the training heard"))
    with loaded.recipe.at_work():
        rows = _rows(listener, unheard, fitted, spread, steps)
    why = _of_controls(loaded, controls)
    more = _remarks(loaded, keep if not keep_told else None, rows, chosen, spread)
    remarks = (*loaded.remarks, *_of_styles(loaded), *chosen.remarks, *why, *more)
    return _score(file, loaded, dataset, chosen, rows, remarks, ("position", *controls))


def bits_of(run: Path, songs: Dataset, catalogue: Catalogue, styles: Mapping[Path, float] | None = None) -> Likelihood:
    """What the onsets of these songs cost a run's model, styles mixed in, without baselines; an upper bound unless its
    grid is exact.

    Raises as `score_run` does.
    """
    loaded = load_checkpoint(_file(run, False), catalogue, styles=styles)
    check_fit(loaded.recipe, loaded.model.sizes.roll.groups, songs)
    listener = Listener(loaded.model, loaded.recipe.grid, keep_of(loaded.model)[0])
    with loaded.recipe.at_work():
        rows = _rows(listener, songs, None, None, _Steps(Chosen(songs, None, ()), None))
    return sum((row.likelihood(MODEL) for row in rows), Likelihood())


class _Steps:
    """Counts songs as they are done: those counted, those heard for the spread of velocities, those scored."""

    def __init__(self, chosen: Chosen, progress: Progress | None) -> None:
        trained = len(chosen.trained) if chosen.trained else 0
        self.progress, self.total, self.number = progress, trained + min(trained, SAMPLE) + len(chosen.scored), 0

    def done(self, words: str) -> None:
        self.number += 1
        if self.progress:
            self.progress(self.number, self.total, words)


def _file(run: Path, best: bool) -> Path:
    if not best:
        return run / CHECKPOINT if run.is_dir() else run
    if not run.is_dir():
        raise RecipeError(f"--best asks for the best checkpoint of a run, {run} is no folder", hint="name the folder")
    return run / BEST


def _unheard(songs: Dataset, marks: frozenset[str], learnt: frozenset[str]) -> Dataset:
    """The songs whose files are not among those `learnt`, and none of whose marks is among these.

    Raises DatasetError where that is none.
    """
    others = songs.of([song.file for song in songs.songs if mark_of(song) not in learnt])
    kept = [one.source for one in others if not marks_of(one.sha256, canonical_roll(one.song(), songs.groups)) & marks]
    if not kept:
        raise DatasetError(
            f"the run was trained on every song of {songs.store.place}", hint="score it on songs it has not heard"
        )
    return songs.of(kept)


def _rows(
    listener: Listener, songs: Dataset, fitted: Fitted | None, spread: VelocitySpread | None, steps: _Steps
) -> list[ScoredSong]:
    rows = []
    for stored in songs:
        song = listener.lay(stored)
        rows.append(_row(song, listener.hear(song), fitted, spread))
        steps.done("songs scored")
    return rows


def _row(song: LaidSong, made: Heard, fitted: Fitted | None, spread: VelocitySpread | None) -> ScoredSong:
    roll, groups = song.canonical, song.canonical.groups
    row = ScoredSong(
        file=song.song.name,
        beats=roll.beats,
        notes=tuple(int((roll.onsets[:, 1] == group).sum()) for group in range(len(groups))),
        onsets={one.name: tuple(one.group_bits(roll).tolist()) for one in (fitted.onsets if fitted else ())},
        lengths={TABLE: fitted.lengths.bits(song.notes)} if fitted else {},
        velocities={TABLE: fitted.velocities.bits(song.notes)} if fitted else {},
        merged=roll.merged,
        shared=song.shared,
        shared_bits=song.shared_bits,
    )
    row.onsets[MODEL] = tuple(made.onsets.tolist())
    row.lengths[MODEL] = made.lengths
    if isinstance(made.velocities, float):
        row.velocities[MODEL] = made.velocities
    elif spread:
        row.velocities[MODEL] = spread.bits(made.velocities)
    return row


def _remarks(
    loaded: Loaded, keep: int | None, rows: Sequence[ScoredSong], chosen: Chosen, spread: VelocitySpread | None
) -> list[str]:
    """A line for each thing to know about the figures; `keep`: frames kept, where the backbone does not tell."""
    lines = []
    if (left := len(chosen.scored) - len(rows)) > 0:
        lines.append(f"left out, since the run was trained on them: {left} of {len(chosen.scored)} songs")
    if not is_exact(loaded.recipe.grid):
        lines.append(
            "the model writes on another grid than sixteenths: its bits are an upper bound, those of the quantised "
            "songs on its own grid; its lengths are in its own frames and compare with no other row"
        )
    if shared := sum(row.shared for row in rows):
        lines.append(
            f"{shared} of {sum(sum(row.notes) for row in rows)} notes fall into frames of several sixteenths; "
            f"to tell which costs {sum(row.shared_bits for row in rows):.0f} bits, counted with the model's"
        )
    if keep is not None:
        lines.append(f"the backbone does not say what its streams keep: taken as {keep} frames, 3/4 of its window")
    if spread and chosen.trained:
        sample = min(SAMPLE, len(chosen.trained))
        lines.append(f"the spread of the model's velocities was fitted on {sample} songs of its training, by group")
    return lines


def _controls_told(loaded: Loaded, told: bool) -> tuple[str, ...]:
    """The controls beside position that the model is told: all it has, but no notes are given."""
    known = loaded.recipe.controls.known
    if told and not known:
        raise RecipeError(
            "--told asks for a model with controls; this one knows position, tempo and meter alone",
            hint="leave out --told, or name a run whose recipe has controls.known",
        )
    return tuple(name for name in known if told and name != "given")


def _of_controls(loaded: Loaded, told: tuple[str, ...]) -> tuple[str, ...]:
    """A line about the controls of a model that has any beside position."""
    if told:
        return (f"the model was told each song's {', '.join(told)}; its bits compare with no other row",)
    if loaded.recipe.controls.known:
        return ("the model knew position, tempo and meter; what its other controls are worth is shown by --told",)
    return ()


def _of_styles(loaded: Loaded) -> tuple[str, ...]:
    """A line on the styles that were mixed in."""
    named = [f"{style.adapter.file.name}={style.strength:g}" for style in loaded.styles]
    return (f"styles mixed in: {', '.join(named)}",) if named else ()


def _score(
    file: Path,
    loaded: Loaded,
    dataset: Dataset,
    chosen: Chosen,
    rows: Sequence[ScoredSong],
    remarks: tuple[str, ...],
    controls: tuple[str, ...],
) -> Score:
    trained, grid = chosen.trained, loaded.recipe.grid
    return Score(
        checkpoint=str(file),
        sha256=loaded.sha256,
        recipe=loaded.recipe.header.name,
        grid={"kind": grid.kind, **settings_of(grid)},
        exact=is_exact(grid),
        dataset=str(dataset.store.place),
        dataset_sha256=dataset.sha256,
        training=str(trained.store.place) if trained else "",
        training_sha256=trained.sha256 if trained else "",
        trained=len(trained) if trained else 0,
        left_out=len(chosen.scored) - len(rows),
        groups=loaded.model.sizes.roll.groups,
        songs=tuple(rows),
        remarks=remarks,
        controls=controls,
    )
