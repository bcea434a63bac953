"""Activation checkpointing: the same gradients to the bit, for less memory."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from popgen_core.backbones.transformer import Transformer
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.music import RollSpec

SIZES = Sizes(RollSpec(("one",)), ControlSpec(()), 32)


def trained(recompute: bool) -> tuple[dict[str, Tensor], int]:
    """Gradients after one pass with dropout, and the bytes that were kept for the way back."""
    torch.manual_seed(1)
    config = Transformer.Config(
        layers=4, heads=2, feed_forward=64, dropout=0.3, window=48, keep=32, recompute=recompute
    )
    model, kept = Transformer(config, SIZES), 0

    def count(tensor: Tensor) -> Tensor:
        nonlocal kept
        kept += tensor.numel() * tensor.element_size()
        return tensor

    x = torch.randn(2, 48, 32)
    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        y = model(x)
    y.square().sum().backward()
    return {name: value.grad for name, value in model.named_parameters() if value.grad is not None}, kept


def test_recomputing_changes_no_gradient_and_keeps_less() -> None:
    (plain, much), (again, little) = trained(False), trained(True)
    assert plain.keys() == again.keys()
    assert [name for name in plain if not torch.equal(plain[name], again[name])] == []
    assert little < much / 4


@pytest.mark.parametrize("recompute", [False, True])
def test_it_is_a_matter_of_training_alone(recompute: bool) -> None:
    torch.manual_seed(2)
    config = Transformer.Config(layers=1, heads=2, feed_forward=8, window=8, keep=4, recompute=recompute)
    model = Transformer(config, SIZES).eval()
    x = torch.randn(1, 8, 32)
    cache, rows = model.start(1), []
    for frame in range(8):
        row, cache = model.step(x[:, frame], cache)
        rows.append(row)
    assert torch.allclose(torch.stack(rows, 1), model(x), atol=1e-5)
