"""What a decoder promises: predictions of its form for any roll, chances that sum to 1, draws that keep to rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from popgen_core.contracts import classes
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Constraints, Inputs, Prediction, Rates, Target
from popgen_core.music.roll import RollSpec
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.decoder_chances import CHANCES
from popgen_core.testing.model.decoder_drawing import DRAWING
from popgen_core.testing.model.decoder_frames import KNOWING, PLAIN, drawn, free, hidden_of, known, sizes_of, stirred
from popgen_core.testing.model.decoder_masks import MASKS
from popgen_core.testing.model.decoder_tempering import TEMPERING
from popgen_core.testing.model.making import generator_of
from popgen_core.testing.model.module import (
    SAME,
    device_of,
    difference,
    every_parameter_learns,
    half_precision_stays_finite,
    inputs_stay,
    made_otherwise,
    moved,
    moves_to_another_device,
    saves_and_loads,
    steady_in_eval,
)
from popgen_core.testing.model.targets import VALUES, target_at, target_of
from popgen_core.testing.verdict import Check, claim

__all__ = ["CHECKS", "behaviour"]

OTHERS = (  # rolls and widths that no kit's example is built for
    sizes_of(RollSpec(("all",), pitches=1, lowest=0), width=16),
    sizes_of(RollSpec(("a", "b", "c", "d", "e"), pitches=7, lowest=100, channels=("active", "velocity", "onset")), 40),
    sizes_of(RollSpec(("drums", "bass", "chords", "guitar", "strings", "lead", "others")), width=64),
)


def check_predictions_have_their_form(make: Maker) -> None:
    """Logits are one a cell; rhythm values are what `form` says: dense, or logits of classes for every onset."""
    decoder = make(KNOWING)
    told = str(getattr(make.config(), "form", None) or getattr(make.component, "form", None))
    claim(told in ("dense", "events"), f"its form is {told}; it must be 'dense' or 'events'")
    claim(decoder.form == told, f"its class or config says form {told!r}, made it says {decoder.form!r}")
    for frames, share in ((5, 0.2), (1, 0.2), (5, 0.0)):
        _has_the_form(decoder, KNOWING, target_of(KNOWING, 3, frames, share=share), frames)


def check_it_takes_any_roll_and_width(make: Maker) -> None:
    """Built for one cell or 616, for any order of channels and any width, it predicts and draws."""
    for sizes in OTHERS:
        decoder, inputs = make(sizes), known(sizes, 2)
        _has_the_form(decoder, sizes, target_of(sizes, 2, 3), 3)
        made = drawn(decoder, hidden_of(sizes, 2), inputs, free(sizes))
        shape = (2, len(sizes.roll.groups), sizes.roll.pitches)
        for name, value in {"onset": made.onset, "active": made.active, **vars(made.rhythm)}.items():
            claim(tuple(value.shape) == shape, f"a drawn frame's {name} is {tuple(value.shape)}, it must be {shape}")
        claim(made.onset.dtype == made.active.dtype == torch.bool, "a drawn frame's onset and active must be bool")


def check_songs_and_frames_are_decoded_apart(make: Maker) -> None:
    """Of a window each frame's prediction is that of the frame alone: it knows no other frame and no other song."""
    decoder, hidden, inputs = stirred(make), hidden_of(KNOWING, 3, 4), known(KNOWING, 3, 4)
    notes = target_of(KNOWING, 3, 4)
    target = target_at(notes.onset > 0.5, notes.active > 0.5)
    with torch.no_grad():
        whole = _flat(decoder(hidden, target, inputs), target)
        alone = []
        for song in range(3):
            for frame in range(4):
                here = slice(song, song + 1), slice(frame, frame + 1)
                part = target_at(target.onset[here] > 0.5, target.active[here] > 0.5)
                cut = moved(inputs, lambda value, here=here: value[here])  # type: ignore[misc]
                alone.append(_flat(decoder(hidden[here], part, cut), part))
    for name, value in whole.items():
        apart = difference(value, torch.cat([one[name] for one in alone]))
        claim(apart <= SAME, f"its {name} of a frame is {apart:.2g} off where other frames and songs stand beside it")


