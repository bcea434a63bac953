"""What holds of every frame that a decoder draws: one generator decides it, and its values are in their ranges."""

from __future__ import annotations

from dataclasses import replace

import torch

from popgen_core.contracts.tensors import Frame
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.decoder_frames import KNOWING, PLAIN, drawn, free, hidden_of, known, repeated, stirred
from popgen_core.testing.verdict import Check, claim
from popgen_core.testing.world import leaves_no_trace

__all__ = ["DRAWING"]

SONGS = 50
LEAN, SURELY = 2.0, 100.0  # towards notes: a model may begin with few; every cell has one
NARROWER = 0.8  # what a low touch leaves of how far values lie apart, at most
RANGES = {"velocity": (0.0, 1.0), "duration": (0.0, float("inf")), "offset": (-0.5, 0.5)}


def check_the_given_generator_alone_decides(make: Maker) -> None:
    """The same seed draws the same frame whatever else was drawn, another seed another one."""
    first, again, other = _drawn(make, 1), _drawn(make, 1, elsewhere=5), _drawn(make, 2)
    for name, value in _values(first).items():
        claim(
            torch.equal(value, _values(again)[name]), f"the same seed draws another {name} after other draws elsewhere"
        )
    claim(not torch.equal(first.onset, other.onset), f"another seed draws the same onsets in all of {SONGS} songs")


def check_drawing_moves_no_other_chance(make: Maker) -> None:
    """Drawing moves no chance that others use, leaves settings of the process alone, prints and writes nothing."""
    leaves_no_trace(lambda: _drawn(make, 1), "drawing a frame")


def check_drawn_values_are_in_their_ranges(make: Maker) -> None:
    """Of each note drawn the velocity is 0 to 1, the length not below 0, the offset -0.5 to 0.5; all are finite."""
    for loud in (1.0, 30.0):
        made = _drawn(make, 1, loud=loud)
        claim(made.onset.any(), "of 50 songs none has a note though nothing is forbidden")
        for name, (low, high) in RANGES.items():
            values = getattr(made.rhythm, name)
            claim(values.isfinite().all(), f"a drawn {name} is no number, in a cell with an onset or without")
            least, most = (float(end) for end in values[made.onset].aminmax())
            claim(
                low <= least and most <= high,
                f"drawn {name} values reach from {least:.3g} to {most:.3g}, not {low} to {high}",
            )


def check_a_touch_moves_how_notes_are_played_alone(make: Maker) -> None:
    """A touch moves no onset. Where velocities are drawn from chances, a low one draws those of a cell closer together;
    a decoder without such chances plays as it would."""
    claim(
        torch.equal(_played(make, 1.0, LEAN).onset, _played(make, 0.05, LEAN).onset), "another touch draws other onsets"
    )
    loose, tight = (_played(make, touch, SURELY) for touch in (1.0, 0.05))
    if make(KNOWING).form != "events":
        claim(torch.equal(loose.rhythm.velocity, tight.rhythm.velocity), "a touch moves velocities that are not drawn")
        return
    far, near = (float(made.rhythm.velocity.std(0).mean()) for made in (loose, tight))
    claim(
        near < NARROWER * far,
        f"velocities of a cell lie {far:.2f} about their mean at touch 1, {near:.2f} at 0.05: "
        "a lower one must make likely ones likelier",
    )


def _played(make: Maker, touch: float, lean: float) -> Frame:
    """One frame, drawn many times, leaned towards notes."""
    decoder, inputs, hidden = stirred(make), repeated(known(KNOWING, 1), SONGS), hidden_of(KNOWING, 1)
    must = replace(free(KNOWING), lean=torch.full((3, 12), lean))
    return drawn(decoder, hidden.repeat(SONGS, 1), inputs, must, replace(PLAIN, touch=touch))


def _drawn(make: Maker, seed: int, elsewhere: int = 0, loud: float = 1.0) -> Frame:
    """A frame of many songs, drawn from a seed after some numbers of the process's own chance."""
    decoder, inputs, hidden = stirred(make), known(KNOWING, SONGS), hidden_of(KNOWING, SONGS) * loud
    with torch.random.fork_rng(devices=[]) if elsewhere else torch.no_grad():
        torch.rand(elsewhere)
        return drawn(decoder, hidden, inputs, replace(free(KNOWING), lean=torch.full((3, 12), LEAN)), seed=seed)


def _values(frame: Frame) -> dict[str, torch.Tensor]:
    """What is drawn, by name; of rhythm what stands at onsets."""
    rhythm = {name: value * frame.onset for name, value in vars(frame.rhythm).items()}
    return {"onset": frame.onset, "active": frame.active, **rhythm}


DRAWING: tuple[Check, ...] = (
    check_the_given_generator_alone_decides,
    check_drawing_moves_no_other_chance,
    check_drawn_values_are_in_their_ranges,
    check_a_touch_moves_how_notes_are_played_alone,
)
