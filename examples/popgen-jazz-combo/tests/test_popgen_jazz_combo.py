"""popgen-jazz-combo keeps the contract of a grouper, and knows who plays what in a combo."""

from popgen_core.music.song import Song, Track, notes_from
from popgen_core.testing import Check, Maker, parametrize_with_checks

from popgen_jazz_combo import popgen_components
from popgen_jazz_combo.grouper import Combo


@parametrize_with_checks(popgen_components)
def test_the_contract_is_kept(check: Check, make: Maker) -> None:
    check(make)


def track(name: str, program: int, is_drum: bool = False) -> Track:
    """A track of a single quarter."""
    return Track(name, program, is_drum, notes_from([(0, 480, 60, 90)]))


BAND = Song(
    480,
    (
        track("Tenor", 66),
        track("Trumpet", 56),
        track("Vibes", 11),
        track("Upright", 32),
        track("Jazz Guitar", 26),
        track("Strings", 48),
        track("Brushes", 40, is_drum=True),
    ),
)


def test_each_instrument_of_a_combo_has_its_player_and_strings_are_left_out() -> None:
    grouping = Combo().group(BAND)
    assert [each.group for each in grouping.placements] == ["horns", "horns", "piano", "bass", "guitar", None, "drums"]
    assert [each.name for each in grouping.song.tracks] == ["drums", "bass", "piano", "guitar", "horns"]
    assert grouping.dropped == 1


def test_the_piano_plays_the_strings_when_told() -> None:
    grouping = Combo(Combo.Config(strangers=True)).group(BAND)
    assert grouping.dropped == 0
    assert [len(each.notes) for each in grouping.song.tracks] == [1, 1, 2, 1, 2]
