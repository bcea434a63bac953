"""A publishable checkpoint out of a run: the same file, and a model card of what it knows of itself."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from popgen_core.checkpoint import Card, read_checkpoint, write_checkpoint
from popgen_core.errors import CheckpointError, OutputError
from popgen_core.shipped import About, pack, read_model_card, verified

pytest_plugins = ("wave_run",)


def test_what_is_packed_is_the_same_file_and_a_card_of_what_it_knows(wave_run: Path, tmp_path: Path) -> None:
    made = pack(wave_run, tmp_path / "new", "cc-by-4.0", name="starter.v1")
    assert made.file.read_bytes() == (wave_run / "last.safetensors").read_bytes()
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["starter.v1.md", "starter.v1.safetensors"]
    card = verified(made.file)
    assert (card.licence, card.sha256) == ("cc-by-4.0", made.sha256)
    assert made.to_write == card.to_write == ("Intended use", "Figures", "Limits")
    assert made.requires == ("popgen-core[torch]>=0.1.0", "her-loss==1.0", "my-idea==0.3.0")
    assert "Trained on 2 songs" in card.sections["Data"]
    assert "| unknown | 2 |" in card.sections["Data"]  # nobody said under which licence the two songs are
    for known in (
        "## Training\n\nTraining: epochs 0, steps 1, seconds",
        "## Licence\n\nThe weights: cc-by-4.0.",
        "## How to cite\n\nAs starter.v1, with the version of its package",
        f"the beginning of its sha256, `{made.sha256[:12]}`",
        "| encoder | waves.v1 | my-idea 0.3.0 |",
        "drums, bass, chords",
        'name = "waves.v1"',
        "recipe paper",
    ):
        assert known in card.text


@pytest.mark.parametrize(("way", "share", "words"), [("half", 0.75, "half precision"), ("int8", 0.6, "8 bits")])
def test_weights_are_stored_in_fewer_bytes_where_that_is_asked(
    wave_run: Path, tmp_path: Path, way: str, share: float, words: str
) -> None:
    made = pack(wave_run, tmp_path / "new", "mit", name="small", weights=way)
    whole, card = read_checkpoint(wave_run / "last.safetensors"), verified(made.file)
    packed = read_checkpoint(made.file)
    assert packed[0].weights == way
    assert (packed[0].recipe, packed[0].corpus) == (whole[0].recipe, whole[0].corpus)
    sizes = [size_of_weights(file) for file in (made.file, wave_run / "last.safetensors")]
    assert sizes[0] < share * sizes[1], "of a tiny model much is vectors, which stay as they are"
    for name, value in packed[1].items():
        assert value.dtype == whole[1][name].dtype
        assert np.abs(value - whole[1][name]).max(initial=0) <= np.abs(whole[1][name]).max(initial=0) / 250
    assert "MB; its weights are stored" in card.text
    assert words in card.text
    assert pack(made.file, tmp_path / "copy", "mit").file.read_bytes() == made.file.read_bytes()
    with pytest.raises(CheckpointError, match=f"is stored as {way} already"):
        pack(made.file, tmp_path / "float", "mit", weights="float")


def test_a_way_to_store_weights_that_is_none_is_refused(wave_run: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"'int4' is no way to store weights \(ways are: float, half, int8\)"):
        pack(wave_run, tmp_path / "new", "mit", weights="int4")
    assert not (tmp_path / "new").exists()


def size_of_weights(file: Path) -> int:
    """The bytes behind a file's header."""
    content = file.read_bytes()
    return len(content) - 8 - int.from_bytes(content[:8], "little")


def test_what_a_person_says_stands_in_its_place(wave_run: Path, tmp_path: Path) -> None:
    about = About("A try.", "Tests.", "None.", "No music.")
    made = pack(wave_run / "last.safetensors", tmp_path, "mit", about)
    assert made.file.name == "paper.safetensors"
    card = read_model_card(made.card)
    assert made.to_write == ()
    assert (card.sections["Intended use"], card.sections["Limits"]) == ("Tests.", "No music.")
    assert card.sections["Figures"] == "None."


@pytest.mark.parametrize(
    ("licence", "name", "said"),
    [
        ("", "x", "'' is no name of a licence"),
        ("mit\nsha256: 1", "x", "is no name of a licence"),
        ("mit", "../x", "'../x' is no name for a checkpoint"),
    ],
)
def test_a_name_or_licence_that_cannot_be_is_refused(
    wave_run: Path, tmp_path: Path, licence: str, name: str, said: str
) -> None:
    with pytest.raises(CheckpointError, match=said.replace(".", r"\.")):
        pack(wave_run, tmp_path / "new", licence, name=name)
    assert not (tmp_path / "new").exists()


def test_a_state_of_a_run_is_no_checkpoint_to_give_away(wave_run: Path, tmp_path: Path) -> None:
    [state, *_] = (wave_run / "states").iterdir()
    with pytest.raises(CheckpointError, match="is a state to go on from"):
        pack(state, tmp_path / "new", "mit")


def test_nothing_is_overwritten_and_a_full_disk_leaves_nothing(
    wave_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.md").write_text("mine")
    with pytest.raises(OutputError, match=r"x\.md exists already"):
        pack(wave_run, tmp_path, "mit", name="x")
    assert [file.name for file in tmp_path.iterdir()] == ["x.md"]
    module = sys.modules["popgen_core.shipped.pack"]
    whole = module.write_atomically

    def full(path: Path, content: bytes) -> None:
        if path.suffix == ".md":
            raise OSError(28, "No space left on device", str(path))
        whole(path, content)

    monkeypatch.setattr(module, "write_atomically", full)
    with pytest.raises(OutputError, match="No space left"):
        pack(wave_run, tmp_path / "new", "mit", name="x")
    assert not (tmp_path / "new").exists()


def test_a_checkpoint_that_knows_little_is_packed_all_the_same(tmp_path: Path) -> None:
    components = {"encoder": ["cnn.v1", "popgen-encoders", "0.1.0"], "loss": ["x.v1", "nameless", "unknown"]}
    card = Card('name = "tiny"\n', ["drums"], [["beat", 4]], components)
    write_checkpoint(tmp_path / "x.safetensors", {}, card)
    made = pack(tmp_path / "x.safetensors", tmp_path / "new", "other")
    assert made.requires == ("popgen-core[torch]", "popgen-encoders>=0.1.0", "nameless")
    assert "an unknown number of songs" in read_model_card(made.card).sections["Data"]
