"""The one table: every figure of every system beside baselines and real pieces, then the targets, as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date

from benchmarks.quality.figures import families
from benchmarks.quality.found import REAL, Found
from benchmarks.quality.sample import JUDGED_FROM, Sample
from benchmarks.quality.targets import Target

from popgen_core.score.report import MODEL

__all__ = ["markdown"]

SETS = (  # the value, and what real songs show against other real songs
    ("frechet_distance", "frechet_floor"),
    ("figure_distance", "figure_floor"),
    ("mmd", "mmd_floor"),
    ("mmd_p", ""),
    ("c2st_auc", "c2st_floor"),
    ("overlap_area", "overlap_floor"),
    ("kld", "kld_floor"),
)


def markdown(found: Found, targets: dict[str, list[Target]], command: str) -> str:
    """The whole table, with the command that makes it."""
    names = [*(system.name for system in found.asked.systems), *_others(found), REAL]
    parts = [
        _lead(found, names, command),
        *(_targets(name, rows) for name, rows in targets.items()),
        *_figures(found, names),
        _distances(found, names),
        _copying(found, names),
        *_systems(found),
        _positions(found),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _others(found: Found) -> list[str]:
    systems = {system.name for system in found.asked.systems}
    return [name for name in found.judged if name not in systems and name != REAL]


def _lead(found: Found, names: Sequence[str], command: str) -> str:
    asked, real = found.asked, found.judged[REAL]
    each = [(name, found.judged[name]) for name in names]
    counts = ", ".join(f"{name} {of.files}" + (f" ({of.unread} not judged)" if of.unread else "") for name, of in each)
    left = [f"Real pieces under 7/8 of a window, counted for velocities, distances and copying alone: {real.short}."]
    versions = [
        f"Versions of songs of the training set, left out of held-out bits and of the target on copies: {name}."
        for name in found.versions
    ]
    unread = [f"Not read: {name}: {why}" for name, why in found.unread.items()]
    checkpoints = [f"{name}: checkpoint {sha256[:12]}." for name, sha256 in found.checkpoints.items()]
    lines = [
        f"Songs: {counts}. Windows of {asked.bars} bars, one a song; a song of a system has a seed of its own.",
        f"Cells: mean [95 % interval] and n, the songs in which a figure is defined; n under {JUDGED_FROM} is shown, "
        "not judged (in brackets).",
        *(left if real.short else []),
        *versions,
        *unread,
        *checkpoints,
    ]
    bullets = "\n".join(f"- {line}" for line in lines)
    return f"Made on {date.today().isoformat()} by\n\n```\n{command}\n```\n\n{bullets}"


def _targets(name: str, targets: Sequence[Target]) -> str:
    rows = [[target.asked, f"**{target.verdict}**", target.told] for target in targets]
    counts = ", ".join(
        f"{sum(target.verdict == verdict for target in targets)} {verdict}"
        for verdict in ("met", "missed", "not judged")
    )
    return f"## Targets: {name}\n\n{counts}\n\n" + _table(["target", "", "numbers"], rows)


def _figures(found: Found, names: Sequence[str]) -> list[str]:
    made = []
    for family, figures in families(list(found.judged[REAL].figures)).items():
        rows = [[f"`{figure}`", *(_cell(found.judged[name].sample(figure)) for name in names)] for figure in figures]
        made.append(f"## Figures: {family}\n\n" + _table(["figure", *names], rows))
    widths = [
        ["song by song", *(_cell(found.judged[name].sample("velocity_width"), 1) for name in names)],
        ["all notes together", *(_number(found.judged[name].pooled_width, 1) for name in names)],
    ]
    made.append("## Velocities, 5th to 95th percentile\n\n" + _table(["", *names], widths))
    return made


def _distances(found: Found, names: Sequence[str]) -> str:
    """Distances to the real pieces; the floor stands in the column of real."""
    judged = [found.judged[name] for name in names if name != REAL]
    floors = next((of.sets for of in judged if of.sets), {})
    rows = []
    for value, floor in SETS:
        cells = [_number(of.sets.get(value, math.nan)) for of in judged]
        rows.append([f"`{value}`", *cells, _number(floors.get(floor, math.nan))])
    ends = [f"{_number(of.sets.get('frechet_low', math.nan), 1)} to {_number(of.sets.get('frechet_high', math.nan), 1)}"
            for of in judged]  # fmt: skip
    rows.insert(1, ["95 % interval", *ends, ""])
    counted = [_number(of.sets.get("compared_songs", math.nan), 0) for of in judged]
    rows.append(["songs a side", *counted, ""])
    note = (
        "Under real stands the floor: real pieces against other real pieces, as many on either side. A distance of so "
        "few songs is too high whoever wrote them, by about its floor: read it beside that, at equal n only."
    )
    return f"## Distances to the real pieces\n\n{note}\n\n" + _table(["", *names], rows)


def _copying(found: Found, names: Sequence[str]) -> str:
    figures = [name for name in found.judged[REAL].figures if name.startswith("copied_")]
    rows = [[f"`{figure}`", *(_cell(found.judged[name].sample(figure), 4) for name in names)] for figure in figures]
    return "## Copied from the training set\n\n" + _table(["", *names], rows)


def _systems(found: Found) -> list[str]:
    made = []
    if found.adherence:
        names = list(found.adherence)
        figures = list(dict.fromkeys(figure for of in found.adherence.values() for figure in of))
        rows = [[figure, *(_cell_or_dash(found.adherence[name].get(figure)) for name in names)] for figure in figures]
        made.append("## Share of the own plan that is met\n\n" + _table(["", *names], rows))
    rows = [
        [f"{name}, {threads} {'thread' if threads == '1' else 'threads'}"]
        + [_number(minute[part], 2) for part in ("import", "load", "write")]
        + [_number(minute["megabytes"], 0), _number(minute["notes"], 0)]
        for name, minutes in found.minutes.items()
        for threads, minute in minutes.items()
    ]
    heads = ["", "import s", "load s", "write s", "peak MB", "notes"]
    note = "Threads are what the process may use; songs are drawn on one whatever it may."
    made.append(f"## A minute of music in a process of its own\n\n{note}\n\n" + _table(heads, rows))
    if found.bits:
        made.append(_bits(found))
    return made


def _bits(found: Found) -> str:
    rows, seen = [], set()
    for name, predictors in found.bits.items():
        for predictor, bits in predictors.items():
            label = name if predictor == MODEL else predictor
            if label not in seen:
                bound = "" if bits.exact else "upper bound"
                rows.append([label, f"{bits.a_beat:.2f}", str(len(bits.songs)), bound])
            seen.add(label)
    note = "Given position, tempo and meter; baselines are fitted on the training set."
    return f"## Bits a beat of held-out songs\n\n{note}\n\n" + _table(["", "bits a beat", "songs", ""], rows)


def _positions(found: Found) -> str:
    if not found.positions:
        return ""
    parts = []
    names = [*(name for name in found.positions if name != REAL), REAL]
    for figure in found.positions[REAL]:
        means = {name: found.positions[name][figure].means for name in names}
        longest = max(map(len, means.values()))
        rows = [
            [f"window {at + 1}", *(_cell(means[name][at]) if at < len(means[name]) else "-" for name in names)]
            for at in range(longest)
        ]
        rows.append(["slope a window", *(_cell(found.positions[name][figure].slopes) for name in names)])
        parts.append(f"### `{figure}`\n\n" + _table(["", *names], rows))
    note = f"Five minutes of music in whole windows of {found.asked.bars} bars; real pieces as far as they go."
    return f"## Long songs, window by window\n\n{note}\n\n" + "\n\n".join(parts)


def _cell_or_dash(of: Sample | None) -> str:
    return _cell(of) if of else "-"


def _cell(of: Sample, digits: int = 3) -> str:
    """Mean, interval and n; in brackets where there are too few songs to judge."""
    if not of.n:
        return "-"
    ends = "" if math.isnan(of.low) else f" [{_number(of.low, digits)}, {_number(of.high, digits)}]"
    text = f"{_number(of.mean, digits)}{ends} n {of.n}"
    return text if of.judged else f"({text})"


def _number(value: float, digits: int = 3) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
