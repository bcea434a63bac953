"""From a model, or from rules, to new songs, and looking at them, in a call each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from popgen_core.api.needs import says_what_is_missing
from popgen_core.api.places import Place, Shown, Styles, style_files
from popgen_core.errors import OutputError
from popgen_core.files import new_folder
from popgen_core.generate.written import Written
from popgen_core.music.guard import read_song
from popgen_core.music.midi import song_to_midi
from popgen_core.plugins import catalogue
from popgen_core.plugins.making import blaming
from popgen_core.songwriter import write_songs as written_by_rules

if TYPE_CHECKING:
    from popgen_core.explain.explanation import Explanation
    from popgen_core.generate.generator import Generator
    from popgen_core.generate.reproduce import Reproduced

__all__ = ["explain_note", "generate", "generator", "reproduce", "show", "write_songs"]


@says_what_is_missing
def generate(
    checkpoint: Place | None,
    out: Place,
    *,
    prompt: Place | None = None,
    source: Place | None = None,
    stems: bool = False,
    force: bool = False,
    styles: Styles | None = None,
    progress: Shown | None = None,
    **asked: Any,
) -> list[Written]:
    """Write new songs as MIDI files into the new folder `out`, each with its plan (TOML) and figures (JSON).

    -> A row for each.

    `asked` are fields of `popgen_core.generate.request.Request`: count, seconds or bars, seed, temperature, top_p,
    touch, tempo, meter, groups, form, chords, key, energy, plan and more. `prompt` is a song to continue; `source` one
    to write around: with `keep` the groups that stay, or with `bars_at` and `groups` what is written anew. `stems`: one
    file a group too. `checkpoint` is a file, a run's folder, the name of an installed one, or None: the
    installed starter; `force` goes on though a plug-in has another version than it was made with, and says so in
    `remarks` of each row. `styles`: files of adapters that belong to it, and how strongly each is mixed in (1 as
    trained, 0 not at all).
    Raises RequestError or PlanError for what cannot be asked, CheckpointError, Refused, MidiError, and OutputError when
    `out` is taken.
    """
    from popgen_core.generate.asking import asked_request
    from popgen_core.generate.generator import Generator
    from popgen_core.generate.output import write_out

    request, song = asked_request(Path(prompt) if prompt else None, Path(source) if source else None, asked)
    generator = Generator.load(_named(checkpoint), catalogue(), force, style_files(styles))
    shown = (lambda done, total: progress(done, total, "frames")) if progress else None
    with new_folder(Path(out)) as folder:
        return write_out(generator, generator.songs(request, song, shown), request, folder, Path(out), stems=stems)


@says_what_is_missing
def generator(checkpoint: Place | None = None, *, force: bool = False, styles: Styles | None = None) -> Generator:
    """A loaded checkpoint that writes songs on request (`songs`), or plays on frame by frame (`stream`).

    Without one it is the installed starter. `force` and `styles` as for `generate`.
    Raises CheckpointError, PluginError or Refused where it cannot be used.
    """
    from popgen_core.generate.generator import Generator

    return Generator.load(_named(checkpoint), catalogue(), force, style_files(styles))


@says_what_is_missing
def reproduce(
    song: Place,
    checkpoint: Place | None = None,
    *,
    source: Place | None = None,
    force: bool = False,
    styles: Styles | None = None,
    progress: Shown | None = None,
) -> Reproduced:
    """Make a generated song again from what its file says of itself -> whether the bytes are the same.

    Without a `checkpoint` the one that made it is looked for beside the song and among those installed. `source` is the
    user's song that it was written around, where it was; `force` and `styles` as for `generate`.
    Raises Refused where checkpoint, styles or source are not those that made it, or the file does not say.
    """
    from popgen_core.generate.reproduce import reproduced

    shown = (lambda done, total: progress(done, total, "frames")) if progress else None
    around = Path(source) if source else None
    return reproduced(Path(song), _named(checkpoint), catalogue(), around, shown, force, style_files(styles))


@says_what_is_missing
def explain_note(song: Place, at: str, out: Place | None = None, **asked: Any) -> Explanation:
    """What a model heard when it wrote the notes of a MIDI file at a moment ("12.5", "1:02.5", "bar9:3"), and what else
    it expected; written into `out` (.html, .png). `asked`, and what it raises: `popgen_core.explain.write.explain_to`.
    """
    from popgen_core.explain.write import explain_to

    asked["styles"] = style_files(asked.get("styles"))
    return explain_to(Path(song), at, Path(out) if out else None, catalogue(), **asked)


@says_what_is_missing
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


@says_what_is_missing
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
    offer, sorts = catalogue().find("grouper", grouper), catalogue().load("grouper", grouper)
    with blaming(offer, "cannot be made"):
        sorter = sorts(sorts.Config())
    grouping = sorter.group(read_song(Path(song)).song)
    try:
        draw_song(grouping.song, picture, title=Path(song).name, dropped=grouping.dropped)
    except (OSError, ValueError) as error:
        raise OutputError(f"{picture} cannot be written: {error}", hint="give a place for the picture") from error
    return picture


def _named(checkpoint: Place | None) -> Path | None:
    """A checkpoint that is named, or None."""
    return None if checkpoint is None else Path(checkpoint)
