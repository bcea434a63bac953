"""Ways to spoil a song that a figure must notice: each takes a grouped song of one meter, and chance."""

from collections.abc import Callable, Sequence

from popgen_core.music.song import Song
from popgen_eval.corruptions.craft import CRAFT
from popgen_eval.corruptions.mix import MIX, swapping
from popgen_eval.corruptions.roles import ROLES, bass_swapping
from popgen_eval.corruptions.spoiling import Corruption, excerpt

__all__ = ["CORRUPTIONS", "CROSSING", "Corruption", "excerpt", "swapping"]

CORRUPTIONS: dict[str, Corruption] = {**MIX, **ROLES, **CRAFT}
# those that need other songs: songs -> a corruption that takes something from them
CROSSING: dict[str, Callable[[Sequence[Song]], Corruption]] = {"swap": swapping, "bassswap": bass_swapping}
