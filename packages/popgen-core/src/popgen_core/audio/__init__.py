"""Sound: songs played by a General MIDI soundfont, sound at one loudness. Needs the extra [audio]."""

from popgen_core.audio.clip import Sound, cut, faded, loudest_gain, scaled
from popgen_core.audio.loudness import integrated_loudness
from popgen_core.audio.soundfont import find_soundfont

__all__ = ["Sound", "cut", "faded", "find_soundfont", "integrated_loudness", "loudest_gain", "scaled"]
