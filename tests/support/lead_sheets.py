"""A song in POP909's layout and a folder of drummers as Groove MIDI names them, both made by hand and small.

The song lasts 40 bars of 4/4 at 120, from second 1.0 on: intro 4, verse 8, chorus 8, verse 8, chorus 8, outro 4. Its
file says 1/4, as POP909's do.
"""

from __future__ import annotations

from pathlib import Path

from popgen_core.music import Song, Track, notes_from, rows, song_to_midi
from popgen_core.music.song import METER

__all__ = ["BAR", "LATE", "OFFSET", "SUNG", "drummers_folder", "melody_notes", "pop909_folder", "write_midi"]

BAR, OFFSET = 1920, 960  # ticks at 480 a quarter: 1.0 seconds at 120
LATE = 24  # ticks that each second melody note is played late
SUNG = range(4, 36)
CHORDS = ("C:maj", "A:min", "F:maj/3", "G:sus4(b7)")
VERSE = ((0, 60), (480, 62), (960, 64), (1440, 62))
CHORUS = tuple((240 * at, pitch) for at, pitch in enumerate((72, 74, 76, 79, 76, 74, 72, 71)))


def melody_notes() -> list[tuple[int, int, int, int]]:
    """The melody in ticks from the first bar: quarters low in verses, eighths high and louder in choruses."""
    notes = []
    for bar in SUNG:
        chorus = (bar - 4) // 8 % 2 == 1
        for at, (tick, pitch) in enumerate(CHORUS if chorus else VERSE):
            turned = pitch + (2 if bar % 4 == 3 and not chorus else 0)
            notes.append((bar * BAR + tick + LATE * (at % 2), 200, turned, 100 if chorus else 70))
    return notes


def write_midi(file: Path, tracks: dict[str, list[tuple[int, int, int, int]]], beats: int = 1, drums: str = "") -> Path:
    """Tracks of (start, length, pitch, velocity) at 480 a quarter and 120 as a MIDI file in `beats`/4."""
    made = tuple(Track(name, 0, bool(drums) and name == drums, notes_from(notes)) for name, notes in tracks.items())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(song_to_midi(Song(480, made, meters=rows(METER, [(0, beats, 4)]))))
    return file


def pop909_folder(folder: Path, name: str = "001", bars: int = 40, cut: int = -1) -> Path:
    """The song's folder; bar `cut` has two beats only."""
    place = folder / name
    begins, ticks = [], 0
    for bar in range(bars):
        begins.append(ticks)
        ticks += BAR // 2 if bar == cut else BAR
    moved = [(begins[tick // BAR] + tick % BAR + OFFSET, *rest) for tick, *rest in melody_notes()]
    moved = [note for note in moved if note[0] < ticks + OFFSET]
    piano = [(begin + OFFSET, 900, pitch, 60) for begin in begins for pitch in (48, 52, 55)]
    write_midi(place / f"{name}.mid", {"MELODY": moved, "BRIDGE": [], "PIANO": piano})
    rows_of = [
        f"{(begins[bar] + 480 * beat + OFFSET) / 960} {1.0 - beat % 2} {float(beat == 0)}"
        for bar in range(bars)
        for beat in range(2 if bar == cut else 4)
    ]
    (place / "beat_midi.txt").write_text("\n".join(rows_of))
    starts = [(begin + OFFSET) / 960 for begin in begins] + [(ticks + OFFSET) / 960]
    chords = [f"{starts[bar]}\t{starts[bar + 1]}\t{CHORDS[bar % 4] if bar else 'N'}" for bar in range(bars)]
    (place / "chord_midi.txt").write_text("\n".join(chords))
    (place / "key_audio.txt").write_text(f"0.5\t{starts[-1]}\tC:maj\n")
    return place


def drummers_folder(folder: Path) -> Path:
    """A rock performance of eight bars at 100, its snare late, kick on 1 and 3; a fill of toms; one in three."""
    bar = [(step * 120, 42, 60) for step in range(0, 16, 2)] + [(0, 22, 40)]
    bar += [(0, 36, 100), (960, 36, 96), (496, 40, 110), (1456, 38, 110)]
    hits = [(at * BAR + tick, 60, drum, loud) for at in range(8) for tick, drum, loud in bar]
    write_midi(folder / "drummer1" / "1_rock_100_beat_4-4.mid", {"d": sorted(hits)}, 4, drums="d")
    fill = [(step * 120, 60, (48, 48, 45, 43)[step // 4], 80 + step) for step in range(16)]
    write_midi(folder / "drummer1" / "2_rock_100_fill_4-4.mid", {"d": fill}, 4, drums="d")
    return folder
