"""The General MIDI sound set, level 1: its 128 programs by name, eight to each of its 16 families; kits; what people
call them."""

from __future__ import annotations

import re
from difflib import get_close_matches

from popgen_core.errors import PopgenError

__all__ = ["KITS", "PROGRAMS", "ProgramError", "program_of", "programs_from"]

# the MIDI Association, General MIDI System Level 1 (1991), table 2; programs count from 0 as in the file's bytes
_NAMES = """
Acoustic Grand Piano, Bright Acoustic Piano, Electric Grand Piano, Honky-tonk Piano,
Electric Piano 1, Electric Piano 2, Harpsichord, Clavi,
Celesta, Glockenspiel, Music Box, Vibraphone, Marimba, Xylophone, Tubular Bells, Dulcimer,
Drawbar Organ, Percussive Organ, Rock Organ, Church Organ, Reed Organ, Accordion, Harmonica, Tango Accordion,
Acoustic Guitar (nylon), Acoustic Guitar (steel), Electric Guitar (jazz), Electric Guitar (clean),
Electric Guitar (muted), Overdriven Guitar, Distortion Guitar, Guitar Harmonics,
Acoustic Bass, Electric Bass (finger), Electric Bass (pick), Fretless Bass,
Slap Bass 1, Slap Bass 2, Synth Bass 1, Synth Bass 2,
Violin, Viola, Cello, Contrabass, Tremolo Strings, Pizzicato Strings, Orchestral Harp, Timpani,
String Ensemble 1, String Ensemble 2, Synth Strings 1, Synth Strings 2,
Choir Aahs, Voice Oohs, Synth Voice, Orchestra Hit,
Trumpet, Trombone, Tuba, Muted Trumpet, French Horn, Brass Section, Synth Brass 1, Synth Brass 2,
Soprano Sax, Alto Sax, Tenor Sax, Baritone Sax, Oboe, English Horn, Bassoon, Clarinet,
Piccolo, Flute, Recorder, Pan Flute, Blown Bottle, Shakuhachi, Whistle, Ocarina,
Lead 1 (square), Lead 2 (sawtooth), Lead 3 (calliope), Lead 4 (chiff),
Lead 5 (charang), Lead 6 (voice), Lead 7 (fifths), Lead 8 (bass + lead),
Pad 1 (new age), Pad 2 (warm), Pad 3 (polysynth), Pad 4 (choir),
Pad 5 (bowed), Pad 6 (metallic), Pad 7 (halo), Pad 8 (sweep),
FX 1 (rain), FX 2 (soundtrack), FX 3 (crystal), FX 4 (atmosphere),
FX 5 (brightness), FX 6 (goblins), FX 7 (echoes), FX 8 (sci-fi),
Sitar, Banjo, Shamisen, Koto, Kalimba, Bagpipe, Fiddle, Shanai,
Tinkle Bell, Agogo, Steel Drums, Woodblock, Taiko Drum, Melodic Tom, Synth Drum, Reverse Cymbal,
Guitar Fret Noise, Breath Noise, Seashore, Bird Tweet, Telephone Ring, Helicopter, Applause, Gunshot
"""
PROGRAMS = tuple(" ".join(name.split()) for name in _NAMES.split(","))

# programs of the drum channel: General MIDI level 2, table 3 (the MIDI Association, 1999)
KITS = {
    "standard": 0,
    "room": 8,
    "power": 16,
    "electronic": 24,
    "analog": 25,
    "jazz": 32,
    "brush": 40,
    "orchestra": 48,
    "effects": 56,
}
DRUMS = "drums"  # the group whose programs are kits
MOST_SHOWN = 4  # names offered where a name is not clear


class ProgramError(PopgenError):
    """A sound that General MIDI does not have, or a name that fits several."""

    exit_code = 2


def programs_from(said: str) -> dict[str, int]:
    """`guitar=30,bass=fretless bass` -> the program of each group: numbers as in a file's bytes, from 0, or names.

    Raises ProgramError for anything else, and for a group that is named twice.
    """
    programs: dict[str, int] = {}
    for part in said.split(","):
        group, equals, sound = (word.strip() for word in part.partition("="))
        if not (group and equals and sound):
            raise ProgramError(f"--program: {part.strip()!r} says no sound", hint="write guitar=30 or guitar=banjo")
        if group in programs:
            raise ProgramError(f"--program: {group} is given two sounds")
        programs[group] = program_of(sound, kit=group == DRUMS)
    return programs


def program_of(sound: str, *, kit: bool = False) -> int:
    """A number 0..127, or a name such as `Banjo`, `grand piano acoustic` or `clean guitar` -> the program.

    A name may leave words out as long as one program alone has all that are said; case and brackets do not count.
    With `kit`, the names are those of drum kits. Raises ProgramError.
    """
    if re.fullmatch(r"[+-]?[0-9]+", sound):
        return _numbered(sound)
    names = KITS if kit else {name: number for number, name in enumerate(PROGRAMS)}
    exact = [number for name, number in names.items() if _words(name) == _words(sound)]
    found = {name: number for name, number in names.items() if set(_words(sound)) <= set(_words(name))}
    if not _words(sound) or not (exact or found):
        raise ProgramError(f"General MIDI has no {'kit' if kit else 'sound'} {sound!r}", hint=_offered(sound, names))
    if exact or len(found) == 1:
        return (exact or list(found.values()))[0]
    more = ", ..." if len(found) > MOST_SHOWN else ""
    shown = ", ".join(f"{number} {name}" for name, number in list(found.items())[:MOST_SHOWN])
    raise ProgramError(f"{sound!r} may be {shown}{more}", hint="say more of the name, or the number")


def _numbered(sound: str) -> int:
    if not 0 <= int(sound[:9]) < len(PROGRAMS):
        raise ProgramError(f"program {sound[:20]} is not between 0 and 127", hint="programs count from 0")
    return int(sound)


def _words(name: str) -> list[str]:
    """The words of a name, sorted: `Electric Guitar (clean)` is the same as `clean electric guitar`."""
    return sorted(re.findall(r"[a-z0-9]+", name.lower()))


def _offered(sound: str, names: dict[str, int]) -> str:
    """What may have been meant: the nearest name, or the one with the nearest word."""
    lowered = {name.lower(): name for name in names}
    words = {word: name for name in reversed(names) for word in _words(name) if len(word) > 2}
    near = get_close_matches(sound.lower(), lowered, n=1, cutoff=0.7)
    if near:
        return f"did you mean {lowered[near[0]]}?"
    for word in _words(sound):
        if close := get_close_matches(word, words, n=1, cutoff=0.75):
            return f"did you mean {words[close[0]]}?"
    return "a number from 0 to 127, or one of " + ", ".join(list(names)[:: max(len(names) // 8, 1)])
