"""What holds when notes begin and go on: leanings, room in a group, notes held, and at least one note."""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.nn.functional import logsigmoid

from popgen_core.contracts.tensors import Constraints, Sampling
from popgen_core.decoders.heads import coins
from popgen_core.decoders.tempering import only_likeliest, shifted, temperature_of

__all__ = ["at_least_one", "begun", "going_on", "leaned", "limited", "room_of"]


def begun(
    logits: Tensor, constraints: Constraints, settings: Sampling, generator: Generator, certain: Tensor | None = None
) -> Tensor:
    """Onset logits (batch, group, pitch) -> the cells in which a note begins, a coin each, as the constraints let them.

    Beyond the room in a group the likeliest of those drawn stay. `certain`: cells that sound whatever holds.
    """
    logits = leaned(logits.float(), constraints, certain)
    room, temperature = room_of(logits, constraints, certain), temperature_of(settings)
    if room is not None:
        logits = logits.masked_fill(room[..., None] <= 0, -torch.inf)
    if isinstance(temperature, Tensor) or temperature != 1:
        logits = logits / temperature + shifted(logits, temperature)
    if settings.top_p < 1:
        logits = only_likeliest(logits, settings.top_p)
    drawn = _drawn(logits, constraints.begin, certain, generator)
    if room is not None:
        drawn = limited(drawn, logits, room)
    return drawn if certain is None else drawn | certain


def going_on(
    logits: Tensor,
    onset: Tensor,
    before: Tensor,
    constraints: Constraints,
    settings: Sampling,
    generator: Generator,
    certain: Tensor | None = None,
) -> Tensor:
    """Logits of going on, this frame's onsets and what sounded `before`, (batch, group, pitch) each -> what sounds now.

    A coin each of the cells that sounded; those to be held need none; beyond the room that the onsets leave in a group
    the likeliest stay. `certain`: cells that sound on whatever holds.
    """
    goes_on = coins(logits, before & constraints.playable, settings, generator)
    if constraints.hold is not None:
        held = before & constraints.playable & constraints.hold
        goes_on, logits = goes_on | held, logits.masked_fill(held, torch.inf)
    sounding = onset if certain is None else onset | certain
    if constraints.most is not None:
        goes_on = limited(goes_on & ~sounding, logits, constraints.most - sounding.sum(-1))
    return sounding | goes_on


def leaned(logits: Tensor, constraints: Constraints, certain: Tensor | None = None) -> Tensor:
    """Onset logits with the constraints' leanings, -inf in cells that no chance decides."""
    if constraints.lean is not None:
        logits = logits + constraints.lean
    logits = logits.masked_fill(~constraints.playable, -torch.inf)
    return logits if certain is None else logits.masked_fill(certain, -torch.inf)


def room_of(logits: Tensor, constraints: Constraints, certain: Tensor | None = None) -> Tensor | None:
    """How many notes may begin, (batch, group): as many as may sound at once, less those that are certain."""
    if constraints.most is None:
        return None
    taken = 0 if certain is None else certain.sum(-1)
    return constraints.most.expand(logits.shape[:2]) - taken


def limited(drawn: Tensor, logits: Tensor, room: Tensor) -> Tensor:
    """Of the cells drawn (batch, group, pitch) in each group the likeliest, at most `room` (batch, group)."""
    order = logits.masked_fill(~drawn, -torch.inf).argsort(dim=-1, descending=True, stable=True)
    return drawn & (order.argsort(-1) < room[..., None])


def at_least_one(logits: Tensor, begin: Tensor, order: Tensor, certain: Tensor | None = None) -> Tensor:
    """Logits (batch, group, pitch) of notes while none is drawn yet -> the same given that at least one note comes.

    Cells have their turn in `order` (cell,). Where nothing came before, a cell sounds with its chance divided by the
    chance that it or a later one does: drawn so, frames come as often as without the condition, silence left out.
    Only songs of `begin` (batch,) without a certain note change, and where no cell can sound none does.
    """
    if certain is not None:
        begin = begin & ~certain.flatten(1).any(1)
    in_turn = logits.flatten(1)[:, order].double()  # (batch, cell)
    silent = logsigmoid(-in_turn).flip(1).cumsum(1).flip(1)  # log of the chance that it and all later ones are silent
    given = torch.logit((torch.sigmoid(in_turn) / -torch.expm1(silent)).clamp(max=1.0)).to(logits.dtype)
    pressed = torch.empty_like(given).index_copy(1, order, given).view(logits.shape)
    return torch.where(begin[:, None, None], pressed, logits)


def _drawn(logits: Tensor, begin: Tensor | None, certain: Tensor | None, generator: Generator) -> Tensor:
    """A coin for each cell, and at least one note in songs of `begin`."""
    numbers = torch.rand(logits.shape, generator=generator, device=logits.device)
    drawn = numbers < torch.sigmoid(logits)
    if begin is None:
        return drawn
    order = torch.arange(drawn[0].numel(), device=logits.device)
    pressed = numbers < torch.sigmoid(at_least_one(logits, begin, order, certain))
    first = (pressed.flatten(1).cumsum(1) == 1).view(drawn.shape) & pressed  # the note that none comes before
    after = (pressed.flatten(1).cumsum(1) > 0).view(drawn.shape)
    return first | (drawn & after)
