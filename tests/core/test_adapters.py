"""Low-rank adapters: beside held weights, in small files of one checkpoint, merged by name."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from popgen_core import api
from popgen_core.adapters.file import Adapter, AdapterCard, read_adapter, write_adapter
from popgen_core.adapters.low_rank import AdapterConfig, adapter_tensors, wrap
from popgen_core.adapters.style import Style, StyleError, merged, styles_for
from popgen_core.checkpoint import read_checkpoint
from popgen_core.errors import CheckpointError, RecipeError, Refused
from popgen_core.train.states import newest_state

pytest_plugins = ("styled_run",)


def adapter_of(down: list[list[float]], up: list[list[float]], belongs: str = "a" * 64) -> Adapter:
    """An adapter of one matrix, `mix.weight`, made by hand."""
    tensors = {"mix.weight/down": np.array(down, dtype=np.float16), "mix.weight/up": np.array(up, dtype=np.float16)}
    return Adapter(Path("by-hand"), AdapterCard(belongs, len(down), ""), tensors, "b" * 64)


def test_a_matrix_becomes_itself_and_strength_times_the_product_of_both_sides() -> None:
    weight = {"mix.weight": np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)}
    style = Style(adapter_of(down=[[1.0, -1.0]], up=[[2.0], [4.0]]), 0.5)
    # up x down = [[2, -2], [4, -4]], and half of it is added
    assert merged(weight, [style], Path("x"))["mix.weight"].tolist() == [[2.0, 1.0], [5.0, 2.0]]
    twice = [style, replace(style, strength=-0.5)]
    assert merged(weight, twice, Path("x"))["mix.weight"].tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert weight["mix.weight"].tolist() == [[1.0, 2.0], [3.0, 4.0]]  # what was given stays


def test_an_adapter_of_other_matrices_is_refused() -> None:
    style = Style(adapter_of(down=[[1.0, -1.0, 0.0]], up=[[2.0], [4.0]]), 1.0)
    with pytest.raises(Refused, match=r"it has no matrix mix\.weight of its shape"):
        merged({"mix.weight": np.zeros((2, 2), dtype=np.float32)}, [style], Path("x"))


class Foreign(nn.Module):
    """A model whose parts nobody here has written."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(3, 4)
        self.backbone = nn.MultiheadAttention(4, 2, batch_first=True)
        self.decoder = nn.Conv1d(4, 4, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.encoder(x)
        x, _ = self.backbone(x, x, x)
        return self.decoder(x.transpose(1, 2)).transpose(1, 2)


def test_linear_layers_and_attention_of_any_model_are_reached_by_name_and_merge_to_what_was_trained(
    tmp_path: Path,
) -> None:
    torch.manual_seed(1)
    model, x = Foreign(), torch.randn(2, 5, 3)
    weights = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    before = model(x)
    wrap(model, AdapterConfig(rank=2))
    assert torch.equal(model(x), before)  # nothing is added yet
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(learning, lr=0.05)
    for _ in range(3):
        optimizer.zero_grad()
        model(x).square().sum().backward()
        optimizer.step()
    tensors = adapter_tensors({name: value.numpy() for name, value in model.state_dict().items()})
    matrices = {name.rpartition("/")[0] for name in tensors}
    assert matrices == {"encoder.weight", "backbone.in_proj_weight", "backbone.out_proj.weight"}
    write_adapter(tmp_path / "a.adapter.safetensors", tensors, AdapterCard("c" * 64, 2, ""))
    style = Style(read_adapter(tmp_path / "a.adapter.safetensors"), 1.0)
    plain = Foreign()
    plain.load_state_dict({k: torch.from_numpy(v) for k, v in merged(weights, [style], tmp_path).items()})
    assert torch.allclose(plain(x), model(x), atol=2e-3)  # the file has half precision
    assert not torch.allclose(plain(x), before, atol=1e-2)


def test_a_model_without_a_linear_layer_cannot_be_adapted() -> None:
    with pytest.raises(RecipeError, match="no linear layer to adapt"):
        wrap(nn.Conv1d(4, 4, 1), AdapterConfig())


def test_training_an_adapter_leaves_weights_and_buffers_of_the_start_alone(pop_run: Path, style: Path) -> None:
    start = read_checkpoint(pop_run / "last.safetensors")[1]
    state = newest_state(style.parent)
    assert state is not None
    held = {name.removeprefix("model/"): value for name, value in state.tensors.items() if name.startswith("model/")}
    for name, value in start.items():
        place, _, own = name.rpartition(".")
        assert np.array_equal(held.get(f"{place}.parametrizations.{own}.original", held.get(name)), value), name
    moments = {name.rpartition("/")[0] for name in state.tensors if name.startswith("optimizer/")}
    assert moments
    assert all(name.endswith((".down", ".up")) for name in moments)  # nothing else learns


def test_the_file_says_whose_it_is_and_what_it_learnt_from(pop_run: Path, style: Path) -> None:
    adapter = read_adapter(style)
    file = pop_run / "last.safetensors"
    assert style.name == "mine.adapter.safetensors"
    assert adapter.card.belongs == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (adapter.card.rank, adapter.card.corpus["songs"], "plans" in adapter.card.corpus) == (2, 2, True)
    assert adapter.card.corpus["start"]["sha256"] == adapter.card.belongs
    assert style.stat().st_size < file.stat().st_size
    assert not (style.parent / "last.safetensors").exists()
    assert read_adapter(style.parent).sha256 == adapter.sha256  # the run's folder means it


def test_an_adapter_of_another_checkpoint_is_refused_by_both_names(tmp_path: Path) -> None:
    path = tmp_path / "a.adapter.safetensors"
    write_adapter(path, adapter_of([[1.0, 0.0]], [[1.0], [0.0]]).tensors, AdapterCard("a" * 64, 1, ""))
    with pytest.raises(Refused, match=f"belongs to the checkpoint {'a' * 12}, mine is {'d' * 12}") as refused:
        styles_for("d" * 64, Path("mine"), {path: 0.0})
    assert refused.value.exit_code == 4


@pytest.mark.parametrize("strength", [-1.1, 2.1, float("nan")])
def test_strengths_have_a_range(tmp_path: Path, strength: float) -> None:
    with pytest.raises(StyleError, match="is not between -1 and 2"):
        styles_for("d" * 64, Path("mine"), {tmp_path / "a": strength})


def test_one_adapter_under_two_names_is_refused_and_order_does_not_matter(tmp_path: Path) -> None:
    one, copy, other = (tmp_path / f"{name}.adapter.safetensors" for name in ("one", "copy", "other"))
    for path, value in ((one, 1.0), (copy, 1.0), (other, 2.0)):
        write_adapter(path, adapter_of([[value, 0.0]], [[1.0], [0.0]]).tensors, AdapterCard("a" * 64, 1, ""))
    with pytest.raises(StyleError, match="are one adapter"):
        styles_for("a" * 64, Path("mine"), {one: 1.0, copy: 0.5})
    there, back = (
        styles_for("a" * 64, Path("mine"), dict(asked))
        for asked in ([(one, 1.0), (other, 0.5)], [(other, 0.5), (one, 1.0)])
    )
    assert [style.told() for style in there] == [style.told() for style in back]
    assert styles_for("a" * 64, Path("mine"), {one: 0.0}) == ()


def test_damaged_adapters_and_files_of_another_kind_are_told(pop_run: Path, style: Path, tmp_path: Path) -> None:
    content = bytearray(style.read_bytes())
    content[-3] ^= 1
    (tmp_path / "harmed").write_bytes(content)
    with pytest.raises(CheckpointError, match="do not match their sha256"):
        read_adapter(tmp_path / "harmed")
    with pytest.raises(CheckpointError, match="is no adapter"):
        read_adapter(pop_run / "last.safetensors")
    with pytest.raises(CheckpointError, match="holds no adapter"):
        read_adapter(pop_run)
    with pytest.raises(CheckpointError, match="is an adapter, no checkpoint"):
        api.generator(style)
    with pytest.raises(CheckpointError, match="holds an adapter and no checkpoint"):
        api.generator(style.parent)
    with pytest.raises(CheckpointError, match=r"tuned\.safetensors is no checkpoint file"):
        api.generator(style.parent / "tuned.safetensors")
