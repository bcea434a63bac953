"""Songs with styles mixed in: strength 0 is the checkpoint alone, and a song is made again with its styles only."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from equal_runs import at_step
from tiny_run import first_bars
from typer.testing import CliRunner

from popgen_cli.app import app
from popgen_core import api
from popgen_core.adapters.facts import Weighed, facts_beside, mixed_facts
from popgen_core.adapters.file import read_adapter
from popgen_core.checkpoint import read_checkpoint
from popgen_core.errors import Refused
from popgen_core.music import rows, song_from_midi, song_to_midi
from popgen_core.music.midi import PROVENANCE
from popgen_core.music.song import TEMPO
from popgen_core.plan.book import PlanBook
from popgen_core.plan.learned.band import BandBook
from popgen_core.plan.learned.chord_counts import ChordBook
from popgen_core.plan.learned.energy import EnergyBook
from popgen_core.plan.learned.form import FormBook
from popgen_core.plan.learned.keys import KeyBook
from popgen_core.plan.learned.levels import LevelBook
from popgen_core.plan.learned.recalls import RecallBook
from popgen_core.plan.learned.tables import Table
from popgen_core.plan.learned.ties import TieBook
from popgen_core.plan.mixed import mixed_book
from popgen_core.songwriter import write_songs

pytest_plugins = ("styled_run",)


def written(run: Path, out: Path, **styles: float) -> bytes:
    """The bytes of four bars."""
    [row] = api.generate(run, out, bars=4, seed=3, **({"styles": styles} if styles else {}))  # type: ignore[arg-type]
    return Path(row.path).read_bytes()


def test_strength_0_gives_the_bytes_of_the_checkpoint_alone_and_more_gives_others(
    pop_run: Path, style: Path, tmp_path: Path
) -> None:
    alone = written(pop_run, tmp_path / "alone")
    assert written(pop_run, tmp_path / "none", **{str(style): 0.0}) == alone
    some, whole = (written(pop_run, tmp_path / f"{n}", **{str(style): n}) for n in (0.7, 1.0))
    notes = [[track.notes.tolist() for track in song_from_midi(each).tracks] for each in (alone, some, whole)]
    assert notes[0] != notes[1] != notes[2] != notes[0]


def test_songs_with_a_style_go_by_the_facts_of_its_songs_and_the_checkpoint_stays_what_it_is(
    pop_run: Path, style: Path
) -> None:
    own, learnt = api.generator(pop_run).loaded.card.corpus, read_adapter(style).card.corpus
    mixed = api.generator(pop_run, styles={style: 1.0}).loaded.card.corpus
    assert own["notes_per_second"] != learnt["notes_per_second"] == mixed["notes_per_second"]
    assert own["plans"] != learnt["plans"] == mixed["plans"]
    assert (mixed["dataset"], mixed["songs"]) == (own["dataset"], own["songs"])


def test_a_style_of_songs_at_60_brings_their_tempo_along(pop_run: Path, tmp_path: Path) -> None:
    (tmp_path / "midi").mkdir()
    slow = rows(TEMPO, [(0, 1_000_000)])  # a quarter note a second
    for number, song in enumerate(write_songs(2, seed=5)):
        whole = replace(first_bars(song, 4), tempos=slow)
        (tmp_path / "midi" / f"{number}.mid").write_bytes(song_to_midi(whole))
    api.prepare(tmp_path / "midi", tmp_path / "dataset", workers=1)
    quick = ("train.minutes=1e-6",)
    style = api.train(tmp_path / "dataset", tmp_path / "slow", start=pop_run, adapter=True, changes=quick).checkpoint
    tempi = []
    for words in (("--style", style), ()):
        out = tmp_path / f"out-{len(words)}"
        done = CliRunner().invoke(app, [str(word) for word in ("generate", pop_run, "-o", out, "--bars", 1, *words)])
        assert done.exit_code == 0, done.stderr
        tempi.append(float(song_from_midi((out / "song-001.mid").read_bytes()).tempo_bpm(0)))
    assert tempi[0] == 60
    assert tempi[1] > 65  # the checkpoint's own songs are quicker


def test_the_weights_of_a_loaded_model_are_the_checkpoints_and_the_styles(pop_run: Path, style: Path) -> None:
    name, ranks = "backbone.layers.0.widen.weight", read_adapter(style).tensors
    base = read_checkpoint(pop_run / "last.safetensors")[1][name]
    added = ranks[f"{name}/up"].astype(np.float64) @ ranks[f"{name}/down"].astype(np.float64)
    mixed = api.generator(pop_run, styles={style: 0.5}).loaded.model.state_dict()[name].numpy()
    assert np.abs(added).max() > 1e-3
    assert np.allclose(mixed, base + 0.5 * added, atol=1e-6)


def test_a_song_names_its_styles_and_is_made_again_with_them_alone(pop_run: Path, style: Path, tmp_path: Path) -> None:
    [row] = api.generate(pop_run, tmp_path / "out", bars=4, styles={style: 0.7})
    song = Path(row.path)
    made = json.loads(song_from_midi(song.read_bytes()).provenance.removeprefix(PROVENANCE))
    assert made["styles"] == [{"sha256": read_adapter(style).sha256, "strength": 0.7}]
    assert api.reproduce(song, pop_run, styles={style: 0.7}).same
    named = f"the style {read_adapter(style).sha256[:12]}=0.7"
    with pytest.raises(Refused, match=f"was made with {named}, here is no style"):
        api.reproduce(song, pop_run)
    with pytest.raises(Refused, match=f"was made with {named}, here is the style .*=0.6"):
        api.reproduce(song, pop_run, styles={style: 0.6})
    [plain] = api.generate(pop_run, tmp_path / "plain", bars=4)
    with pytest.raises(Refused, match="was made with no style"):
        api.reproduce(plain.path, pop_run, styles={style: 0.7})


def test_a_score_with_a_style_is_of_the_mixed_model_and_leaves_out_what_the_style_learnt(
    pop_run: Path, style: Path, short_dataset: Path, tmp_path: Path
) -> None:
    from popgen_core.errors import DatasetError

    with pytest.raises(DatasetError, match="trained on every song"):
        api.score(pop_run, short_dataset, styles={style: 1.0})


def test_explaining_with_a_style_asks_the_mixed_model_and_other_styles_are_told(
    pop_run: Path, style: Path, tmp_path: Path
) -> None:
    [row] = api.generate(pop_run, tmp_path / "out", bars=4, seed=3, styles={style: 1.0})
    asked = {"checkpoint": pop_run, "quick": True, "bars": 2}
    mixed, alone = (api.explain_note(row.path, "bar1", **asked, styles=styles) for styles in ({style: 1.0}, None))
    assert mixed.source.remarks == ()
    assert any("other styles" in remark for remark in alone.source.remarks)
    assert [note.chance for note in mixed.notes] != [note.chance for note in alone.notes]


def test_an_adapters_run_that_was_stopped_ends_as_if_it_had_not(
    pop_run: Path, tiny_dataset: Path, tmp_path: Path
) -> None:
    changes = ("train.epochs=2", "train.batch=2")
    asked = {"start": pop_run, "adapter": True, "rank": 2, "changes": changes}
    whole = api.train(tiny_dataset, tmp_path / "a" / "mine", **asked)  # type: ignore[arg-type]
    broken = tmp_path / "b" / "mine"
    stop = at_step(3, signal.SIGINT)
    assert api.train(tiny_dataset, broken, progress=stop, **asked).interrupted  # type: ignore[arg-type]
    made = api.train(tiny_dataset, broken, resume=True)
    one, other = (read_adapter(file).tensors for file in (whole.checkpoint, made.checkpoint))
    assert {name: value.tobytes() for name, value in one.items()} == {n: v.tobytes() for n, v in other.items()}
    assert api.train(tiny_dataset, broken, resume=True, adapter=True).stopped == "all epochs done"  # its own rank
    with pytest.raises(Refused, match=r"start\.adapter\.rank: 2, now 4"):
        api.train(tiny_dataset, broken, resume=True, adapter=True, rank=4)


def book(songs: int, homes: Table, energy: Table) -> PlanBook:
    """A plan book that knows nothing but keys and energies."""
    return PlanBook(
        songs=songs,
        form=FormBook({}, {}, {}, {}, {}),
        energy=EnergyBook(energy, {}, {}),
        band=BandBook({"": {"drums": 0}}, {}, {}, {}, {}),
        levels=LevelBook({}, {}, {}, {}),
        keys=KeyBook(homes, {}),
        chords=ChordBook({}, {}, {}),
        recalls=RecallBook({}, {}, {}),
        ties=TieBook({}),
    )


def test_plan_books_mix_by_the_songs_as_which_they_count() -> None:
    few = book(2, {"": {"9 minor": 2}}, {"": {"mean": 0.4, "sd": 0.0, "n": 2}})
    many = book(100, {"": {"0 major": 75, "9 minor": 25}}, {"": {"mean": 0.8, "sd": 0.0, "n": 100}})
    mixed = mixed_book([(few, 2), (many, 10)])
    # a hundred songs count as ten: 7.5 in C, 2.5 in a, and the two new ones
    assert mixed.keys.homes == {"": {"0 major": 7.5, "9 minor": 4.5}}
    # (2 x 0.4 + 10 x 0.8) / 12 = 0.7333; variance 2 x 10 / 12^2 x 0.4^2 = 0.0222
    assert mixed.energy.songs == {"": {"mean": 0.733, "sd": 0.149, "n": 12.0}}
    assert mixed.songs == 12
    assert mixed.band.order == {"": {"drums": 0}}
    assert PlanBook.from_plain(mixed.to_plain()) == mixed


def test_a_mixed_table_keeps_no_more_pairs_than_the_largest_had() -> None:
    one = book(10, {"": {"0 major": 6, "9 minor": 4}}, {})
    other = book(10, {"": {"2 minor": 9, "4 minor": 1}}, {})
    assert mixed_book([(one, 10), (other, 10)]).keys.homes == {"": {"0 major": 6.0, "2 minor": 9.0}}


def test_new_songs_speak_for_themselves_and_the_start_for_groups_that_they_lack() -> None:
    new = {"programs": {"lead": 73}, "thickness": {"lead": 1.0}, "tempo": 80, "drums": ["drums"]}
    start = {"programs": {"lead": 80, "bass": 34}, "thickness": {"lead": 2.0, "bass": 1.1}, "tempo": 120, "plans": {}}
    made = facts_beside(new, start)
    assert made["programs"] == {"lead": 73, "bass": 34}
    assert made["thickness"] == {"lead": 1.0, "bass": 1.1}
    assert (made["tempo"], made["plans"]) == (80, {})  # songs too short for a plan leave the start's


def test_mixed_facts_are_means_by_share_and_else_those_of_the_largest() -> None:
    base = {"notes_per_second": {"lead": 1.0, "bass": 2.0}, "tempo": 120, "meter": [4, 4], "programs": {"lead": 80}}
    base["tempi"], slower = [100.0, 140.0], [60.0, 80.0]
    style = {"notes_per_second": {"lead": 3.0}, "tempo": 80, "meter": [3, 4], "programs": {"lead": 73}}
    style["tempi"] = slower
    made = mixed_facts([Weighed(base, 0.25), Weighed(style, 0.75)])
    assert made["notes_per_second"] == {"lead": 2.5, "bass": 2.0}  # 0.25 x 1 + 0.75 x 3
    assert (made["tempo"], made["meter"], made["programs"]) == (90, [3, 4], {"lead": 73})
    assert made["tempi"] == [70.0, 95.0]  # 0.25 x 100 + 0.75 x 60, 0.25 x 140 + 0.75 x 80
    assert mixed_facts([Weighed(base, 0.0), Weighed(style, 1.0)]) == style
