"""popgen-pitch-conv keeps the contract of an encoder, and hears the same chord in every key."""

from typing import Any

import torch
from popgen_core.analysis.position import POSITION
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.music.roll import RollSpec
from popgen_core.testing import Check, Maker, makers_of, parametrize_with_checks
from torch import Tensor

from popgen_pitch_conv import popgen_components

PIANO = Sizes(RollSpec(("piano",), channels=("onset",)), ControlSpec(POSITION), 32)
MAJOR, MINOR = (0, 4, 7), (0, 3, 7)  # semitones above the root
C, F = 39, 44  # their places among 88 keys
BOTTOM = 0


@parametrize_with_checks(popgen_components)
def test_the_contract_is_kept(check: Check, make: Maker) -> None:
    check(make)


def encoder() -> Any:
    """The encoder for a piano of 88 keys; patterns reach 7 semitones."""
    [make] = makers_of(popgen_components)
    return make(PIANO)


def somewhere(root: int, chord: tuple[int, ...]) -> Tensor:
    """Which patterns a chord of the newest of 4 frames makes -> (1, 1, pattern)."""
    notes = torch.zeros(1, 4, 1, 1, 88)
    notes[0, -1, 0, 0, [root + step for step in chord]] = 1
    made = encoder()
    with torch.no_grad():
        return made.somewhere(made.found(notes))  # type: ignore[no-any-return]


def test_a_chord_makes_the_same_patterns_in_every_key() -> None:
    torch.testing.assert_close(somewhere(C, MAJOR), somewhere(F, MAJOR), atol=1e-6, rtol=0)


def test_another_chord_makes_other_patterns() -> None:
    assert (somewhere(C, MAJOR) - somewhere(C, MINOR)).abs().max() > 0.01


def test_at_the_lowest_keys_patterns_are_cut_off() -> None:
    assert (somewhere(C, MAJOR) - somewhere(BOTTOM, MAJOR)).abs().max() > 0.001
