"""What key and chord say of single pitches: a hint that each group trusts as far as it has learned to."""

from __future__ import annotations

import torch

from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Inputs
from popgen_core.decoders.known import Harmony
from popgen_core.music.roll import RollSpec
from popgen_core.plan import Chord, Key, Plan, Section
from popgen_core.plan.features import control_parts, plan_rows

GROUPS = ("bass", "lead")
KNOWN = ("key", "chord")
SIZES = Sizes(RollSpec(GROUPS, pitches=14, lowest=58), ControlSpec(control_parts(KNOWN, 2)), width=3)  # A#3 to B4


C, IN_C = Chord(0), Key(0)


def told(chord: Chord | None = C, key: Key | None = IN_C) -> Inputs:
    """One frame that is told C major and the chord of C, unless others are given."""
    plan = Plan((Section("verse", 1, key=key),), (chord, chord), (None,))
    rows = torch.from_numpy(plan_rows(plan, KNOWN, GROUPS))[:1]
    return Inputs(torch.zeros(1, 1, 2, 3, 14), rows[None])


def test_at_first_nothing_is_trusted() -> None:
    for added in Harmony(SIZES)(torch.randn(1, 1, 3), told()):
        assert added.shape == (1, 1, 2, 14)
        assert not added.any()


def test_a_group_that_trusts_the_chord_tones_hears_them_in_every_octave_and_no_other_does() -> None:
    harmony = Harmony(SIZES)
    with torch.no_grad():  # head (onset, active), group, what (scale, tonic, root, chord tones)
        harmony.trust.bias.view(2, 2, 4)[0, 1] = torch.tensor([0.0, 0.0, 1.0, 2.0])
    onset, active = harmony(torch.zeros(1, 1, 3), told())
    lead = {58 + pitch: value for pitch, value in enumerate(onset[0, 0, 1].tolist()) if value}
    assert lead == {60: 3.0, 64: 2.0, 67: 2.0}
    assert not onset[0, 0, 0].any()
    assert not active.any()


def test_scale_and_tonic_are_those_of_the_key() -> None:
    harmony = Harmony(SIZES)
    with torch.no_grad():
        harmony.trust.bias.view(2, 2, 4)[1, 0] = torch.tensor([1.0, 5.0, 0.0, 0.0])
    _, active = harmony(torch.zeros(1, 1, 3), told(key=Key(9, "minor")))
    bass = [58 + pitch for pitch, value in enumerate(active[0, 0, 0].tolist()) if value]
    assert bass == [59, 60, 62, 64, 65, 67, 69, 71]
    assert active[0, 0, 0, 69 - 58] == 6.0


def test_where_nothing_is_told_nothing_is_added_whatever_is_trusted() -> None:
    harmony = Harmony(SIZES)
    with torch.no_grad():
        harmony.trust.bias.fill_(1.0)
    for added in harmony(torch.randn(1, 1, 3), told(chord=None, key=None)):
        assert not added.any()
