"""Frame by frame, quickly: numpy and PyTorch make the same values, and no frame waits for a whole cache."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from popgen_core.backbones import blas, stepwise
from popgen_core.backbones.attention import attend
from popgen_core.backbones.rotary import Rotary
from popgen_core.backbones.transformer import PACE, Cache, Transformer
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.music import RollSpec

SIZES = Sizes(RollSpec(("drums", "bass"), pitches=5), ControlSpec((("beat", 2),)), 16)
WINDOW, KEEP = 128, 80
KINDS = pytest.mark.parametrize("kind", [Transformer, Rotary])


def backbone(kind: type[Any], **options: int) -> Transformer:
    """A small one whose norms and biases are not what they start as."""
    torch.manual_seed(4)
    sizes = {"layers": 2, "heads": 4, "feed_forward": 24, "window": WINDOW, "keep": KEEP, **options}
    made: Transformer = kind(kind.Config(**sizes), SIZES).eval()
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if "norm" in name or "before" in name or "bias" in name:
                parameter += 0.5 * torch.randn(parameter.shape)
    return made


def streamed(model: Transformer, x: Tensor) -> tuple[Tensor, Cache]:
    """x (batch, frame, width) frame by frame -> the same shape, and the cache."""
    cache, rows = model.start(len(x)), []
    for frame in range(x.shape[1]):
        row, cache = model.step(x[:, frame], cache)
        rows.append(row)
    return torch.stack(rows, 1), cache


@pytest.fixture(params=["numpy", "PyTorch alone"])
def libraries(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether numpy may be used."""
    if request.param == "PyTorch alone":
        monkeypatch.setattr(blas, "threads", lambda: None)
    elif blas.threads() is None:
        pytest.skip("numpy's library of this machine does not tell its threads")
    return bool(request.param == "numpy")


@KINDS
@pytest.mark.parametrize("batch", [1, 3])
@torch.no_grad()
def test_a_stream_is_the_window_of_its_schedule_through_three_full_caches(
    libraries: bool, kind: type[Any], batch: int
) -> None:
    model, x = backbone(kind), torch.randn(batch, 250, 16)
    rows, cache = streamed(model, x)
    assert bool(cache.layers) == libraries
    # full after frames 127, 175 and 223: from then on the cache begins 48 frames later
    for first, last, begins in ((0, 128, 0), (128, 176, 48), (176, 224, 96), (224, 250, 144)):
        whole = model(x[:, begins:last])[:, first - begins :]
        assert torch.allclose(rows[:, first:last], whole, atol=2e-5), (first, last)


@KINDS
@torch.no_grad()
def test_when_a_cache_is_full_all_but_a_few_frames_of_the_next_are_ready(kind: type[Any]) -> None:
    for frames in (128, 176):
        _, cache = streamed(backbone(kind), torch.randn(1, frames, 16))
        assert cache.now.length == WINDOW
        assert KEEP - PACE <= cache.later.length <= KEEP


@torch.no_grad()
def test_no_step_prepares_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    model, seen = backbone(Transformer), []
    advance = Transformer.advance
    monkeypatch.setattr(
        Transformer, "advance", lambda self, x, memory: (seen.append(x.shape[1]), advance(self, x, memory))[1]
    )
    streamed(model, torch.randn(2, 250, 16))
    assert max(seen) == 27  # 80 frames in 48 / 16 parts
    assert sum(rows for rows in seen if rows > 1) >= 3 * (KEEP - PACE)


@KINDS
@torch.no_grad()
def test_a_stream_has_the_weights_of_its_start(libraries: bool, kind: type[Any]) -> None:
    model, x = backbone(kind), torch.randn(1, 20, 16)
    streamed(model, x)
    for parameter in model.parameters():
        parameter.mul_(1.5)
    assert torch.allclose(streamed(model, x)[0], model(x), atol=2e-5)


@KINDS
def test_other_numbers_than_float32_are_left_to_pytorch(kind: type[Any]) -> None:
    model, x = backbone(kind, window=12, keep=8).double(), torch.randn(2, 10, 16, dtype=torch.float64)
    rows, cache = streamed(model, x)
    assert not cache.layers
    assert torch.allclose(rows, model(x))


@torch.no_grad()
def test_whether_gradients_are_wanted_or_not_a_stream_is_the_same() -> None:
    model, x = backbone(Rotary), torch.randn(1, 20, 16)
    quiet, _ = streamed(model, x)
    with torch.enable_grad():
        loud, _ = streamed(model, x.requires_grad_())
    assert torch.equal(loud, quiet)


@pytest.mark.parametrize(("new", "earlier"), [(1, 0), (1, 6), (4, 0), (4, 6)])
@torch.no_grad()
def test_new_frames_attend_to_earlier_ones_and_to_none_later(new: int, earlier: int) -> None:
    query, (key, value) = torch.randn(2, 3, new, 8), torch.randn(2, 2, 3, earlier + new, 8)
    allowed = torch.ones(new, earlier + new, dtype=torch.bool).tril(earlier)
    expected = functional.scaled_dot_product_attention(query, key, value, attn_mask=allowed)
    assert torch.allclose(attend(query, key.transpose(-1, -2).contiguous(), value), expected, atol=1e-6)


@pytest.mark.skipif(blas.threads() is None, reason="numpy's library of this machine does not tell its threads")
def test_numpy_takes_one_thread_for_a_frame_and_then_as_many_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    found, during = blas.threads(), []
    assert found is not None
    before, levelled = found.count(), stepwise.levelled
    monkeypatch.setattr(stepwise, "levelled", lambda *values: (during.append(found.count()), levelled(*values))[1])
    try:
        found.choose(2)
        streamed(backbone(Transformer), torch.randn(1, 2, 16))
        assert found.count() == 2
    finally:
        found.choose(before)
    assert during == [1] * 8  # two frames, two layers, two norms each


def test_where_numpy_brings_another_library_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blas, "threads", lambda: None)
    with blas.numpy_on_one_thread():
        pass
    assert not blas.may_be_numpy(torch.zeros(1))
