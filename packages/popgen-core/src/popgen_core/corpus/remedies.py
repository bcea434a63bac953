"""What is wrong with a file, in a musician's words, and what to do about it: a sentence each for every code."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["OTHER_REASON", "OTHER_REPAIR", "REASONS", "REMARKS", "Remedy", "repair_kind"]


@dataclass(frozen=True)
class Remedy:
    """`what` is wrong with a file, without a full stop, and `advice`: what its owner may do, a sentence or two."""

    what: str
    advice: str


EXPORT_AGAIN = "Open it in the program that made it and export it again; if it was downloaded, fetch it anew."
NOT_MUSIC = "No song looks like this: leave it out, or split it if it is several pieces in one file."

REASONS = {
    "not-midi": Remedy(
        "no MIDI file, whatever its name says", "See what it is: web pages and archives are often saved as .mid."
    ),
    "does-not-parse": Remedy("damaged, and none of its notes can be read", EXPORT_AGAIN),
    "unreadable": Remedy(
        "cannot be opened", "Check that you may read it and that the disk or link it lies on is there."
    ),
    "not-a-file": Remedy("no regular file but a pipe, a device or a folder", "Take it out of the folder."),
    "linked-folder": Remedy(
        "a link to another folder, which is not followed", "Name that folder itself, or copy its files here."
    ),
    "smpte": Remedy("timed in film frames that make no sense", "Export it with ticks a quarter note instead."),
    "format-2": Remedy("several independent sequences in one file", "Export each sequence as a file of its own."),
    "bad-resolution": Remedy("it says that a beat has no length", EXPORT_AGAIN),
    "too-large": Remedy("far larger than any song", NOT_MUSIC),
    "too-many-tracks": Remedy("more tracks than any song has", NOT_MUSIC),
    "too-many-notes": Remedy("more notes than any song has", NOT_MUSIC),
    "too-many-events": Remedy("more events than any song has", NOT_MUSIC),
    "too-many-cells": Remedy("longer than can be laid on a grid", NOT_MUSIC),
    "too-long": Remedy("hours long, most often by a wrong tempo or one stray note at the end", NOT_MUSIC),
    "ticks-overflow": Remedy("its times run over what MIDI programs can count", EXPORT_AGAIN),
    "no-notes": Remedy("no notes in it", "Nothing is lost: it holds only settings, lyrics or silence."),
    "bad-song": Remedy("notes at times that cannot be", EXPORT_AGAIN),
    "bad-beats": Remedy("its file of beats makes no sense", "Correct the file of beats, or prepare without --beats."),
    "no-beats": Remedy("no file of beats beside it", "Add one, or prepare without --beats."),
    "too-slow": Remedy(
        "reading it took too long, so popgen gave up", "Try it alone with --explain; if it is yours, report it."
    ),
    "out-of-memory": Remedy("reading it takes more memory than a song may", NOT_MUSIC),
    "reader-died": Remedy("reading it ended the process that read it", "Leave it out; please report it with the file."),
    "reader-failed": Remedy("popgen has a defect that this file shows", "Please report it with the file."),
    "duplicate": Remedy(
        "the same bytes as another file here", "Nothing to do: one copy is kept; you may delete the others."
    ),
    "near-duplicate": Remedy("nearly the same music as another file here", "Keep the copy that you like best."),
    "licence": Remedy(
        "its licence is not among those asked for", "Name its licence in a manifest, or ask for others by --licence."
    ),
}
OTHER_REASON = Remedy("left out", "See the message beside the file.")

NOTHING_TO_DO = "Nothing to do: the music is read as it was meant. Your file is not changed."
REPAIRS = (
    (
        "hanging-notes",
        r"hanging note",
        Remedy(
            "notes that begin and never end",
            "popgen ends each where its pitch is played again, or with its track. If that is wrong, draw them anew.",
        ),
    ),
    (
        "cut-short",
        r"bytes early|cut after|is no MIDI",
        Remedy("parts of the file are missing or damaged, the rest is kept", EXPORT_AGAIN),
    ),
    (
        "wrong-bytes",
        r"data bytes over 127",
        Remedy("values over 127, which MIDI does not have", f"popgen reads them as 127: listen. {EXPORT_AGAIN}"),
    ),
    (
        "wrong-tempo",
        r"impossible tempo",
        Remedy("tempos that no clock can follow, left out", "Check its speed: the tempo before each goes on instead."),
    ),
    (
        "wrong-marks",
        r"impossible (meter|key)",
        Remedy(
            "time or key signatures that cannot be, left out",
            "If its bar lines seem wrong, set its meter anew in your program.",
        ),
    ),
    (
        "film-time",
        r"SMPTE",
        Remedy("timed in film frames instead of beats", "Its notes are where they were, but its bars are a guess."),
    ),
    (
        "missing-tracks",
        r"the header says \d+ tracks",
        Remedy(
            "another number of tracks than the file says of itself",
            "If instruments are missing, the file was cut off: export or download it again.",
        ),
    ),
    (
        "wrong-header",
        r"header|format \d|length of (track|the wrapping)|end of track \d+ left out|has no end",
        Remedy("a header that does not fit what follows", NOTHING_TO_DO),
    ),
    ("names", r"control characters", Remedy("names with characters that nobody can see, taken out", NOTHING_TO_DO)),
    ("old-letters", r"read as \S+, not UTF-8", Remedy("names in the letters of an older system", NOTHING_TO_DO)),
    (
        "fine-times",
        r"moved by a tick",
        Remedy("times finer than a dataset stores", "Nothing to do: notes move by less than a thousandth of a second."),
    ),
)
OTHER_REPAIR = Remedy("mended while it was read", NOTHING_TO_DO)

REMARKS = {
    "near-copies": Remedy(
        "nearly the same music as another file here: a copy that was transposed, cut or arranged anew",
        "Nothing leaks: copies stay on one side of the split. But they weigh a song double; keep the best of each.",
    ),
    "flat-velocities": Remedy(
        "nearly all notes of a part are equally loud: written by a machine, not played",
        "Fine for learning notes. A model learns no dynamics from them: mix in music that was played.",
    ),
    "out-of-range": Remedy(
        "notes beyond the 88 keys of a piano",
        "popgen moves them by octaves: check the part if you do not want that.",
    ),
    "dropped-notes": Remedy(
        "notes that no place was found for, left out",
        "Mostly sound effects, and drums outside the roll; --explain says which.",
    ),
    "overlapping-notes": Remedy(
        "notes struck again while they still sound, many times",
        "Often two takes on one track or a doubled export: listen to it.",
    ),
    "one-group": Remedy(
        "a single instrument group plays",
        "A model learns nothing here about how instruments play together. If there should be more, use --explain.",
    ),
    "one-beat-bars": Remedy(
        "bars of a single beat: its bar lines cannot be trusted",
        "Give the true bars by a file of beats beside each song (popgen prepare --beats), or set the meter.",
    ),
    "short": Remedy(
        "shorter than what a model sees at once (25.6 s)", "A few do no harm; loops and jingles teach no form."
    ),
    "unknown-licence": Remedy(
        "nothing says who may use it",
        "Put a LICENSE file beside it, or a MANIFEST.tsv with the columns file, licence and source.",
    ),
    "restricted-licence": Remedy(
        "under a licence that asks for more than credit",
        "Fine for yourself. For weights that you give away: popgen prepare --licence permissive.",
    ),
}


def repair_kind(repair: str) -> tuple[str, Remedy]:
    """The code of a repair named in words, and what it means; unknown words are of the kind "other"."""
    for code, words, remedy in REPAIRS:
        if re.search(words, repair, flags=re.IGNORECASE):
            return code, remedy
    return "other", OTHER_REPAIR
