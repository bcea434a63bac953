"""A band around a melody: the songwriter arranges songs that somebody else wrote, in a call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from popgen_core import __version__
from popgen_core.api.needs import says_what_is_missing
from popgen_core.api.places import Place, Shown
from popgen_core.files import new_folder
from popgen_core.plan.words.chord_text import progressions_from
from popgen_core.plan.words.key_text import key_from
from popgen_core.songwriter.arranging import Arranged, ArrangeError, Wishes, arrange_all, found_songs, read_drummers
from popgen_core.songwriter.style import STYLES

__all__ = ["arrange"]


@says_what_is_missing
def arrange(
    source: Place,
    out: Place,
    *,
    count: int = 1,
    seed: int = 0,
    style: str | None = None,
    chords: str | None = None,
    key: str | None = None,
    keep: float | None = None,
    drummers: Place | None = None,
    progress: Shown | None = None,
    told: Callable[[str], None] | None = None,
) -> list[Arranged]:
    """Arrange a song, or each song of a folder, for drums, bass, chords, guitar, strings, lead and others.

    -> A row for each song, which the new folder `out` keeps in `arranged.json` beside the songs; a song that cannot be
    arranged has a `reason` and no files. `source` is a MIDI file with a melody, alone or with a piano, a song's folder
    in POP909's layout, or a folder of either. `count` arrangements of each; `keep` 0..1 how often a real piano stays as
    the chords, by default half the time, and never where `chords` are given; `drummers` a folder of drum performances;
    `chords` and `key` in the words of `--chords` and `--key`. `told` hears a line for each file of `drummers` that
    cannot be used, which `arranged.json` names too. Raises ArrangeError, PlanError or DrummersError for what cannot be
    asked, OutputError when `out` is taken.
    """
    if style is not None and style not in STYLES:
        raise ArrangeError(f"there is no style {style!r}", hint=f"the styles are {', '.join(STYLES)}")
    if count < 1 or seed < 0 or not (keep is None or 0 <= keep <= 1):
        raise ArrangeError("count must be 1 or more, seed 0 or more, keep between 0 and 1")
    home = key_from(key or "C")
    if chords:
        progressions_from(chords, home)
    songs = found_songs(Path(source))
    band = read_drummers(Path(drummers)) if drummers else None
    if band and told:
        for line in band.unread:
            told(line)
    wishes = Wishes(style, chords, key, keep, band)
    head = {"popgen": __version__, "seed": seed, "count": count, "style": style, "chords": chords, "key": key}
    head |= {"keep": wishes.kept, "drummers": str(drummers) if drummers else None}
    head |= {"drummers_unread": list(band.unread)} if band else {}
    rows = []
    with new_folder(Path(out)) as folder:
        for row in arrange_all(songs, folder, wishes, count, seed, head):
            rows.append(row)
            if progress:
                progress(len(rows), len(songs), "songs")
    return rows
