"""Calibrated scores: 1 at the real median, 0 at the corrupted mean, frozen with what they were measured on."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from popgen_core.contracts.evaluator import Measure
from popgen_core.errors import PopgenError
from popgen_eval import calibration
from popgen_eval.calibration import Anchor, anchors, calibrated, scale_from_json, version_of
from popgen_eval.metrics.families import HEADLINE
from popgen_eval.validation import validate as validating
from popgen_eval.validation.freeze import frozen
from popgen_eval.validation.separation import separation


def measure(name: str, better: str) -> Measure:
    return Measure(name, "share", 0.0, 1.0, better, "a law")  # type: ignore[arg-type]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, Anchor]:
    """Anchors of figures: more is better, less is, no direction, spoiled songs preferred, and two with a tie."""
    real = np.array([0.0, 0.5, 0.6, 0.7, 1.0])
    targets = {name: {"noise": 0.9, "jitter": 0.9, "odd": 0.4} for name in ("up", "down", "plain", "wrong")}
    few = {"mean": np.array([-0.1, -0.1, -0.1, 0.4, 0.4]), "most": np.array([0.1, 0.1, 0.1, -0.5, -0.5])}
    monkeypatch.setattr(validating, "TARGETS", targets)
    spoiled = {"up": 0.1, "down": 0.9, "plain": 0.1, "wrong": 0.9}
    figures = {
        name: measure(name, better) for name, better in zip(targets, ("higher", "lower", "none", "higher"), strict=True)
    }
    separations = []
    for name, of in figures.items():
        for corruption, off in (("noise", 0.0), ("jitter", 0.1), ("odd", 5.0), ("onebar", 0.0), ("shufbar", -0.2)):
            copies = real + off if corruption in ("onebar", "shufbar") else np.full(5, spoiled[name] + off)
            copies = copies + 0.05 if corruption == "onebar" else copies
            separations.append(separation(corruption, name, real, copies, of.better))
    for name, off in few.items():
        figures[name] = measure(name, "higher")
        separations.append(separation("onebar", name, real, real + off))
    material = SimpleNamespace(sha256="ab", songs=[0] * 5, unfit={}, unread=(), bars=32)
    found = SimpleNamespace(
        place="here",
        material=material,
        seed=0,
        figures=figures,
        separations=separations,
        real=dict.fromkeys(figures, real),
    )
    return scale_from_json(frozen(found).decode()).anchors  # type: ignore[arg-type]


def test_anchors_by_hand(made: dict[str, Anchor]) -> None:
    """Real: median .6, of five values the 5th percentile is .1, the 95th .94; spoiled .1 and .2."""
    up = made["up"]
    assert (up.real_median, up.real_low, up.real_high, up.n) == (0.6, 0.1, 0.94, 5)
    assert up.corrupted_mean == pytest.approx(0.15)
    assert up.won_by == ("one bar repeated",)
    assert made["down"].corrupted_mean == pytest.approx(0.95)
    assert made["down"].won_by == ("shuffled bars",)


def test_a_baseline_wins_by_its_mean_and_by_most_songs_or_not_at_all(made: dict[str, Anchor]) -> None:
    """One repeated bar: better on the mean and than two of five songs; better than three of five, not on the mean."""
    assert made["mean"].won_by == made["most"].won_by == ()
    assert math.isnan(made["most"].corrupted_mean)


def test_a_figure_without_direction_or_the_wrong_way_round_has_a_range_and_no_score(made: dict[str, Anchor]) -> None:
    assert math.isnan(made["plain"].corrupted_mean)
    assert made["plain"].won_by == ()
    assert made["plain"].real_high == 0.94
    assert math.isnan(made["wrong"].corrupted_mean)


def test_calibrated_by_hand(made: dict[str, Anchor], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "anchors", lambda: made)
    for value, score in ((0.6, 1.0), (0.15, 0.0), (0.375, 0.5), (0.9, 1.0), (0.0, 0.0)):
        assert calibrated("up", value) == pytest.approx(score)
    for value, score in ((0.6, 1.0), (0.95, 0.0), (0.775, 0.5), (0.2, 1.0), (1.0, 0.0)):
        assert calibrated("down", value) == pytest.approx(score)
    for figure, value in (("up", math.nan), ("plain", 0.5), ("wrong", 0.5), ("unknown", 0.5)):
        assert math.isnan(calibrated(figure, value))


def shipped() -> str:
    return (Path(calibration.__file__).with_name("anchors.json")).read_text(encoding="utf-8")


def test_the_anchors_of_this_release_are_whole() -> None:
    about = json.loads(shipped())
    assert about["version"] == version_of(about)
    assert about["window_bars"] == 32
    assert len(about["corpus"]["sha256"]) == 64
    assert anchors()["overall"].n > 200
    assert "one bar repeated" in anchors()["rhythm_accuracy"].won_by
    assert anchors()["overall"].won_by == ()
    for name in ("note_coherence", "rhythm_accuracy", "cross_track_sync", "harmonic_consistency"):
        assert anchors()[name].corrupted_mean < anchors()[name].real_low
    for name in (*HEADLINE, "overall"):
        anchor = anchors()[name]
        assert max(anchor.corrupted_mean, anchor.real_low) < anchor.real_median < anchor.real_high
        assert calibrated(name, anchor.real_median) == 1.0


def test_anchors_that_were_changed_by_hand_are_refused() -> None:
    with pytest.raises(PopgenError, match="changed by hand"):
        scale_from_json(shipped().replace('"seed": 0', '"seed": 1'))
    for text in ("", "[]", "{}", '{"format": 2}', "[" * 100_000):
        with pytest.raises(PopgenError, match="cannot be read"):
            scale_from_json(text)


def test_a_file_of_other_anchors_than_the_formula_can_use_is_refused() -> None:
    plain = json.loads(shipped())
    plain["figures"]["overall"]["corrupted_mean"] = plain["figures"]["overall"]["real_median"]
    plain["version"] = version_of(plain)
    with pytest.raises(PopgenError, match="overall: real and spoiled pieces have one value"):
        scale_from_json(json.dumps(plain))
