"""Copying in words: whether songs share more with a training set than real songs do, and which share most."""

from __future__ import annotations

import math
from dataclasses import dataclass

from popgen_eval.copying.nearest import COPIED, RUN, SHARE, nearest_song
from popgen_eval.copying.verdict import CopyingVerdict
from popgen_eval.report import Report
from popgen_eval.telling.short_names import file_name, short_names

__all__ = ["Copied", "copied_songs", "copying_lines", "copying_warning", "is_copying", "most_copied", "percent"]

MOST_NAMED = 3
ALONE = "give --reference real songs that were not trained on, to know whether that is much"


@dataclass(frozen=True)
class Copied:
    """A song: its share of two-bar sets, 0..1, and longest run, in bars, that a training song has, and which."""

    song: str
    share: float
    run: float
    nearest: str


def is_copying(report: Report, figure: str) -> bool:
    """Whether a figure belongs to the section on copying and to no other."""
    return figure in report.learned and figure.startswith(COPIED)


def copied_songs(report: Report) -> list[Copied]:
    """Every judged song, the one that shares most first, those whose share is undefined last."""
    rows = [
        Copied(
            name,
            row.scores.get(SHARE, math.nan),
            row.scores.get(RUN, math.nan),
            file_name(nearest_song(row.notes.get(SHARE, ""))),
        )
        for row, name in zip(report.files, short_names(report.files), strict=True)
        if not row.error
    ]
    return sorted(rows, key=lambda row: (math.isnan(row.share), -row.share, -row.run))


def copying_lines(report: Report) -> list[str]:
    """A verdict in a sentence, in how many songs it is defined, what to beware of; nothing without a training set."""
    found = report.copying
    if found is None:
        return []
    judged = len(report.files) - len(report.errors)
    if not found.songs:
        return [f"Undefined for every song: {'; '.join(report.reasons(SHARE)) or 'none could be judged'}."]
    longest = "" if math.isnan(found.run) else f"; the longest run is {found.run:.0f} bars"
    verdict = _verdict(found, bool(report.reference))
    return [verdict, f"Defined in {found.songs} of {judged} songs{longest}.", *_doubts(found), *_unread(report)]


def copying_warning(report: Report) -> list[str]:
    """A heading and lines of what a reader must know before all else: that songs share more than real ones, or that the
    reference was trained on and hides it; else nothing.
    """
    found = report.copying
    if found is None or found.standing == "nothing beside":
        return []
    if found.standing == "not shown to be more":
        return ["The reference cannot tell copying", *doubts] if (doubts := _doubts(found)) else []
    most = (f"Shares most: {line}." for line in most_copied(report)[:1])
    return ["More copied than real songs would", _verdict(found), *most, *_doubts(found)]


def _unread(report: Report) -> list[str]:
    """What copying cannot know: files of the training set that could not be read."""
    unread = report.settings.get("training_unread")
    if not isinstance(unread, dict) or not unread:
        return []
    files = "1 file" if len(unread) == 1 else f"{len(unread):,} files"
    return [f"{files} of the training set could not be read: copies of them pass unseen."]


def most_copied(report: Report) -> list[str]:
    """A line for each of the three songs that share most, of those that share anything."""
    songs = [song for song in copied_songs(report)[:MOST_NAMED] if song.share > 0] if copying_lines(report) else []
    return [
        f"{song.song}: {percent(song.share)}, longest run {song.run:.0f} bars, nearest {song.nearest}" for song in songs
    ]


def percent(share: float) -> str:
    """A share, 0..1, as a reader says it: 0.8 %, 19 %; "-" where undefined."""
    if math.isnan(share):
        return "-"
    return f"{100 * share:.1f} %" if 0 < share < 0.1 else f"{100 * share:.0f} %"


def _verdict(found: CopyingVerdict, reference: bool = True) -> str:
    mean, real = percent(found.share), found.real
    if real is None:
        why = "no reference song has a share" if reference else ALONE
        return f"These songs share {mean} with the training set, on average; {why}."
    chance = "< .001" if real.p < 0.001 else f"= {real.p:.2g}".replace("0.", ".", 1)
    what = "share more" if real.less else "are not shown to share more"
    return (
        f"These songs {what} with the training set than real songs outside it do: {mean} on average, against "
        f"{percent(real.mean)} in {real.songs} real song{'s' * (real.songs > 1)} (p {chance}, permutations)."
    )


def _doubts(found: CopyingVerdict) -> list[str]:
    """What makes the comparison worthless: a reference that was trained on."""
    if not found.trained_on:
        return []
    songs = "1 reference song shares" if found.trained_on == 1 else f"{found.trained_on} reference songs share"
    return [f"{songs} nine tenths or more with the training set: beside songs trained on, copies pass unseen."]
