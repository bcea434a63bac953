"""Which group a track plays in: what its program says, corrected by the role that it is heard to play."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from popgen_core.groupers.evidence import EVIDENCE, ROLES, evidence_of
from popgen_core.groupers.general_midi import said
from popgen_core.groupers.playing import Playing, playing
from popgen_core.groupers.program import group_of_program
from popgen_core.music.song import Track

__all__ = ["chosen_by_role"]

Figures = NDArray[np.float64]

LEAD, BASS = ROLES.index("lead"), ROLES.index("bass")
VOTES = np.array([each.votes for each in EVIDENCE])  # (evidence, role)

OWN = 3.6  # votes of a program for its own group: two or three plain pieces of evidence overrule it
# what programs of a General MIDI family add: other groups that they often play in
OFTEN: dict[int, dict[str, float]] = {
    0: {"lead": 1.2},  # pianos
    1: {"lead": 1.8},  # chromatic percussion
    2: {"strings": 1.2, "lead": 1.2},  # organs
    3: {"chords": 2.4, "lead": 1.2},  # guitars
    4: {"bass": 1.2},  # basses: who chooses one means it
    5: {"lead": 1.2},  # solo strings
    6: {"lead": 0.6},  # ensembles, choirs
    7: {"lead": 1.8},  # brass
    8: {"others": 1.2},  # reeds
    9: {"others": 1.2},  # pipes
    10: {"chords": 0.6, "bass": 0.6},  # synth leads
    11: {"chords": 1.2, "lead": 0.6},  # synth pads
    12: {"lead": 1.2, "strings": 1.2},  # effects
    13: {"lead": 1.2, "guitar": 1.2},  # ethnic
}
TIMPANI = 47

ENOUGH = 16  # notes from which on what is heard counts in full
SAME = 2 / 3  # share of a song's tracks on one program from which on programs say next to nothing,
SAME_TRUST = 0.1  # namely this much
# votes that a song's programs miss on average by what is heard: up to the first they are believed, from the second on
# no more than the third says
BELIEVED, DOUBTED, DOUBT_TRUST = 2.5, 3.5, 0.3
DOUBLING, DOUBLING_VOTES = 0.7, 2.0  # share of its moments from which on a track doubles another, and what that weighs
PLAIN = 0.5  # how much of a piece of evidence a track must show for it to be named
CHORDAL = 0.3  # share of chords from which on a track plays no line
DEEPEST = 43  # median pitch below which a track that doubles a lead is the bass all the same
# a lead, and a bass, for a song without: votes that may be missing, and what the track must show
NEAR, ON_TOP = 1.0, 0.3
BELOW_ALL, HIGHEST_BASS, THROUGHOUT = 0.7, 48, 0.5
# a drum kit without its channel: shares of kicks and snares under cymbals, of the kit's keys, of kicks and snares;
# the second where another track is on the drum channel already
KIT, SECOND_KIT = (0.1, 0.6, 0.15), (0.15, 0.9, 0.15)


def _program_votes() -> Figures:
    """(program, role) the votes of each program."""
    votes = np.zeros((128, len(ROLES)))
    for program in range(128):
        votes[program, ROLES.index("others" if program == TIMPANI else group_of_program(program))] = OWN
        for role, weight in OFTEN.get(program // 8, {}).items():
            votes[program, ROLES.index(role)] += weight
    return votes


PROGRAM_VOTES = _program_votes()


def chosen_by_role(
    tracks: Sequence[Track], quarter: int, open_to: Sequence[Sequence[str]], *, drums: bool
) -> list[tuple[str, str]]:
    """(group, why) of each track by program and role, among the groups that it is open to; none named means all.

    `tracks` are those that are no drums by channel or name, each with notes; one whose group is settled is open to
    that alone, and the others lean on it. `quarter` is the song's ticks a beat; `drums` says whether the song has a
    drum track besides.
    """
    figures = playing(tracks, quarter)
    evidence = evidence_of(figures) * np.minimum(figures.notes / ENOUGH, 1)[:, None]  # (track, evidence)
    heard = evidence @ VOTES  # (track, role)
    programs = np.array([min(track.program, 127) for track in tracks])
    votes = heard + PROGRAM_VOTES[programs] * _trust(programs, heard)
    votes[[[bool(groups) and role not in groups for role in ROLES] for groups in open_to]] = -np.inf
    roles = votes.argmax(axis=1)  # (track,)
    kit = _kits(figures, SECOND_KIT if drums else KIT) & [not groups for groups in open_to]
    doubles = _doubles_a_lead(roles, votes, figures) & ~kit
    leads = _missing(LEAD, np.where(doubles, LEAD, roles), votes, _may_lead(figures) & ~kit)
    basses = _missing(BASS, np.where(leads, LEAD, roles), votes, _may_be_bass(figures) & ~kit & ~leads)
    choices = []
    for at, program in enumerate(programs.tolist()):
        if kit[at]:
            choices.append(("drums", f"{said(program)}, but it plays kicks, snares and cymbals as a drum kit does"))
        elif doubles[at]:
            choices.append(("lead", f"{said(program)}, but it doubles the lead: lead"))
        elif leads[at]:
            choices.append(
                ("lead", f"{said(program)}, but its line comes nearest to a lead, which no other plays: lead")
            )
        elif basses[at]:
            choices.append(("bass", f"{said(program)}, but it plays the lowest line, and no other is a bass: bass"))
        else:
            choices.append((ROLES[roles[at]], _why(program, int(roles[at]), evidence[at])))
    return choices


def _trust(programs: NDArray[np.int64], heard: Figures) -> float:
    """How far a song's programs are believed, 0..1: little if most are one, or if what is heard contradicts them."""
    if len(programs) >= 3 and np.bincount(programs).max() >= SAME * len(programs):
        return SAME_TRUST
    own = heard[np.arange(len(programs)), PROGRAM_VOTES[programs].argmax(axis=1)]
    missed = np.minimum(heard.max(axis=1) - own, 6).mean()
    return float(np.interp(missed, (BELIEVED, DOUBTED), (1, DOUBT_TRUST)))


