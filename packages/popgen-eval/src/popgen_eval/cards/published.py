"""The evaluators of figures that others defined, and of what a piece is made of."""

from popgen_core.contracts.card import Card

__all__ = ["PUBLISHED"]

PUBLISHED = [
    Card(
        "evaluator",
        "published_pitch.v1",
        "popgen_eval.metrics.published_pitch:PublishedPitch",
        "pitch-class entropy, scale consistency, pitches and pitch classes used",
    ),
    Card(
        "evaluator",
        "published_rhythm.v1",
        "popgen_eval.metrics.published_rhythm:PublishedRhythm",
        "groove consistency and similarity, drum patterns, qualified notes",
    ),
    Card(
        "evaluator",
        "polyphony.v1",
        "popgen_eval.metrics.polyphony:Polyphony",
        "pitches that sound at once",
    ),
    Card(
        "evaluator",
        "emptiness.v1",
        "popgen_eval.metrics.emptiness:Emptiness",
        "bars and beats in which nothing sounds",
    ),
    Card(
        "evaluator",
        "tonal_distance.v1",
        "popgen_eval.metrics.tonal_distance:TonalDistance",
        "how far apart the harmonies of the groups lie",
    ),
    Card(
        "evaluator",
        "chord_tones.v1",
        "popgen_eval.metrics.chord_tones:ChordTones",
        "how the lead fits the chords of the other groups",
    ),
    Card(
        "evaluator",
        "material.v1",
        "popgen_eval.metrics.material:Material",
        "velocities, pitches out of range, silence, density",
    ),
]
