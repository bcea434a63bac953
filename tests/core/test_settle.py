"""What only the whole folder can tell of a file: whose copy it is, what it is like, under which licence it stands."""

from __future__ import annotations

from pathlib import Path

from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.prepare import prepare
from popgen_core.music import Song, Track, notes_from, song_to_midi


def melody(lowest: int) -> bytes:
    notes = notes_from([(240 * n, 200, lowest + (n * n * (lowest % 7 + 1)) % 23, 64) for n in range(32)])
    return song_to_midi(Song(480, (Track("lead", 0, False, notes),)))


def test_a_copy_lends_its_licence_to_the_file_that_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "midi"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.mid").write_bytes(melody(50))
    (folder / "b.mid").write_bytes(melody(62))
    (folder / "deep" / "copy.kar").write_bytes(melody(50))
    (folder / "MANIFEST.tsv").write_text("file\tlicence\tsource\ndeep/copy.kar\tMIT\tme\n")
    report = prepare(folder, tmp_path / "out", workers=1)
    assert [(row.file, row.licence, row.origin) for row in report.rows if row.kept] == [
        ("a.mid", "MIT", "me"),
        ("b.mid", "unknown", "unknown"),
    ]
    assert Dataset.open(tmp_path / "out").licences["licences"]["MIT"]["songs"] == 1


def test_of_near_copies_the_one_with_the_most_notes_is_the_one_that_others_are_like(tmp_path: Path) -> None:
    (tmp_path / "midi").mkdir()
    notes = [(240 * n, 200, 50 + (n * n * 7 + n) % 23, 64) for n in range(64)]
    for name, kept in (("a", notes[:40]), ("b", notes), ("c", notes[8:])):
        song = Song(480, (Track("lead", 0, False, notes_from(kept)),))
        (tmp_path / "midi" / f"{name}.mid").write_bytes(song_to_midi(song))
    rows = prepare(tmp_path / "midi", tmp_path / "out", workers=1).rows
    assert [(row.file, row.alike) for row in rows] == [("a.mid", "b.mid"), ("b.mid", ""), ("c.mid", "b.mid")]
