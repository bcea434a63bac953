"""Arranging: a lead sheet becomes a sketch, the songwriter's players write their parts, and all of it a song."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.errors import MidiError
from popgen_core.music.song import Song
from popgen_core.plan.plan import Key as PlannedKey
from popgen_core.plan.plan import Section as PlannedSection
from popgen_core.plan.words.chord_text import progressions_from
from popgen_core.plan.words.key_text import key_from
from popgen_core.songwriter.arranging.band import draw_band
from popgen_core.songwriter.arranging.drummers import Drummers
from popgen_core.songwriter.arranging.drumming import draw_drumming, drum_grooves, play_drums
from popgen_core.songwriter.arranging.harte import chord_from_plan
from popgen_core.songwriter.arranging.heard_form import heard_form, sung_bars
from popgen_core.songwriter.arranging.leadsheet import LeadSheet, RealPart
from popgen_core.songwriter.arranging.returning import home_key, settled_chords
from popgen_core.songwriter.arranging.room import made_room
from popgen_core.songwriter.arranging.stage import staged
from popgen_core.songwriter.arranging.themes import themes_of
from popgen_core.songwriter.bass import write_bass
from popgen_core.songwriter.colour import write_others
from popgen_core.songwriter.comping import write_chords
from popgen_core.songwriter.drums import write_drums
from popgen_core.songwriter.figure import draw_figures
from popgen_core.songwriter.form import Section
from popgen_core.songwriter.groove import draw_grooves
from popgen_core.songwriter.guitar import write_guitar
from popgen_core.songwriter.harmony import Chord, Key
from popgen_core.songwriter.melody import Theme, write_lead
from popgen_core.songwriter.meter import STEP_TICKS, Meter
from popgen_core.songwriter.notes import WrittenNote
from popgen_core.songwriter.performance import loosened
from popgen_core.songwriter.sketch import Sketch
from popgen_core.songwriter.strings import write_strings
from popgen_core.songwriter.style import GROUPS, STYLES, Style

__all__ = ["Arrangement", "Wishes", "arranged"]

TEMPO_FIT = 0.25  # octaves of tempo outside a style's own at which it is drawn a third as often
KEPT_SOUNDS = 0.25  # share of a section's bars in which a kept part must sound for the section to be its own
USUALLY_KEPT = 0.5  # how often a real piano stays as the chords
OLD_CHORDS = "its piano stays as --keep says, and plays its own chords, not those of --chords"
GUITAR_LINE = 0.4  # how often an instrumental line is the guitar's
Written = dict[str, list[WrittenNote]]


@dataclass(frozen=True)
class Wishes:
    """What a user settles; None leaves it to popgen.

    `style` is one of the songwriter's; `chords` and `key` in the words of `plan`; `keep` the chance 0..1 that a real
    piano stays as the chords, None for a half, or for none where `chords` are told, which it does not know; `drummers`
    whose performances the drums are played from.
    """

    style: str | None = None
    chords: str | None = None
    key: str | None = None
    keep: float | None = None
    drummers: Drummers | None = None

    @property
    def kept(self) -> float:
        """The chance that a real piano stays as the chords."""
        usual = 0.0 if self.chords else USUALLY_KEPT
        return usual if self.keep is None else self.keep


@dataclass(frozen=True)
class Arrangement:
    """A song as arranged, its style and form, the drum performances that it was played from, and remarks in words."""

    song: Song
    style: str
    sections: tuple[Section, ...]
    drummers: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def arranged(rng: Generator, sheet: LeadSheet, wishes: Wishes) -> Arrangement:
    """A song for seven groups around the sheet's melody, which stays note for note. Raises PlanError, MidiError."""
    sheet = _with_wishes(rng, sheet, wishes)
    form, sung = heard_form(rng, sheet), sung_bars(sheet)
    sections = form.sections
    sheet = replace(sheet, chords=settled_chords(sheet, form.source))
    if wishes.chords:
        sheet = replace(sheet, chords=_told_chords(sheet, sections, wishes.chords))
    real = {group: part for group, part in sheet.kept.items() if group != "chords" or rng.random() < wishes.kept}
    lines = {group: _sounding(sheet, part, sections) for group, part in real.items()}
    style = _draw_style(rng, sheet, wishes.style)
    sketch = Sketch(
        style=style,
        key=home_key(sheet),
        sections=sections,
        arrangement=draw_band(rng, style.name, sections, sung, lines),
        chords=_filled(sheet.chords, home_key(sheet)),
        figures=draw_figures(rng, style.meter, style.traits.syncopation),
    )
    themes = themes_of(sheet, sketch)
    drumming = draw_drumming(rng, sketch, wishes.drummers) if wishes.drummers else None
    grooves = drum_grooves(drumming, sketch.bar_steps) if drumming else draw_grooves(rng, sketch)
    hits = play_drums(rng, sketch, drumming) if drumming else None
    written: Written = {
        "drums": [] if drumming else write_drums(rng, sketch, grooves),
        "bass": write_bass(rng, sketch, grooves),
        "chords": [] if "chords" in real else write_chords(rng, sketch),
        "guitar": write_guitar(rng, sketch),
        "strings": write_strings(rng, sketch),
        "others": _others(rng, sketch, themes, lines),
    }
    liberty = float(rng.uniform(0.0, 0.1))
    written |= {group: loosened(rng, written[group], liberty) for group in ("drums", "chords", "guitar")}
    written = _with_line(rng, sketch, themes, written)
    written = {group: made_room(sheet, group, written[group]) for group in GROUPS if group in written}
    played = {**_playing(sheet, sketch, real), "lead": sheet.melody}
    song = staged(rng, sheet, sketch, written, played, hits)
    remarks = (OLD_CHORDS,) if wishes.chords and "chords" in real else ()
    return Arrangement(song, style.name, sections, drumming.played_from if drumming else (), remarks)


