"""popgen-gru keeps the contract of a backbone, and remembers what lies far behind its window."""

import torch
from popgen_core.testing import Check, Maker, makers_of, parametrize_with_checks

from popgen_gru import popgen_components


@parametrize_with_checks(popgen_components)
def test_the_contract_is_kept(check: Check, make: Maker) -> None:
    check(make)


def test_what_is_remembered_takes_the_same_room_after_a_thousand_frames() -> None:
    [make] = makers_of(popgen_components)
    backbone = make(window=64, layers=3)
    memory = backbone.start(2)
    assert memory.shape == (3, 2, 32), "layers, songs, the kit's width"
    with torch.no_grad():
        for frame in torch.randn(1000, 2, 32, generator=torch.Generator().manual_seed(1)):
            _, memory = backbone.step(frame, memory)
    assert memory.shape == (3, 2, 32)


def test_a_stream_beyond_the_window_still_hears_its_first_frame() -> None:
    [make] = makers_of(popgen_components)
    backbone = make(window=4)
    song = torch.randn(1, 8, 32, generator=torch.Generator().manual_seed(1))
    other = torch.cat([-song[:, :1], song[:, 1:]], dim=1)
    with torch.no_grad():
        assert (backbone(song)[:, -1] - backbone(other)[:, -1]).abs().max() > 1e-5
