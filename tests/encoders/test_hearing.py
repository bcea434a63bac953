"""cnn.v2: cnn.v1 that also hears what comes back, and given notes a little before they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch

from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Inputs
from popgen_core.music import RollSpec
from popgen_encoders.cnn import GroupCNN
from popgen_encoders.hearing import HearingCNN

SPEC = RollSpec(("drums", "bass", "lead"), pitches=5)
LOOK, FRAMES, ROW = 4, 24, 12
BOTH = ("recall", "given")


def encoder_of(known: Sequence[str] = BOTH, look: int = LOOK) -> HearingCNN:
    torch.manual_seed(1)
    sizes = {"recall": 2, "given": 3}
    controls = ControlSpec((("beat", 2), *((name, sizes[name]) for name in known)))
    made = HearingCNN(HearingCNN.Config(channels=16, layers=2, kernel=3, look=look), Sizes(SPEC, controls, 8))
    made.train()
    made(inputs_of(made, known, batch=3))  # its batch norm has heard something
    return made.eval()


def inputs_of(encoder: HearingCNN, known: Sequence[str] = BOTH, batch: int = 1, frames: int = FRAMES) -> Inputs:
    generator = torch.Generator().manual_seed(2)

    def roll(length: int) -> torch.Tensor:
        return torch.rand(batch, length, len(SPEC.groups), len(SPEC.channels), SPEC.pitches, generator=generator)

    return Inputs(
        roll(frames),
        torch.rand(batch, frames, encoder.place.in_features, generator=generator),
        roll(frames) if "recall" in known else None,
        roll(frames + encoder.ahead) if "given" in known else None,
        torch.ones(batch, frames + encoder.ahead, 3) if "given" in known else None,
    )


def at(inputs: Inputs, frame: int, ahead: int) -> Inputs:
    """One frame of a stream: of what is given, as many more as are looked ahead."""
    some = {name: None if value is None else value[:, frame : frame + 1] for name, value in vars(inputs).items()}
    for name in ("given", "kept"):
        if (value := getattr(inputs, name)) is not None:
            some[name] = value[:, frame : frame + 1 + ahead]
    return Inputs(**some)  # type: ignore[arg-type]


def reach(encoder: HearingCNN, inputs: Inputs, name: str) -> list[int]:
    """The frames of one of the inputs that row ROW depends on, relative to its own."""
    heard = getattr(inputs, name).clone().requires_grad_()
    encoder(replace(inputs, **{name: heard}))[:, ROW].square().sum().backward()
    return [frame - ROW for frame in heard.grad.abs().flatten(2).sum((0, 2)).nonzero().flatten().tolist()]


@pytest.mark.parametrize("known", [BOTH, ("recall",), ("given",), ()])
@torch.no_grad()
def test_frame_by_frame_it_is_the_whole(known: tuple[str, ...]) -> None:
    encoder = encoder_of(known)
    inputs, state, rows = inputs_of(encoder, known, batch=2), encoder.start(2), []
    silence = torch.zeros(2, 1, 3, 3, 5), torch.zeros(2, 1, inputs.controls.shape[-1])
    for _ in range(encoder.context):  # a stream begins after silence
        _, state = encoder.step(Inputs(*silence), state)
    for frame in range(FRAMES):
        row, state = encoder.step(at(inputs, frame, encoder.ahead), state)
        rows.append(row)
    lead = torch.zeros(2, encoder.context, *inputs.past.shape[2:])
    before = replace(
        inputs,
        past=torch.cat([lead, inputs.past], 1),
        controls=torch.cat([torch.zeros(2, encoder.context, inputs.controls.shape[-1]), inputs.controls], 1),
        recall=None if inputs.recall is None else torch.cat([lead, inputs.recall], 1),
        given=None if inputs.given is None else torch.cat([lead, inputs.given], 1),
    )
    whole = encoder(before)[:, encoder.context :]
    assert torch.allclose(torch.stack(rows, 1), whole, atol=1e-5)


def test_it_hears_the_past_up_to_now_what_comes_back_now_and_what_is_given_a_little_ahead() -> None:
    encoder = encoder_of()
    inputs = inputs_of(encoder)
    assert encoder.context == 4
    assert reach(encoder, inputs, "past") == [-4, -3, -2, -1, 0]
    assert reach(encoder, inputs, "recall") == [0]
    assert encoder.ahead == LOOK
    assert reach(encoder, inputs, "given") == [0, 1, 2, 3, 4]


@torch.no_grad()
def test_a_given_note_further_ahead_changes_nothing() -> None:
    encoder = encoder_of()
    inputs = inputs_of(encoder)
    assert inputs.given is not None
    before = encoder(inputs)
    for ahead in (LOOK, LOOK + 1):
        changed = inputs.given.clone()
        changed[:, ROW + ahead] = 1 - changed[:, ROW + ahead]
        same = torch.equal(encoder(replace(inputs, given=changed))[:, ROW], before[:, ROW])
        assert same == (ahead > LOOK)


@torch.no_grad()
def test_what_is_given_now_and_what_comes_are_told_apart() -> None:
    encoder = encoder_of()
    inputs = inputs_of(encoder)
    assert inputs.given is not None
    moved = encoder(replace(inputs, given=inputs.given.roll(1, 1))) - encoder(inputs)
    assert moved[:, ROW].abs().max() > 1e-3


@torch.no_grad()
def test_the_songs_of_a_batch_do_not_hear_each_other() -> None:
    encoder = encoder_of()
    inputs = inputs_of(encoder, batch=3)
    alone = inputs.of(1)
    assert torch.allclose(encoder(inputs)[1:2], encoder(alone), atol=1e-5)


@torch.no_grad()
def test_silence_that_comes_back_or_is_given_is_as_if_there_were_none() -> None:
    encoder = encoder_of()
    inputs = inputs_of(encoder)
    silent = replace(inputs, recall=torch.zeros_like(inputs.past), given=torch.zeros(1, FRAMES + LOOK, 3, 3, 5))
    without = Inputs(inputs.past, inputs.controls)
    assert torch.equal(encoder(silent), encoder(without))
    one, other = (encoder.step(at(each, 0, LOOK), encoder.start(1))[0] for each in (silent, without))
    assert torch.allclose(one, other, atol=1e-6)


@torch.no_grad()
def test_without_those_controls_it_is_the_papers_encoder() -> None:
    encoder = encoder_of(known=())
    plain = GroupCNN(GroupCNN.Config(channels=16, layers=2, kernel=3), Sizes(SPEC, ControlSpec((("beat", 2),)), 8))
    plain.load_state_dict(encoder.state_dict())  # the same parameters, none more
    inputs = inputs_of(encoder, ())
    assert encoder.ahead == 0
    assert torch.equal(encoder(inputs), plain.eval()(inputs))


@pytest.mark.parametrize("look", [1, 4])
def test_every_parameter_learns(look: int) -> None:
    encoder = encoder_of(look=look).train()
    encoder(inputs_of(encoder)).square().sum().backward()
    assert [name for name, p in encoder.named_parameters() if p.grad is None or not p.grad.any()] == []
