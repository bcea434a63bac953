"""One chord as a word: `Am7`, `Bb/D`, `N.C.`, or a Roman numeral counted from a key."""

from __future__ import annotations

import re

from popgen_core.plan.plan import NO_CHORD, Chord, Key
from popgen_core.plan.words.errors import PlanError, quoted
from popgen_core.plan.words.tones import accidentals, tone_from, tone_name

__all__ = ["ALIASES", "chord_from", "chord_name"]

# kind -> how it is written behind the root: the first way is popgen's own, the others are read as well
ALIASES: dict[str, tuple[str, ...]] = {
    "maj": ("", "M", "maj", "Maj", "major"),
    "min": ("m", "min", "mi", "-", "minor"),
    "dim": ("dim", "°", "º", "o"),
    "aug": ("aug", "+"),
    "7": ("7", "dom7"),
    "maj7": ("maj7", "Maj7", "M7", "ma7", "Δ", "Δ7", "△", "△7"),
    "min7": ("m7", "min7", "mi7", "-7"),
    "sus2": ("sus2",),
    "sus4": ("sus4", "sus"),
}
KIND_OF = {written: kind for kind, ways in ALIASES.items() for written in ways}
# kinds that no model is told of, and the nearest that one is: offered in the error, never taken unasked
NEAREST = {
    **dict.fromkeys(("m7b5", "ø", "ø7", "dim7", "°7", "o7"), "dim"),
    **dict.fromkeys(("6", "add9", "add2", "69", "5", "maj6"), "maj"),
    **dict.fromkeys(("m6", "madd9", "mmaj7", "mM7"), "min"),
    **dict.fromkeys(("9", "11", "13", "7b9", "7#9", "7b5", "7#5", "aug7", "+7"), "7"),
    **dict.fromkeys(("maj9", "M9", "maj11", "maj13", "maj7#11"), "maj7"),
    **dict.fromkeys(("m9", "m11", "m13", "min9"), "min7"),
    **dict.fromkeys(("7sus4", "7sus", "9sus4", "9sus"), "sus4"),
}
ABSOLUTE = re.compile(r"([A-G][#b♯♭]{0,2})(.*)", re.DOTALL)
ROMAN = re.compile(r"([#b♯♭]{0,2})(VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)(.*)", re.DOTALL)
NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
UNLIKE_MINOR = {"maj", "aug", "7", "maj7"}  # kinds with a major third
EXPECTED = "expected a chord such as C, F#m7, Bb/D, or IV with --key"


def chord_from(word: str, key: Key | None = None) -> Chord:
    """A chord from its name, or from a Roman numeral with a key. A small numeral is minor: `ii7` is a minor seventh.

    In a minor key III, VI and VII are the tones of natural minor, bIII, bVI and bVII the same ones; vi and vii, such
    as vii°, stand on the raised tones. The bass behind a slash is a tone: `IV/G`. Raises PlanError.
    """
    if word.replace(".", "").lower() == "nc":
        return NO_CHORD
    body, slash, below = word.partition("/")
    absolute, roman = ABSOLUTE.fullmatch(body), ROMAN.fullmatch(body)
    if absolute:
        root, kind = tone_from(absolute[1]), _kind(word, absolute[1], absolute[2])
    elif roman:
        root, kind = _degree(word, roman[1], roman[2], key), _roman_kind(word, roman[1] + roman[2], roman[3])
    else:
        small = word[:1] in tuple("abcdefg")
        raise PlanError(f"{quoted(word)}: {EXPECTED}", hint="a root is a capital letter" if small else "")
    bass = tone_from(below) if slash else None
    if root is None or (slash and bass is None):
        raise PlanError(
            f"{quoted(word)}: expected a tone such as G behind the slash, got {quoted(below)}",
            hint="the V of V is written II" if below and ROMAN.fullmatch(below) else "",
        )
    return Chord(root, kind, bass)


def chord_name(chord: Chord, key: Key | None = None) -> str:
    """The name of a chord, spelled as in `key`: `Am7`, `Bb/D`, `N.C.`; `chord_from` reads it back."""
    if chord.root < 0:
        return "N.C."
    bass = "" if chord.bass is None else f"/{tone_name(chord.bass, key)}"
    return tone_name(chord.root, key) + ALIASES[chord.kind][0] + bass


def _kind(word: str, root: str, written: str) -> str:
    if written in KIND_OF:
        return KIND_OF[written]
    if written in NEAREST:
        near = root + ALIASES[NEAREST[written]][0]
        raise PlanError(f"{quoted(word)}: the kind {quoted(written)} is not known", hint=f"the nearest is {near}")
    ways = ", ".join(own for own, *_ in ALIASES.values() if own)
    raise PlanError(f"{quoted(word)}: expected {ways} or nothing behind {root}, got {quoted(written)}")


def _roman_kind(word: str, numeral: str, written: str) -> str:
    if not numeral.lstrip("#b♯♭").islower():
        return _kind(word, numeral, written)
    kind = {"": "min", "7": "min7"}.get(written) or _kind(word, numeral, written)
    if kind in UNLIKE_MINOR:
        raise PlanError(f"{quoted(word)}: {written} does not go with a small numeral, which is minor")
    return kind


def _degree(word: str, signs: str, numeral: str, key: Key | None) -> int:
    """The pitch class that a numeral such as bVII stands on."""
    if key is None:
        raise PlanError(f"{quoted(word)}: a Roman numeral needs a key", hint="for example --key C")
    step, shift = NUMERALS.index(numeral.upper()), accidentals(signs)
    if key.mode == "minor" and step in (2, 5, 6):
        raised = shift == 0 and numeral in ("vi", "vii")
        shift += 0 if shift < 0 or raised else -1  # the first flat says what the scale has already
    return (key.tonic + MAJOR_SCALE[step] + shift) % 12
