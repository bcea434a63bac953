"""popgen from a notebook: prepare, train and generate in one call each; `popgen_eval.api.evaluate` is the fourth.

>>> from popgen_core import api
>>> api.prepare("songs/", "dataset/")
>>> api.train("dataset/", "runs/mine", "paper.warm")
>>> api.report("runs/mine").ended_epochs
>>> api.generate("runs/mine", "new-songs/", count=3, seconds=60, seed=7)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from popgen_core.contracts.grouper import Placement
from popgen_core.corpus.report import CorpusReport, FileRow, PrepareReport
from popgen_core.errors import OutputError
from popgen_core.files import new_folder
from popgen_core.generate.written import Written
from popgen_core.music.guard import read_song
from popgen_core.music.midi import song_to_midi
from popgen_core.plugins import catalogue
from popgen_core.songwriter import write_songs as written_by_rules

if TYPE_CHECKING:
    from popgen_core.corpus.settings import PrepareSettings
    from popgen_core.generate.generator import Generator
    from popgen_core.generate.reproduce import Reproduced
    from popgen_core.history import RunStory
    from popgen_core.score.report import Score
    from popgen_core.series.crossval import Crossvalidation
    from popgen_core.series.seeds import Seeds
    from popgen_core.train.run import Progress, TrainReport

__all__ = [
    "Written",
    "crossval",
    "doctor",
    "explain",
    "generate",
    "generator",
    "prepare",
    "report",
    "reproduce",
    "score",
    "show",
    "train",
    "train_seeds",
    "write_songs",
]

DEFAULT_RECIPE = "paper.warm"
Place = str | PathLike[str]
Shown = Callable[[int, int, str], None]  # done, of how many, a few words


def doctor(
    folder: Place,
    *,
    grouper: str = "seven.v1",
    workers: int | None = None,
    progress: Shown | None = None,
    **settings: Any,
) -> CorpusReport:
    """Look through a folder of MIDI files, without writing anything -> one row a file. Needs no torch.

    `settings` are those of `prepare` that change what a file is: limits, pitches, beats. Raises DatasetError when the
    folder is missing or holds no MIDI files.
    """
    from popgen_core.corpus.examine import examine

    return examine(Path(folder), _settings(grouper, **settings), workers=workers, progress=progress)


def explain(file: Place, *, grouper: str = "seven.v1", **settings: Any) -> tuple[FileRow, tuple[Placement, ...]]:
    """What one MIDI file holds, and to which group each of its tracks goes and why. Raises DatasetError."""
    from popgen_core.corpus.examine import explain as explain_file

    return explain_file(Path(file), _settings(grouper, **settings))


def prepare(
    folder: Place,
    out: Place,
    *,
    grouper: str = "seven.v1",
    workers: int | None = None,
    progress: Shown | None = None,
    dask: str = "",
    **settings: Any,
) -> PrepareReport:
    """Turn a folder of MIDI files into a dataset, or go on with one that was begun -> what became of the files.

    `settings` are fields of `popgen_core.corpus.settings.PrepareSettings`: limits, pitches, beats, licences, seed,
    test_share, folds. `dask` is the address of a Dask scheduler whose workers do the reading. Raises DatasetError when
    the folder is missing or no song of it can be used, OutputError when `out` is taken, Refused when it is at work.
    """
    from popgen_core.corpus.prepare import prepare as prepare_corpus

    asked = _settings(grouper, **settings)
    if dask:
        from popgen_core.corpus.cluster import prepare_on_cluster

        return prepare_on_cluster(folder, out, asked, address=dask, progress=progress)
    return prepare_corpus(Path(folder), Path(out), asked, workers=workers, progress=progress)


def _settings(grouper: str, **settings: Any) -> PrepareSettings:
    from popgen_core.corpus.settings import PrepareSettings

    offer = catalogue().find("grouper", grouper)
    return PrepareSettings(grouper_name=offer.card.name, grouper_target=offer.card.target, **settings)


def train(
    dataset: Place,
    run: Place,
    recipe: str | None = None,
    *,
    changes: Sequence[str] = (),
    valid: Place | None = None,
    resume: bool = False,
    force: bool = False,
    tensorboard: bool = False,
    progress: Progress | None = None,
) -> TrainReport:
    """Train a recipe (a built-in name or a TOML file; default paper.warm) into the folder `run`, or go on with it.

    `changes` are settings such as "train.epochs=3". A resumed run goes by its own recipe; where recipe, changes, data
    or plug-ins make it another, that is refused with the difference, unless `force`. Raises RecipeError, DatasetError,
    OutputError, CheckpointError or Refused, each saying what to do.
    """
    from popgen_core.corpus.dataset import Dataset
    from popgen_core.recipe import read_recipe
    from popgen_core.train.folder import recipe_of_run
    from popgen_core.train.run import Training
    from popgen_core.train.run import train as train_run

    if resume and recipe is None:
        chosen = recipe_of_run(Path(run), catalogue(), changes)
    else:
        chosen = read_recipe(recipe or DEFAULT_RECIPE, catalogue(), changes)
    opened, beside = Dataset.open(Path(dataset)), Dataset.open(Path(valid)) if valid else None
    training = Training(opened, chosen, catalogue(), beside)
    return train_run(training, Path(run), resume=resume, force=force, tensorboard=tensorboard, progress=progress)


def report(run: Place) -> RunStory:
    """What became of the run in a folder: losses by epoch, part and group, phases, speed, interruptions. No torch.

    Changes nothing there; `popgen_core.pages.run.write_report` writes its page and picture. Raises CheckpointError.
    """
    from popgen_core.history import read_story

    return read_story(Path(run))


def train_seeds(
    dataset: Place,
    out: Place,
    recipe: str | None = None,
    *,
    seeds: int = 5,
    changes: Sequence[str] = (),
    valid: Place | None = None,
    resume: bool = False,
    force: bool = False,
    progress: Shown | None = None,
) -> Seeds:
    """Train a recipe as `train` does with several seeds, its own and those after it -> the spread of each figure.

    The runs are `out`/seed-1 and on; with `resume` those that are finished are not trained again. Raises as `train`.
    """
    from popgen_core.corpus.dataset import Dataset
    from popgen_core.recipe import read_recipe, recipe_from_toml
    from popgen_core.series.folder import recipe_of_series
    from popgen_core.series.seeds import trained_seeds

    if resume and recipe is None:
        chosen = recipe_from_toml(recipe_of_series(Path(out), catalogue()).toml(), catalogue(), changes)
    else:
        chosen = read_recipe(recipe or DEFAULT_RECIPE, catalogue(), changes)
    opened, beside = Dataset.open(Path(dataset)), Dataset.open(Path(valid)) if valid else None
    return trained_seeds(
        opened, Path(out), chosen, catalogue(), count=seeds, valid=beside, resume=resume, force=force, progress=progress
    )


def crossval(
    dataset: Place,
    out: Place,
    recipe: str | None = None,
    *,
    folds: int = 10,
    changes: Sequence[str] = (),
    against: str | None = None,
    against_changes: Sequence[str] = (),
    progress: Shown | None = None,
) -> Crossvalidation:
    """Train a recipe on each of the folds of a dataset's training part without one of them -> how each was told.

    `against` is a second recipe for the same folds; with `against_changes` alone it is the first one changed further.
    The same call goes on with what was begun in `out`. Raises RecipeError, DatasetError, OutputError or Refused.
    """
    from popgen_core.corpus.dataset import Dataset
    from popgen_core.recipe import read_recipe
    from popgen_core.series.crossval import Folds, crossvalidated

    first, second = read_recipe(recipe or DEFAULT_RECIPE, catalogue(), changes), None
    if against or against_changes:
        base, before = (against, ()) if against else (recipe or DEFAULT_RECIPE, changes)
        second = read_recipe(base, catalogue(), [*before, *against_changes])
    opened = Folds.of(Dataset.open(Path(dataset)), folds)
    return crossvalidated(opened, Path(out), first, catalogue(), against=second, progress=progress)


def generate(
    checkpoint: Place,
    out: Place,
    *,
    prompt: Place | None = None,
    source: Place | None = None,
    stems: bool = False,
    progress: Shown | None = None,
    **asked: Any,
) -> list[Written]:
    """Write new songs as MIDI files into the new folder `out`, each with its plan (TOML) and figures (JSON).

    -> A row for each.

    `asked` are fields of `popgen_core.generate.request.Request`: count, seconds or bars, seed, temperature, top_p,
    tempo, meter, groups, form, chords, key, energy, plan and more. `prompt` is a song to continue; `source` one to
    write around: with `keep` the groups that stay, or with `bars_at` and `groups` what is written anew. `stems`: one
    file a group too. Raises RequestError or PlanError for what cannot be asked, CheckpointError, MidiError, and
    OutputError when `out` is taken.
    """
    from popgen_core.generate.asking import asked_request
    from popgen_core.generate.generator import Generator
    from popgen_core.generate.output import write_out

    request, song = asked_request(Path(prompt) if prompt else None, Path(source) if source else None, asked)
    generator = Generator.load(Path(checkpoint), catalogue())
    shown = (lambda done, total: progress(done, total, "frames")) if progress else None
    with new_folder(Path(out)) as folder:
        return write_out(generator, generator.songs(request, song, shown), request, folder, Path(out), stems=stems)


def generator(checkpoint: Place) -> Generator:
    """A loaded checkpoint that writes songs on request (`songs`), or plays on frame by frame (`stream`).

    Raises CheckpointError or Refused where it cannot be used.
    """
    from popgen_core.generate.generator import Generator

    return Generator.load(Path(checkpoint), catalogue())


def reproduce(
    song: Place, checkpoint: Place, *, source: Place | None = None, progress: Shown | None = None
) -> Reproduced:
    """Make a generated song again from what its file says of itself -> whether the bytes are the same.

    `source` is the user's song that it was written around, where it was. Raises Refused where checkpoint or source are
    not those that made it, or the file does not say.
    """
    from popgen_core.generate.reproduce import reproduced

    shown = (lambda done, total: progress(done, total, "frames")) if progress else None
    return reproduced(Path(song), Path(checkpoint), catalogue(), Path(source) if source else None, shown)


def write_songs(out: Place, *, count: int = 1, seed: int = 0, progress: Shown | None = None) -> list[Path]:
    """Write `count` songs of the songwriter into the new folder `out` -> their files."""
    paths = []
    with new_folder(Path(out)) as folder:
        for index, song in enumerate(written_by_rules(count, seed)):
            name = f"song-{index + 1:03}.mid"
            (folder / name).write_bytes(song_to_midi(song))
            paths.append(Path(out) / name)
            if progress:
                progress(index + 1, count, "songs")
    return paths


def show(song: Place, out: Place, *, grouper: str = "seven.v1") -> Path:
    """Draw a MIDI file as rows of bars, a lane a group, into a PNG, SVG or PDF file, by its ending.

    Raises MidiError for what is no song, SongError for one of thousands of bars, PluginError, OutputError.
    """
    from popgen_core.show import FORMATS, draw_song

    picture = Path(out)
    if picture.suffix.lower().removeprefix(".") not in FORMATS:
        raise OutputError(
            f"{picture} cannot be written: pictures are {', '.join(FORMATS).upper()} files",
            hint="give a name that ends in .png, .svg or .pdf",
        )
    sorts = catalogue().load("grouper", grouper)
    grouping = sorts(sorts.Config()).group(read_song(Path(song)).song)
    try:
        draw_song(grouping.song, picture, title=Path(song).name, dropped=grouping.dropped)
    except (OSError, ValueError) as error:
        raise OutputError(f"{picture} cannot be written: {error}", hint="give a place for the picture") from error
    return picture


def score(
    run: Place,
    dataset: Place,
    *,
    best: bool = False,
    told: bool = False,
    training: Place | None = None,
    progress: Shown | None = None,
) -> Score:
    """How many bits a run's model (its last, or its `best`) needs to tell the onsets of a dataset's songs.

    It knows position, tempo and meter, as the baselines do; `told`: all its controls, as found in each song.

    Beside it stand baselines fitted on what the run was trained on: `training`, or the dataset that the run names.
    Raises CheckpointError, Refused, RecipeError or DatasetError, each saying what to do.
    """
    from popgen_core.corpus.dataset import Dataset
    from popgen_core.score.yardstick import score_run

    opened, trained = Dataset.open(Path(dataset)), Dataset.open(Path(training)) if training else None
    return score_run(Path(run), opened, catalogue(), best=best, told=told, training=trained, progress=progress)
