"""The kit in a stranger's own pytest: a failing claim is a failed test, a known one is held to failing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from popgen_core.testing import makers_of, parametrize_with_checks

SUPPORT = Path(__file__).parents[1] / "support"
TEST = """
import sys
sys.path.insert(0, {support!r})
from mutants.grouper import {sample}
from popgen_core.testing import parametrize_with_checks

{more}
@parametrize_with_checks({cards}, {given})
def test_the_contract_is_kept(check, make):
    check(make)
"""
GOOD = ("GOOD", "GOOD")
DROPS = ("MUTANTS", 'MUTANTS["check_the_song_itself_is_kept"][0]')  # one that loses tempos, and breaks nothing else


def ended(folder: Path, sample: tuple[str, str], given: str = "", cards: str = "", more: str = "") -> str:
    """What pytest says at its end, the seconds left out; `more` are lines before the test, `cards` what it checks."""
    test, cards = folder / "test_sample.py", cards or f"[{sample[1]}.card]"
    text = TEST.format(support=str(SUPPORT), sample=sample[0], cards=cards, given=given, more=more)
    test.write_text(text, encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    return done.stdout.splitlines()[-1].partition(" in ")[0]


def test_a_sound_component_passes_and_what_does_not_apply_is_skipped(tmp_path: Path) -> None:
    # sixteen claims of a grouper; nobody says which module declares this one
    assert ended(tmp_path, GOOD) == "15 passed, 1 skipped"


def test_a_claim_that_does_not_hold_is_a_failed_test(tmp_path: Path) -> None:
    assert ended(tmp_path, DROPS) == "1 failed, 14 passed, 1 skipped"


def test_a_known_failure_is_expected(tmp_path: Path) -> None:
    given = 'expected_failures={"check_the_song_itself_is_kept": "tempos are lost"}'
    assert ended(tmp_path, DROPS, given) == "14 passed, 1 skipped, 1 xfailed"


def test_a_known_failure_that_is_mended_fails_until_it_is_no_longer_expected(tmp_path: Path) -> None:
    given = 'expected_failures={"check_the_song_itself_is_kept": "tempos are lost"}'
    assert ended(tmp_path, GOOD, given) == "1 failed, 14 passed, 1 skipped"


def test_a_known_failure_of_one_component_is_not_expected_of_another(tmp_path: Path) -> None:
    more = f"from dataclasses import replace\nfrom mutants.grouper import GOOD\nother = {DROPS[1]}.card"
    more += "\nother = replace(other, name='o.v1')"
    cards = "[GOOD.card, other]"
    known = 'expected_failures={"o.v1": {"check_the_song_itself_is_kept": "tempos are lost"}}'
    assert ended(tmp_path, DROPS, known, cards, more) == "29 passed, 2 skipped, 1 xfailed"
    wrong = known.replace("o.v1", "sample.v1")
    assert ended(tmp_path, DROPS, wrong, cards, more) == "2 failed, 28 passed, 2 skipped"


@pytest.mark.parametrize(
    ("more", "cards"),
    [
        ("", "lambda: [GOOD.card]"),
        ("def good():\n    return [GOOD.card]", "good"),
        ("from functools import partial", "partial(list, [GOOD.card])"),
    ],
)
def test_a_function_that_is_no_hook_says_nothing_of_the_declaration(tmp_path: Path, more: str, cards: str) -> None:
    assert ended(tmp_path, GOOD, "", cards, more) == "15 passed, 1 skipped"


def test_settings_reach_the_component_and_wrong_ones_fail(tmp_path: Path) -> None:
    assert ended(tmp_path, GOOD, '{"sample.v1": {"middle": 40}}') == "15 passed, 1 skipped"
    assert "failed" in ended(tmp_path, GOOD, '{"sample.v1": {"middle": 400}}')


def test_names_that_are_not_there_are_refused() -> None:
    from popgen_core.plugins.builtin import popgen_components

    groupers = [card for card in popgen_components() if card.kind == "grouper"]
    with pytest.raises(ValueError, match="did you mean check_it_pickles"):
        parametrize_with_checks(groupers, expected_failures={"check_it_pickle": "why"})
    with pytest.raises(ValueError, match=r"no component is named seven; did you mean seven\.v1"):
        parametrize_with_checks(groupers, expected_failures={"seven": {"check_it_pickles": "why"}})
    with pytest.raises(
        ValueError, match=r"no check of seven\.v1 is named check_it_pickle; did you mean check_it_pickles"
    ):
        parametrize_with_checks(groupers, expected_failures={"seven.v1": {"check_it_pickle": "why"}})
    with pytest.raises(ValueError, match=r"settings are given for seven\.v9; there are: seven\.v1, program\.v1"):
        makers_of(groupers, {"seven.v9": {}})
