"""Songs of datasets read without torch: the same as torch reads, and nothing but songs."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from popgen_core.corpus import pt
from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.prepare import prepare
from popgen_core.corpus.pt_format import pt_bytes
from popgen_core.corpus.pt_read import values_from_pt
from popgen_core.corpus.pt_song import song_from_pt
from popgen_core.errors import DatasetError
from popgen_core.music import song_to_midi
from popgen_core.songwriter import write_songs

VALUES = {
    "word": "a",
    "less": -2,
    "much": 2**40,
    "names": ["x", "y"],
    "by": {"z": np.arange(6, dtype="<i4").reshape(2, 3)},
}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("read")
    (folder / "midi").mkdir()
    for number, song in enumerate(write_songs(3, 5)):
        (folder / "midi" / f"{number}.mid").write_bytes(song_to_midi(song))
    prepare(folder / "midi", folder / "set", workers=1)
    return Dataset.open(folder / "set")


def content(dataset: Dataset, number: int) -> bytes:
    return (Path(dataset.store.place) / "songs" / dataset.songs[number].pt).read_bytes()


def saved(plain: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(plain, buffer)
    return buffer.getvalue()


def same(one: object, other: object) -> None:
    for name, value in vars(one).items():
        beside = getattr(other, name)
        if isinstance(value, np.ndarray):
            assert value.dtype == beside.dtype
            assert value.tolist() == beside.tolist()
        else:
            assert value == beside


def test_every_song_of_a_dataset_is_what_torch_reads(dataset: Dataset) -> None:
    assert len(dataset) == 3
    for number in range(3):
        same(song_from_pt(content(dataset, number)), pt.song_from_pt(content(dataset, number)))


def test_what_torch_itself_wrote_is_read_too(dataset: Dataset) -> None:
    again = saved(torch.load(io.BytesIO(content(dataset, 0)), weights_only=True))
    assert again != content(dataset, 0)
    same(song_from_pt(again), song_from_pt(content(dataset, 0)))


def test_values_come_back_as_they_were_written() -> None:
    back = values_from_pt(pt_bytes(VALUES))
    assert back["by"]["z"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert {**back, "by": 0} == {**VALUES, "by": 0}


def test_views_of_a_storage_keep_their_offset_and_strides() -> None:
    numbers = torch.arange(6).reshape(2, 3)
    assert values_from_pt(saved({"turned": numbers.T}))["turned"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert values_from_pt(saved({"last": numbers[1]}))["last"].tolist() == [3, 4, 5]


def test_a_dataset_is_read_without_torch(dataset: Dataset) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from popgen_core.corpus.songs import named_songs\n"
        f"print(len(list(named_songs({dataset.store.place!r}))))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "3\n"


class Hostile:
    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.place),)


def zipped(files: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, inside in files.items():
            archive.writestr(f"archive/{name}", inside)
    return buffer.getvalue()


def test_a_file_runs_no_code(tmp_path: Path) -> None:
    for made in (
        saved({"a": Hostile(tmp_path / "made")}),
        zipped({"data.pkl": pickle.dumps(Hostile(tmp_path / "made"), 2)}),
    ):
        with pytest.raises(DatasetError):
            values_from_pt(made)
    assert os.listdir(tmp_path) == []


def pickled(size: int, shape: tuple[int, ...], strides: tuple[int, ...], offset: int = 0) -> dict[str, bytes]:
    """An archive of one array of `size` stored numbers that claims a shape, strides and an offset."""
    files = {}
    with zipfile.ZipFile(io.BytesIO(pt_bytes({"a": np.arange(size, dtype="<i8")}))) as archive:
        files = {name.removeprefix("archive/"): archive.read(name) for name in archive.namelist()}
    number = lambda value: b"J" + value.to_bytes(4, "little", signed=True)  # noqa: E731
    plain = number(0) + b"(" + number(size) + b"t(" + number(1) + b"t"
    claimed = number(offset) + b"(" + b"".join(map(number, shape)) + b"t(" + b"".join(map(number, strides)) + b"t"
    assert files["data.pkl"].count(plain) == 1
    return {**files, "data.pkl": files["data.pkl"].replace(plain, claimed)}


def test_an_array_cannot_leave_its_storage() -> None:
    assert values_from_pt(zipped(pickled(4, (2, 2), (2, 1))))["a"].tolist() == [[0, 1], [2, 3]]
    for shape, strides, offset in (
        ((5,), (1,), 0),
        ((4,), (1,), 1),
        ((2,), (4,), 0),
        ((4,), (-1,), 3),
        ((9,), (0,), 0),
    ):
        with pytest.raises(DatasetError):
            values_from_pt(zipped(pickled(4, shape, strides, offset)))


def test_what_pt_format_does_not_write_is_refused() -> None:
    files = pickled(4, (4,), (1,))
    for strange in (
        zipped(files, zipfile.ZIP_DEFLATED),
        zipped({**files, "byteorder": b"big"}),
        zipped({**files, "data/0": b"\0" * 8}),
        zipped({**files, "data/0": b"\0" * 40}),
        zipped({"data.pkl": b"\x80\x02}X\1\0\0\0acos\nsystem\ns."}),
        zipped({**files, "data.pkl": files["data.pkl"].replace(b"LongStorage", b"HalfStorage")}),
        zipped({"data.pkl": b"\x80\x02]."}),
        zipped({"data.pkl": b"\x80\x04}."}),
        zipped({"data.pkl": b"\x80\x02}}."}),
        b"",
    ):
        with pytest.raises(DatasetError, match="no song of a dataset"):
            values_from_pt(strange)


def test_files_larger_than_the_archive_that_holds_them_are_refused() -> None:
    """Files of an archive may overlap: many storages of a few bytes would fill the memory."""
    whole = bytearray(zipped({**pickled(4, (4,), (1,)), "junk": b"12345678"}))
    assert values_from_pt(bytes(whole))["a"].tolist() == [0, 1, 2, 3]
    listed = whole.rindex(b"archive/junk") - 46  # where the archive's list tells of the file
    whole[listed + 20 : listed + 28] = len(whole).to_bytes(4, "little") * 2
    with pytest.raises(DatasetError):
        values_from_pt(bytes(whole))


def test_damage_is_told_as_such_wherever_it_is(dataset: Dataset) -> None:
    whole = content(dataset, 0)
    start = whole.index(b"\x80\x02")
    for at in range(0, 2000, 7):
        damaged = bytearray(whole)
        damaged[start + at] ^= 0x15
        with pytest.raises(DatasetError):
            song_from_pt(bytes(damaged))  # the archive's checksum is wrong
    for length in range(0, len(whole), len(whole) // 40):
        with pytest.raises(DatasetError):
            song_from_pt(whole[:length])


def test_a_pickle_of_other_words_ends_in_one_error(dataset: Dataset) -> None:
    with zipfile.ZipFile(io.BytesIO(content(dataset, 0))) as archive:
        files = {name.removeprefix("archive/"): archive.read(name) for name in archive.namelist()}
    random = np.random.default_rng(1)
    refused = 0
    for _ in range(300):
        damaged = bytearray(files["data.pkl"])
        damaged[random.integers(len(damaged))] = random.integers(256)
        try:
            song_from_pt(zipped({**files, "data.pkl": bytes(damaged)}))
        except DatasetError:
            refused += 1
    assert refused > 100  # others changed a number or a letter that may be so
