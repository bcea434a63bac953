"""Which of several drawn songs is the best, by a named score: likelihood, adherence, or a figure of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Callable

from popgen_core.analysis.piece import pieces_of
from popgen_core.contracts.grouper import Grouper
from popgen_core.errors import PluginError
from popgen_core.generate.request import RequestError
from popgen_core.generate.write import DrawnSong
from popgen_core.music.song import Song
from popgen_core.plan.met.adherence import adherence, overall_adherence
from popgen_core.plugins import Catalogue
from popgen_core.plugins.making import blaming

__all__ = ["ranked_by"]

HEADLINE = (
    "note_coherence.v1",
    "rhythm_accuracy.v1",
    "cross_track_sync.v2",
    "harmonic_consistency.v2",
    "structure_coherence.v1",
)
FLOOR = 0.01  # what each figure counts at least in `overall`, their geometric mean


def ranked_by(name: str, catalogue: Catalogue, grouper: Grouper) -> Callable[[DrawnSong], float]:
    """A score by which the best song has the highest value; songs that it cannot judge come last.

    "likelihood": the chance of the new notes by the model, on average over them; of bars that were written anew, that
    of what follows them. "adherence": how much of the plan is met. "overall": the geometric mean of the five headline
    figures. Any other name is a piece evaluator's, without a version its newest; its first measure counts. Raises
    RequestError for no such score.
    """
    if name == "likelihood":
        return lambda drawn: -drawn.surprise
    if name == "adherence":
        return lambda drawn: _known(overall_adherence(adherence(grouper.group(drawn.song).song, drawn.plan)))
    figures = [_figure(each, catalogue) for each in (HEADLINE if name == "overall" else (name,))]

    def score(drawn: DrawnSong) -> float:
        song = grouper.group(drawn.song).song
        logs = [math.log(max(_known(figure(song)), FLOOR)) for figure in figures]
        return sum(logs) / len(logs) if len(figures) > 1 else figures[0](song)

    return lambda drawn: _known(score(drawn))


def _known(value: float | None) -> float:
    return -math.inf if value is None or math.isnan(value) else value


def _figure(name: str, catalogue: Catalogue) -> Callable[[Song], float]:
    """The mean over a song's windows of an evaluator's first measure, so turned that more is better."""
    versions = [each for each in catalogue.named("evaluator") if each.partition(".v")[0] == name]
    newest = max(versions, key=lambda each: (len(each), each), default=name)  # .v10 comes after .v2
    try:
        offer, kind = catalogue.find("evaluator", newest), catalogue.load("evaluator", newest)
    except PluginError as error:
        raise RequestError(
            f"--best-by {name}: {error.message}", hint="likelihood, adherence, overall, or an evaluator's name"
        ) from error
    with blaming(offer, "cannot be made"):
        evaluator = kind(kind.Config())
    if evaluator.scope != "piece" or evaluator.measures[0].better == "none":
        raise RequestError(f"--best-by {name}: it does not say of one song which is better", hint="such as overall")
    measure, sign = evaluator.measures[0], 1.0 if evaluator.measures[0].better == "higher" else -1.0

    def judged(song: Song) -> float:
        values = [evaluator.score(piece)[measure.name].value for piece in pieces_of(song) if not piece.reason]
        values = [value for value in values if not math.isnan(value)]
        return sign * sum(values) / len(values) if values else math.nan

    return judged