def check_priming_goes_towards_the_rates(make: Maker) -> None:
    """Told the corpus's rates, never and always among them, its logits stay finite and come no farther from them."""
    decoder, shape = make(KNOWING), (len(KNOWING.roll.groups), KNOWING.roll.pitches)
    onset = torch.rand(shape, generator=generator_of(9)) * 0.1
    onset[0, 0], onset[0, 1] = 0.0, 1.0
    rates = Rates(onset, (onset * 2).clamp(max=1.0))
    silent, hidden = torch.zeros(1, 1, *shape, dtype=torch.bool), torch.zeros(1, 1, KNOWING.width)

    def far() -> tuple[float, float]:
        with torch.no_grad():
            made = decoder(hidden, target_at(silent, silent))
        pairs = ((made.onset, rates.onset), (made.active, rates.active))
        return tuple(float((logits[0, 0].sigmoid() - rate).abs().mean()) for logits, rate in pairs)  # type: ignore[return-value]

    before = far()
    decoder.prime(rates)
    for name, was, now in zip(("onset", "active"), before, far(), strict=True):
        claim(
            now <= was + 1e-3,
            f"primed, its chances of {name} are {now:.3f} from the corpus's rates, unprimed {was:.3f}",
        )
    state = decoder.state_dict().items()
    odd = [name for name, value in state if value.is_floating_point() and not value.isfinite().all()]
    claim(not odd, f"primed with rates of 0 and 1 its {', '.join(odd[:1])} holds values that are no numbers")


def check_extreme_hidden_vectors_stay_finite(make: Maker) -> None:
    """Hidden vectors of +-1000 give predictions, gradients and drawn values that are numbers."""
    decoder, inputs, target = stirred(make), known(KNOWING, 3, 6), target_of(KNOWING)
    hidden = (1000.0 * hidden_of(KNOWING, 3, 6)).requires_grad_()
    made = decoder(hidden, target, inputs)
    for name, value in _flat(made, target).items():
        claim(value.isfinite().all(), f"at hidden vectors of +-1000 its {name} is no number")
    sum(value.tanh().sum() for value in _flat(made, target).values()).backward()  # type: ignore[union-attr]
    claim(hidden.grad is not None and hidden.grad.isfinite().all(), "at +-1000 its gradient is no number")
    frame = drawn(decoder, hidden.detach()[:, 0], known(KNOWING, 3), free(KNOWING))
    for name, value in vars(frame.rhythm).items():
        claim(value.isfinite().all(), f"at hidden vectors of +-1000 it draws a {name} that is no number")


def check_every_parameter_learns(make: Maker) -> None:
    """Every parameter gets a gradient."""
    every_parameter_learns(make(KNOWING), _run)


def check_saved_weights_make_it_the_same(make: Maker) -> None:
    """Its saved weights, loaded into one that was made by another chance, make it the same."""
    saves_and_loads(make(KNOWING), made_otherwise(make, KNOWING), _run)


def check_it_is_steady_in_eval(make: Maker) -> None:
    """In eval mode the same hidden vectors give the same predictions, and nothing in it changes."""
    steady_in_eval(make(KNOWING), _run)


def check_half_precision_stays_finite(make: Maker) -> None:
    """Trained in bfloat16, its predictions and gradients are numbers."""
    half_precision_stays_finite(make(KNOWING), _run)


def check_it_moves_to_another_device(make: Maker) -> None:
    """Moved to another device, no tensor of it stays behind."""
    moves_to_another_device(make(KNOWING), _run)


