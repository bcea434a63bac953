"""Songs changed as a whole, in ways that no figure, or just the one asked about, may notice."""

from __future__ import annotations

from dataclasses import replace

from popgen_core.music.song import Song


def changed(song: Song, times: int = 1, **by: int) -> Song:
    """A song with its ticks `times` as fine, and so much added to each column of its notes; drums keep their pitch."""
    tracks = []
    for track in song.tracks:
        notes = track.notes.copy()
        for name, value in by.items():
            if not (track.is_drum and name == "pitch"):
                notes[name] += value
        notes["start_tick"] *= times
        notes["length_ticks"] *= times
        tracks.append(replace(track, notes=notes))
    return replace(song, tracks=tuple(tracks), ticks_per_quarter=song.ticks_per_quarter * times)
