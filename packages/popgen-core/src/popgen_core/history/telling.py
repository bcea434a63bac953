"""A run in words: the answers that both the screen and the page begin with."""

from __future__ import annotations

import math

from popgen_core.corpus.telling import counted, hours, percent
from popgen_core.history.figures import varies
from popgen_core.history.phases import Phase
from popgen_core.history.sessions import Session
from popgen_core.history.story import RunStory
from popgen_core.history.table import PAPER, PAPER_EPOCHS

__all__ = ["PAPER_SCALE", "answers", "figure", "headline", "paper_line", "phase_line", "start_lines"]

PAPER_START = PAPER[0].loss_from
PAPER_SCALE = (
    "The paper's songs are not published and its loss is not defined to the last factor (paper.v1 is the reading that "
    "fits its start): the two stand beside each other, not against each other."
)
STEADY = 0.0005  # change of the loss an epoch that is called none


def figure(value: float) -> str:
    """A loss or a norm with the three digits that count; a dash for what is not known."""
    if math.isnan(value):
        return "-"
    if value and abs(value) < 1e-3:
        return f"{value:.2e}"
    places = 2 - math.floor(math.log10(abs(value))) if value else 0
    return f"{value:,.{max(places, 0)}f}"


def headline(story: RunStory) -> str:
    """How far the run got, and what its loss did."""
    if not story.steps:
        return "No step of this run is logged yet."
    last = story.ended[-1].loss if story.ended else _last_loss(story)
    which = f"mean of epoch {story.ended[-1].number}" if story.ended else "last step"
    word = "fell" if last < story.first_loss else "rose"
    return (
        f"{_how_far(story)}; the loss {word} from {figure(story.first_loss)} (first step) to {figure(last)} ({which})."
    )


def answers(story: RunStory) -> list[str]:
    """What one asks of a run next, each in a sentence or two; what its files do not tell is left out."""
    if not story.steps:
        return [_end(story)]
    said = [_best(story), _end(story), _time(story), _gradients(story), _constant(story), _unread(story)]
    return [line for line in said if line]


def paper_line(story: RunStory) -> str:
    """How far the run got beside the paper's, which cut its phases at fixed epochs."""
    if story.ended_epochs >= PAPER_EPOCHS:
        return f"The run has done the {PAPER_EPOCHS} epochs of the paper's run."
    word = "is at" if story.at_work else "stopped at"
    return f"The run {word} epoch {story.ended_epochs}; the paper's run went to {PAPER_EPOCHS}."


def phase_line(story: RunStory) -> str:
    """The phases that were found in the curve, or why none could be."""
    found = story.phases.found
    if not found:
        return f"Phases: {story.phases.reason}."
    if len(found) == 1:
        return f"The curve has no corner: over epochs {found[0].first}-{found[0].last} the loss {_change(found[0])}."
    said = ", ".join(f"in epochs {phase.first}-{phase.last} it {_change(phase)}" for phase in found)
    return f"The curve has {len(found)} phases, by where the loss begins to fall at another speed: {said}."


def start_lines(story: RunStory) -> list[str]:
    """Where the run starts, and why there: what an untrained model should score, beside the paper's start."""
    start = story.start
    if start is None:
        return []
    split = (
        f"The loss of {_step(start.step)}, {figure(start.loss)}, is {figure(start.notes)} for the notes "
        f"(onset and active) and {figure(start.rhythm)} for the rhythm (0.5 x mean squared error)."
    )
    coin = f"{start.groups} ln 2 = {start.untrained:.2f}"
    paper = f"The paper starts at {PAPER_START}"
    if not start.bias:
        return [split, f"{paper}."]
    if start.bias == "corpus":
        return [
            split,
            f"Its note outputs were set to the corpus's rates before the first step, so it starts far below the {coin} "
            f"of a model that gives every cell an even chance. {paper}.",
        ]
    return [
        split,
        f"A model that gives every cell an even chance pays ln 2 a cell; as a mean over cells, summed over "
        f"{start.groups} groups of mean weight 1, that is {coin}. {_beside_coins(start.notes - start.untrained)}",
        f"{paper}, which under this reading leaves {PAPER_START - 7 * math.log(2):.2f} for its rhythm.",
    ]


def _beside_coins(above: float) -> str:
    if above < 0:
        return f"This run's notes begin {-above:.2f} below it."
    return f"This run's notes begin {above:.2f} above it: its first weights, drawn at random, make the chances uneven."


def _how_far(story: RunStory) -> str:
    planned = story.planned_epochs
    of = f"{story.ended_epochs:,} of {planned:,} epochs" if planned else counted(story.ended_epochs, "epoch")
    broken = " and a part of the next" if story.epochs and not story.epochs[-1].whole else ""
    return f"{of}{broken} {'are' if story.ended_epochs != 1 or planned else 'is'} done, {counted(story.steps, 'step')}"


