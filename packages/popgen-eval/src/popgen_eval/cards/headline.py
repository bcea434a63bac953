"""The evaluators of the five figures that the paper leads with."""

from popgen_core.contracts.card import Card

__all__ = ["HEADLINE"]

HEADLINE = [
    Card(
        "evaluator",
        "note_coherence.v1",
        "popgen_eval.metrics.coherence:NoteCoherence",
        "notes in the scale, lines in small steps, motifs that come back",
    ),
    Card(
        "evaluator",
        "rhythm_accuracy.v1",
        "popgen_eval.metrics.rhythm:RhythmAccuracy",
        "onsets on the beat's grid, rhythms that come back from bar to bar",
    ),
    Card(
        "evaluator",
        "cross_track_sync.v2",
        "popgen_eval.metrics.sync:CrossTrackSync",
        "groups that begin notes together and agree on the harmony",
    ),
    Card(
        "evaluator",
        "harmonic_consistency.v2",
        "popgen_eval.metrics.harmony:HarmonicConsistency",
        "one key, and each group within the chords of the others",
    ),
    Card(
        "evaluator",
        "structure_coherence.v1",
        "popgen_eval.metrics.structure:StructureCoherence",
        "four-bar phrases that come back in an order that is not chance",
    ),
]
