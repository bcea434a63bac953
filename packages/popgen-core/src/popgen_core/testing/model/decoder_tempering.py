"""Temperature and top-p: they change which notes a decoder draws, not how many."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from popgen_core.contracts.tensors import Constraints, Inputs, Sampling
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.decoder_frames import KNOWING, drawn, free, hidden_of, known, repeated
from popgen_core.testing.model.making import generator_of
from popgen_core.testing.model.targets import target_at
from popgen_core.testing.verdict import Check, NotApplicable, claim

__all__ = ["TEMPERING"]

DRAWS = 2000
LIKELY, RARE = -1.0, -4.5  # logits of a group's three lowest cells, and of its nine others
NOTES, KNOWS = 40, 0.1  # frames of notes tried, and what they may move the logits of others in fresh weights
OFF = 0.25  # of a group's notes: where notes attract or shun each other their number is only nearly kept
TEMPERATURES = (0.5, 1.0, 2.0)


def check_a_temperature_changes_which_notes_come(make: Maker) -> None:
    """The lower the temperature, the more of a group's notes are likely ones; a group's own temperature replaces the
    common one."""
    level = _levelled_apart(make)
    shares = [_likely(level.onsets(Sampling(each))) for each in TEMPERATURES]  # (group,) each
    for group, name in enumerate(KNOWING.roll.groups):
        low, middle, high = (float(share[group]) for share in shares)
        claim(
            low > middle + 0.02 and middle > high + 0.02,
            f"of the {name} {low:.0%} are likely notes at temperature 0.5, {middle:.0%} at 1 and {high:.0%} at 2: "
            "a lower one must make likely notes likelier",
        )
    own = _likely(level.onsets(Sampling(9.0, by_group=torch.tensor(TEMPERATURES))))
    wanted = torch.stack(shares).diagonal()
    claim(
        (own - wanted).abs().max() < 0.05,
        f"with temperatures of 0.5, 1 and 2 for its groups (and 9 for all) the shares of likely notes are "
        f"{_percent(own)}, not {_percent(wanted)}",
    )


def check_a_temperature_leaves_the_number_of_notes(make: Maker) -> None:
    """At any temperature a group has as many notes as at 1, unless notes attract or shun each other."""
    level = _levelled_apart(make)
    plain = _many(level.onsets(Sampling(1.0)))
    for temperature in TEMPERATURES:
        _same_number(_many(level.onsets(Sampling(temperature))), plain, f"temperature {temperature}")


def check_top_p_draws_the_likeliest_cells_alone(make: Maker) -> None:
    """With top_p the cells beyond the likeliest, which hold that share of a group's notes, are never drawn."""
    level = _levelled_apart(make)
    made = level.onsets(Sampling(1.0, top_p=0.5))
    rare = int(made[:, :, 3:].sum())
    claim(not rare, f"at top_p 0.5 {rare} notes are drawn in cells that hold the last tenth of what is likely")
    claim(made[:, :, :3].any(), "at top_p 0.5 none of the likeliest notes is drawn")


def check_top_p_leaves_the_number_of_notes(make: Maker) -> None:
    """With top_p a group has as many notes as without, unless notes attract or shun each other."""
    level = _levelled_apart(make)
    _same_number(_many(level.onsets(Sampling(1.0, top_p=0.5))), _many(level.onsets(Sampling(1.0))), "top_p 0.5")


class _Level:
    """One frame drawn many times, leaned so that each cell, alone, has the logit wanted of it."""

    def __init__(self, decoder: Any, hidden: Tensor, inputs: Inputs, must: Constraints) -> None:
        self.decoder, self.hidden, self.inputs, self.must = decoder, hidden, inputs, must

    def onsets(self, settings: Sampling) -> Tensor:
        """(draw, group, pitch) float."""
        return drawn(self.decoder, self.hidden, self.inputs, self.must, settings, seed=5).onset.float()


def _levelled(make: Maker) -> _Level:
    decoder, silent = make(KNOWING), torch.zeros(1, 1, 3, 12, dtype=torch.bool)
    hidden, inputs = hidden_of(KNOWING, 1), known(KNOWING, 1)  # with fresh weights notes hardly know of each other
    with torch.no_grad():
        logits = decoder(hidden[:, None], target_at(silent, silent), inputs).onset[0, 0]
    lean = torch.where(torch.arange(12) < 3, LIKELY, RARE) - logits
    return _Level(decoder, hidden.repeat(DRAWS, 1), repeated(inputs, DRAWS), replace(free(KNOWING), lean=lean))


def _levelled_apart(make: Maker) -> _Level:
    """The same of a decoder whose notes hardly know of each other. Raises NotApplicable for others that hear of
    temperature and top_p at all: what a cell alone is like says little of them."""
    decoder, silent = make(KNOWING), torch.zeros(NOTES, 1, 3, 12, dtype=torch.bool)
    hidden, inputs = hidden_of(KNOWING, 1).repeat(NOTES, 1)[:, None], repeated(known(KNOWING, 1), NOTES)
    notes = torch.rand(silent.shape, generator=generator_of(8)) < 0.2
    with torch.no_grad():
        alone, beside = (decoder(hidden, target_at(cells, cells), inputs).onset for cells in (silent, notes))
    moves, level = float((beside - alone).abs().max()), _levelled(make)
    if moves <= KNOWS:
        return level
    for other, what in ((Sampling(0.5), "temperature"), (Sampling(2.0, top_p=0.5), "top_p")):
        claim(
            not torch.equal(level.onsets(Sampling(2.0)), level.onsets(other)), f"its notes are the same at any {what}"
        )
    raise NotApplicable(f"its notes attract or shun each other: some move the logit of another by {moves:.2g}")


def _likely(onset: Tensor) -> Tensor:
    """The share of a group's notes that are in its likely cells, (group,)."""
    return onset[:, :, :3].sum((0, 2)) / onset.sum((0, 2)).clamp(min=1)


def _many(onset: Tensor) -> Tensor:
    """Notes a frame, (group,)."""
    return onset.sum((0, 2)) / len(onset)


def _same_number(found: Tensor, plain: Tensor, what: str) -> None:
    for name, now, before in zip(KNOWING.roll.groups, found.tolist(), plain.tolist(), strict=True):
        claim(
            abs(now - before) < OFF * before,
            f"at {what} there are {now:.2f} {name} a frame, at temperature 1 without top_p {before:.2f}: "
            "it must decide which notes come, not how many",
        )


def _percent(shares: Tensor) -> str:
    return ", ".join(f"{share:.0%}" for share in shares.tolist())


TEMPERING: tuple[Check, ...] = (
    check_a_temperature_changes_which_notes_come,
    check_a_temperature_leaves_the_number_of_notes,
    check_top_p_draws_the_likeliest_cells_alone,
    check_top_p_leaves_the_number_of_notes,
)
