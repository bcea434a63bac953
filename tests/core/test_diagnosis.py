"""What a report comes to: findings with advice for every code, shares of groups, spreads, and their words."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from popgen_core.corpus.diagnosis import Example, GroupShare, LicenceShare, Spread, diagnose, findings, remarks
from popgen_core.corpus.remedies import REASONS, REMARKS, repair_kind
from popgen_core.corpus.report import CorpusReport, FileRow
from popgen_core.corpus.telling import clock, example_lines, headline, hours, music_lines, outlook, percent

SOUND = FileRow(
    "a.mid", "accepted", seconds=60, notes=100, tracks=2, groups={"drums": 60, "bass": 40}, tempo=120, meter="4/4",
    flatness=0.5, licence="MIT", origin="band",
)  # fmt: skip


def report_of(*rows: FileRow) -> CorpusReport:
    return CorpusReport("songs", ("drums", "bass", "lead"), rows)


def test_a_sound_folder_has_no_findings() -> None:
    assert findings([SOUND, replace(SOUND, file="b.mid")]) == ()


def test_what_is_left_out_comes_first_with_its_reason_and_three_examples() -> None:
    rows = [FileRow(f"{n}.mid", "refused", "not-midi", f"message {n}") for n in range(5)]
    copy = FileRow("copy.mid", "skipped", "duplicate", "the same bytes as a.mid")
    mended = replace(SOUND, file="m.mid", verdict="repaired", repairs=("3 hanging notes ended at ...",))
    found = findings([SOUND, mended, copy, *rows])
    assert [(one.code, one.kind, one.count, one.share) for one in found] == [
        ("not-midi", "refused", 5, 5 / 8),
        ("duplicate", "skipped", 1, 1 / 8),
        ("hanging-notes", "repaired", 1, 1 / 8),
    ]
    assert found[0].examples == tuple(Example(f"{n}.mid", f"message {n}") for n in range(3))
    assert found[0].advice == REASONS["not-midi"].advice
    assert example_lines(found[0])[-1] == "and 2 more"


def test_a_reason_that_no_table_knows_is_told_all_the_same() -> None:
    [found] = findings([FileRow("x.mid", "refused", "from-mars", "it hums")])
    assert (found.code, found.examples, found.what) == ("from-mars", (Example("x.mid", "it hums"),), "left out")


@pytest.mark.parametrize(
    ("repair", "code"),
    [
        ("3 hanging notes ended at the next onset of the pitch or the end of the track", "hanging-notes"),
        ("data bytes over 127 in 4 events limited to 127", "wrong-bytes"),
        ("the file ends 28 bytes early, inside track 9", "cut-short"),
        ("track 3 cut after 812 of 1,204 bytes, what follows is no MIDI", "cut-short"),
        ("the header says 16 tracks, the file has 9", "missing-tracks"),
        ("the length of track 2 is wrong (7 bytes), it has 90", "wrong-header"),
        ("format 0 with 3 tracks, read as format 1", "wrong-header"),
        ("12 bytes after the end of track 11 left out", "wrong-header"),
        ("track 1 has no end, one was added", "wrong-header"),
        ("the length of the wrapping is wrong (20 bytes), the rest was read too", "wrong-header"),
        ("2 impossible tempos dropped", "wrong-tempo"),
        ("1 impossible meter dropped", "wrong-marks"),
        ("9 impossible key signatures dropped", "wrong-marks"),
        ("SMPTE times (25 frames a second, 40 ticks a frame) read as 500 ticks a quarter at 120 BPM", "film-time"),
        ("control characters taken out of 2 names", "names"),
        ("4 names read as Windows-1252, not UTF-8", "old-letters"),
        ("5 notes moved by a tick or more, their times are finer than the grid stores", "fine-times"),
        ("polished", "other"),
    ],
)
def test_a_repair_is_known_by_its_words(repair: str, code: str) -> None:
    assert repair_kind(repair)[0] == code


@pytest.mark.parametrize(
    ("change", "code", "detail"),
    [
        ({"alike": "b.mid"}, "near-copies", "like b.mid"),
        ({"flatness": 0.95}, "flat-velocities", "95 % of its notes"),
        ({"out_of_range": 3}, "out-of-range", "3 of 100 notes"),
        ({"dropped": 5}, "dropped-notes", "5 of 105 notes"),
        ({"overlapping": 3}, "overlapping-notes", "3 of 100 notes"),
        ({"groups": {"drums": 100}}, "one-group", "drums"),
        ({"meter": "1/4"}, "one-beat-bars", "1/4"),
        ({"seconds": 12.0}, "short", "12 s"),
        ({"licence": "unknown"}, "unknown-licence", ""),
        ({"licence": "GPL-2.0"}, "restricted-licence", "GPL-2.0"),
    ],
)
def test_a_song_that_is_used_may_be_worth_a_remark(change: dict[str, object], code: str, detail: str) -> None:
    row = replace(SOUND, **change)  # type: ignore[arg-type]
    assert {name: words for name, (words, _) in remarks(row).items()} == {code: detail}
    assert code in REMARKS


def test_a_few_overlapping_notes_and_a_varied_part_are_no_matter() -> None:
    assert remarks(replace(SOUND, overlapping=2, flatness=0.89, seconds=25.6)) == {}


def test_a_file_that_is_left_out_gets_no_remarks() -> None:
    assert remarks(FileRow("x.mid", "skipped", "duplicate", alike="a.mid")) == {}


def test_examples_of_a_remark_are_the_worst_cases() -> None:
    rows = [replace(SOUND, file=f"{count}.mid", out_of_range=count) for count in (1, 40, 2, 30)]
    [found] = findings(rows)
    assert [example.file for example in found.examples] == ["40.mid", "30.mid", "2.mid"]


def test_groups_lengths_tempos_and_licences_are_those_of_the_songs_that_are_kept() -> None:
    second = replace(
        SOUND, file="b.mid", seconds=120, notes=300, groups={"drums": 300}, tempo=90, tempos=2, licence="GPL-2.0"
    )
    copy = FileRow("c.mid", "skipped", "duplicate", "...", seconds=999, notes=999, groups={"lead": 999})
    found = diagnose(report_of(SOUND, second, copy))
    assert (found.files, found.songs, found.seconds, found.notes) == (3, 2, 180, 400)
    assert found.groups == (
        GroupShare("drums", 2, 1.0, 360, 0.9),
        GroupShare("bass", 1, 0.5, 40, 0.1),
        GroupShare("lead", 0, 0.0, 0, 0.0),
    )
    assert found.length == Spread(60, 75, 90, 105, 120)
    assert found.tempo == Spread(90, 97.5, 105, 112.5, 120)
    assert (found.changing_tempo, found.changing_meter, found.meters) == (1, 0, {"4/4": 2})
    assert found.licences == (LicenceShare("GPL-2.0", 1, 120, False), LicenceShare("MIT", 1, 60, True))
    assert json.loads(json.dumps(found.to_plain()))["groups"][0]["songs"] == 2


def test_copies_and_the_songs_that_they_copy_are_counted_apart() -> None:
    rows = [SOUND, *(replace(SOUND, file=f"{n}.mid", alike="a.mid") for n in range(3))]
    found = diagnose(report_of(*rows))
    assert (found.copies, found.families) == (3, 1)
    assert ("copies", "3 songs nearly like another one here") in music_lines(found)


def test_a_folder_without_songs_is_told_without_spreads() -> None:
    found = diagnose(report_of(FileRow("x.mid", "refused", "not-midi", "no")))
    assert (found.length, found.tempo, found.groups[0].song_share) == (None, None, 0.0)
    assert outlook("popgen prepare x", found) == "popgen prepare x would be refused: there is no usable song in it."


def test_the_outlook_says_what_prepare_would_make() -> None:
    bad = FileRow("x.mid", "refused", "not-midi", "no")
    one, two = diagnose(report_of(SOUND)), diagnose(report_of(SOUND, SOUND, bad))
    assert outlook("C", one) == "C would make a dataset of 1 song, 1 min; no file would be left out."
    assert outlook("C", two) == "C would make a dataset of 2 songs, 2 min, and leave out 1 file."
    assert headline(two) == "3 MIDI files, of which 2 can be used: 2 min of music, 200 notes"


def test_music_is_told_by_its_middle_half_and_its_extremes() -> None:
    rows = [replace(SOUND, seconds=seconds, tempo=100) for seconds in (30, 60, 90, 120, 630)]
    lines = dict(music_lines(diagnose(report_of(*rows))))
    assert lines["length"] == "1:00 to 2:00 in half of the songs, 0:30 to 10:30 overall"
    assert lines["tempo in BPM"] == "100"
    assert lines["meter"] == "4/4 in 5"
    assert lines["loudness"].startswith("in the middle song 50 % of a part's notes are equally loud: partly")


def test_times_and_shares_are_said_as_people_say_them() -> None:
    assert [clock(185.4), clock(3723), clock(59.6)] == ["3:05", "1:02:03", "1:00"]
    assert [hours(40), hours(720), hours(50520)] == ["40 s", "12 min", "14 h 2 min"]
    assert [percent(0), percent(0.001), percent(0.5), percent(0.999), percent(1)] == [
        "0 %", "<1 %", "50 %", ">99 %", "100 %",
    ]  # fmt: skip


@pytest.mark.parametrize("remedy", [*REASONS.values(), *REMARKS.values()], ids=lambda remedy: remedy.what)
def test_advice_is_a_sentence_and_what_is_wrong_a_phrase(remedy: object) -> None:
    what, advice = getattr(remedy, "what", ""), getattr(remedy, "advice", "")
    assert what and not what.endswith(".")  # noqa: PT018
    assert advice[0].isupper() or advice.startswith("popgen ")
    assert advice.endswith(".")
