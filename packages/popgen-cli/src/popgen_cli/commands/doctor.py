"""popgen doctor: what is in a folder of MIDI files, what is wrong with which, what each instrument group would get."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from popgen_cli.doors import complain, door, shown_json
from popgen_cli.limits import limits_of
from popgen_cli.progress import progress
from popgen_core.errors import NotInstalled, OutputError, PopgenError, from_wheels

__all__ = ["doctor"]

SKIPPED = 3
DEFAULT_GROUPER = "seven.v1"


class _WrongUse(PopgenError):
    exit_code = 2


@door
def doctor(
    midi_dir: Annotated[Path | None, typer.Argument(help="Folder of MIDI files; its subfolders are read too.")] = None,
    explain: Annotated[
        Path | None, typer.Option(help="One MIDI file, of the folder or of its own: why each track goes where it goes.")
    ] = None,
    files: Annotated[bool, typer.Option("--files", help="A row for every file, however many there are.")] = False,
    html: Annotated[
        Path | None,
        typer.Option(help="Write a page with plots to this file, outside the folder; an existing one is replaced."),
    ] = None,
    beats: Annotated[
        str, typer.Option(help="Name of a file of beats beside each MIDI file, as `prepare --beats` takes it.")
    ] = "",
    pitches: Annotated[
        Literal["fold", "drop"], typer.Option(help="Pitches outside the 88 keys, as `prepare --pitches` takes them.")
    ] = "fold",
    limit: Annotated[
        list[str] | None, typer.Option(help="Change what is too much, e.g. --limit notes=1000000; may be repeated.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read files; default: one a core.")] = None,
    grouper: Annotated[str, typer.Option(help="Grouper that sorts tracks into instrument groups.")] = DEFAULT_GROUPER,
    strict: Annotated[bool, typer.Option("--strict", help="End with code 3 when files would be left out.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Look through a folder of MIDI files: what is in it, what is broken and why, what to do. Changes nothing there.

    Example: popgen doctor songs/ --html report.html
    """
    from popgen_core import api

    settings: dict[str, Any] = {"beats": beats, "pitches": pitches, "limits": limits_of(limit or [])}
    if explain:
        if html or files or workers:
            raise _WrongUse("--explain shows one file", hint="leave --html, --files and --workers away")
        left_out = _explain(_inside(explain, midi_dir), grouper, settings, json)
        raise typer.Exit(SKIPPED if strict and left_out else 0)
    if midi_dir is None:
        raise _WrongUse("nothing to look through", hint="name a folder of MIDI files, or a file by --explain")
    if html:
        _refuse_page(html, midi_dir)
    with progress("examining") as show:
        report = api.doctor(midi_dir, grouper=grouper, workers=workers, progress=show, **settings)
    _show(report, _command(midi_dir, grouper, beats, pitches, limit or []), html=html, files=files, json=json)
    for problem in report.problems:
        complain(problem)
    if strict and not all(row.kept for row in report.rows):
        raise typer.Exit(SKIPPED)


def _show(report: Any, command: str, *, html: Path | None, files: bool, json: bool) -> None:
    """The report on the screen, for people or as JSON, and as a page if one is wanted."""
    from popgen_core.corpus.diagnosis import diagnose

    diagnosis = diagnose(report)
    if html:
        _write_page(html, report, diagnosis, command)
    if json:
        plain = {"folder": report.folder, "summary": report.summary, "reasons": report.reasons}
        shown_json({**plain, **diagnosis.to_plain(), "files": [row.to_plain() for row in report.rows]})
        return
    from popgen_cli.clinic import show_report

    show_report(report, diagnosis, command, every_file=files)
    if html:
        typer.echo(f"\npage: {html}")


def _explain(path: Path, grouper: str, settings: dict[str, Any], json: bool) -> bool:
    """One file's row and where its tracks go -> whether it would be left out."""
    from popgen_core import api

    if path.is_dir():
        raise _WrongUse(f"{path} is a folder", hint="--explain takes one MIDI file")
    row, placements = api.explain(path, grouper=grouper, **settings)
    if json:
        shown_json({"file": row.to_plain(), "tracks": [vars(placement) for placement in placements]})
    else:
        from popgen_cli.clinic import show_file

        show_file(row, placements)
    return not row.kept


def _inside(path: Path, folder: Path | None) -> Path:
    """A file as it was named, or inside the folder if it is only there."""
    return folder / path if folder and not path.exists() else path


def _command(folder: Path, grouper: str, beats: str, pitches: str, limit: list[str]) -> str:
    """What one types to prepare the folder in the same way."""
    other = "" if grouper == DEFAULT_GROUPER else f" --grouper {shlex.quote(grouper)}"
    other += f" --beats {shlex.quote(beats)}" if beats else ""
    other += f" --pitches {pitches}" if pitches != "fold" else ""
    other += "".join(f" --limit {shlex.quote(one)}" for one in limit)
    from popgen_core.corpus.folder import printable_path

    return f"popgen prepare {shlex.quote(printable_path(str(folder)))} -o DATASET{other}"


def _refuse_page(html: Path, folder: Path) -> None:
    """Refuse, before any work, a page that could not be written, or that would change the folder it tells of."""
    from importlib.util import find_spec

    if html.resolve().is_relative_to(folder.resolve()):
        raise OutputError(f"{html} lies in the folder that is examined", hint="doctor changes nothing there")
    if html.is_dir() or not html.resolve().parent.is_dir():
        what = "is a folder" if html.is_dir() else "lies in a folder that does not exist"
        raise OutputError(f"{html} cannot be written: it {what}", hint="choose another place")
    if find_spec("matplotlib") is None:
        raise NotInstalled("--html draws plots, which needs matplotlib", hint=from_wheels("popgen-core[plot]"))


def _write_page(html: Path, report: Any, diagnosis: Any, command: str) -> None:
    from popgen_core.files import write_atomically
    from popgen_core.pages.doctor import doctor_page

    try:
        write_atomically(html, doctor_page(report, diagnosis, command).encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise OutputError(f"{html} cannot be written: {error.strerror}", hint="choose another place") from error
