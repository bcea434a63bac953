"""Batch norm over two processes: the same as one process with the rows of both."""

from __future__ import annotations

import pytest
import torch
from pair import Pair
from torch import nn
from training_jobs import normalised

from popgen_core.train.norm import JoinedNorm, counting, norms_over
from popgen_core.train.processes import Processes

pytest_plugins = ("two_processes",)

ROWS = ("y", "x", "eval")  # what each process has of its own rows
# over 2 processes and 1: sums in another order. Values are about 5 + 2 x, so 1e-6 is some units in the last place.
TOLERANCE = 1e-6


@pytest.mark.parametrize("momentum", [0.1, None])
@pytest.mark.parametrize(
    ("rows", "counts"),
    [((4, 4), (True, True)), ((1, 6), (True, True)), ((0, 3), (True, True)), ((2, 5), (False, True))],
    ids=["equal", "uneven", "none", "stand-in"],
)
def test_two_processes_norm_their_rows_as_one(
    pair: Pair, alone: Processes, rows: tuple[int, int], counts: tuple[bool, bool], momentum: float | None
) -> None:
    found = pair.run(normalised, rows, counts, momentum, torch.float32)
    for name, expected in normalised(alone, rows, counts, momentum, torch.float32).items():
        own = [part[name] for part, counted in zip(found, counts, strict=True) if counted]
        torch.testing.assert_close(torch.cat(own) if name in ROWS else own[0], expected, rtol=TOLERANCE, atol=TOLERANCE)
        assert name in ROWS or torch.equal(found[0][name], found[1][name])


def test_a_stand_in_learns_nothing(pair: Pair) -> None:
    found = pair.run(normalised, (2, 5), (False, True), 0.1, torch.float32)
    assert found[0]["x"].abs().max() == 0
    assert found[1]["x"].abs().max() > 0.1


def test_statistics_of_bfloat16_rows_are_float32(pair: Pair, alone: Processes) -> None:
    found = pair.run(normalised, (3, 4), (True, True), 0.1, torch.bfloat16)
    expected = normalised(alone, (3, 4), (True, True), 0.1, torch.bfloat16)
    assert found[0]["y"].dtype == torch.bfloat16
    for name in ("0.running_mean", "0.running_var"):
        torch.testing.assert_close(found[0][name], expected[name], rtol=TOLERANCE, atol=TOLERANCE)
    y = torch.cat([part["y"] for part in found])
    torch.testing.assert_close(y, expected["y"], rtol=2**-7, atol=2**-7)  # the last bit of bfloat16


def test_statistics_far_from_zero_lose_nothing() -> None:
    x = torch.tensor([10_000.0, 10_001.0, 10_002.0, 10_003.0]).view(4, 1)  # variance 1.25, of n - 1 rows 1.6667
    norm = JoinedNorm(nn.BatchNorm1d(1, momentum=1.0), Processes(torch.device("cpu")))
    y = norm(x).flatten().tolist()
    assert y == pytest.approx([-1.341636, -0.447212, 0.447212, 1.341636], abs=1e-4)
    assert norm.running_mean.tolist() == [10_001.5]
    assert norm.running_var.tolist() == pytest.approx([1.666667], abs=1e-6)


def test_every_batch_norm_is_replaced_and_keeps_its_names_weights_and_mode() -> None:
    model = nn.Sequential(nn.Linear(4, 3), nn.Sequential(nn.BatchNorm1d(3)), nn.BatchNorm2d(2)).eval()
    names, weights = list(model.state_dict()), list(model.parameters())
    norms_over(model, Processes(torch.device("cpu"), 0, 2))
    assert [type(module).__name__ for module in (model[0], model[1][0], model[2])] == ["Linear", *2 * ["JoinedNorm"]]
    assert list(model.state_dict()) == names
    assert all(new is old for new, old in zip(model.parameters(), weights, strict=True))
    assert not any(module.training for module in model.modules())


def test_rows_count_again_afterwards() -> None:
    model = nn.Sequential(nn.BatchNorm1d(3))
    norms_over(model, Processes(torch.device("cpu"), 0, 2))
    with counting(model, False):
        assert not model[0].counts
    assert model[0].counts


def test_alone_no_norm_is_replaced() -> None:
    model = nn.Sequential(nn.BatchNorm1d(3))
    norms_over(model, Processes(torch.device("cpu")))
    assert type(model[0]) is nn.BatchNorm1d
