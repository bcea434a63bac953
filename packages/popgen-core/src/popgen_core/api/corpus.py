"""From a folder of songs to a dataset, in a call each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from popgen_core.api.needs import says_what_is_missing
from popgen_core.api.places import Place, Shown
from popgen_core.contracts.grouper import Placement
from popgen_core.contracts.settings import read_settings
from popgen_core.corpus.report import CorpusReport, FileRow, PrepareReport
from popgen_core.plugins import catalogue
from popgen_core.plugins.making import blaming

if TYPE_CHECKING:
    from popgen_core.corpus.settings import PrepareSettings

__all__ = ["doctor", "explain", "prepare"]


@says_what_is_missing
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


@says_what_is_missing
def explain(file: Place, *, grouper: str = "seven.v1", **settings: Any) -> tuple[FileRow, tuple[Placement, ...]]:
    """What one MIDI file holds, and to which group each of its tracks goes and why. Raises DatasetError."""
    from popgen_core.corpus.examine import explain as explain_file

    return explain_file(Path(file), _settings(grouper, **settings))


@says_what_is_missing
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
    return prepare_corpus(folder, out, asked, workers=workers, progress=progress)


def _settings(grouper: str, **settings: Any) -> PrepareSettings:
    """The settings, with a grouper that can be made. Raises PluginError where a stranger's cannot: whose it is."""
    from popgen_core.corpus.settings import PrepareSettings

    offer, component = catalogue().find("grouper", grouper), catalogue().load("grouper", grouper)
    asked = PrepareSettings(grouper_name=offer.card.name, grouper_target=offer.card.target, **settings)
    with blaming(offer, "cannot be made"):
        config, errors = read_settings(component.Config, asked.grouper_options, "grouper")
        if not errors:  # else the reader tells them
            component(config)
    return asked
