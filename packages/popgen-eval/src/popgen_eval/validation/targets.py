"""What each figure must tell from real music, and how well.

The numbers are the AUC that the prototypes of the figures reached on 63 excerpts of 55 songs for several tracks in
November 2026. A corruption is a target of a figure where it destroys what the figure's law measures. Those that the
prototypes were shown only to state a blind side are left out: `onebar`, for figures that rise with repetition by
design (note coherence, rhythm accuracy, bass rhythm, drum beat), and all rows of figures that claim no direction.
Figures of our own without a prototype stand in `targets_craft`.
"""

from __future__ import annotations

from collections.abc import Mapping

from popgen_eval.validation.targets_craft import CRAFT_TARGETS

__all__ = ["TARGETS"]

# figure -> corruption -> AUC
TARGETS: Mapping[str, Mapping[str, float]] = {
    "note_coherence": {"pitchrand": 1.00, "pitchperm": 0.98, "noise": 1.00, "stepperm": 0.93},
    "rhythm_accuracy": {"jitter": 0.97, "onsetrand": 0.98, "stepperm": 0.95, "gridnoise": 0.96},
    "cross_track_sync": {"swap": 1.00, "shiftfrac": 0.96, "shift": 0.87, "shiftbar": 0.83, "stepperm": 0.89},
    "onset_sync": {"shiftfrac": 0.96, "shift": 0.86, "stepperm": 0.89, "swap": 0.77},
    "harmonic_consistency": {"leadsemi": 0.93, "leadtr": 0.90, "swap": 1.00, "pitchrand": 1.00, "shiftbar": 0.84},
    "structure_coherence": {"shufbar": 0.99, "onebar": 1.00, "noise": 1.00, "stepperm": 0.90},
    "overall": {
        "noise": 1.00,
        "onebar": 0.97,
        "shufbar": 0.96,
        "swap": 0.96,
        "shift": 0.63,
        "jitter": 0.99,
        "pitchperm": 0.93,
    },
    "bass_drum_correlation": {"noise": 0.96, "stepperm": 0.95, "bassodd": 0.94, "bassshift": 0.78, "bassswap": 0.65},
    "bass_kick_lock": {"noise": 0.97, "stepperm": 0.97, "bassodd": 0.94, "bassshift": 0.82, "bassswap": 0.68},
    "bass_rhythm_consistency": {"stepperm": 0.92, "jitter": 0.94, "noise": 0.97},
    "drum_beat_consistency": {"stepperm": 0.89, "jitter": 0.96, "noise": 0.97},
    "lead_pitch_accuracy": {"leadsemi": 1.00, "leadtr": 0.97, "swap": 0.94, "pitchrand": 1.00},
    "chord_voice_leading": {"voicing": 0.98, "octchord": 0.97, "pitchrand": 0.87, "pitchperm": 0.77},
    "phrase_structure": {"shufbar": 0.92, "onebar": 0.94, "noise": 0.94},
    "harmonic_progression": {"shufbar": 0.93, "onebar": 0.97, "pitchperm": 0.95, "noise": 0.96},
    "lead_contour": {"shufbar": 0.75, "onebar": 0.86, "stepperm": 0.79, "pitchperm": 0.74},
    **CRAFT_TARGETS,
}
