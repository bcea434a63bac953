"""Licences: what a manifest or a licence file says of a song, what counts as permissive, and the passport."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from popgen_core.corpus.licence_terms import licence_of_text
from popgen_core.corpus.licences import (
    UNKNOWN,
    Licence,
    LicenceBook,
    origin_family,
    origins_told,
    passport,
    permissive,
    qualifies,
)
from popgen_core.corpus.report import FileRow

MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person\nobtaining a copy of this software"
BSD = "Redistribution and use in source and binary forms, with or without modification, are permitted"
GPL = "GNU GENERAL PUBLIC LICENSE\n Version 2, June 1991 ... the GNU Lesser General Public License instead"


@pytest.mark.parametrize(
    ("name", "free"),
    [
        ("MIT", True),
        ("The MIT License", True),
        ("BSD-3-Clause (older revision of same repo)", True),
        ("CC-BY-4.0 / CC0", True),
        ("CC BY 4.0", True),
        ("Creative Commons Attribution 4.0 International", True),
        ("Apache License, Version 2.0", True),
        ("public domain", True),
        ("Artistic-1.0", True),
        ("GPL-2.0", False),
        ("GPL-2.0 (older revision)", False),
        ("GPL-2.0+", False),
        ("MIT OR GPL-2.0", False),
        ("MIT / unknown", False),
        ("MIT (non-commercial)", False),
        ("MIT (drums from a pack)", False),
        ("CC-BY-SA-4.0", False),
        ("CC-BY-NC-4.0", False),
        ("CC BY-ND 4.0", False),
        ("CC-BY-4.0, CC-BY-NC-4.0", False),
        ("MIT, with a restriction of use", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_permissive_is_what_asks_for_credit_at_most_in_every_part(name: str, free: bool) -> None:
    assert permissive(name) is free


def test_a_licence_that_is_asked_for_by_name_qualifies_also_as_its_later_versions() -> None:
    assert qualifies("GPL-2.0+", ["GPL-2.0"])
    assert qualifies("GPL-2.0-or-later", ["gpl 2.0"])
    assert qualifies("MIT / GPL-2.0", ["permissive", "GPL-2.0"])
    assert not qualifies("GPL-3.0", ["GPL-2.0"])
    assert not qualifies("MIT (non-commercial)", ["MIT"])
    assert not qualifies("unknown", ["unknown"])
    assert not qualifies("MIT", [])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (MIT, "MIT"),
        (BSD + ". Neither the name of the band nor", "BSD-3-Clause"),
        (BSD, "BSD-2-Clause"),
        ("Apache License\n   Version 2.0, January 2004", "Apache-2.0"),
        ("Creative Commons Legal Code\n\nCC0 1.0 Universal", "CC0-1.0"),
        ("Attribution 4.0 International\n=====", "CC-BY-4.0"),
        ("Creative Commons Attribution-NonCommercial-ShareAlike 3.0 Unported", "CC-BY-NC-SA-3.0"),
        ("see https://creativecommons.org/licenses/by-nc-nd/4.0/", "CC-BY-NC-ND-4.0"),
        ("All songs are CC BY-SA 4.0.", "CC-BY-SA-4.0"),
        (GPL, "GPL-2.0"),
        ("under the terms of the GNU General Public License as published by the Free Software Foundation; either\n"
         "version 3 of the License, or (at your option) any later version", "GPL-3.0-or-later"),
        ("GNU LESSER GENERAL PUBLIC LICENSE Version 2.1 ... the GNU General Public License", "LGPL-2.1"),
        ("Mozilla Public License Version 2.0 ... means either the GNU General Public License, Version 2.0", "MPL-2.0"),
        ("The Artistic License\n\nPreamble ... some semblance of artistic control", "Artistic-1.0"),
        ("This is free and unencumbered music released into the public domain.", "Unlicense"),
        ("SPDX-License-Identifier: CC0-1.0\n", "CC0-1.0"),
        ("These songs are released under the MIT license.", "MIT"),
        ("These songs are not released under the MIT license.", "unknown"),
        (MIT + " For personal use only.", "MIT / with a restriction of use"),
        ("All rights reserved.", "unknown"),
    ],
)  # fmt: skip
def test_a_licence_is_known_by_its_text(text: str, name: str) -> None:
    assert licence_of_text(text) == name


def folder_of(place: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    return place


def test_the_nearest_licence_file_counts_up_to_the_one_above_the_folder(tmp_path: Path) -> None:
    folder_of(tmp_path, {"a/LICENSE": MIT, "a/b/c/songs/d/COPYING.txt": GPL, "a/b/c/songs/d/e/x.mid": ""})
    assert LicenceBook.of(tmp_path / "a/b/c/songs").of_file("d/e/x.mid") == Licence("GPL-2.0", "d", "d/COPYING.txt")
    assert LicenceBook.of(tmp_path / "a/b").of_file("x.mid") == Licence("MIT", "a", "../LICENSE")
    assert LicenceBook.of(tmp_path / "a/b/c").of_file("x.mid") == UNKNOWN  # the licence of some project above


def test_a_manifest_that_names_the_file_comes_before_a_nearer_licence_file(tmp_path: Path) -> None:
    table = "file\tlicense\tsource\nsongs/x.mid\tCC0-1.0\thttps://example.org/x\nsongs/y.mid\t\tradio\n"
    folder_of(tmp_path, {"MANIFEST.tsv": table, "songs/LICENSE": MIT})
    book = LicenceBook.of(tmp_path / "songs")
    assert book.of_file("x.mid") == Licence("CC0-1.0", "https://example.org/x", "../MANIFEST.tsv")
    assert book.of_file("y.mid") == Licence("MIT", "radio", "LICENSE")
    assert book.of_file("z.mid") == Licence("MIT", "songs", "LICENSE")
    assert book.problems == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("manifest.csv", 'file,licence,source\n"a, b.mid",MIT,"x, y"\n'),
        ("manifest.json", '[{"file": "a, b.mid", "licence": "MIT", "source": "x, y"}]'),
        ("manifest.json", '{"a, b.mid": {"license": "MIT", "url": "x, y"}}'),
    ],
)
def test_a_manifest_may_be_a_table_with_commas_or_json(tmp_path: Path, name: str, text: str) -> None:
    folder_of(tmp_path, {name: text})
    assert LicenceBook.of(tmp_path).of_file("a, b.mid") == Licence("MIT", "x, y", name)


def test_a_file_that_a_manifest_names_twice_is_under_both_licences(tmp_path: Path) -> None:
    folder_of(tmp_path, {"MANIFEST.tsv": "file\tlicence\na.mid\tMIT\na.mid\tGPL-2.0\n"})
    assert LicenceBook.of(tmp_path).of_file("a.mid").name == "MIT / GPL-2.0"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("MANIFEST.tsv", "name\tart\na.mid\tMIT\n", "it has no columns `file` and `licence`"),
        ("MANIFEST.tsv", "file\tlicence\na.mid\tMIT\nb.mid\n", "its row 2 names no file or no licence"),
        ("MANIFEST.tsv", "", "it has no rows"),
        ("manifest.json", "{", "it cannot be read"),
        ("manifest.json", "[" * 100_000, "it cannot be read"),
        ("manifest.csv", "file,licence\n" + "x" * 200_000 + ",MIT\n", "it cannot be read"),
    ],
)
def test_a_damaged_manifest_says_so_and_its_files_are_unknown(tmp_path: Path, name: str, text: str, said: str) -> None:
    folder_of(tmp_path, {name: text})
    book = LicenceBook.of(tmp_path)
    assert book.of_file("b.mid") == UNKNOWN
    assert len(book.problems) == 1
    assert book.problems[0].startswith(f"{name}: {said}")


def test_what_is_no_licence_file_is_not_waited_for_and_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "LICENSE")
    (tmp_path / "COPYING").symlink_to("COPYING")
    (tmp_path / "LICENSE.big").write_bytes(b"MIT" * 2**20)
    (tmp_path / "LICENSE.mid").write_bytes(b"MThd")
    (tmp_path / "LICENCE").mkdir()
    (tmp_path / "UNLICENSE").write_text("do as you please")
    book = LicenceBook.of(tmp_path)
    assert book.of_file("x.mid").name == "unknown"
    assert [problem.split(":")[0] for problem in book.problems] == ["COPYING", "LICENSE", "LICENSE.big", "UNLICENSE"]
    assert book.problems[2].endswith("it is larger than 1,048,576 bytes")


def test_control_characters_of_a_manifest_stay_in_it_and_no_cut_hides_a_part(tmp_path: Path) -> None:
    table = f"file\tlicence\tsource\na.mid\tM\x1b[31mIT\t\x00x\nb.mid\tMIT{' ' * 130}/ GPL-2.0\t\n"
    folder_of(tmp_path, {"MANIFEST.tsv": table})
    book = LicenceBook.of(tmp_path)
    assert book.of_file("a.mid") == Licence("MIT", "x", "MANIFEST.tsv")
    assert not permissive(book.of_file("b.mid").name)


def test_a_name_too_long_to_be_one_is_cut_and_no_longer_qualifies(tmp_path: Path) -> None:
    folder_of(tmp_path, {"MANIFEST.tsv": f"file\tlicence\na.mid\tMIT{', MIT' * 100}\n"})
    name = LicenceBook.of(tmp_path).of_file("a.mid").name
    assert name == f"MIT{', MIT' * 100}"[:120] + " (cut off)"
    assert not permissive(name)


def test_a_file_name_in_no_encoding_is_found_in_its_manifest(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.tsv").write_bytes(b"file\tlicence\n\xff\xfe.mid\tMIT\n")
    assert LicenceBook.of(tmp_path).of_file(os.fsdecode(b"\xff\xfe.mid")).name == "MIT"


def test_a_passport_counts_songs_seconds_and_origins_of_what_was_kept() -> None:
    rows = [
        FileRow("a.mid", "accepted", seconds=60, licence="MIT", origin="game/one.mid"),
        FileRow("b.mid", "repaired", seconds=30.5, licence="MIT", origin="game/two.mid"),
        FileRow("c.mid", "accepted", seconds=10, licence="CC0-1.0", origin="https://Example.org/c.mid"),
        FileRow("d.mid", "refused", licence="GPL-2.0", origin="game"),
    ]
    free = passport(rows)
    assert free == {
        "songs": 3,
        "seconds": 100.5,
        "unknown": 0,
        "permissive": True,
        "licences": {
            "MIT": {"songs": 2, "seconds": 90.5, "origins": {"game": 2}},
            "CC0-1.0": {"songs": 1, "seconds": 10.0, "origins": {"example.org": 1}},
        },
    }
    assert json.loads(json.dumps(free)) == free
    mixed = passport([*rows, FileRow("e.mid", "accepted", seconds=1)])
    assert (mixed["unknown"], mixed["permissive"]) == (1, False)
    assert passport([])["permissive"] is False


def test_the_commonest_origins_are_named_and_the_others_counted() -> None:
    assert origins_told({"rare": 1, "common": 3}) == "common (3), rare (1)"
    many = {f"{letter}": 1 for letter in "abcdefghij"} | {"radio": 2}
    assert origins_told(many) == "radio (2), a (1), b (1), c (1), d (1), e (1), f (1), g (1), 3 others"
    assert origins_told({"a checkpoint of somebody's": "many"}) == "a checkpoint of somebody's (many)"


@pytest.mark.parametrize(
    ("origin", "family"),
    [("game/music/x.mid", "game"), ("http://a.org:80/b", "a.org:80"), ("radio", "radio"), ("/abs/x", "/abs/x")],
)
def test_files_of_one_origin_share_its_site_or_first_folder(origin: str, family: str) -> None:
    assert origin_family(origin) == family


@pytest.mark.corpus
def test_the_corpora_have_the_licences_that_their_readme_names(corpus: Path) -> None:
    assert LicenceBook.of(corpus / "pop909/songs").of_file("001/001.mid").name == "MIT"
    assert LicenceBook.of(corpus / "groove").of_file("drummer1/x.mid").name == "CC-BY-4.0"
    book = LicenceBook.of(corpus / "permissive/train")
    names = [book.of_file(name).name for name in sorted(os.listdir(corpus / "permissive/train"))]
    assert sum(permissive(name) for name in names) == 246  # 279 less the 33 under the GPL