def check_it_leaves_what_it_is_given(make: Maker) -> None:
    """Neither forward nor sample changes a tensor that it is given."""
    decoder = make(KNOWING)

    def window() -> tuple[Tensor, Target, Inputs]:
        return hidden_of(KNOWING, 3, 6), target_of(KNOWING), known(KNOWING, 3, 6)

    def frame() -> tuple[Tensor, Inputs, Constraints]:
        cells = torch.ones(3, 12)
        most, begin = torch.tensor([3, 3, 3]), torch.tensor([True, False, True])
        return hidden_of(KNOWING, 3), known(KNOWING, 3), Constraints(cells > 0, cells, most, cells > 0, begin)

    for place in range(3):
        inputs_stay(lambda given: decoder(*_with(window(), place, given)), window()[place])  # noqa: B023
        inputs_stay(lambda given: drawn(decoder, *_with(frame(), place, given)), frame()[place], "sample")  # noqa: B023


def behaviour(make: Maker) -> list[float]:
    """Its logits and rhythm of the kit's example, and a frame that it draws."""
    decoder, hidden, target = make(KNOWING), hidden_of(KNOWING, 2, 3), target_of(KNOWING, 2, 3)
    with torch.no_grad():
        made = _flat(decoder(hidden, target, known(KNOWING, 2, 3)), target)
    frame = drawn(decoder, hidden[:, 0], known(KNOWING, 2), free(KNOWING), PLAIN)
    values = [value.flatten()[:80] for value in made.values()]
    return torch.cat([*values, frame.onset.flatten().float(), frame.active.flatten().float()]).tolist()


def _run(decoder: nn.Module, seed: int) -> Sequence[Tensor]:
    """Predictions for the example of a seed: a window whose songs are told everything but given notes."""
    told = known(KNOWING, 3, 6, seed=seed)
    example = (
        hidden_of(KNOWING, 3, 6, seed=seed),
        target_of(KNOWING, seed=seed),
        replace(told, given=None, kept=None),
    )
    made = decoder(*moved(example, device_of(decoder)))
    return [made.onset, made.active, *vars(made.rhythm).values()]


def _with(given: tuple[Any, ...], place: int, other: Any) -> tuple[Any, ...]:
    """The same with another thing at one place."""
    return *given[:place], other, *given[place + 1 :]


def _flat(made: Prediction, target: Target) -> dict[str, Tensor]:
    """A prediction's logits, and its values at the target's onsets, by name; songs and frames come first, in order."""
    rhythm = vars(made.rhythm.at(target.where))
    return {"onset": made.onset.flatten(0, 1), "active": made.active.flatten(0, 1), **rhythm}


def _has_the_form(decoder: nn.Module, sizes: Sizes, target: Target, frames: int) -> None:
    """Claim that predictions of a target, without one, and without inputs have the shapes that the form says."""
    batch, many = len(target.onset), len(target.where[0])
    cells, hidden = tuple(target.onset.shape), hidden_of(sizes, batch, frames)
    inputs = known(sizes, batch, frames)
    with torch.no_grad():
        made = [decoder(hidden, target, inputs), decoder(hidden, target)]
        made += [decoder(hidden, None, inputs)] if decoder.form == "dense" else []
    by_event = {(many,), cells} if decoder.form == "dense" else set()
    for number, one in enumerate(made):
        for name in ("onset", "active"):
            shape = tuple(getattr(one, name).shape)
            claim(shape == cells, f"its {name} logits are {shape}, they must be {cells}: one a cell")
        for name, size in zip(VALUES, classes.SIZES, strict=True):
            shape, wanted = tuple(getattr(one.rhythm, name).shape), by_event or {(many, size)}
            wanted = {cells} if number == 2 else wanted
            claim(
                shape in wanted,
                f"of form {decoder.form!r} its {name} is {shape}, it must be {' or '.join(map(str, sorted(wanted)))}",
            )


CHECKS: tuple[Check, ...] = (
    check_predictions_have_their_form,
    check_it_takes_any_roll_and_width,
    *DRAWING,
    *MASKS,
    *CHANCES,
    *TEMPERING,
    check_songs_and_frames_are_decoded_apart,
    check_priming_goes_towards_the_rates,
    check_extreme_hidden_vectors_stay_finite,
    check_every_parameter_learns,
    check_saved_weights_make_it_the_same,
    check_it_is_steady_in_eval,
    check_half_precision_stays_finite,
    check_it_moves_to_another_device,
    check_it_leaves_what_it_is_given,
)
