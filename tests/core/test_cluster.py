"""The same work on a Dask cluster of two workers, into any place that fsspec reaches, ends with the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from popgen_core.corpus import cluster
from popgen_core.corpus.cluster import prepare_on_cluster
from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.pool import WorkerLimits
from popgen_core.corpus.prepare import prepare
from popgen_core.corpus.settings import PrepareSettings
from popgen_core.corpus.store import store_at
from popgen_core.errors import OutputError, PopgenError, Refused
from popgen_core.music import Song, Track, notes_from, song_to_midi

distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler with two worker processes on this machine."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", memory_limit=0
    ) as running:
        yield running.scheduler_address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "midi").mkdir()
    for number in range(10):
        notes = notes_from([(480 * n, 400, 48 + number + n % 7, 64) for n in range(8)])
        song = song_to_midi(Song(480, (Track("piano", 0, False, notes),)))
        (tmp_path / "midi" / f"{number:02}.mid").write_bytes(song)
    (tmp_path / "midi" / "11.mid").write_bytes((tmp_path / "midi" / "03.mid").read_bytes())
    (tmp_path / "midi" / "12.mid").write_bytes(b"no song")
    return tmp_path / "midi"


def contents(place: str) -> dict[str, str]:
    store = store_at(place)
    return {name: hashlib.sha256(store.read(name)).hexdigest() for name in store.names()}


@pytest.mark.parametrize("kind", ["folder", "fsspec"])
def test_a_cluster_ends_with_the_bytes_of_one_machine(address: str, folder: Path, tmp_path: Path, kind: str) -> None:
    prepare(folder, tmp_path / "one", workers=1)
    out = str(tmp_path / "out") if kind == "folder" else f"file://{tmp_path}/deep/out"
    told: list[tuple[int, int]] = []
    report = prepare_on_cluster(
        folder, out, address=address, batch=3, progress=lambda done, total, words: told.append((done, total))
    )
    assert report.summary == {"accepted": 10, "repaired": 0, "skipped": 1, "refused": 1}
    assert contents(out) == contents(str(tmp_path / "one"))
    assert sorted(told) == [(3, 12), (6, 12), (9, 12), (12, 12)]
    assert [song.source for song in Dataset.open(out)] == [f"{number:02}.mid" for number in range(10)]


def test_a_file_that_kills_its_reader_costs_its_row_and_not_its_batch(
    address: str, folder: Path, tmp_path: Path
) -> None:
    code = "import os\nfrom popgen_core.groupers.seven import Seven\nclass Faulty(Seven):\n    def group(self, song):\n"
    code += "        if song.tracks[0].name == 'killer':\n            os._exit(3)\n        return super().group(song)\n"
    (tmp_path / "faulty_on_cluster.py").write_text(code)
    song = Song(480, (Track("killer", 0, False, notes_from([(0, 480, 60, 64)])),))
    (folder / "05-killer.mid").write_bytes(song_to_midi(song))
    settings = PrepareSettings(grouper_target="faulty_on_cluster:Faulty")
    with distributed.Client(address, set_as_default=False) as client:
        client.run(_find_modules_in, str(tmp_path))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        report = prepare_on_cluster(folder, tmp_path / "out", settings, address=address, worker_limits=WorkerLimits(20))
    assert [(row.file, row.reason) for row in report.rows if row.verdict == "refused"] == [
        ("05-killer.mid", "reader-died"),
        ("12.mid", "not-midi"),
    ]
    assert report.summary["accepted"] == 10


def _find_modules_in(folder: str) -> None:
    import sys

    sys.path.insert(0, folder)


def test_batches_that_are_done_stay_done(address: str, folder: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path / "one", workers=1)
    out = f"file://{tmp_path}/out"

    def stop(done: int, total: int, words: str) -> None:
        if done >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare_on_cluster(folder, out, address=address, batch=3, progress=stop)
    told: list[int] = []
    prepare_on_cluster(folder, out, address=address, batch=3, progress=lambda done, *_: told.append(done))
    assert min(told) > 6
    assert contents(out) == contents(str(tmp_path / "one"))


def test_what_has_changed_since_a_batch_was_done_is_done_again(address: str, folder: Path, tmp_path: Path) -> None:
    out = f"file://{tmp_path}/out"

    def stop(done: int, total: int, words: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare_on_cluster(folder, out, address=address, batch=12, progress=stop)
    (folder / "00.mid").write_bytes((folder / "05.mid").read_bytes())
    prepare_on_cluster(folder, out, address=address, batch=12)
    prepare(folder, tmp_path / "one", workers=1)
    assert contents(out) == contents(str(tmp_path / "one"))


def test_a_batch_that_the_cluster_gives_up_is_one_line_and_can_be_gone_on_with(
    address: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "read_batch", _fails)
    with pytest.raises(PopgenError, match="the cluster gave a batch up: ZeroDivisionError"):
        prepare_on_cluster(folder, tmp_path / "out", address=address, batch=6)
    monkeypatch.undo()
    assert prepare_on_cluster(folder, tmp_path / "out", address=address, batch=6).summary["accepted"] == 10


def _fails(*_: object) -> float:
    return 1 / 0


def test_no_scheduler_is_one_line(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(PopgenError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        prepare_on_cluster(folder, tmp_path / "out", address="tcp://127.0.0.1:9")


def test_a_place_of_something_else_and_a_dataset_of_other_settings_are_refused(
    address: str, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep me")
    with pytest.raises(OutputError, match="exists and is not empty"):
        prepare_on_cluster(folder, f"file://{tmp_path}/full", address=address)
    prepare(folder, tmp_path / "one", workers=1)
    assert prepare_on_cluster(folder, tmp_path / "one", address=address).already
    with pytest.raises(Refused, match=r"other settings: split\.seed 0 .asked: 1"):
        prepare_on_cluster(folder, tmp_path / "one", PrepareSettings(seed=1), address=address)
