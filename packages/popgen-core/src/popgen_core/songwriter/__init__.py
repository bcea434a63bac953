"""The songwriter: complete, licence-free pop songs for seven groups, written by rule and chance."""

from popgen_core.songwriter.form import Section
from popgen_core.songwriter.notes import WrittenNote
from popgen_core.songwriter.sketch import Sketch, draw_sketch
from popgen_core.songwriter.write import song_of, write_parts, write_song, write_songs

__all__ = ["Section", "Sketch", "WrittenNote", "draw_sketch", "song_of", "write_parts", "write_song", "write_songs"]
