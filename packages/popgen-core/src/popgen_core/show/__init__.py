"""A song as a picture: groups in colour over bars, sections and chords. Needs matplotlib (the extra [plot])."""

from popgen_core.show.picture import FORMATS, draw_song

__all__ = ["FORMATS", "draw_song"]
