"""A diagnosis in words: the lines that both the screen and the page show."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from popgen_core.corpus.diagnosis import Diagnosis, Finding, Spread

__all__ = ["clock", "counted", "example_lines", "headline", "hours", "music_lines", "outlook", "percent"]

MOST_METERS = 5
FLAT_FOLDER, LIVELY_FOLDER = 0.9, 0.3  # middle flatness over which all is machine-made, under which all is played


def clock(seconds: float) -> str:
    """A length as on a record sleeve: 3:05, or 1:02:03."""
    whole = round(seconds)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def hours(seconds: float) -> str:
    """A long time: 14 h 2 min, 12 min, or 40 s."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return f"{round(seconds)} s"
    return f"{minutes // 60:,} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def percent(share: float) -> str:
    """A share of 0..1 as a percentage that is 0 only for nothing and 100 only for all."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")


def counted(number: int, one: str, more: str = "") -> str:
    """1 song, 2 songs."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def headline(of: Diagnosis) -> str:
    """How much there is."""
    return (
        f"{counted(of.files, 'MIDI file')}, of which {of.songs:,} can be used: "
        f"{hours(of.seconds)} of music, {counted(of.notes, 'note')}"
    )


def outlook(command: str, of: Diagnosis) -> str:
    """What the command that prepares the folder would make of it."""
    left = of.files - of.songs
    if not of.songs:
        return f"{command} would be refused: there is no usable song in it."
    made = f"{command} would make a dataset of {counted(of.songs, 'song')}, {hours(of.seconds)}"
    rest = f", and leave out {counted(left, 'file')}." if left else "; no file would be left out."
    return made + rest


def example_lines(finding: Finding) -> list[str]:
    """The examples of a finding, each with its detail, and how many more there are."""
    lines = [f"{example.file} ({example.detail})" if example.detail else example.file for example in finding.examples]
    more = finding.count - len(finding.examples)
    return [*lines, f"and {more:,} more"] if more > 0 else lines


def music_lines(of: Diagnosis) -> list[tuple[str, str]]:
    """(what, how it is spread over the songs), for a folder with songs."""
    lines = [
        ("length", _spread(of.length, clock)),
        ("tempo in BPM", _spread(of.tempo, _bpm) + _changing(of.changing_tempo)),
    ]
    lines.append(("meter", _meters(of.meters) + _changing(of.changing_meter)))
    lines.append(("notes a second", _spread(of.density, _one_digit)))
    if of.flatness:
        lines.append(("loudness", _loudness(of.flatness)))
    if of.copies:
        lines.append(("copies", f"{counted(of.copies, 'song')} nearly like another one here"))
    return lines


def _spread(of: Spread | None, said: Callable[[float], str]) -> str:
    """Between what the middle half of the songs lies, and the extremes; where all are alike, what they are."""
    if of is None:
        return "unknown"
    if said(of.least) == said(of.most):
        return said(of.middle)
    middle = said(of.lower) if said(of.lower) == said(of.upper) else f"{said(of.lower)} to {said(of.upper)}"
    return f"{middle} in half of the songs, {said(of.least)} to {said(of.most)} overall"


def _meters(meters: Mapping[str, int]) -> str:
    shown = [f"{meter} in {songs:,}" for meter, songs in list(meters.items())[:MOST_METERS]]
    rest = sum(list(meters.values())[MOST_METERS:])
    return ", ".join([*shown, f"others in {rest:,}"] if rest else shown)


def _changing(songs: int) -> str:
    return f"; it changes in {counted(songs, 'song')}" if songs else ""


def _loudness(of: Spread) -> str:
    played = "partly played, partly written by machine"
    if of.middle >= FLAT_FOLDER:
        played = "most songs sound written by a machine, not played"
    elif of.middle <= LIVELY_FOLDER:
        played = "most songs sound played by hand"
    return f"in the middle song {percent(of.middle)} of a part's notes are equally loud: {played}"


def _bpm(tempo: float) -> str:
    return f"{tempo:.0f}"


def _one_digit(value: float) -> str:
    return f"{value:.1f}"
