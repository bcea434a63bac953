"""What a user writes behind the options of generate, read."""

from __future__ import annotations

from pathlib import Path

import pytest

from popgen_cli.asking import (
    USUAL_HEAT,
    USUAL_TOUCH,
    OptionError,
    chord_strength_of,
    groups_of,
    heat_of,
    meter_of,
    programs_of,
    stretch_of,
    text_of,
)
from popgen_core.generate import request
from popgen_core.generate.request import USUAL_TEMPERATURE


def test_options_are_read_as_people_write_them() -> None:
    assert meter_of("6/8") == (6, 8)
    assert groups_of("drums, ,bass,") == ("drums", "bass")
    assert stretch_of("9-12") == (9, 12)
    assert stretch_of("9") == (9, 9)
    assert heat_of("0.8") == (0.8, {})
    assert heat_of("lead=1.1, drums=0.7") == (0.7, {"lead": 1.1, "drums": 0.7})
    assert heat_of("0.8,lead=1.1") == (0.8, {"lead": 1.1})
    assert programs_of("guitar=30,lead=flute") == {"guitar": 30, "lead": 73}
    assert (meter_of(None), groups_of(None), stretch_of(None), programs_of(None), text_of(None)) == (
        None,
        None,
        None,
        {},
        None,
    )


def test_what_is_usual_on_the_command_line_is_what_is_usual_in_python() -> None:
    assert (USUAL_HEAT, USUAL_TOUCH) == (USUAL_TEMPERATURE, request.USUAL_TOUCH)


def test_strict_chords_are_of_strength_one_and_of_no_other() -> None:
    assert [chord_strength_of(True, None), chord_strength_of(True, 1.0)] == [1.0, 1.0]
    assert [chord_strength_of(False, None), chord_strength_of(False, 0.1)] == [None, 0.1]
    with pytest.raises(OptionError, match=r"--strict-chords and --chord-strength 0\.1 cannot both hold"):
        chord_strength_of(True, 0.1)


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (meter_of, "four", "--meter 'four' is no meter"),
        (meter_of, "x/4", "--meter 'x/4'"),
        (stretch_of, "9-", "--bars-at '9-' is no stretch"),
        (stretch_of, "a-b", "--bars-at 'a-b'"),
        (heat_of, "warm", "'warm' is no temperature"),
        (heat_of, "lead=hot", "'lead=hot' is no temperature"),
        (heat_of, "", "'' is no temperature"),
        (heat_of, "0.8,0.9", "says the whole twice"),
        (heat_of, "lead=1,lead=2", "says lead twice"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(read, text: str, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(OptionError) as refused:
        read(text)
    assert said in str(refused.value)
    assert refused.value.exit_code == 2


def test_a_plan_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"nothere\.toml cannot be read"):
        text_of(tmp_path / "nothere.toml")
