"""Chords counted from their key's tonic, as short words: so songs of all keys are counted together."""

from __future__ import annotations

from popgen_core.plan.plan import NO_CHORD, Chord, Key

__all__ = ["NOTHING", "chord_at", "degree_of", "own_tonic", "plainer", "root_of", "tonic_of", "uncoloured"]

NOTHING = "-"  # a half bar without a chord
PLAIN = {"maj7": "maj", "7": "maj", "min7": "min", "sus2": "maj", "sus4": "maj", "aug": "maj", "dim": "min"}


def degree_of(chord: Chord, key: Key) -> str:
    """A chord as semitones above the tonic and kind, with its bass if that is another: "7:maj", "0:maj/4"."""
    if chord.root < 0:
        return NOTHING
    below = "" if chord.bass is None else f"/{(chord.bass - key.tonic) % 12}"
    return f"{(chord.root - key.tonic) % 12}:{chord.kind}{below}"


def chord_at(degree: str, key: Key) -> Chord:
    """The chord that such a word means in a key."""
    if degree == NOTHING:
        return NO_CHORD
    name, _, below = degree.partition("/")
    root, kind = name.split(":")
    return Chord((int(root) + key.tonic) % 12, kind, (int(below) + key.tonic) % 12 if below else None)


def root_of(degree: str) -> int:
    """Semitones of its root above the tonic, -1 for no chord."""
    return -1 if degree == NOTHING else int(degree.split(":")[0])


def tonic_of(mode: str) -> str:
    """The chord on which a song of this mode ends."""
    return "0:min" if mode == "minor" else "0:maj"


def plainer(degree: str) -> str:
    """The same chord told more plainly: without another bass, then as a triad; itself where it is plain."""
    name, _, below = degree.partition("/")
    if below or name == NOTHING:
        return name
    root, kind = name.split(":")
    return f"{root}:{PLAIN.get(kind, kind)}"


def uncoloured(degree: str) -> str:
    """The same chord without seventh and other bass: what it is besides them."""
    name = degree.partition("/")[0]
    return plainer(name) if name.endswith("7") else name


def own_tonic(degree: str, mode: str) -> str:
    """The same chord, a triad on the tonic with the third of its mode: bare fifths are heard as either."""
    name, slash, below = degree.partition("/")
    bare = name in ("0:maj", "0:min") and below in ("", "7")
    return tonic_of(mode) + slash + below if bare else degree