def _last_loss(story: RunStory) -> float:
    there = story.curve.loss[story.curve.loss == story.curve.loss]
    return float(there[-1]) if len(there) else math.nan


def _best(story: RunStory) -> str:
    """The best epoch by validation, and whether the model has begun to learn its songs by heart."""
    of = story.validation
    if of is None:
        lowest = min(story.ended, key=lambda epoch: epoch.loss, default=None)
        best = f"The training loss was lowest in epoch {lowest.number}, {figure(lowest.loss)}. " if lowest else ""
        return f"{best}No other songs were heard, so nothing tells whether it learned music or its songs by heart."
    where = f"The loss on other songs (validation) was lowest after epoch {of.best}, {figure(of.lowest)}"
    if of.course == "turned":
        kept = "; best.safetensors holds the weights of that epoch" if story.best_weights else ""
        return (
            f"{where}, and has turned: it lies {percent(of.rise)} higher now while the training loss "
            f"{_moved(of.training_change)} since, so the model overfits{kept}."
        )
    return {
        "not turned": f"{where}, one of the last three: it has not turned, and more epochs may lower it further.",
        "level": f"{where}, and has stayed about there since: it has neither turned nor fallen further.",
        "too short to tell": f"{where}; too few epochs to tell whether it turns.",
    }[of.course]


def _moved(change: float) -> str:
    if abs(change) < 0.005:
        return "stayed where it was"
    return f"{'fell' if change < 0 else 'rose'} by {percent(abs(change))}"


def _end(story: RunStory) -> str:
    """How the run ended, or that it is at work."""
    if story.at_work:
        return "It is at work now."
    if story.sessions:
        stopped = story.sessions[-1].stopped
        return f"It ended: {stopped}." if stopped else "Its last session has no end: it was killed, or the machine was."
    if story.planned_epochs and story.ended_epochs >= story.planned_epochs:
        return "It ended: all epochs done."
    return "Its files do not tell how it ended." if story.steps else "Its files do not tell whether it goes on."


def _time(story: RunStory) -> str:
    """How long it trained, how fast, in how many sessions."""
    speed = story.speed
    took = "" if speed is None else f"It trained for {hours(speed.seconds)}"
    if speed is not None and not math.isnan(speed.frames_per_second):
        took += f" at {speed.frames_per_second:,.0f} frames a second"
    if not story.sessions:
        return f"{took}." if took else ""
    return f"{took or 'It trained'}, {_interruptions(story.sessions)}{_memory(story.sessions)}."


def _interruptions(sessions: tuple[Session, ...]) -> str:
    """How often a run was broken off and gone on with, and by what."""
    if len(sessions) == 1:
        return "without an interruption"
    before = sessions[:-1]
    killed = sum(not session.stopped for session in before)
    often = f"interrupted {_times(len(before))}"
    if killed and len(before) == 1:
        return f"{often}, by a kill or a crash"
    return f"{often}, {_times(killed)} by a kill or a crash" if killed else often


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _memory(sessions: tuple[Session, ...]) -> str:
    most = max((session.peak_bytes for session in sessions if not math.isnan(session.peak_bytes)), default=math.nan)
    return "" if math.isnan(most) else f"; at most {most / 1e9:.1f} GB of memory"


def _gradients(story: RunStory) -> str:
    of = story.gradients
    if of is None:
        return ""
    clipped = "" if math.isnan(of.clipped) else f"; {percent(of.clipped)} of the steps were clipped at {of.clip:g}"
    skipped = f"; {counted(of.skipped, 'step')} without a loss were skipped" if of.skipped else ""
    norms = f"{figure(of.middle)} in the middle step, {figure(of.largest)} at most"
    return f"The gradient's norm was {norms}{clipped}{skipped}."


def _constant(story: RunStory) -> str:
    """What the pictures leave out, because it never changed."""
    said = []
    for name, column in (
        ("learning rate", story.curve.learning_rate),
        ("share of true inputs", story.curve.true_inputs),
    ):
        there = column[column == column]
        if len(there) and not varies(there):
            said.append(f"the {name} was {there[0]:g}")
    return f"All along {' and '.join(said)}." if said else ""


def _unread(story: RunStory) -> str:
    if not story.unread:
        return ""
    word = "was" if story.unread == 1 else "were"
    return f"{counted(story.unread, 'line')} of its logs could not be read and {word} left out."


def _change(phase: Phase) -> str:
    if abs(phase.change) < STEADY:
        return "hardly changes"
    return f"{'falls' if phase.change < 0 else 'rises'} by {abs(phase.change):.1%} an epoch".replace("%", " %")


def _step(number: int) -> str:
    return "the first step" if number == 1 else f"step {number}, the first that is logged"
