"""Checkpoints: what went in comes out, damage is noticed, and a failing write harms nothing."""

from __future__ import annotations

import hashlib
import json
import os
import random
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch_file

from popgen_core.checkpoint import Card, read_checkpoint, write_checkpoint
from popgen_core.errors import CheckpointError

CARD = Card(
    recipe='name = "tiny"\n',
    groups=["drums", "bass"],
    controls=[["beat", 4]],
    components={"encoder": ["cnn.v1", "popgen-encoders", "0.1.0"]},
    corpus={"tempo": 100, "programs": {"bass": 33}},
    trained={"steps": 3},
    popgen="0.1.0",
)
TENSORS: dict[str, Any] = {
    "weight": np.arange(12, dtype=np.float32).reshape(3, 4).T,  # not contiguous
    "counted": np.array(7, dtype=np.int64),  # batch norm's num_batches_tracked has no dimension
    "mask": np.array([True, False]),
    "none": np.zeros((0, 3), dtype=np.float32),
}


def refusal(path: Path) -> str:
    with pytest.raises(CheckpointError) as refused:
        read_checkpoint(path)
    assert "\n" not in str(refused.value)
    assert refused.value.hint
    return refused.value.message


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "last.safetensors"
    write_checkpoint(made, TENSORS, CARD)
    return made


def test_a_checkpoint_comes_back_as_it_went_in(file: Path) -> None:
    card, tensors = read_checkpoint(file)
    assert card == replace(CARD, sha256=card.sha256)
    assert tensors.keys() == TENSORS.keys()
    for name, value in tensors.items():
        assert value.shape == TENSORS[name].shape
        assert value.dtype == TENSORS[name].dtype
        assert np.array_equal(value, TENSORS[name])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"components": []}, "components is []"),
        ({"components": None}, "components is None"),
        ({"components": {"encoder": ["cnn.v1", "popgen-encoders"]}}, "components.encoder is ['cnn.v1', 'popgen-enc"),
        ({"components": {"encoder": ["cnn.v1", "popgen-encoders", 1]}}, "components.encoder is ['cnn.v1'"),
        ({"recipe": 5}, "recipe is 5"),
        ({"groups": "drums"}, "groups is 'drums'"),
        ({"controls": {}}, "controls is {}"),
        ({"corpus": None}, "corpus is None"),
        ({"corpus": {"programs": 5}}, "corpus.programs is 5"),
        ({"trained": []}, "trained is []"),
    ],
)
def test_a_header_whose_fields_are_not_what_they_must_be_is_refused(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    write_checkpoint(tmp_path / "x.safetensors", TENSORS, replace(CARD, **change))  # and so its digests are right
    assert f"x.safetensors is damaged: its header's {said}" in refusal(tmp_path / "x.safetensors")


def test_the_sha256_tells_weights_names_and_shapes_apart_and_nothing_else(tmp_path: Path) -> None:
    def digest(card: Card = CARD, **tensors: Any) -> str:
        return write_checkpoint(tmp_path / "x.safetensors", tensors, card)

    one = np.arange(4, dtype=np.float32)
    assert digest(a=one) == digest(a=one, card=replace(CARD, popgen="0.2.0"))
    assert (
        len({digest(a=one), digest(b=one), digest(a=one.reshape(2, 2)), digest(a=one + 1), digest(a=one, b=one)}) == 5
    )


def test_fifty_of_fifty_flipped_bits_in_the_weights_are_noticed(file: Path) -> None:
    content = file.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")  # behind the header of a safetensors file
    generator = random.Random(1)
    for bit in generator.sample(range(start * 8, len(content) * 8), 50):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        file.write_bytes(damaged)
        assert "damaged" in refusal(file)


def test_a_flipped_bit_in_the_header_is_refused_or_changes_nothing(file: Path) -> None:
    content, (written, _) = file.read_bytes(), read_checkpoint(file)
    start = 8 + int.from_bytes(content[:8], "little")
    for bit in range(0, start * 8, 7):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        file.write_bytes(damaged)
        try:
            card, tensors = read_checkpoint(file)
        except CheckpointError:
            continue
        assert card == written
        assert np.array_equal(tensors["weight"], TENSORS["weight"])


@pytest.mark.parametrize("kept", [0, 7, 8, 200, -1])
def test_a_truncated_file_is_refused(file: Path, kept: int) -> None:
    file.write_bytes(file.read_bytes()[:kept])
    assert "damaged or no safetensors file" in refusal(file)


def test_a_missing_file_and_a_folder_are_no_checkpoint(tmp_path: Path) -> None:
    assert "is no checkpoint file" in refusal(tmp_path / "nothing.safetensors")
    assert "is no checkpoint file" in refusal(tmp_path)


def test_weights_of_another_program_are_refused(tmp_path: Path) -> None:
    save_file({"a": np.zeros(3)}, tmp_path / "foreign.safetensors")
    assert "not popgen's" in refusal(tmp_path / "foreign.safetensors")


def test_weights_of_a_kind_that_numpy_lacks_are_refused_all_the_same(tmp_path: Path) -> None:
    save_torch_file({"a": torch.zeros(3, dtype=torch.bfloat16)}, tmp_path / "foreign.safetensors")
    assert "not popgen's" in refusal(tmp_path / "foreign.safetensors")


def signed(header: Any) -> dict[str, str]:
    """A header as a checkpoint holds it, with its digest."""
    text = json.dumps(header)
    return {"popgen": text, "popgen_sha256": hashlib.sha256(text.encode()).hexdigest()}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({**asdict(CARD), "schema": 3}, "schema 3, this popgen reads 1 and 2"),
        ({**asdict(CARD), "schema": 2, "weights": "int4"}, "stores its weights as 'int4'"),
        ({**asdict(CARD), "schema": 1, "weights": "int8"}, "stores its weights as 'int8'"),
        ({}, "schema None"),
        ([1], "no card"),
        ({**asdict(CARD), "colour": "blue"}, "damaged"),
        ({"schema": 1}, "damaged"),
    ],
)
def test_a_card_that_this_popgen_cannot_read_is_refused(tmp_path: Path, header: Any, said: str) -> None:
    save_file({"a": np.zeros(3)}, tmp_path / "new.safetensors", metadata=signed(header))
    assert said in refusal(tmp_path / "new.safetensors")


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_failing_write_leaves_the_old_file_and_nothing_else(
    file: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, broken, full)
    with pytest.raises(OSError, match="No space left"):
        write_checkpoint(file, {"weight": np.ones(1000)}, CARD)
    monkeypatch.undo()
    assert os.listdir(file.parent) == [file.name]
    _, tensors = read_checkpoint(file)
    assert np.array_equal(tensors["weight"], TENSORS["weight"])