def _with_wishes(rng: Generator, sheet: LeadSheet, wishes: Wishes) -> LeadSheet:
    """The sheet in the key that was asked for, with a chord everywhere unless it says that there is none."""
    if all(chord is None for chord in sheet.chords) and not wishes.chords:
        raise MidiError("no chord can be found in it", reason="no-chords", hint="give them with --chords")
    if wishes.key is None:
        return sheet
    told = key_from(wishes.key)
    return replace(sheet, keys=(Key(told.tonic, told.mode == "minor"),) * sheet.measures.bars)


def _told_chords(sheet: LeadSheet, sections: Sequence[Section], text: str) -> tuple[Chord | None, ...]:
    """The chords that a user gave, laid over the sections; what stays open keeps the chord that was found."""
    home = home_key(sheet)
    key = PlannedKey(home.tonic, "minor" if home.minor else "major")
    halves = progressions_from(text, key).over([PlannedSection(section.kind, section.bars) for section in sections])
    steps = sheet.measures.meter.steps // 2
    told = [
        sheet.chords[at] if (half := halves[at // steps]) is None else chord_from_plan(half)
        for at in range(len(sheet.chords))
    ]
    return tuple(told)


def _filled(chords: Sequence[Chord | None], key: Key) -> tuple[Chord, ...]:
    """The chords without holes: where none is told the one before goes on, at the start the first."""
    first = next((chord for chord in chords if chord is not None), None)
    before = first or Chord("I", key.tonic, (0, 3 if key.minor else 4, 7), key.tonic)
    filled = []
    for chord in chords:
        before = chord or before
        filled.append(before)
    return tuple(filled)


def _draw_style(rng: Generator, sheet: LeadSheet, asked: str | None) -> Style:
    """The style that was asked for, or one that knows the song's tempo; it plays straight, as the melody does."""
    tempo, meter = sheet.tempo, sheet.measures.meter
    name = asked or _near_style(rng, tempo, meter)
    traits = STYLES[name]
    return Style(
        name=name,
        traits=traits,
        meter=meter,
        tempo=tempo,
        swing=0.5,
        swung_steps=1,
        programs={group: int(rng.choice(traits.programs[group])) for group in GROUPS},
    )


def _near_style(rng: Generator, tempo: float, meter: Meter) -> str:
    names = [name for name, traits in STYLES.items() if meter in traits.meters]
    low, high = np.array([STYLES[name].tempo for name in names]).T
    outside = np.maximum(np.maximum(np.log2(low / tempo), np.log2(tempo / high)), 0.0)
    odds = np.exp(-outside / TEMPO_FIT)
    return names[int(rng.choice(len(names), p=odds / odds.sum()))]


def _sounding(sheet: LeadSheet, part: RealPart, sections: Sequence[Section]) -> list[bool]:
    """In which sections a real part sounds in a quarter of the bars or more."""
    bar = (sheet.measures.page_ticks(part.notes["start_tick"]) + STEP_TICKS // 2) // sheet.measures.bar_ticks
    begins = np.bincount(np.clip(bar, 0, sheet.measures.bars - 1), minlength=sheet.measures.bars) > 0
    return [bool(begins[section.start_bar : section.end_bar].mean() >= KEPT_SOUNDS) for section in sections]


def _playing(sheet: LeadSheet, sketch: Sketch, real: dict[str, RealPart]) -> dict[str, RealPart]:
    """Real parts in the sections in which their group plays; a line that is nobody else's stays everywhere."""
    played = {}
    for group, part in real.items():
        bar = (sheet.measures.page_ticks(part.notes["start_tick"]) + STEP_TICKS // 2) // sheet.measures.bar_ticks
        plays = np.zeros(sheet.measures.bars + 1, dtype=np.bool_)
        for _, bars in sketch.playing(group):
            plays[bars.start : bars.stop] = True
        kept: NDArray[np.bool_] = plays[np.clip(bar, 0, sheet.measures.bars)] | (group == "others")
        played[group] = replace(part, notes=part.notes[kept])
    return played


def _others(
    rng: Generator, sketch: Sketch, themes: dict[str, Theme], lines: dict[str, list[bool]]
) -> list[WrittenNote]:
    """What the others play where no real line of theirs sounds."""
    own = lines.get("others", [False] * len(sketch.sections))
    entries = tuple(None if sounds else entry for entry, sounds in zip(sketch.arrangement["others"], own, strict=True))
    without = replace(sketch, arrangement={**sketch.arrangement, "others": entries})
    return write_others(rng, without, themes)


def _with_line(rng: Generator, sketch: Sketch, themes: dict[str, Theme], written: Written) -> Written:
    """The parts with a line where nobody sings: the song's own melody, quoted by the others or the guitar, whose own
    part rests there.
    """
    bars = {bar for _, stretch in sketch.playing("lead") for bar in stretch}
    if not bars:
        return written
    group = "guitar" if rng.random() < GUITAR_LINE else "others"
    last = sketch.bars - 1
    line = [note for note in write_lead(rng, sketch, themes) if note.step // sketch.bar_steps < last]
    resting = [note for note in written[group] if note.step // sketch.bar_steps not in bars - {last}]
    return {**written, group: sorted([*resting, *line])}
