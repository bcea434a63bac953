"""Model cards: what they tell is read without YAML, and what they lack is named in one line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from popgen_core.errors import CheckpointError
from popgen_core.shipped import ModelCard, read_model_card, verified

DIGEST = "ab" * 32
FRONT = f"license: mit\nlibrary_name: popgen\nsha256: {DIGEST}\n"
BODY = "# Starter\n\n## Intended use\nSongs.\n\n## Data\nTen songs.\n\n## Figures\n1.5 bits.\n\n## Limits\nNo voices.\n"


def read(folder: Path, text: str) -> ModelCard:
    (folder / "x.md").write_text(text, encoding="utf-8")
    return read_model_card(folder / "x.md")


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(CheckpointError) as refused:
        read(folder, text)
    assert "\n" not in str(refused.value)
    assert refused.value.hint
    return refused.value.message


def test_a_model_card_tells_licence_digest_and_sections(tmp_path: Path) -> None:
    card = read(tmp_path, f"---\n{FRONT}---\n{BODY}")
    assert (card.licence, card.sha256) == ("mit", DIGEST)
    assert card.sections == {
        "Intended use": "Songs.",
        "Data": "Ten songs.",
        "Figures": "1.5 bits.",
        "Limits": "No voices.",
    }
    assert card.text == BODY
    assert card.to_write == ()


def test_front_matter_is_read_as_far_as_it_is_simple(tmp_path: Path) -> None:
    front = """# by hand
license: 'cc-by-4.0'  # credit
library_name: popgen # the toolkit
sha256: "DIGEST"
language: []
tags:
- midi
  - "pop: music"
datasets: [one, 'two'] # both
model-index:
  - name: starter
    results:
      - value: 3
base_model:
"""
    card = read(tmp_path, f"---\n{front.replace('DIGEST', DIGEST.upper())}---\n{BODY}")
    assert card.fields == {
        "license": "cc-by-4.0",
        "library_name": "popgen",
        "sha256": DIGEST.upper(),
        "language": (),
        "tags": ("midi", "pop: music"),
        "datasets": ("one", "two"),
        "model-index": ("name: starter", "value: 3"),
        "base_model": "",
    }
    assert card.sha256 == DIGEST


def test_a_section_reaches_to_the_next_heading_of_its_level_and_code_has_no_headings(tmp_path: Path) -> None:
    body = BODY.replace("Songs.", "Songs.\n### Not for\nSpeech.\n```\n## Data\n```").replace(
        "## Limits", "## LIMITS ##"
    )
    card = read(tmp_path, f"---\n{FRONT}---\n{body}")
    assert card.sections["Intended use"] == "Songs.\n### Not for\nSpeech.\n```\n## Data\n```"
    assert (card.sections["Data"], card.sections["Limits"]) == ("Ten songs.", "No voices.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BODY, "its first line is not ---"),
        ("", "its first line is not ---"),
        (f"---\n{FRONT}{BODY.replace('#', '')}", "no second line ---"),
        (f"---\n{FRONT}nonsense\n---\n{BODY}", "line 5 is not of the form key: value"),
        (f"---\n{FRONT}license: gpl\n---\n{BODY}", "line 5 says license a second time"),
        (f"---\n{FRONT.replace('mit', '')}---\n{BODY}", "license: must name one"),
        (f"---\n{FRONT.replace('mit', '[mit, isc]')}---\n{BODY}", "license: must name one"),
        (f"---\n{FRONT.replace('popgen', 'torch')}---\n{BODY}", "library_name: must be popgen, is torch"),
        (f"---\n{FRONT.replace('ab', 'a')}---\n{BODY}", "sha256: must be the 64"),
        (f"---\n{FRONT}---\n{BODY.replace('## Data', '## Date')}", "no section 'Data'"),
        (f"---\n{FRONT}---\n{BODY.replace('No voices.', '')}", "no section 'Limits'"),
        ("---\n---\n", "license: must name one, such as mit; library_name: must be popgen; sha256: must"),
        (f"---\n{FRONT}---\n{BODY}{'x' * 2**20}", "more than 1048576 bytes"),
    ],
)
def test_what_a_model_card_lacks_is_named_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, text)


def test_a_model_card_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_model_card(tmp_path / "nothing.md")
    (tmp_path / "x.md").write_bytes(b"---\n\xff")
    with pytest.raises(CheckpointError, match="no text in UTF-8"):
        read_model_card(tmp_path / "x.md")


def test_a_file_is_verified_by_the_card_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "starter.v1.safetensors"
    file.write_bytes(b"weights")
    (tmp_path / "starter.v1.md").write_text(
        f"---\n{FRONT.replace(DIGEST, hashlib.sha256(b'weights').hexdigest())}---\n{BODY}"
    )
    assert verified(file).licence == "mit"
    file.write_bytes(b"other weights")
    with pytest.raises(CheckpointError, match="is not the file that its model card speaks of"):
        verified(file)