def _kits(figures: Playing, least: tuple[float, float, float]) -> NDArray[np.bool_]:
    """(track,) whether it plays a drum kit."""
    hits, kit, beaten = least
    enough = figures.notes >= ENOUGH
    return np.asarray(enough & (figures.hits > hits) & (figures.kit > kit) & (figures.beaten > beaten))


def _doubles_a_lead(roles: NDArray[np.int64], votes: Figures, figures: Playing) -> NDArray[np.bool_]:
    """(track,) whether it is no lead by itself, but plays what a lead plays, one note at a time."""
    together = (figures.doubling * (roles == LEAD)).max(axis=1) > DOUBLING
    near = votes[:, LEAD] + DOUBLING_VOTES > votes.max(axis=1)
    line = (figures.chords < CHORDAL) & (figures.middle >= DEEPEST)
    return np.asarray(together & near & line & (roles != LEAD))


def _may_lead(figures: Playing) -> NDArray[np.bool_]:
    """(track,) whether it is a line that lies on top now and then."""
    return np.asarray((figures.notes >= ENOUGH) & (figures.top > ON_TOP) & (figures.chords < CHORDAL))


def _may_be_bass(figures: Playing) -> NDArray[np.bool_]:
    """(track,) whether it is a low line below all others that goes on through the song."""
    low = (figures.bottom > BELOW_ALL) & (figures.middle < HIGHEST_BASS)
    return np.asarray(low & (figures.notes >= ENOUGH) & (figures.chords < CHORDAL) & (figures.present > THROUGHOUT))


def _missing(role: int, roles: NDArray[np.int64], votes: Figures, able: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(track,) which able track comes nearest to a role that nobody plays; none where none comes near."""
    if not able.any() or (roles == role).any():
        return np.zeros_like(able)
    missing = np.where(able, votes.max(axis=1) - votes[:, role], np.inf)
    return np.asarray(missing < min(NEAR, missing.min() + 1e-9))  # twins both


def _why(program: int, role: int, evidence: Figures) -> str:
    """In words: the program, and where the role overrules it the three things that spoke most against it."""
    own = int(PROGRAM_VOTES[program].argmax())
    if role == own:
        return said(program)
    weight = evidence * (VOTES[:, role] - VOTES[:, own])
    plain = (evidence > PLAIN) & (weight > 0)
    heard = [EVIDENCE[at].words for at in np.argsort(-weight, kind="stable") if plain[at] and EVIDENCE[at].words]
    return f"{said(program)}{', but it plays ' if heard else ''}{', '.join(heard[:3])}: {ROLES[role]}"
