import numpy as np
import pytest

from popgen_core.analysis import section_borders
from popgen_core.analysis.piece import Piece
from popgen_core.analysis.sections import novelty
from popgen_core.music.song import Song, Track, notes_from


def alike(form: str, bars: int = 1) -> np.ndarray:
    """Bars of one letter are the same, all others have nothing in common; each letter is `bars` bars long."""
    letters = np.array([letter for letter in form for _ in range(bars)])
    return (letters[:, None] == letters).astype(float)


def borders(form: str, bars: int = 1) -> list[int]:
    return section_borders(alike(form, bars)).tolist()


def test_the_bridge_of_a_song_form_begins_and_ends_a_section() -> None:
    assert borders("AABA", 4) == [8, 12]
    assert borders("AABA", 8) == [16, 24]
    assert borders("ABAB", 4) == [4, 8, 12]
    assert borders("ABAB", 8) == [8, 16, 24]
    assert borders("ABC", 6) == [6, 12]


def test_novelty_by_hand() -> None:
    found = novelty(alike("AABA", 4))
    assert found[4] == pytest.approx(0.0)  # A before, A after
    near, far = 1.0, (1 + 24 / 56) / 2 - 1 / 2  # AAAA | BBBB; eight As | BBBBAAAA
    assert found[8] == pytest.approx((near + 2 * far) / 3)  # at most eight bars are there on either side
    assert found[12] == pytest.approx(1.0)  # four Bs, four As


def test_four_eight_and_sixteen_bars_on_either_side_are_heard() -> None:
    four = (1 + 4 / 12) / 2 - 2 / 4  # AAAA | AABB
    eight = (1 + (2 + 30) / 56) / 2 - 2 / 8  # AAAAAAAA | AABBBBBB
    sixteen = (1 + (2 + 182) / 240) / 2 - 2 / 16
    assert novelty(alike("AB", 20))[18] == pytest.approx((four + eight + sixteen) / 3)


def test_lines_without_two_bars_on_both_sides_part_nothing() -> None:
    found = novelty(alike("AAABBB"))
    assert found[[0, 1, 5]].tolist() == [0, 0, 0]
    assert found[4] == pytest.approx((0 + 1) / 2 - 1 / 4 * 2)  # A B | B B: half of the pairs across are alike
    assert borders("AB") == borders("A") == borders("") == []
    assert borders("ABB") == []
    assert borders("AABB") == [2]


def test_a_loop_of_four_chords_is_one_section_and_another_loop_the_next() -> None:
    assert borders("abcd" * 4 + "efgh" * 4) == [16]
    assert borders("abcd" * 8) == []
    assert novelty(alike("abcd" * 4 + "efgh" * 4))[16] == pytest.approx((0 + 1 / 7 + 3 / 15) / 3)  # of the others


def test_one_bar_repeated_and_bars_that_never_come_back_have_no_sections() -> None:
    assert borders("A", 32) == []
    assert borders("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == []


def test_of_two_lines_less_than_four_bars_apart_the_stronger_and_then_the_earlier_stays() -> None:
    assert borders("AAAAAAAACCBBBBBBBB") == [8]
    assert borders("AAAAAAAACCCCBBBBBBBB") == [8, 12]
    near = alike("AAAAAAAACCCBBBBBBBB")
    near[8:11, :8] = near[:8, 8:11] = 0.3  # C is something like A
    found = novelty(near)
    assert found[11] > found[8] > found[9]  # both are peaks
    assert section_borders(near).tolist() == [11]


def test_a_change_of_less_than_a_tenth_is_none() -> None:
    assert section_borders(np.where(alike("AB", 8) > 0, 1.0, 0.89)).tolist() == [8]
    assert section_borders(np.where(alike("AB", 8) > 0, 1.0, 0.91)).tolist() == []


def test_a_piece_knows_its_borders_in_every_key() -> None:
    def song(by: int) -> Song:
        pitches = [60] * 8 + [65] * 4 + [60] * 4
        notes = [(1920 * bar + 480 * (pitch == 65), 960, pitch + by, 90) for bar, pitch in enumerate(pitches)]
        return Song(480, (Track("lead", 0, False, notes_from(notes)),))

    assert [Piece(song(by)).section_borders.tolist() for by in (0, 1, 7)] == [[8, 12]] * 3


@pytest.mark.corpus
def test_sections_of_real_songs_begin_at_multiples_of_four_bars(corpus) -> None:
    from popgen_core.analysis.window import bar_count, first_sounding_bar
    from popgen_core.groupers.seven import Seven
    from popgen_core.music.midi import song_from_midi

    found, bars = [], 0
    for path in sorted((corpus / "permissive" / "test").glob("*.mid")):
        song = Seven().group(song_from_midi(path.read_bytes())).song
        piece = Piece(song, first_sounding_bar(song), bar_count(song))
        if not piece.reason:
            found += piece.section_borders.tolist()
            bars += piece.bars
    assert 1.5 < 32 * len(found) / bars < 3.0
    assert np.mean(np.array(found) % 4 == 0) > 0.5  # a quarter by chance
    assert np.mean(np.array(found) % 8 == 0) > 0.3  # an eighth by chance
