"""What a decoder keeps to when it draws: what sounded before, the constraints, and the notes that are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from popgen_core.contracts.tensors import Constraints, Inputs, Sampling
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.decoder_frames import (
    KNOWING,
    PLAIN,
    drawn,
    free,
    hidden_of,
    known,
    sounded,
    stirred,
)
from popgen_core.testing.model.making import generator_of
from popgen_core.testing.model.targets import target_of
from popgen_core.testing.verdict import Check, claim

__all__ = ["MASKS"]

SONGS = 200
CERTAIN = 40.0  # a lean at which every note begins
CHOOSY = Sampling(temperature=0.5, top_p=0.5)


def check_a_note_sounds_on_only_where_one_sounded(make: Maker) -> None:
    """A cell is active where a note begins, and without an onset only if it was active in the frame before."""
    inputs = known(KNOWING, SONGS)
    made = drawn(stirred(make), hidden_of(KNOWING, SONGS), inputs, free(KNOWING))
    _none(made.active & ~made.onset & ~sounded(KNOWING, inputs), "sounds on, but was silent the frame before")
    _none(made.onset & ~made.active, "has an onset, but is not active")


def check_what_must_not_play_is_silent(make: Maker) -> None:
    """Where a cell is not playable no note begins and one that sounds ends, whatever the chances and settings."""
    decoder, inputs, hidden = stirred(make), known(KNOWING, SONGS), hidden_of(KNOWING, SONGS)
    for settings in (PLAIN, CHOOSY):
        for share in (0.5, 0.0):
            playable = _some(share)
            must = Constraints(playable, lean=torch.full(playable.shape, CERTAIN))
            made = drawn(decoder, hidden, inputs, must, settings)
            _none((made.onset | made.active) & ~playable, "is not playable, but sounds")


def check_no_note_begins_where_the_lean_is_minus_infinity(make: Maker) -> None:
    """At a lean of minus infinity no note begins; with a lean for each song only in the songs that it names."""
    decoder, inputs, hidden = stirred(make), known(KNOWING, SONGS), hidden_of(KNOWING, SONGS)
    shut = _some(0.5)
    lean = torch.full((SONGS, *shut.shape), CERTAIN)
    lean[::2] = lean[::2].masked_fill(shut, -torch.inf)
    lean[1::2] = lean[1::2].masked_fill(~shut, -torch.inf)
    for settings in (PLAIN, CHOOSY):
        made = drawn(decoder, hidden, inputs, replace(free(KNOWING), lean=lean), settings)
        _none(made.onset[::2] & shut, "has a lean of minus infinity, but a note begins there")
        _none(made.onset[1::2] & ~shut, "has a lean of minus infinity, but a note begins there")
    for songs, cells in ((slice(0, None, 2), ~shut), (slice(1, None, 2), shut)):
        begun = (drawn(decoder, hidden, inputs, replace(free(KNOWING), lean=lean)).onset[songs] & cells).flatten(1)
        claim(
            begun.any(1).all(),
            f"only {_share(begun.any(1))} of the songs begin a note where theirs has a lean of {CERTAIN} and that of "
            "others minus infinity",
        )


def check_no_more_notes_sound_than_may(make: Maker) -> None:
    """Of a group at most so many notes sound; new ones come first, and of those that sounded the rest ends."""
    decoder, inputs, hidden = stirred(make), known(KNOWING, SONGS), hidden_of(KNOWING, SONGS)
    for leaned, settings in ((0.0, PLAIN), (CERTAIN, PLAIN), (-3.0, CHOOSY)):
        must = replace(free(KNOWING), most=torch.tensor([0, 1, 3]))
        must = replace(must, lean=torch.full(must.playable.shape, leaned))
        made = drawn(decoder, hidden, inputs, must, settings)
        most = made.active.sum(-1).amax(0).tolist()
        claim(most[0] <= 0 and most[1] <= 1 and most[2] <= 3, f"0, 1 and 3 notes may sound in its groups, {most} do")
    before, lean = sounded(KNOWING, inputs), torch.full((3, 12), -torch.inf)
    lean[:, 5] = CERTAIN
    must = replace(free(KNOWING), most=torch.tensor([1, 1, 1]), lean=lean)
    made = drawn(decoder, hidden, inputs, must)
    claim(
        before.any() and made.onset[..., 5].all(),
        "a certain note does not begin where only one may sound and others did",
    )
    claim(made.active.sum() == made.onset.sum(), "with room for the new note alone another sounds on beside it")


def check_held_notes_sound_on(make: Maker) -> None:
    """A cell to be held that sounds goes on if it may play, though no note may begin there."""
    decoder, inputs, hidden = stirred(make), known(KNOWING, SONGS), hidden_of(KNOWING, SONGS)
    hold, playable, before = _some(0.5), _some(0.8, seed=8), sounded(KNOWING, inputs)
    must = Constraints(playable, lean=torch.full(hold.shape, -torch.inf), hold=hold)
    for settings in (PLAIN, CHOOSY):
        made = drawn(decoder, hidden, inputs, must, settings)
        _none(before & hold & playable & ~made.active, "is to be held, but ends")
        _none(made.active & ~(before & playable), "did not sound or may not play, but is held")


def check_a_note_begins_where_one_must(make: Maker) -> None:
    """In songs of `begin` at least one note begins wherever any can, also where some cells must not play or a group has
    no room; where none can none does."""
    decoder, inputs, hidden = stirred(make), known(KNOWING, SONGS), hidden_of(KNOWING, SONGS)
    begin = torch.arange(SONGS) % 2 == 0
    must = replace(free(KNOWING), lean=torch.full((3, 12), -12.0), begin=begin)
    some, room = replace(must, playable=_some(0.3)), replace(must, most=torch.tensor([0, 2, 2]))
    for settings in (PLAIN, CHOOSY):
        for asked, where in (
            (must, ""),
            (some, " where some cells must not play"),
            (room, " where a group has no room"),
        ):
            begun = drawn(decoder, hidden, inputs, asked, settings).onset.flatten(1).any(1)
            missing = int((~begun[begin]).sum())
            claim(not missing, f"in {missing} of {int(begin.sum())} songs that must begin none does{where}")
            claim(
                begun[~begin].float().mean() < 0.5, "a note begins in songs, too, in which none must and none is likely"
            )
        nowhere = replace(must, playable=torch.zeros_like(must.playable))
        claim(
            not drawn(decoder, hidden, inputs, nowhere, settings).onset.any(), "a note begins though no cell may play"
        )


def check_given_notes_are_kept(make: Maker) -> None:
    """Cells of a group that is given are those given, silence and velocities too, whatever must hold for others; and
    forward is certain of them."""
    decoder, hidden, roll = stirred(make), hidden_of(KNOWING, SONGS), KNOWING.roll
    nothing = Constraints(
        torch.zeros(3, 12, dtype=torch.bool), torch.full((3, 12), -torch.inf), torch.tensor([0, 0, 0])
    )
    for group, name in enumerate(roll.groups):
        inputs = known(KNOWING, SONGS, kept=group)
        assert inputs.given is not None
        given = dict(zip(roll.channels, inputs.given[:, 0, group].unbind(1), strict=True))  # (batch, pitch) each
        for must, settings in ((free(KNOWING), PLAIN), (nothing, PLAIN), (free(KNOWING), CHOOSY)):
            made = drawn(decoder, hidden, inputs, must, settings)
            for what in ("onset", "active"):
                changed = int((getattr(made, what)[:, group] != (given[what] > 0.5)).sum())
                claim(not changed, f"the {name} are given, but {changed} of their cells have another {what}")
            far = float((made.rhythm.velocity[:, group] - given["velocity"]).abs()[given["onset"] > 0.5].max())
            claim(far < 1e-3, f"a velocity of the {name}, which are given, is off by {far:.3f}")
        _certain(decoder, inputs, group, {what: given[what] > 0.5 for what in ("onset", "active")})


def _certain(decoder: Any, inputs: Inputs, group: int, given: Mapping[str, Tensor]) -> None:
    """Claim that forward is certain of the cells given of a group, (batch, pitch) bool each."""
    with torch.no_grad():
        target = target_of(KNOWING, SONGS, 1)
        made = decoder(hidden_of(KNOWING, SONGS, 1), target, inputs)
    for what, there in given.items():
        logits = getattr(made, what)[:, 0, group]
        least = float(torch.where(there, logits, -logits).sigmoid().min())
        claim(least > 0.999, f"forward gives a cell of a given group the chance {least:.4f} of its {what}, not 1")


def _some(share: float, seed: int = 4) -> Tensor:
    """A share of the cells at random, (group, pitch) bool."""
    return torch.rand(3, 12, generator=generator_of(seed)) < share


def _share(cells: Tensor) -> str:
    return f"{100 * float(cells.float().mean()):.0f} %"


def _none(cells: Tensor, otherwise: str) -> None:
    """Claim that no cell (batch, group, pitch) bool is one of these."""
    if cells.any():
        song, group, pitch = cells.nonzero()[0].tolist()
        place = f"song {song}, {KNOWING.roll.groups[group]}, pitch {pitch}"
        claim(False, f"a cell ({place}; {int(cells.sum())} in {len(cells)} songs) {otherwise}")


MASKS: tuple[Check, ...] = (
    check_a_note_sounds_on_only_where_one_sounded,
    check_what_must_not_play_is_silent,
    check_no_note_begins_where_the_lean_is_minus_infinity,
    check_no_more_notes_sound_than_may,
    check_held_notes_sound_on,
    check_a_note_begins_where_one_must,
    check_given_notes_are_kept,
)
