import numpy as np

from popgen_core.plan.forms import cuts, labels_of, names_of
from popgen_core.plan.returning import recalls_of


def test_sections_of_more_than_sixteen_bars_are_cut_at_eights() -> None:
    assert cuts(np.ones((16, 16))) == [(0, 16)]
    assert cuts(np.ones((30, 30))) == [(0, 8), (8, 16), (16, 30)]
    assert cuts(np.ones((19, 19))) == [(0, 8), (8, 19)]
    assert cuts(np.zeros((0, 0))) == []


def test_a_long_section_is_cut_first_where_the_music_changes_most() -> None:
    alike = np.ones((24, 24))
    alike[:16, 16:] = alike[16:, :16] = 0.95  # too little for a border
    assert cuts(alike) == [(0, 16), (16, 24)]


def test_sections_are_labelled_by_the_earlier_one_they_are_most_like() -> None:
    alike = np.eye(12)
    for bar in range(4):
        alike[bar, 8 + bar], alike[4 + bar, 8 + bar] = 0.7, 0.75
    assert labels_of(alike, [(0, 4), (4, 8), (8, 12)]) == [0, 1, 1]
    alike[4:8, 8:] = 0.0
    assert labels_of(alike, [(0, 4), (4, 8), (8, 12)]) == [0, 1, 0]
    assert labels_of(np.where(alike == 0.7, 0.6, alike), [(0, 4), (4, 8), (8, 12)]) == [0, 1, 2]


def test_the_most_energetic_of_what_comes_back_is_the_chorus() -> None:
    names = names_of([4, 8, 8, 8, 8, 8, 4], [0, 1, 2, 1, 2, 3, 4], [0.2, 0.4, 0.7, 0.4, 0.7, 0.9, 0.3])
    assert names == ["intro", "verse", "chorus", "verse", "chorus", "bridge", "outro"]


def test_without_anything_that_comes_back_the_most_energetic_long_section_is_the_chorus() -> None:
    assert names_of([8, 8, 4, 8], [0, 1, 2, 3], [0.5, 0.4, 0.9, 0.7]) == ["verse", "verse", "verse", "chorus"]
    assert names_of([16, 16], [0, 0], [0.5, 0.6]) == ["chorus", "chorus"]  # played on, not come back
    assert names_of([4], [0], [0.5]) == ["verse"]
    assert names_of([], [], []) == []


def test_a_long_first_section_is_no_intro_and_a_last_one_that_comes_back_no_outro() -> None:
    names = names_of([16, 8, 8, 16], [0, 1, 0, 1], [0.1, 0.9, 0.3, 0.2])
    assert names == ["verse", "chorus", "verse", "chorus"]
    assert names_of([8, 8, 8, 8], [0, 1, 1, 0], [0.2, 0.8, 0.9, 0.1])[-1] == "chorus"
    assert names_of([4, 8, 8, 8, 12], [0, 1, 2, 1, 2], [0.9, 0.8, 0.1, 0.8, 0.1])[0::4] == ["verse", "verse"]


def recalled(alike: np.ndarray) -> list[int | None]:
    return [recall.bar if recall else None for recall in recalls_of(alike)]


def test_a_bar_recalls_one_four_bars_before_or_earlier_that_is_enough_like_it() -> None:
    alike = np.zeros((6, 6))
    alike[3, 0] = alike[5, 2] = 1.0
    assert recalled(alike) == [None] * 6
    alike[4, 0], alike[5, 1] = 0.8, 0.79
    assert recalled(alike) == [None] * 4 + [0, None]


def test_the_likest_is_recalled_unless_another_goes_on_from_the_bar_before() -> None:
    alike = np.zeros((12, 12))
    alike[10, 2], alike[11, 3], alike[11, 6] = 0.9, 0.85, 0.9
    assert recalled(alike)[10:] == [2, 3]
    assert recalls_of(alike)[11].likeness == 0.85
    alike[11, 6] = 0.99
    assert recalled(alike)[10:] == [2, 6]


def test_of_equals_the_earliest_is_recalled_and_a_stretch_is_chosen_as_a_whole() -> None:
    alike = np.zeros((12, 12))
    alike[10, [1, 4]] = 1.0
    assert recalled(alike)[10] == 1
    alike[11, 5] = 0.9
    assert recalled(alike)[10:] == [4, 5]
