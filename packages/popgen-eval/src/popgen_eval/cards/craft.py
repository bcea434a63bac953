"""The evaluators of arrangement, performance and motion."""

from popgen_core.contracts.card import Card

__all__ = ["CRAFT"]

CRAFT = [
    Card(
        "evaluator",
        "guitar_arpeggiation.v1",
        "popgen_eval.metrics.arpeggiation:GuitarArpeggiation",
        "a guitar that plays the others' chords one note after another",
    ),
    Card(
        "evaluator",
        "string_density.v1",
        "popgen_eval.metrics.strings:StringDensity",
        "strings that thicken and thin out with the form",
    ),
    Card(
        "evaluator",
        "tempo_stability.v1",
        "popgen_eval.metrics.tempo:TempoStability",
        "a tempo map that holds its tempo",
    ),
    Card(
        "evaluator",
        "micro_timing.v1",
        "popgen_eval.metrics.micro_timing:MicroTiming",
        "milliseconds by which notes are early or late, by group (descriptive)",
    ),
    Card(
        "evaluator",
        "complementary_motion.v1",
        "popgen_eval.metrics.motion:ComplementaryMotion",
        "lead and bass that part when the chord changes (descriptive)",
    ),
    Card(
        "evaluator",
        "prepared_transitions.v1",
        "popgen_eval.metrics.transitions:PreparedTransitions",
        "fills and pick-ups before new sections",
    ),
    Card(
        "evaluator",
        "rhythmic_complexity.v1",
        "popgen_eval.metrics.complexity:RhythmicComplexity",
        "syncopation a bar, by group (descriptive)",
    ),
]
