"""Weights stored in fewer bytes: what comes back is near, exact by its law, and the same whoever reads it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from popgen_core.checkpoint import Card, checkpoint_bytes, digest_of, read_checkpoint, write_checkpoint
from popgen_core.checkpoint.stored import restored, stored, whole_numbers
from popgen_core.errors import CheckpointError

CARD = Card(recipe='name = "tiny"\n', groups=["drums"], controls=[["beat", 4]], components={}, popgen="0.1.0")


def tensors() -> dict[str, Any]:
    drawn = np.random.default_rng(1)
    return {
        "matrix": drawn.normal(size=(32, 64)).astype(np.float32),
        "convolution": drawn.normal(size=(8, 16, 3)).astype(np.float32),
        "bias": drawn.normal(size=500).astype(np.float32),
        "counted": np.array(7, dtype=np.int64),
        "none": np.zeros((0, 3), dtype=np.float32),
    }


def test_a_row_of_whole_numbers_is_what_the_law_says() -> None:
    # 127 x 2 = 254 is the row's largest, so the scale is 2; 5 / 2 = 2.5 is rounded to the even 2
    numbers, scales = whole_numbers(np.array([[254.0, -254.0, 5.0, 0.0], [0.0, 0.0, 0.0, 0.0]], dtype=np.float32))
    assert numbers.tolist() == [[127, -127, 2, 0], [0, 0, 0, 0]]
    assert scales.tolist() == [2.0, 1.0]


@pytest.mark.parametrize(("how", "error"), [("half", 2**-11), ("int8", 0.5 / 126)])
def test_what_comes_back_is_near_and_float32(how: str, error: float) -> None:
    given = tensors()
    made = restored(stored(given, how))
    assert made.keys() == given.keys()
    for name, value in made.items():
        assert (value.shape, value.dtype) == (given[name].shape, given[name].dtype)
    for name in ("matrix", "convolution"):
        rows, back = (value[name].reshape(len(value[name]), -1) for value in (given, made))
        largest = np.abs(rows).max(axis=1, keepdims=True)
        assert (np.abs(rows - back) <= error * largest).all()
        assert (rows != back).any(), "it was stored in fewer bits"
    for name in ("bias", "counted", "none"):
        assert np.array_equal(made[name], given[name]), "vectors and counts stay as they are"


def test_a_scale_has_12_bits_so_that_what_is_read_is_exact() -> None:
    numbers, scales = whole_numbers(np.random.default_rng(3).normal(size=(500, 16)).astype(np.float32))
    significands = np.frexp(scales)[0] * 2**12
    assert (significands == np.rint(significands)).all()
    assert (numbers * scales[:, None] == numbers.astype(np.float64) * scales[:, None].astype(np.float64)).all()


def test_each_row_has_a_scale_of_its_own() -> None:
    loud_and_quiet = np.stack([np.linspace(-100, 100, 32), np.linspace(-0.001, 0.001, 32)]).astype(np.float32)
    back = restored(stored({"a": loud_and_quiet}, "int8"))["a"]
    assert np.abs(back[1] - loud_and_quiet[1]).max() < 0.001 / 250


@pytest.mark.parametrize("how", ["half", "int8"])
def test_what_is_read_and_stored_again_stays_the_same(how: str) -> None:
    once = stored(tensors(), how)
    again = stored(restored(once), how)
    assert once.keys() == again.keys()
    assert all(np.array_equal(once[name], again[name]) for name in once)


def test_what_a_way_would_harm_keeps_a_finer_one() -> None:
    spike = np.full((2, 400), 0.01, dtype=np.float32)
    spike[:, 0] = 3.0  # beside one so large all others would be nought
    kept = stored({"spike": spike, "short": np.ones((9, 3), np.float32), "broad": spike * 1e6}, "int8")
    assert {name: str(value.dtype) for name, value in kept.items()} == {
        "spike": "float16",
        "short": "float16",  # a scale for three numbers saves nothing
        "broad": "float32",  # too large for half precision
    }
    broken = np.full((4, 32), np.nan, dtype=np.float32)
    assert np.isnan(stored({"a": broken}, "int8")["a"]).all()


def test_the_files_are_smaller_and_say_how_they_are_stored(tmp_path: Path) -> None:
    given = {"matrix": np.random.default_rng(2).normal(size=(256, 256)).astype(np.float32)}
    sizes = {how: len(checkpoint_bytes(given, replace(CARD, weights=how))[0]) for how in ("float", "half", "int8")}
    assert sizes["half"] < 0.52 * sizes["float"]
    assert sizes["int8"] < 0.28 * sizes["float"]
    for how, schema in (("float", 1), ("half", 2), ("int8", 2)):
        write_checkpoint(tmp_path / how, given, replace(CARD, weights=how))
        card, _ = read_checkpoint(tmp_path / how)
        assert (card.weights, card.schema) == (how, schema)


def test_the_sha256_is_of_what_is_stored(tmp_path: Path) -> None:
    digests = {
        how: write_checkpoint(tmp_path / how, tensors(), replace(CARD, weights=how)) for how in ("float", "int8")
    }
    card, back = read_checkpoint(tmp_path / "int8")
    assert card.sha256 == digests["int8"] != digests["float"]
    assert write_checkpoint(tmp_path / "again", back, card) == digests["int8"]
    assert (tmp_path / "again").read_bytes() == (tmp_path / "int8").read_bytes()
    content = bytearray((tmp_path / "int8").read_bytes())
    content[-1] ^= 1
    (tmp_path / "int8").write_bytes(content)
    with pytest.raises(CheckpointError, match="do not match their sha256"):
        read_checkpoint(tmp_path / "int8")


def test_the_same_weights_and_card_are_the_same_file_and_so_of_the_same_sha256() -> None:
    files = {checkpoint_bytes(tensors(), CARD)[0] for _ in range(20)}
    assert len(files) == 1
    [content] = files
    assert (8 + int.from_bytes(content[:8], "little")) % 8 == 0


def test_a_file_of_floats_is_one_that_earlier_popgens_read(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "a.safetensors", tensors(), CARD)
    content = (tmp_path / "a.safetensors").read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    told = json.loads(header["__metadata__"]["popgen"])
    assert told["schema"] == 1
    assert "weights" not in told, "an earlier popgen takes no field that it does not know"
    assert load_file(tmp_path / "a.safetensors").keys() == tensors().keys()


def test_weights_named_like_a_scale_are_no_weights() -> None:
    with pytest.raises(ValueError, match="is the name of a scale"):
        stored({"a:scale": np.ones(3, np.float32)}, "int8")


@pytest.mark.parametrize("scales", [np.ones(3), np.ones((32, 1)), np.float32(1), np.ones(1), np.ones(32)])
def test_scales_that_are_not_one_for_each_row_are_told_as_damage(tmp_path: Path, scales: Any) -> None:
    kept = stored({"a": tensors()["matrix"]}, "int8")
    name = "b:scale" if np.shape(scales) == (32,) else "a:scale"  # those of no weights
    content = {**kept, name: np.asarray(scales, dtype=np.float32)}
    told = json.dumps({**asdict(CARD), "weights": "int8", "schema": 2, "sha256": digest_of(content)})
    header = {"popgen": told, "popgen_sha256": hashlib.sha256(told.encode()).hexdigest()}
    save_file(content, tmp_path / "a.safetensors", metadata=header)
    with pytest.raises(
        CheckpointError, match=r"is damaged: (a has the shape \(32, 64\), its scales|b:scale belongs to no)"
    ):
        read_checkpoint(tmp_path / "a.safetensors")
