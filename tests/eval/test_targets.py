from popgen_eval.cards import CURRENT
from popgen_eval.corruptions import CORRUPTIONS, CROSSING
from popgen_eval.judging.song import evaluator_named
from popgen_eval.metrics.overall import OVERALL
from popgen_eval.validation.targets import TARGETS


def test_targets_are_of_figures_with_a_direction_and_of_corruptions_that_there_are() -> None:
    made = [evaluator_named(card.name) for card in CURRENT]
    judged = {m.name for evaluator in made for m in evaluator.measures if m.better != "none"} | {OVERALL.name}
    assert set(TARGETS) <= judged
    for figure, targets in TARGETS.items():
        assert set(targets) <= set(CORRUPTIONS) | set(CROSSING), figure
        assert all(0.5 < auc <= 1 for auc in targets.values()), figure


def test_repetition_is_no_target_of_figures_that_rise_with_it() -> None:
    rising = ("note_coherence", "rhythm_accuracy", "bass_rhythm_consistency", "drum_beat_consistency")
    assert not any("onebar" in TARGETS[figure] for figure in rising)
