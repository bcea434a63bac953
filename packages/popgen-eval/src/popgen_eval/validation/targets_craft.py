"""What the figures of arrangement, performance and motion must tell apart: figure, corruption, AUC at least.

Figures that are not here are descriptive: their laws say what they do tell, and by how much.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CRAFT_TARGETS"]

# measured 2026-11-23 on 222 songs: in this order .95 .85, .91 .86, 1 (.97 with the songs' own tempo maps), .87
CRAFT_TARGETS: Mapping[str, Mapping[str, float]] = {
    "guitar_arpeggiation": {"guitarblock": 0.80, "guitarrand": 0.80},
    "string_density": {"stringcarpet": 0.80, "stringbars": 0.80},
    "tempo_stability": {"tempowobble": 0.80},
    "prepared_transitions": {"nofills": 0.80},
}
