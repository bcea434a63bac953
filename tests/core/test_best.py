"""The best of several songs: what likelihood counts, what is heard from far back, of which groups figures are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from given_songs import beats, user_song

from popgen_core import api
from popgen_core.generate.generator import Generator
from popgen_core.generate.ranking import ranked_by
from popgen_core.generate.request import Request, RequestError
from popgen_core.generate.rules import Rules
from popgen_core.generate.sheet import Sheet, sheets_of
from popgen_core.generate.wanted import completed
from popgen_core.generate.write import DrawnSong, draw_songs
from popgen_core.music import song_to_midi
from popgen_core.plan import Plan, Section
from popgen_core.songwriter import write_song as song_by_rules

pytest_plugins = ("pop_run",)

MINE = user_song({"drums": beats(6, 36), "bass": beats(6, 40)})


@pytest.fixture(scope="module")
def generator(pop_run: Path) -> Generator:
    return api.generator(pop_run)


def drawn(generator: Generator, **asked: Any) -> list[DrawnSong]:
    around = generator.around(MINE) if "around" in asked else None
    return draw_songs(generator.loaded, Request(**{"seed": 6, "best_of": 3, "temperature": 1.2, **asked}), around)


def test_the_surprise_of_a_song_is_that_of_a_note_not_of_the_songs_length(generator: Generator) -> None:
    short, long = (drawn(generator, bars=bars) for bars in (2, 8))
    ratio = np.mean([one.surprise for one in long]) / np.mean([one.surprise for one in short])
    assert 0.5 < ratio < 2


def test_kept_notes_do_not_make_a_song_less_surprising(generator: Generator) -> None:
    """A note of the drums is as surprising beside six bars of kept bass as beside none."""
    alone = np.mean([one.surprise for one in drawn(generator, bars=6, groups=("drums",))])
    beside = np.mean([one.surprise for one in drawn(generator, around="keep", keep=("bass",), groups=("drums",))])
    assert 0.5 < beside / alone < 2


@pytest.mark.parametrize("stretch", [(2, 3), (5, 6)], ids=["notes follow", "at the end"])
def test_bars_that_are_new_differ_in_surprise_even_where_nothing_follows(
    generator: Generator, stretch: tuple[int, int]
) -> None:
    made = drawn(generator, around="bars", bars_at=stretch, groups=("bass",), best_of=0)
    assert len(made) == 8
    assert len({one.surprise for one in made}) > 1
    assert all(one.surprise > 0 for one in made)


def test_without_a_choice_nothing_is_judged(generator: Generator) -> None:
    assert [one.surprise for one in drawn(generator, bars=2, best_of=1)] == [0.0]


def test_songs_of_one_plan_share_its_sheet(generator: Generator) -> None:
    spec, corpus = generator.loaded.model.sizes.roll, generator.loaded.card.corpus
    request = Request(count=2, best_of=2, bars=4)
    wanted = completed(request, spec.groups, corpus, generator.loaded.recipe.controls.known)
    sheets = sheets_of(generator.loaded, request, wanted)
    assert sheets[0] is sheets[1]
    assert sheets[2] is sheets[3]
    assert sheets[0] is not sheets[2]


@pytest.mark.parametrize(
    ("asked", "rules"),
    [
        ({"bars": 2}, Rules(chord_strength=0.25)),
        ({"bars": 2, "free": ("resolve", "silence")}, Rules(chord_strength=0.25, resolve=False, silence_beats=None)),
        (
            {"bars": 2, "free": ("ranges", "polyphony", "sections")},
            Rules(chord_strength=0.25, ranges=False, polyphony=False, sections=False),
        ),
        ({"bars": 2, "chord_strength": 0.5, "against_loops": 2.0}, Rules(chord_strength=0.5, repetition=2.0)),
        ({"around": "bars", "bars_at": (2, 3), "groups": ("bass",)}, Rules(chord_strength=0.25, resolve=False)),
        (
            {"around": "bars", "bars_at": (6, 6), "groups": ("bass",), "key_strength": 1.0},
            Rules(chord_strength=0.25, resolve=False, key_strength=1.0),
        ),
        ({"bars": 2, "chord_strength": 0.0}, Rules()),
        ({"bars": 2, "free": ("steady",)}, Rules(chord_strength=0.25, steady=0.0)),
    ],
)
def test_rules_are_those_that_were_asked_and_only_songs_that_popgen_ends_resolve(
    generator: Generator, asked: dict[str, Any], rules: Rules
) -> None:
    request, spec = Request(**asked), generator.loaded.model.sizes.roll
    around = generator.around(MINE) if "around" in asked else None
    wanted = completed(request, spec.groups, {}, generator.loaded.recipe.controls.known, around)
    assert sheets_of(generator.loaded, request, wanted)[0].limits.rules == rules


def test_what_comes_back_is_heard_from_its_first_frame_on() -> None:
    """Frames 16 to 31 come back at 96, frames 0 to 15 at 48; only what is still to come counts."""
    rows: Any = np.zeros((112, 1)), np.zeros(112), np.array([[48, 0, 16], [96, 16, 16]]), np.zeros(2), None, None
    assert [Sheet(start, 112, *rows).earliest for start in (0, 63, 64, 100, 112)] == [0, 0, 16, 16, 112]
    sheet = Sheet(0, 112, *rows)
    assert [number for number, back in enumerate(sheet.recalled) if back] == [*range(48, 64), *range(96, 112)]


def test_a_far_bar_that_comes_back_in_a_song_that_goes_on_is_heard(generator: Generator) -> None:
    """The tiny model hears four bars at once, the song has ten; the first must be played to it to come back."""
    song = user_song({"drums": beats(10, 36), "bass": beats(10, 40)})
    spec, corpus = generator.loaded.model.sizes.roll, generator.loaded.card.corpus
    found, known = generator.around(song), generator.loaded.recipe.controls.known
    for seed in range(20):
        request = Request(around="prompt", bars=8, seed=seed)
        [sheet] = sheets_of(generator.loaded, request, completed(request, spec.groups, corpus, known, found))
        assert (sheet.start, sheet.frames) == (160, 18 * 16)
        if sheet.earliest < 96:
            break
    told: list[int] = []
    draw_songs(generator.loaded, request, found, lambda done, every: told.append(every))
    assert set(told) == {18 * 16 - sheet.earliest}
    assert told[0] > 18 * 16 - 96


def test_figures_are_of_groups_whatever_the_tracks_of_a_song_are_called(
    generator: Generator, pop_run: Path, tmp_path: Path
) -> None:
    song = replace(MINE, tracks=tuple(replace(track, name=f"my {track.name}") for track in MINE.tracks))
    (tmp_path / "mine.mid").write_bytes(song_to_midi(song))
    asked: dict[str, Any] = {"seed": 2, "temperature": 1.2, "keep": ("drums",), "groups": ("bass", "lead")}
    [row] = api.generate(pop_run, tmp_path / "out", source=tmp_path / "mine.mid", **asked)
    assert row.groups["drums"] == 24
    assert set(row.groups) <= {"drums", "bass", "lead"}
    told = json.loads(row.path.with_suffix(".json").read_text(encoding="utf-8"))
    assert told["adherence"]["figures"]["groups"]["counts"]["notes not asked"] == 0


@pytest.mark.parametrize("asked", [{"prompt": 1, "bars": 1}, {"source": 1, "bars_at": (2, 2), "best_of": 1}])
def test_groups_to_be_written_are_not_those_that_alone_may_play(
    pop_run: Path, tmp_path: Path, asked: dict[str, Any]
) -> None:
    mine = tmp_path / "mine.mid"
    mine.write_bytes(song_to_midi(MINE))
    asked = {name: mine if name in ("prompt", "source") else value for name, value in asked.items()}
    [row] = api.generate(pop_run, tmp_path / "out", groups=("bass",), seed=2, **asked)
    assert row.adherence.groups.counts["notes not asked"] == 0


def test_adherence_ranks_a_song_by_its_groups(generator: Generator) -> None:
    plan = Plan((Section("verse", 6, groups=("drums", "bass")),), (None,) * 12, (None,) * 6)
    named = tuple(replace(track, name=f"my {track.name}") for track in MINE.tracks)
    score = ranked_by("adherence", generator.catalogue, generator.grouper)
    own, renamed = (DrawnSong(song, plan, 0, 0.0) for song in (MINE, replace(MINE, tracks=named)))
    assert score(renamed) == score(own)
    assert score(DrawnSong(replace(MINE, tracks=named[:1]), plan, 0, 0.0)) < score(own)


@pytest.mark.parametrize("name", ["overall", "note_coherence", "note_coherence.v1", "tonal_distance"])
def test_a_figure_of_the_catalogue_ranks_songs(generator: Generator, name: str) -> None:
    """Two bars of chords again and again, and their notes thrown about: in key or not, in time or not."""
    good = song_by_rules(3)
    dice = np.random.default_rng(1)
    bad = replace(good, tracks=tuple(replace(track, notes=thrown(track.notes, dice)) for track in good.tracks))
    plan = Plan((), (), ())
    score = ranked_by(name, generator.catalogue, generator.grouper)
    assert score(DrawnSong(good, plan, 0, 0.0)) > score(DrawnSong(bad, plan, 0, 0.0)) > -np.inf


def thrown(notes: Any, dice: np.random.Generator) -> Any:
    """The notes at other times and, drums apart, of other pitches."""
    thrown = notes.copy()
    thrown["start_tick"] = np.sort(dice.integers(0, notes["start_tick"].max() + 1, len(notes)))
    thrown["pitch"] = dice.integers(40, 80, len(notes))
    return thrown


def test_a_figure_that_nobody_has_or_that_says_nothing_of_better_and_worse_is_refused(generator: Generator) -> None:
    with pytest.raises(RequestError, match="no evaluator is named"):
        ranked_by("beauty", generator.catalogue, generator.grouper)
    with pytest.raises(RequestError, match="does not say of one song which is better"):
        ranked_by("polyphony", generator.catalogue, generator.grouper)
