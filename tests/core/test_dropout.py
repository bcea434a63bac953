"""Dropout on a CPU: the share that was asked for, the same mean, the same seed the same draws."""

from __future__ import annotations

import pytest
import torch

from popgen_core.backbones.dropout import Dropout


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_share_asked_for_is_dropped_and_the_rest_made_louder(share: float) -> None:
    torch.manual_seed(0)
    y = Dropout(share)(torch.ones(1001, 999))  # a number of values that four does not divide
    assert float((y == 0).float().mean()) == pytest.approx(share, abs=0.003)
    assert torch.allclose(y[y != 0], torch.tensor(1 / (1 - share)))
    for place in range(4):  # each quarter of a random word has the same chance
        assert float((y.flatten()[place::4] == 0).float().mean()) == pytest.approx(share, abs=0.005)


def test_bfloat16_is_made_louder_by_the_same_factor() -> None:
    y = Dropout(0.2)(torch.full((1001, 99), 2.0, dtype=torch.bfloat16))
    assert y.dtype == torch.bfloat16
    assert y.unique().tolist() == [0.0, 2.5]
    assert float((y == 0).float().mean()) == pytest.approx(0.2, abs=0.006)


def test_gradients_are_dropped_where_values_are() -> None:
    x = torch.ones(50, 3, requires_grad=True)
    y = Dropout(0.5)(x)
    y.sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad, y.detach())


def test_the_same_seed_drops_the_same_values_and_the_next_draw_others() -> None:
    x, dropout = torch.ones(40, 5), Dropout(0.5)
    torch.manual_seed(1)
    first, second = dropout(x), dropout(x)
    torch.manual_seed(1)
    assert torch.equal(dropout(x), first)
    assert not torch.equal(first, second)


def test_nothing_is_dropped_outside_training_or_at_a_share_of_zero() -> None:
    x = torch.randn(7)
    assert torch.equal(Dropout(0.5).eval()(x), x)
    assert torch.equal(Dropout(0)(x), x)
