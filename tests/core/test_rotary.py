"""rotary.v1: a frame knows how long ago another was, and nothing of where it stands."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from popgen_core.backbones.rotary import Rotary, angles, turned
from popgen_core.backbones.transformer import Transformer
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.errors import RecipeError
from popgen_core.music import RollSpec

WIDTH, WINDOW, KEEP = 32, 16, 12


def backbone_of(*, width: int = WIDTH, heads: int = 4, layers: int = 2) -> Rotary:
    torch.manual_seed(3)
    config = Rotary.Config(layers=layers, heads=heads, feed_forward=64, dropout=0.0, window=WINDOW, keep=KEEP)
    return Rotary(config, Sizes(RollSpec(("bass",)), ControlSpec((("beat", 1),)), width)).eval()


def song_of(frames: int, batch: int = 1, seed: int = 1) -> Tensor:
    return torch.randn(batch, frames, WIDTH, generator=torch.Generator().manual_seed(seed))


def test_a_pair_of_features_is_turned_by_its_frames_angle() -> None:
    turns = angles(3, 4)
    assert torch.allclose(turns, torch.tensor([[0, 0], [1, 0.01], [2, 0.02]]))
    x = torch.tensor([1.0, 2.0, 0.0, 0.0]).expand(1, 3, 1, 1, 4)  # pairs (0, 2) and (1, 3)
    made = turned(x, turns.cos(), turns.sin())[0, :, 0, 0]
    assert made[0].tolist() == [1, 2, 0, 0]
    expected = [math.cos(2), 2 * math.cos(0.02), math.sin(2), 2 * math.sin(0.02)]
    assert made[2].tolist() == pytest.approx(expected, abs=1e-6)


@torch.no_grad()
def test_a_full_cache_is_rebuilt_from_its_newest_inputs() -> None:
    backbone, x = backbone_of(), song_of(21, batch=2)
    cache, rows = backbone.start(2), []
    for frame in range(21):
        row, cache = backbone.step(x[:, frame], cache)
        rows.append(row)
    assert torch.allclose(torch.stack(rows[:16], 1), backbone(x[:, :16]), atol=1e-5)
    # frame 16 finds the cache full: frames 4..15 stay, and 16..19 follow them
    assert torch.allclose(torch.stack(rows[16:20], 1), backbone(x[:, 4:20])[:, 12:], atol=1e-5)
    assert torch.allclose(rows[20], backbone(x[:, 8:21])[:, 12], atol=1e-5)


@torch.no_grad()
def test_a_window_heard_in_the_middle_of_a_stream_is_heard_from_its_own_start() -> None:
    backbone, x = backbone_of(), song_of(8)
    before = backbone(x)
    cache = backbone.start(1)
    for frame in range(5):
        _, cache = backbone.step(x[:, frame], cache)
    assert torch.equal(backbone(x), before)


@torch.no_grad()
def test_attention_rows_sum_to_one_and_look_back_only() -> None:
    backbone = backbone_of()
    weights = backbone.attention(song_of(9))
    assert weights.shape == (2, 1, 4, 9, 9)
    assert torch.allclose(weights.sum(-1), torch.ones(2, 1, 4, 9), atol=1e-5)
    assert weights.triu(1).abs().max() == 0


@torch.no_grad()
def test_a_row_does_not_see_a_later_one() -> None:
    backbone, x = backbone_of(), song_of(12)
    changed = x.clone()
    changed[:, 7:] += 1
    assert torch.equal(backbone(x)[:, :7], backbone(changed)[:, :7])
    assert not torch.equal(backbone(x)[:, 7], backbone(changed)[:, 7])


def later(layer: torch.nn.Module, x: Tensor, frames: int) -> Tensor:
    """Attention weights of a layer whose first frame stands some frames later."""
    layer.start = frames  # type: ignore[assignment]
    weights: Tensor = layer.weights(x)  # type: ignore[operator]
    layer.start = 0  # type: ignore[assignment]
    return weights


@torch.no_grad()
def test_moving_a_song_within_the_window_changes_nothing() -> None:
    backbone, x = backbone_of(), song_of(6)
    layer = backbone.layers[0]
    assert torch.allclose(later(layer, x, 0), later(layer, x, 9), atol=1e-5)
    stood = Transformer(backbone.config, Sizes(RollSpec(("bass",)), ControlSpec((("beat", 1),)), WIDTH)).eval()
    assert not backbone.positions.any()
    assert stood.positions.any()


@torch.no_grad()
def test_how_long_ago_a_frame_was_matters() -> None:
    backbone = backbone_of(layers=1)
    x = song_of(6)
    swapped = x[:, [1, 0, 2, 3, 4, 5]]
    assert (backbone(x)[:, 5] - backbone(swapped)[:, 5]).abs().max() > 1e-3  # without positions they would be alike


@torch.no_grad()
def test_it_runs_in_bfloat16() -> None:
    backbone, x = backbone_of(), song_of(12)
    exact = backbone(x)
    with torch.autocast("cpu", torch.bfloat16):
        near = backbone(x)
    assert near.isfinite().all()
    assert (near.float() - exact).abs().max() < 0.1
    half = backbone.bfloat16()(x.bfloat16())
    assert half.dtype == torch.bfloat16
    assert (half.float() - exact).abs().max() < 0.1


@pytest.mark.parametrize(("width", "heads"), [(12, 4), (6, 2)])
def test_an_odd_number_of_features_a_head_is_refused(width: int, heads: int) -> None:
    with pytest.raises(RecipeError, match=f"width {width} in {heads} heads leaves an odd number") as refused:
        backbone_of(width=width, heads=heads)
    assert refused.value.exit_code == 2
    assert refused.value.hint


def test_a_checkpoint_holds_no_positions() -> None:
    assert not [name for name in backbone_of().state_dict() if "sine" in name or "positions" in name]
