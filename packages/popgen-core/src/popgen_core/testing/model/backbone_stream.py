"""What a backbone promises of streams: frame by frame it is what it is of the whole, and it may go on for ever."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import torch
from torch import Tensor, nn

from popgen_core.contracts.sizes import Sizes
from popgen_core.errors import PopgenError
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.making import SIZES, generator_of
from popgen_core.testing.model.module import SAME, Run, device_of, difference, practise
from popgen_core.testing.model.stream import (
    LONG,
    longer,
    prefixes_are_the_same,
    songs_apart,
    state_stays_small,
    streamed,
    streams_apart,
)
from popgen_core.testing.verdict import Check, Failed, claim

__all__ = ["FEW", "STREAMING", "practised", "rows_at_random", "vectors_of"]

FEW = 20  # frames of an example
SHORT = {"window": 64, "keep": 48}  # settings for which a full cache is soon reached, where a backbone has them


def rows_at_random(batch: int, frames: int, seed: int = 1, width: int = SIZES.width) -> Tensor:
    """Vectors as an encoder might make them -> (batch, frame, width)."""
    return torch.randn(batch, frames, width, generator=generator_of(seed))


def vectors_of(sizes: Sizes = SIZES, frames: int = FEW, dtype: torch.dtype = torch.float32) -> Run:
    """How a backbone is run: on four songs at random, of `frames` frames or as many as it can look back over."""

    def run(backbone: nn.Module, seed: int) -> list[Tensor]:
        x = rows_at_random(4, min(frames, int(backbone.window)), 10 * seed + 1, sizes.width)  # type: ignore[arg-type]
        return [backbone(x.to(device_of(backbone), dtype))]

    return run


def practised(make: Maker) -> Any:
    """A fresh backbone that was trained a little, in eval mode."""
    backbone = make()
    practise(backbone, vectors_of())
    return backbone


def check_stepping_equals_whole(make: Maker) -> None:
    """In eval mode `step` makes of each of the first `window` frames what `forward` makes of it among those before."""
    backbone = _of_short_memory(make)
    x = rows_at_random(2, min(backbone.window, LONG))
    rows = streamed(backbone, x.unbind(1), 2)
    with torch.no_grad():
        _same(rows, backbone(x), 0)


def check_a_longer_window_changes_no_row(make: Maker) -> None:
    """In eval mode the rows of 400 frames, or of `window` where that is less and it says `keep`, are those of shorter
    ones that begin like them."""
    backbone = practised(make)
    frames = LONG if getattr(backbone, "keep", None) is None else min(LONG, backbone.window)
    x = rows_at_random(1, frames, seed=9)
    prefixes_are_the_same(backbone, lambda stop: x[:, :stop], frames)


def check_it_goes_on_beyond_its_window(make: Maker) -> None:
    """Beyond `window` frames `step` equals `forward` of the frames in its cache: of all where it forgets none, and
    where it says `keep`, after every `window` of them of the newest `keep` and those that follow."""
    backbone = _of_short_memory(make)
    window, keep = backbone.window, getattr(backbone, "keep", None)
    frames = max(min(2 * window, window + LONG), LONG) if keep is None else window + min(window - keep, LONG) + 2
    x = rows_at_random(2, frames, seed=3)
    rows = streamed(backbone, x.unbind(1), 2)
    claim(rows.isfinite().all(), "beyond its window a stream's values are no numbers")
    if keep is not None:
        for first in range(window, frames, window - keep):  # where a cache was full and is begun anew
            last = min(first + window - keep, frames)
            with torch.no_grad():
                whole = backbone(x[:, first - keep : last])[:, keep:]
            _same(rows[:, first:last], whole, first, f": forward of the frames since {first - keep}")
        return
    try:
        with torch.no_grad():
            whole = backbone(x)
    except (RuntimeError, IndexError, ValueError, PopgenError) as error:
        raise Failed(f"it has no `keep`, so forward must take more than `window` frames, but: {error}") from error
    _same(rows[:, window:], whole[:, window:], window, ": forward of all, as it has no `keep`")


def check_songs_of_a_batch_do_not_hear_each_other(make: Maker) -> None:
    """In eval mode a song of a batch, and of a stream of 2, 3 and 5, is what it is alone."""
    x = rows_at_random(5, FEW)
    songs_apart(practised(make), lambda first, stop: x[first:stop], lambda some: some.unbind(1))


def check_streams_do_not_disturb_each_other(make: Maker) -> None:
    """Two streams of one backbone, a frame of each in turn, are what each is alone: a cache is all that remembers."""
    one, other = (rows_at_random(1, FEW, seed).unbind(1) for seed in (5, 6))
    streams_apart(practised(make), one, other)


def check_cache_does_not_grow(make: Maker) -> None:
    """The cache of a stream is no larger after more than a window than within the first: no frame takes ever longer."""
    backbone = _of_short_memory(make)
    x = rows_at_random(1, longer(backbone.window), seed=7)
    state_stays_small(backbone, x.unbind(1), 1, backbone.window)


def _of_short_memory(make: Maker) -> Any:
    """A practised backbone with settings that reach a full cache soon, where it has such settings and takes them."""
    known = {setting.name for setting in fields(make.component.Config)}
    short = {name: value for name, value in SHORT.items() if name in known}
    if "window" in known and make.config().window > SHORT["window"]:
        try:
            small = _with(make, short)
            if small().window == SHORT["window"]:
                return practised(small)
        except (Failed, PopgenError):
            pass  # then as it is
    return practised(make)


def _with(make: Maker, changes: dict[str, Any]) -> Maker:
    """The same maker with other settings."""
    return replace(make, settings={**make.settings, **changes})


def _same(rows: Tensor, whole: Tensor, first: int, where: str = "") -> None:
    for frame in range(whole.shape[1]):
        apart = difference(rows[:, frame], whole[:, frame])
        claim(apart <= SAME, f"frame {first + frame} of a stream is not what forward makes, by {apart:.2g}{where}")


STREAMING: tuple[Check, ...] = (
    check_stepping_equals_whole,
    check_a_longer_window_changes_no_row,
    check_it_goes_on_beyond_its_window,
    check_songs_of_a_batch_do_not_hear_each_other,
    check_streams_do_not_disturb_each_other,
    check_cache_does_not_grow,
)
