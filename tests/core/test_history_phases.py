"""Phases are found where the curve has corners, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from popgen_core.history.phases import Phases, phases_of

# the paper's Table 1: the loss before its first epoch and after epochs 17, 117 and 197
PAPER_EPOCHS, PAPER_LOSSES = (0, 17, 117, 197), (5.06, 3.89, 0.29, 0.22)


def phases(loss: NDArray[np.float64]) -> Phases:
    return phases_of(np.arange(1, len(loss) + 1), loss)


def papers_curve(noise: float, seed: int = 0) -> NDArray[np.float64]:
    """Straight lines through the logarithms of the paper's losses, and noise of some share of them."""
    line = np.interp(np.arange(1, 198), PAPER_EPOCHS, np.log(PAPER_LOSSES))
    return np.exp(line + np.random.default_rng(seed).normal(0, noise, 197))


def straight(epochs: int, noise: float, seed: int) -> NDArray[np.float64]:
    return np.exp(1 - 0.02 * np.arange(epochs) + np.random.default_rng(seed).normal(0, noise, epochs))


def test_the_papers_three_phases_are_found_where_they_are() -> None:
    found = phases(papers_curve(0.0)).found
    assert [(phase.first, phase.last) for phase in found] == [(1, 17), (18, 117), (118, 197)]
    falls = [np.log(b / a) / n for a, b, n in ((5.06, 3.89, 17), (3.89, 0.29, 100), (0.29, 0.22, 80))]
    assert [phase.change for phase in found] == pytest.approx([np.exp(fall) - 1 for fall in falls])


@pytest.mark.parametrize("seed", range(5))
def test_noise_moves_the_papers_corners_by_a_few_epochs(seed: int) -> None:
    found = phases(papers_curve(0.01, seed)).found
    assert len(found) == 3
    assert abs(found[0].last - 17) <= 4
    assert abs(found[1].last - 117) <= 4


@pytest.mark.parametrize("noise", [0.0, 0.0005, 0.02])
def test_a_straight_line_is_one_phase(noise: float) -> None:
    [phase] = phases(straight(60, noise, seed=3)).found
    assert (phase.first, phase.last) == (1, 60)
    assert phase.change == pytest.approx(np.exp(-0.02) - 1, abs=1e-3)


def test_noise_alone_is_one_phase_nearly_always() -> None:
    cut = sum(len(phases(straight(40, 0.05, seed)).found) > 1 for seed in range(40))
    assert cut <= 2


def test_a_bend_of_less_than_a_tenth_of_a_percent_is_none() -> None:
    loss = np.exp(1 + np.interp(np.arange(30), (0, 14, 29), (0.0, 0.0008, 0.0)))
    assert len(phases(loss).found) == 1


def test_one_corner_makes_two_phases() -> None:
    loss = np.exp(np.interp(np.arange(30), (0, 9, 29), (1.0, 0.1, 0.1)))
    found = phases(loss).found
    assert len(found) == 2
    assert found[0].last == 10  # the corner's own epoch lies on both lines and counts for the earlier one
    assert found[1].change == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("epochs", "said"), [(0, "0 epochs"), (1, "1 epoch,"), (11, "11 epochs")])
def test_a_short_run_is_too_short_to_tell(epochs: int, said: str) -> None:
    told = phases(straight(epochs, 0.02, 0))
    assert told.found == ()
    assert told.reason.startswith(f"too short to tell phases apart: {said}")
    assert phases(straight(12, 0.0, 0)).found


def test_no_phase_is_shorter_than_three_epochs() -> None:
    loss = np.exp(np.array([5.0, 1.0, *np.linspace(0.9, 0.1, 18)]))
    assert all(phase.last - phase.first >= 2 for phase in phases(loss).found)


def test_epochs_without_a_loss_are_left_out() -> None:
    loss = straight(20, 0.0, 0)
    loss[4] = np.nan
    [phase] = phases(loss).found
    assert (phase.first, phase.last) == (1, 20)


def test_losses_that_have_no_logarithm_have_no_phases() -> None:
    told = phases(np.linspace(1, -1, 20))
    assert told.found == ()
    assert "not always above 0" in told.reason
