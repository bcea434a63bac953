"""The straightforward PyTorch version of recipe `paper`: what every trick of the packages is measured against.

The same weights and the same results up to rounding, written as one would without a clock: PyTorch's own attention,
dropout, convolution over (batch, feature, frame) and cross-entropy; rhythm values of every cell; the default Adam.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

import torch
from torch import Tensor, nn
from torch.nn import functional

from popgen_core.backbones import transformer
from popgen_core.backbones.dropout import Dropout
from popgen_core.contracts.tensors import Inputs, Prediction, RhythmValues, Target
from popgen_core.contracts.training import TrainConfig
from popgen_core.decoders.independent import HEADS, Independent
from popgen_core.losses import paper
from popgen_encoders.cnn import GroupCNN


def plain_attention(joined: Tensor) -> Tensor:
    """PyTorch's own causal attention; joined (batch, frame, 3, head, size) -> (batch, frame, head, size)."""
    query, key, value = joined.permute(2, 0, 3, 1, 4)
    return functional.scaled_dot_product_attention(query, key, value, is_causal=True).transpose(1, 2)


def plain_encoder(self: GroupCNN, inputs: Inputs) -> Tensor:
    """`cnn.v1` with features before frames, as PyTorch's convolutions over time want them -> (batch, frame, width)."""
    x = inputs.past.flatten(2).transpose(1, 2)  # (batch, group x channel x pitch, frame)
    for block in self.blocks():
        x = block.norm(block.convolution(functional.pad(x, (block.lead, 0))))
        x = block.dropout(functional.relu(x))  # (batch, group x feature, frame)
    return self.mix(x.transpose(1, 2)) + self.place(inputs.controls)  # type: ignore[no-any-return]


def plain_decoder(self: Independent, hidden: Tensor, target: Target | None = None) -> Prediction:
    """`independent.v1` with one product for all five heads, their values of every cell."""
    onset, active, *rhythm = self.heads(hidden).unflatten(-1, (len(HEADS), *self.shape)).unbind(-3)
    return Prediction(onset, active, RhythmValues(*rhythm))


def plain_sums(logits: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Cross-entropy of each group's cells, mean over pitches, summed over the frames in the mask -> (group,)."""
    cells = functional.binary_cross_entropy_with_logits(logits.float(), truth, reduction="none")
    return (cells.mean(-1) * mask[..., None]).sum((0, 1))


def plain_optimizer(model: nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """Adam as PyTorch chooses to compute it."""
    betas = (config.beta1, config.beta2)
    return torch.optim.Adam(model.parameters(), config.learning_rate, betas, weight_decay=config.weight_decay)


@contextmanager
def straightforward() -> Iterator[None]:
    """Inside, a model of recipe `paper` is computed in the straightforward way."""
    changes = (
        (transformer, "causal_attention", plain_attention),
        (Dropout, "forward", nn.Dropout.forward),
        (GroupCNN, "forward", plain_encoder),
        (Independent, "forward", plain_decoder),
        (paper, "cell_sums", plain_sums),
    )
    with ExitStack() as stack:
        for owner, name, plain in changes:
            stack.enter_context(mock.patch.object(owner, name, plain))
        yield
