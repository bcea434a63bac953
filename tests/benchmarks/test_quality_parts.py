from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from benchmarks.quality.bits import Bits
from benchmarks.quality.by_position import Positions, _rows
from benchmarks.quality.figures import Judged, _judged
from benchmarks.quality.found import Asked, Found
from benchmarks.quality.kept import digest_of, kept
from benchmarks.quality.plans import adherence_of
from benchmarks.quality.real import first_bars, real_songs
from benchmarks.quality.sample import sample_of, share_of
from benchmarks.quality.songs import system_from

from popgen_core.errors import RecipeError
from popgen_core.music.midi import song_to_midi
from popgen_core.music.song import METER, TEMPO, Song, Track, notes_from, rows


def test_what_was_made_of_the_same_is_not_made_again(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    assert kept(file, {"bars": 32}, lambda: [1.0]) == [1.0]
    assert kept(file, {"bars": 32}, lambda: [2.0]) == [1.0]
    assert kept(file, {"bars": 16}, lambda: [3.0]) == [3.0]


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    file.write_text('{"made_of": {}, "ma')
    assert kept(file, {}, lambda: 1) == 1
    assert json.loads(file.read_text()) == {"made_of": {}, "made": 1}


def test_the_digest_of_files_knows_names_contents_and_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    two.write_text("b")
    before = digest_of([one, two])
    assert digest_of([two, one]) != before
    named = two.rename(tmp_path / "three")
    assert digest_of([one, named]) != before
    named.rename(two).write_text("c")
    assert digest_of([one, two]) != before


def test_a_sample_leaves_out_what_is_undefined_and_is_judged_from_twenty_songs_on() -> None:
    of = sample_of([0.2, None, float("nan"), 0.4])
    assert of.values == (0.2, 0.4)
    assert of.mean == pytest.approx(0.3)
    assert not sample_of([1.0] * 19).judged
    assert sample_of([1.0] * 20).judged


def test_a_share_of_reals_mean_has_the_spread_of_both_sides() -> None:
    sure = share_of(sample_of([0.4] * 20), sample_of([0.5] * 20))
    assert (sure.value, sure.low, sure.high) == pytest.approx((0.8, 0.8, 0.8))
    unsure = share_of(sample_of([0.4] * 20), sample_of([0.3, 0.7] * 10))
    assert unsure.value == pytest.approx(0.8)
    assert unsure.low < 0.75
    assert unsure.high > 0.85


@pytest.mark.parametrize("text", ["starter", "=runs/pop", "starter=", "real=runs/pop", "markov=runs/pop", "a b=x"])
def test_a_system_is_a_name_that_is_free_and_a_checkpoint(text: str) -> None:
    with pytest.raises(RecipeError):
        system_from(text)
    assert system_from("paper.warm=runs/warm").name == "paper.warm"


def song(bars: int, first: int = 1) -> Song:
    """A note on every beat of 3/4 from bar `first` on (counted from 0), velocity its number; bars of 3 beats of 480."""
    notes = [(beat * 480, 240, 60, 1 + beat % 100) for beat in range(3 * first, 3 * bars)]
    tempos = rows(TEMPO, [(0, 500_000), (2 * 1440, 400_000), (90 * 1440, 300_000)])
    return Song(480, (Track("bass", 33, False, notes_from(notes)),), tempos, rows(METER, [(0, 3, 4)]))


def test_the_first_bars_are_those_that_sound_moved_to_the_start_in_their_tempos_and_meter() -> None:
    cut = first_bars(song(bars=10, first=3), 2)
    assert cut.tracks[0].notes["start_tick"].tolist() == [0, 480, 960, 1440, 1920, 2400]
    assert cut.tracks[0].notes["velocity"].tolist() == [10, 11, 12, 13, 14, 15]
    assert cut.tempos.tolist() == [(0, 400_000)]
    assert cut.meters.tolist() == [(0, 3, 4)]


def test_a_tempo_that_begins_inside_is_kept_at_its_place() -> None:
    assert first_bars(song(bars=10, first=1), 2).tempos.tolist() == [(0, 500_000), (1440, 400_000)]


def test_a_note_a_little_early_belongs_to_the_bar_after_it() -> None:
    whole = song(bars=10, first=1)
    whole.tracks[0].notes["start_tick"][[0, 6]] -= 20  # the first notes of bars 1 and 3
    cut = first_bars(whole, 2)
    assert cut.tracks[0].notes["start_tick"].tolist() == [0, 480, 960, 1440, 1920, 2400]


def test_a_piece_shorter_than_asked_is_taken_whole() -> None:
    assert first_bars(song(bars=4, first=1), 32).note_count == 9


def test_real_pieces_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.mid", tmp_path / "bad.mid"
    good.write_bytes(song_to_midi(song(20)))
    bad.write_bytes(b"no music")
    made, unread = real_songs([good, bad], tmp_path / "cut", 12)
    assert [file.name for file in made] == ["001-good.mid"]
    assert list(unread) == ["bad.mid"]


def row(overall: float, bars: int, copied: float = 0.0) -> dict[str, object]:
    return {"file": f"cut/{bars}.mid", "scores": {"overall": overall, "copied_share": copied}, "bars": [[1, bars]]}


def test_short_real_pieces_are_left_out_of_figures_but_not_of_copying() -> None:
    files = [row(0.5, 32), row(0.7, 28), row(0.1, 27, copied=1.0), {"scores": {}, "error": "no song"}]
    table = {
        "report": {"files": files, "summary": {"overall": {}, "copied_share": {}}},
        "widths": [1.0],
        "pooled_width": 2.0,
    }
    judged = _judged(table, 28)
    assert judged.sample("overall").values == (0.5, 0.7)
    assert judged.sample("copied_share").values == (0.0, 0.0, 1.0)
    assert (judged.files, judged.unread, judged.short) == (4, 1, 1)
    assert _judged(table, 0).sample("overall").n == 3
    assert judged.sample("nothing").n == 0


def test_versions_of_trained_songs_are_named_and_their_bits_left_out() -> None:
    files = [row(0.5, 32, copied=0.9), row(0.7, 28, copied=0.89)]
    report = {"files": files, "summary": {"copied_share": {}}}
    judged = _judged({"report": report, "widths": [], "pooled_width": 2.0}, 0)
    assert judged.trained_on == ("32",)
    told = Bits({"deep/32.mid": (9.0, 1.0), "28.mid": (1.0, 1.0)}, exact=False)
    assert told.without(judged.trained_on) == Bits({"28.mid": (1.0, 1.0)}, exact=False)


def test_versions_are_called_as_their_pieces_are_not_as_their_cuts() -> None:
    asked = Asked((), Path(), Path(), Path())
    found = Found(asked, judged={"real": Judged({}, trained_on=("007-a-b.mid", "1000-c"))})
    assert found.versions == ["a-b.mid", "c"]


def test_positions_are_whole_windows_and_slopes_need_three() -> None:
    windows = {"density": [1.0, 2.0, None, 4.0, 9.0]}
    long = {"scores": {"density": 3.0}, "bars": [[1, 32], [33, 32], [65, 32], [97, 32], [129, 20]], "windows": windows}
    short = {"scores": {"density": 7.0}, "bars": [[1, 32]]}
    found = Positions(_rows([long, short, {"error": "no song"}], "density", 32))
    assert found.values.shape == (2, 4)
    assert [of.mean for of in found.means if of.n] == [4.0, 2.0, 4.0]
    assert found.slopes.values == pytest.approx((1.0,))
    assert np.isnan(found.values[0, 2])


def test_adherence_counts_what_was_asked_and_nothing_else(tmp_path: Path) -> None:
    asked, open_ = {"value": 0.5, "asked": True}, {"value": None, "asked": False}
    for number, figure in enumerate((asked, open_), 1):
        met = {"overall": 0.5, "figures": {"key": figure, "tempo": open_}}
        (tmp_path / f"{number}.json").write_text(json.dumps({"adherence": met}))
    found = adherence_of([tmp_path / "1.mid", tmp_path / "2.mid"])
    assert list(found) == ["overall", "key"]
    assert found["key"].values == (0.5,)
