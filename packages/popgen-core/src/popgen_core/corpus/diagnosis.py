"""What a report on a folder comes to: findings with advice, what each group gets, how the music is spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from popgen_core.corpus.licences import permissive
from popgen_core.corpus.remedies import OTHER_REASON, REASONS, REMARKS, Remedy, repair_kind
from popgen_core.corpus.report import CorpusReport, FileRow

__all__ = ["Diagnosis", "Example", "Finding", "GroupShare", "LicenceShare", "Spread", "diagnose", "findings", "remarks"]

KINDS = ("refused", "skipped", "repaired", "noted")
EXAMPLES = 3
FLAT = 0.9  # share of notes with the commonest velocity of their part
SHORT_SECONDS = 25.6  # 512 frames at 20 a second
OVERLAPPING = 0.02  # share of a song's notes


@dataclass(frozen=True)
class Example:
    """A file, and what was found in it where that differs from file to file."""

    file: str
    detail: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or worth knowing, in `count` files, `share` of all (0..1).

    `kind`: refused and skipped files are left out, repaired and noted ones are used. `examples` are up to three.
    """

    code: str
    kind: str
    count: int
    share: float
    examples: tuple[Example, ...]
    what: str
    advice: str


@dataclass(frozen=True)
class GroupShare:
    """Songs in which a group plays, and its notes, each also as a share (0..1) of all that are kept."""

    group: str
    songs: int
    song_share: float
    notes: int
    note_share: float


@dataclass(frozen=True)
class LicenceShare:
    """Songs and seconds under one licence, and whether it asks for no more than credit."""

    name: str
    songs: int
    seconds: float
    permissive: bool


@dataclass(frozen=True)
class Spread:
    """How a measure is spread over songs: the least, the bounds of the middle half, the middle, the most."""

    least: float
    lower: float
    middle: float
    upper: float
    most: float


