"""The settings of training that every recipe has; hyperparameters default to the paper's (sections 2.1 and 2.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

__all__ = ["TrainConfig"]


@dataclass(frozen=True)
class TrainConfig:
    """How a model is trained. Hyperparameters default to those of Zhu (2025), section 2.2.

    What recipes could not say at first defaults to what was done then: neither scheduled sampling nor early stopping.
    """

    songs: Annotated[
        Literal["train", "all"],
        Field(
            description="train: the training part of the dataset's split, its first fold kept for validation; all songs"
        ),
    ] = "train"
    times: Annotated[
        dict[str, float],
        Field(description="how often songs of a folder of the corpus come in an epoch: {rock = 2.5}, others once"),
    ] = field(default_factory=dict)
    epochs: Annotated[int, Field(ge=1, description="passes over the dataset")] = 197
    minutes: Annotated[float, Field(ge=0, description="wall-clock limit in minutes, 0 for none")] = 0.0
    batch: Annotated[int, Field(ge=1, description="windows a step, of all processes together")] = 32
    micro_batch: Annotated[
        int,
        Field(
            ge=0,
            description="windows at once, of all processes together: less memory, batch norm over fewer; 0: the batch",
        ),
    ] = 0
    window: Annotated[int, Field(ge=2, description="frames a window")] = 512
    optimizer: Annotated[
        Literal["adam", "adamw"], Field(description="adam: weight decay in the gradient; adamw: apart from it")
    ] = "adam"
    learning_rate: Annotated[float, Field(gt=0, description="step size at its highest")] = 1e-5
    schedule: Annotated[
        Literal["constant", "cosine", "hold"],
        Field(
            description="cosine falls to a twentieth over the epochs; hold stays constant and falls so in the last 5th"
        ),
    ] = "constant"
    warmup_steps: Annotated[
        int, Field(ge=0, description="steps in which the rate rises from 0, at most a tenth of all")
    ] = 0
    beta1: Annotated[float, Field(ge=0, lt=1, description="Adam's first decay rate")] = 0.9
    beta2: Annotated[float, Field(ge=0, lt=1, description="Adam's second decay rate")] = 0.999
    weight_decay: Annotated[float, Field(ge=0, description="strength of weight decay")] = 1e-4
    pull: Annotated[
        float, Field(ge=0, description="fine-tuning: pull of weights to their start; 100: about 0.01 far at most")
    ] = 0.0
    clip: Annotated[float, Field(gt=0, description="gradient norm above which gradients are scaled down")] = 1.0
    precision: Annotated[
        Literal["auto", "bfloat16", "float32"], Field(description="auto: bfloat16 where the hardware has it")
    ] = "auto"
    group_weights: Annotated[
        Literal["notes", "equal"] | dict[str, float],
        Field(description="importance of the groups in the loss: by note share, equal, or {drums = 2.0}, others 1"),
    ] = "notes"
    true_inputs: Annotated[
        float, Field(ge=0, le=1, description="share of true input frames that scheduled sampling falls to, from 1")
    ] = 1.0
    true_inputs_epochs: Annotated[
        int, Field(ge=1, description="epochs over which that share falls, by the same amount each")
    ] = 50
    patience: Annotated[
        int, Field(ge=0, description="epochs without a lower validation loss after which training stops, 0: never")
    ] = 0
    on_nan: Annotated[
        Literal["stop", "skip"], Field(description="at a loss that is no number: stop, or leave that step out")
    ] = "stop"
    save_minutes: Annotated[float, Field(ge=0, description="minutes between saves, 0: after every step")] = 5.0
    keep: Annotated[int, Field(ge=1, description="saved states kept, the newest ones")] = 2
    parallel: Annotated[
        Literal["ddp", "fsdp"], Field(description="what several processes share out: ddp batches, fsdp weights too")
    ] = "ddp"
    compile: Annotated[bool, Field(description="let torch.compile translate the model before training")] = False
