"""Evaluators that a later version has taken the place of: found by name, and by nobody who asks for all."""

from popgen_core.contracts.card import Card

__all__ = ["EARLIER"]

EARLIER = [
    Card(
        "evaluator",
        "cross_track_sync.v1",
        "popgen_eval.metrics.sync_v1:CrossTrackSync",
        "groups that begin notes together and agree on the harmony, as first defined",
    ),
    Card(
        "evaluator",
        "harmonic_consistency.v1",
        "popgen_eval.metrics.harmony_v1:HarmonicConsistency",
        "one key, and each group within the chords of the others, as first defined",
    ),
]
