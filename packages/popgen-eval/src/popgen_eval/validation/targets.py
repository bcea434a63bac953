"""How well each figure must tell songs from spoiled copies: the AUC that its prototype reached.

Only corruptions that a figure is meant to notice are here: figures of rhythm and line rise on one repeated bar by
design, and nobody asks them to reject it.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["TARGETS"]

# figure -> corruption -> AUC on 63 excerpts of multi-track songs (November 2026)
TARGETS: Mapping[str, Mapping[str, float]] = {
    "note_coherence": {"pitchrand": 1.00, "pitchperm": 0.98, "noise": 1.00, "stepperm": 0.93},
    "rhythm_accuracy": {"jitter": 0.97, "onsetrand": 0.98, "stepperm": 0.95, "gridnoise": 0.96},
    "cross_track_sync": {"swap": 1.00, "shiftfrac": 0.96, "shift": 0.87, "shiftbar": 0.83, "stepperm": 0.89},
    "onset_sync": {"shiftfrac": 0.96, "shift": 0.86, "stepperm": 0.89},
    "harmonic_consistency": {"leadsemi": 0.93, "leadtr": 0.90, "swap": 1.00, "pitchrand": 1.00, "shiftbar": 0.84},
    "structure_coherence": {"shufbar": 0.99, "onebar": 1.00, "noise": 1.00, "stepperm": 0.90},
    "overall": {
        "noise": 1.00, "onebar": 0.97, "shufbar": 0.96, "swap": 0.96, "shift": 0.63, "jitter": 0.99, "pitchperm": 0.93,
    },
}  # fmt: skip
