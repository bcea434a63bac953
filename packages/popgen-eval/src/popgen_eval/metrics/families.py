"""Which figures are tested together: the headline, the named parts of the paper, and all that is read as a hint."""

from popgen_eval.metrics.overall import HEADLINE, OVERALL

__all__ = ["FAMILIES", "HEADLINE", "NAMED", "family_of"]

FAMILIES = ("headline", "overall", "named", "exploratory")  # in the order in which reports show them

# the paper's other figures, and those of our own that the first protocol names; OVERALL is made of the headline
NAMED = (
    "bass_drum_correlation",
    "bass_kick_lock",
    "bass_rhythm_consistency",
    "drum_beat_consistency",
    "lead_pitch_accuracy",
    "chord_voice_leading",
    "phrase_structure",
    "harmonic_progression",
    "lead_contour",
    "onset_sync",
    "guitar_arpeggiation",
    "string_density",
    "tempo_stability",
    "micro_timing",
    "complementary_motion",
    "prepared_transitions",
    "rhythmic_complexity",
)


def family_of(figure: str) -> str:
    """The family in which a figure is corrected for many tests: headline, overall, named or exploratory."""
    if figure in HEADLINE:
        return "headline"
    if figure == OVERALL.name:
        return "overall"
    return "named" if figure in NAMED else "exploratory"
