"""Places that cannot be written are found by trying, before any work, and left as they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from popgen_core.errors import OutputError
from popgen_core.files import check_file, check_folder

SYSTEM = Path("/sys")  # a folder in which not even root can make a file


def test_a_good_place_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    check_file(tmp_path / "old")
    check_file(tmp_path / "new")
    check_folder(tmp_path / "a" / "b")
    assert [file.name for file in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_text() == "old"


def test_what_no_file_can_become_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "astray").symlink_to(tmp_path / "no" / "file")
    os.mkfifo(tmp_path / "pipe")
    for name, why in (
        (".", "it is a folder"),
        ("no/file", "lies in a folder that does not exist"),
        ("file/file", "lies in a folder that does not exist"),
        ("astray", "lies in a folder that does not exist"),
        ("pipe", "it is a device, no file"),
        ("loop", "links lead in a circle"),
        ("x" * 300, "name too long"),
        ("x" * 250, "name too long"),  # the temporary name is longer
    ):
        with pytest.raises(OutputError, match=why):
            check_file(tmp_path / name)


def test_devices_stay_devices() -> None:
    with pytest.raises(OutputError, match="it is a device"):
        check_file(Path("/dev/null"))


@pytest.mark.skipif(not SYSTEM.is_dir(), reason="no such folder on this system")
def test_a_folder_that_takes_no_files_is_refused() -> None:
    with pytest.raises(OutputError, match="no file can be made in /sys"):
        check_file(SYSTEM / "file")
    with pytest.raises(OutputError, match="no file can be made in /sys"):
        check_folder(SYSTEM / "a" / "b")


def test_a_folder_cannot_be_made_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "astray").symlink_to(tmp_path / "no")
    with pytest.raises(OutputError, match="it is no folder"):
        check_folder(tmp_path / "file")
    with pytest.raises(OutputError, match="file is no folder"):
        check_folder(tmp_path / "file" / "a" / "b")
    with pytest.raises(OutputError, match="it is no folder"):
        check_folder(tmp_path / "astray")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_what_is_read_only_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "file").chmod(0o400)
    with pytest.raises(OutputError, match="it is read-only"):
        check_file(tmp_path / "file")
