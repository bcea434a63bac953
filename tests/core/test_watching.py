"""Songs watched as they are drawn: no long silence, and decoders that keep every rule whatever they would write."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Inputs, Sampling
from popgen_core.decoders.independent import Independent
from popgen_core.decoders.ordered import Ordered
from popgen_core.generate.limits import Limits, timing_of
from popgen_core.generate.rules import FREE, Rules
from popgen_core.generate.silence import Silence
from popgen_core.generate.watching import Watching
from popgen_core.groupers import GROUPS
from popgen_core.model import as_past
from popgen_core.music import BeatGrid, RollSpec
from popgen_core.music.song import METER, TEMPO, Song, rows
from popgen_core.plan import Chord, Key, Plan, Section

TEMPLATE = Song(480, (), rows(TEMPO, [(0, 500_000)]), rows(METER, [(0, 4, 4)]))
GRID = BeatGrid(4)
SPEC = RollSpec(GROUPS, pitches=48, lowest=36)  # C2 .. B5
SIZES = Sizes(SPEC, ControlSpec((("beat", 1),)), 4)
PITCHED = torch.tensor([name != "drums" for name in GROUPS])


def sounding(*songs: bool) -> Any:
    return SimpleNamespace(active=torch.tensor(songs)[:, None, None])


def forced(pattern: str, beats: float, frames: int = 16) -> list[int]:
    """In which frames a note must begin; `pattern` is what sounds in each frame, x or ., after which all is silent."""
    silence, found = Silence(beats, timing_of(TEMPLATE, GRID, frames), 1), []
    for frame in range(frames):
        if silence.begin() is not None:
            found.append(frame)
        silence.watch(sounding(pattern[frame : frame + 1] == "x"))
    return found


def test_a_silence_ends_on_the_last_beat_by_which_it_is_not_too_long() -> None:
    # silent from frame 1, a quarter beat: at the beat of frame 8 for 1.75 beats, by that of frame 12 for 2.75
    assert forced("x", 2.0)[0] == 8
    assert forced("xxxxx", 2.0)[0] == 12  # from 5 on: by frame 12 for 1.75
    assert forced("xxxx", 2.0)[0] == 12  # from 4 on: by frame 12 for 2 beats, which may be


def test_a_silence_is_counted_from_the_start_and_ends_with_the_song() -> None:
    assert forced("", 2.0)[0] == 8
    assert forced("", 4.0) == []
    assert forced("x" * 16, 2.0) == []


def test_where_no_note_can_begin_every_frame_must_have_one_until_it_does() -> None:
    assert forced("x", 2.0, 11) == [8, 9, 10]


def test_a_limit_below_a_beat_is_kept_between_beats() -> None:
    assert forced("xxxx", 0.5, 8)[0] == 6  # silent from the beat on: frames 4 and 5 are half a beat
    assert forced("xxxxx", 0.5, 8)[0] == 7


def test_only_the_songs_that_are_silent_for_too_long_must_begin() -> None:
    silence = Silence(1.0, timing_of(TEMPLATE, GRID, 16), 2)
    for _ in range(4):
        silence.watch(sounding(False, True))
    begin = silence.begin()
    assert begin is not None
    assert begin.tolist() == [True, False]


def decoder_of(kind: type[Any], onset: float, active: float) -> Any:
    """A decoder that begins and holds anything at these logits, more or less."""
    torch.manual_seed(1)
    made = kind(kind.Config(bias="zero"), SIZES)
    with torch.no_grad():
        for weights in made.parameters():
            weights.copy_(torch.randn_like(weights) * 0.02)
        made.heads.bias.view(-1, *SPEC_SHAPE)[:2] += torch.tensor([onset, active])[:, None, None]
    return made.eval()


SPEC_SHAPE = (len(GROUPS), 48)


def written(kind: type[Any], limits: Limits, onset: float = -3.0, active: float = 2.0) -> tuple[Tensor, Tensor]:
    """Four songs drawn under limits -> onset and active (batch, frame, group, pitch)."""
    decoder, watching, generator = (
        decoder_of(kind, onset, active),
        Watching(limits, 4),
        torch.Generator().manual_seed(1),
    )
    past, drawn = torch.zeros(4, 1, *SPEC_SHAPE[:1], 3, 48), []
    for _ in range(len(limits.moments)):
        hidden = torch.randn(4, 4, generator=generator)
        inputs = Inputs(past, torch.zeros(4, 1, 1))
        with torch.no_grad():
            frame = decoder.sample(hidden, inputs, watching.constraints(), Sampling(1.0), generator)
        watching.watch(frame)
        drawn.append(frame)
        past = as_past(frame, SPEC.channels)
    return torch.stack([frame.onset for frame in drawn], 1), torch.stack([frame.active for frame in drawn], 1)


def share_on(active: Tensor, tones: list[frozenset[int]]) -> float:
    """Share of sounding pitched cells (batch, frame, group, pitch) that are of their half bar's tones."""
    pitched = active[:, :, PITCHED].sum((0, 2)).float()  # (frame, pitch)
    own = torch.tensor([[pitch % 12 in tones[frame // 8] for pitch in range(48)] for frame in range(len(pitched))])
    return float((pitched * own).sum() / pitched.sum())


CHORDS = (Chord(0), Chord(9, "min"), Chord(5), Chord(7, "7")) * 2
PLAN = Plan((Section("verse", 4, key=Key(0)),), CHORDS, (None,) * 4)


@pytest.mark.parametrize("kind", [Ordered, Independent])
def test_strict_rules_hold_in_every_song_whatever_the_decoder_would_write(kind: type[Any]) -> None:
    rules = Rules(ranges=False, key_strength=1.0, chord_strength=1.0, harmony=GROUPS)
    limits = Limits(TEMPLATE, GRID, SPEC, 64, rules=rules, plan=PLAN)
    onset, active = written(kind, limits)
    assert share_on(active, [chord.tones for chord in CHORDS]) == 1
    most = limits.at(0).most
    assert most is not None
    assert (active.sum(-1) <= most).all()
    assert (active.sum(-1).amax((0, 1)) == most).any()
    last = onset[:, 56:].sum((2, 3))  # the last bar changes chords: the second one closes
    assert (last[:, 0] > 0).all()
    assert not last[:, 1:].any()
    assert torch.equal(active[:, 56][:, PITCHED], active[:, 63][:, PITCHED])  # held to the end


@pytest.mark.parametrize("kind", [Ordered, Independent])
def test_without_rules_the_same_decoder_keeps_none_of_them(kind: type[Any]) -> None:
    _, active = written(kind, Limits(TEMPLATE, GRID, SPEC, 64, rules=FREE, plan=PLAN))
    assert share_on(active, [chord.tones for chord in CHORDS]) < 0.4
    assert (active.sum(-1) > torch.tensor([5, 2, 8, 6, 7, 4, 6])).any()


@pytest.mark.parametrize("kind", [Ordered, Independent])
def test_a_strength_between_free_and_strict_keeps_some(kind: type[Any]) -> None:
    half = Rules(chord_strength=0.5, harmony=GROUPS, ranges=False, polyphony=False, resolve=False)
    limits = Limits(TEMPLATE, GRID, SPEC, 64, rules=half, plan=PLAN)
    assert 0.45 < share_on(written(kind, limits)[1], [chord.tones for chord in CHORDS]) < 0.95


@pytest.mark.parametrize("kind", [Ordered, Independent])
def test_a_decoder_that_would_be_silent_plays_every_so_often(kind: type[Any]) -> None:
    rules = Rules(silence_beats=2.0, resolve=False)
    _, active = written(kind, Limits(TEMPLATE, GRID, SPEC, 64, rules=rules), onset=-14.0, active=-14.0)
    heard = active.flatten(2).any(2)  # (batch, frame)
    # a note of one frame on each second beat: from the beat after it on, two beats later is the last that may be
    assert heard[0].nonzero()[:, 0].tolist() == [8, 16, 24, 32, 40, 48, 56]
    assert heard.sum(1).tolist() == [7] * 4
    none = Rules(silence_beats=None, resolve=False)
    assert not written(kind, Limits(TEMPLATE, GRID, SPEC, 64, rules=none), onset=-14.0, active=-14.0)[1].any()