@dataclass(frozen=True)
class Diagnosis:
    """A folder in figures. What speaks of songs speaks of those that a dataset would keep.

    `length` in seconds, `tempo` in BPM, `density` in notes a second, `flatness` 0..1; None without songs. `meters`:
    songs by the meter that most of them is in. `families` of near-copies, and `copies` beside the first of each.
    """

    files: int
    songs: int
    seconds: float
    notes: int
    verdicts: dict[str, int]
    findings: tuple[Finding, ...]
    groups: tuple[GroupShare, ...]
    length: Spread | None
    tempo: Spread | None
    density: Spread | None
    flatness: Spread | None
    meters: dict[str, int]
    changing_tempo: int
    changing_meter: int
    families: int
    copies: int
    licences: tuple[LicenceShare, ...]

    def to_plain(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        return asdict(self)


def diagnose(report: CorpusReport) -> Diagnosis:
    """What a report comes to."""
    kept = [row for row in report.rows if row.kept]
    return Diagnosis(
        files=len(report.rows),
        songs=len(kept),
        seconds=round(sum(row.seconds for row in kept), 3),
        notes=sum(row.notes for row in kept),
        verdicts=report.summary,
        findings=findings(report.rows),
        groups=_group_shares(kept, report.groups),
        length=_spread(row.seconds for row in kept),
        tempo=_spread(row.tempo for row in kept if row.tempo > 0),
        density=_spread(row.notes / row.seconds for row in kept if row.seconds > 0),
        flatness=_spread(row.flatness for row in kept),
        meters=dict(Counter(row.meter or "none" for row in kept).most_common()),
        changing_tempo=sum(row.tempos > 0 for row in kept),
        changing_meter=sum(row.meters > 0 for row in kept),
        families=len({row.alike for row in kept if row.alike}),
        copies=sum(bool(row.alike) for row in kept),
        licences=_licence_shares(kept),
    )


def findings(rows: Sequence[FileRow]) -> tuple[Finding, ...]:
    """All that is wrong or worth knowing, what is left out first, in each kind the most frequent first."""
    seen: dict[tuple[str, str], tuple[Remedy, list[tuple[float, Example]]]] = {}

    def see(kind: str, code: str, remedy: Remedy, example: Example, weight: float = 0.0) -> None:
        seen.setdefault((kind, code), (remedy, []))[1].append((weight, example))

    for row in rows:
        if not row.kept:
            see(row.verdict, row.reason, REASONS.get(row.reason, OTHER_REASON), Example(row.file, row.message))
            continue
        for code, (remedy, repairs) in _repairs(row).items():
            see("repaired", code, remedy, Example(row.file, "; ".join(repairs)))
        for code, (detail, weight) in remarks(row).items():
            see("noted", code, REMARKS[code], Example(row.file, detail), weight)
    made = [_finding(kind, code, remedy, cases, len(rows)) for (kind, code), (remedy, cases) in seen.items()]
    return tuple(sorted(made, key=lambda finding: (KINDS.index(finding.kind), -finding.count, finding.code)))


def _finding(kind: str, code: str, remedy: Remedy, cases: list[tuple[float, Example]], files: int) -> Finding:
    worst = sorted(cases, key=lambda case: -case[0])[:EXAMPLES]
    examples = tuple(example for _, example in worst)
    return Finding(code, kind, len(cases), len(cases) / files, examples, remedy.what, remedy.advice)


def _repairs(row: FileRow) -> dict[str, tuple[Remedy, list[str]]]:
    """A row's repairs by kind: a file counts once in each."""
    kinds: dict[str, tuple[Remedy, list[str]]] = {}
    for repair in row.repairs:
        code, remedy = repair_kind(repair)
        kinds.setdefault(code, (remedy, []))[1].append(repair)
    return kinds


def remarks(row: FileRow) -> dict[str, tuple[str, float]]:
    """What is worth knowing of a song that is kept, by code: a detail in words, and how much there is of it."""
    if not row.kept:
        return {}
    found: dict[str, tuple[str, float]] = {}
    if row.alike:
        found["near-copies"] = (f"like {row.alike}", 0)
    if row.flatness >= FLAT:
        found["flat-velocities"] = (f"{row.flatness:.0%} of its notes".replace("%", " %"), row.flatness)
    if row.out_of_range:
        found["out-of-range"] = (f"{row.out_of_range:,} of {row.notes:,} notes", row.out_of_range / max(row.notes, 1))
    if row.dropped:
        found["dropped-notes"] = (f"{row.dropped:,} of {row.notes + row.dropped:,} notes", row.dropped)
    if row.overlapping > OVERLAPPING * row.notes:
        found["overlapping-notes"] = (f"{row.overlapping:,} of {row.notes:,} notes", row.overlapping / row.notes)
    if len(row.groups) == 1:
        found["one-group"] = (next(iter(row.groups)), 0)
    if row.meter.startswith("1/"):
        found["one-beat-bars"] = (row.meter, 0)
    if 0 < row.seconds < SHORT_SECONDS:
        found["short"] = (f"{row.seconds:.0f} s", -row.seconds)
    if row.licence == "unknown":
        found["unknown-licence"] = ("", 0)
    elif not permissive(row.licence):
        found["restricted-licence"] = (row.licence, 0)
    return found


def _group_shares(kept: Sequence[FileRow], groups: Sequence[str]) -> tuple[GroupShare, ...]:
    notes = sum(row.notes for row in kept)
    shares = []
    for group in groups:
        playing = sum(row.groups.get(group, 0) > 0 for row in kept)
        played = sum(row.groups.get(group, 0) for row in kept)
        shares.append(GroupShare(group, playing, _share(playing, len(kept)), played, _share(played, notes)))
    return tuple(shares)


def _licence_shares(kept: Sequence[FileRow]) -> tuple[LicenceShare, ...]:
    counts = Counter(row.licence for row in kept)
    seconds = dict.fromkeys(counts, 0.0)
    for row in kept:
        seconds[row.licence] += row.seconds
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(LicenceShare(name, counts[name], round(seconds[name], 3), permissive(name)) for name in ordered)


def _spread(values: Iterable[float]) -> Spread | None:
    found = np.array(list(values), dtype=np.float64)
    if not len(found):
        return None
    return Spread(*(round(float(value), 3) for value in np.quantile(found, (0, 0.25, 0.5, 0.75, 1))))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
