"""The evaluators of what single groups and pairs of them do: the paper's other figures."""

from popgen_core.contracts.card import Card

__all__ = ["PARTS"]

PARTS: list[Card] = [
    Card(
        "evaluator",
        "bass_drum_correlation.v1",
        "popgen_eval.metrics.bass_drums:BassDrumCorrelation",
        "a bass that plays with a voice of the drums, and with the kick",
    ),
    Card(
        "evaluator",
        "bass_rhythm_consistency.v1",
        "popgen_eval.metrics.consistency:BassRhythmConsistency",
        "a rhythm of the bass that comes back from bar to bar",
    ),
    Card(
        "evaluator",
        "drum_beat_consistency.v1",
        "popgen_eval.metrics.consistency:DrumBeatConsistency",
        "a beat of the drums that comes back from bar to bar",
    ),
    Card(
        "evaluator",
        "lead_pitch_accuracy.v1",
        "popgen_eval.metrics.lead_pitch:LeadPitchAccuracy",
        "a lead on the chords of the others, or moving by step within their scale",
    ),
    Card(
        "evaluator",
        "chord_voice_leading.v1",
        "popgen_eval.metrics.voice_leading:ChordVoiceLeading",
        "chords whose voices move little; parallel fifths beside it, not judged",
    ),
    Card(
        "evaluator",
        "phrase_structure.v1",
        "popgen_eval.metrics.phrases:PhraseStructure",
        "bars that come back after four and eight bars, not at any distance",
    ),
    Card(
        "evaluator",
        "harmonic_progression.v1",
        "popgen_eval.metrics.progression:HarmonicProgression",
        "four bars of chords that come back in an order that is not chance",
    ),
    Card(
        "evaluator",
        "lead_contour.v1",
        "popgen_eval.metrics.contour:LeadContour",
        "shapes of the lead that come back, at any pitch, in an order that is not chance",
    ),
    Card(
        "evaluator",
        "structure_indicators.v1",
        "popgen_eval.metrics.indicators:StructureIndicators",
        "how much of the piece a stretch of 2-4, 5-8 or 9-16 bars explains; not judged",
    ),
]
