"""Styles: what a ballad, a rock song or a dance track chooses from, and the choices of one song."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from numpy.random import Generator

from popgen_core.songwriter.meter import COMMON, COMPOUND, WALTZ, Meter

__all__ = ["GROUPS", "STYLES", "Style", "Traits", "draw_style"]

GROUPS = ("drums", "bass", "chords", "guitar", "strings", "lead", "others")

Programs = Mapping[str, tuple[int, ...]]

PIANOS, ELECTRIC_PIANOS, ORGANS = (0, 0, 1), (4, 5), (16, 17, 18)
STRINGS, PADS, CHOIRS = (48, 48, 49), (50, 51, 89, 90, 94), (52, 53)
BELLS, BRASS, PLUCKS = (8, 9, 10, 11, 14), (56, 60, 61), (12, 13, 46, 108)


@dataclass(frozen=True)
class Traits:
    """What a style chooses from: ranges, and lists in which a thing named twice is twice as likely.

    `tempo` in BPM; `colour` 0..1 how readily chords get sevenths; `syncopation` 0..1; `busy` 0..1 note density.
    """

    tempo: tuple[int, int]
    meters: tuple[Meter, ...]
    programs: Programs
    kicks: tuple[str, ...]
    hats: tuple[str, ...]
    bass: tuple[str, ...]
    comping: tuple[str, ...]
    guitar: tuple[str, ...]
    strings: tuple[str, ...]
    colours: tuple[str, ...]
    swing: float = 0.0
    colour: float = 0.2
    syncopation: float = 0.4
    busy: float = 0.5


@dataclass(frozen=True)
class Style:
    """The choices of one song: `swing` is where the second eighth or sixteenth falls, 0.5 straight .. 0.61."""

    name: str
    traits: Traits
    meter: Meter
    tempo: float
    swing: float
    swung_steps: int
    programs: Mapping[str, int]


STYLES: Mapping[str, Traits] = {
    "ballad": Traits(
        (70, 92),
        (COMMON, WALTZ, COMPOUND),
        {
            "drums": (0, 16, 40),
            "bass": (32, 33, 35),
            "chords": (*PIANOS, 4, 5),
            "guitar": (24, 25, 27),
            "strings": STRINGS + CHOIRS,
            "lead": (53, 65, 68, 71, 73, 80),
            "others": (*BELLS, 46, 60),
        },
        kicks=("rock", "half"),
        hats=("eighth", "eighth", "sixteenth", "quarter"),
        bass=("held", "locked"),
        comping=("held", "broken", "broken", "pulse"),
        guitar=("pick", "pick", "strum"),
        strings=("pad", "line", "pad"),
        colours=("answer", "arp", "line"),
        swing=0.1,
        colour=0.35,
        syncopation=0.25,
        busy=0.35,
    ),
    "rock": Traits(
        (108, 160),
        (COMMON, COMMON, WALTZ, COMPOUND),
        {
            "drums": (0, 8, 16),
            "bass": (33, 34, 34),
            "chords": PIANOS + ORGANS,
            "guitar": (27, 28, 29, 30, 30),
            "strings": (*STRINGS, 51, 89),
            "lead": (80, 81, 84, 65, 85),
            "others": (61, 62, 9, 14, 56, 18),
        },
        kicks=("rock", "rock", "broken"),
        hats=("eighth", "eighth", "quarter"),
        bass=("eighths", "locked", "locked"),
        comping=("pulse", "stab", "held"),
        guitar=("chug", "chug", "strum", "strum", "pick"),
        strings=("pad", "ostinato", "line"),
        colours=("stab", "answer", "arp"),
        colour=0.1,
        syncopation=0.4,
        busy=0.6,
    ),
    "dance": Traits(
        (114, 132),
        (COMMON,),
        {
            "drums": (24, 25),
            "bass": (38, 39, 38),
            "chords": (1, 2, 4, 16),
            "guitar": (26, 27, 28),
            "strings": PADS + STRINGS,
            "lead": (80, 81, 82, 84, 85),
            "others": (62, 63, 88, 98, 10, 55),
        },
        kicks=("four", "four", "four", "broken"),
        hats=("offbeat", "offbeat", "sixteenth"),
        bass=("octaves", "offbeat", "locked"),
        comping=("stab", "stab", "pulse"),
        guitar=("chop", "chop", "pick"),
        strings=("pad", "ostinato", "pad"),
        colours=("arp", "stab", "arp"),
        swing=0.1,
        colour=0.3,
        syncopation=0.6,
        busy=0.65,
    ),
    "funk": Traits(
        (92, 118),
        (COMMON,),
        {
            "drums": (0, 8),
            "bass": (33, 36, 37),
            "chords": (4, 5, 7, 16, 18),
            "guitar": (27, 28, 28),
            "strings": (*STRINGS, 50),
            "lead": (65, 66, 80, 64, 56),
            "others": (*BRASS, 12),
        },
        kicks=("broken", "broken", "rock"),
        hats=("sixteenth", "sixteenth", "eighth"),
        bass=("locked", "octaves", "locked"),
        comping=("stab", "stab", "pulse"),
        guitar=("chop", "chop", "strum"),
        strings=("pad", "line", "ostinato"),
        colours=("stab", "stab", "answer"),
        swing=0.35,
        colour=0.6,
        syncopation=0.8,
        busy=0.6,
    ),
    "folk": Traits(
        (84, 136),
        (COMMON, WALTZ, WALTZ, COMPOUND, COMPOUND),
        {
            "drums": (0, 40, 40),
            "bass": (32, 32, 33),
            "chords": (*PIANOS, 16, 21),
            "guitar": (24, 25, 25),
            "strings": (48, 40, 41, 42, 44),
            "lead": (73, 72, 22, 40, 71, 110),
            "others": (46, 108, 11, 12, 105, 15),
        },
        kicks=("rock", "half", "four"),
        hats=("eighth", "quarter", "eighth"),
        bass=("held", "locked", "roots"),
        comping=("held", "broken", "pulse"),
        guitar=("strum", "strum", "pick", "pick"),
        strings=("pad", "line", "line"),
        colours=("answer", "line", "arp"),
        swing=0.25,
        colour=0.12,
        syncopation=0.3,
        busy=0.45,
    ),
    "soul": Traits(
        (72, 108),
        (COMMON, COMMON, COMPOUND, WALTZ),
        {
            "drums": (0, 8, 40),
            "bass": (33, 32, 35),
            "chords": ELECTRIC_PIANOS + ORGANS + (0,),
            "guitar": (26, 27, 28),
            "strings": (*STRINGS, 52),
            "lead": (65, 66, 53, 73, 82),
            "others": (*BRASS, 11, 11),
        },
        kicks=("broken", "rock", "half"),
        hats=("eighth", "sixteenth", "eighth"),
        bass=("locked", "walking", "locked"),
        comping=("stab", "held", "broken"),
        guitar=("chop", "pick", "strum"),
        strings=("line", "pad", "line"),
        colours=("answer", "stab", "line"),
        swing=0.5,
        colour=0.75,
        syncopation=0.6,
        busy=0.45,
    ),
    "synth": Traits(
        (92, 150),
        (COMMON, COMMON, COMMON, COMPOUND),
        {
            "drums": (24, 25, 16),
            "bass": (38, 39, 39),
            "chords": (4, 5, 16, 2, 7),
            "guitar": (27, 28, 30),
            "strings": PADS,
            "lead": (80, 81, 82, 83, 87),
            "others": (88, 96, 98, 99, 62, 14, 10),
        },
        kicks=("rock", "four", "broken"),
        hats=("eighth", "sixteenth", "offbeat"),
        bass=("eighths", "octaves", "offbeat"),
        comping=("pulse", "stab", "held"),
        guitar=("chug", "pick", "chop"),
        strings=("pad", "pad", "ostinato"),
        colours=("arp", "arp", "answer", "stab"),
        colour=0.25,
        syncopation=0.5,
        busy=0.6,
    ),
}


def draw_style(rng: Generator) -> Style:
    """A meter (seven songs of ten in 4/4), a style that knows it, a tempo, a feel and an instrument for each group."""
    meter = (COMMON, WALTZ, COMPOUND)[int(rng.choice(3, p=[0.7, 0.14, 0.16]))]
    names = [name for name, traits in STYLES.items() if meter in traits.meters]
    name = str(rng.choice(names))
    traits = STYLES[name]
    tempo = round(float(rng.uniform(*traits.tempo)), 1)
    swings = meter != COMPOUND and rng.random() < traits.swing
    return Style(
        name=name,
        traits=traits,
        meter=meter,
        tempo=tempo,
        swing=float(rng.uniform(0.54, 0.61)) if swings else 0.5,
        swung_steps=2 if tempo > 120 or rng.random() < 0.3 else 1,
        programs={group: int(rng.choice(traits.programs[group])) for group in GROUPS},
    )
