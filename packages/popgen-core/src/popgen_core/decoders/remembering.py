"""ordered.v2: `ordered.v1` that also knows what was played a beat or some bars ago, and how the newest notes were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from popgen_core.contracts.sizes import Sizes
from popgen_core.decoders.echo import Echo
from popgen_core.decoders.manner import RememberingManner
from popgen_core.decoders.ordered import Ordered

__all__ = ["Remembering"]


class Remembering(Ordered):
    """Two things more say what a cell does: the echo of its own past (`Echo`), and for velocity, length and offset the
    newest note of the same cell and of the same group, which may be played alike (`RememberingManner`).

    A vector of some hundred numbers cannot carry all of that; a pattern that comes back exactly, and players who keep
    their loudness and their timing, need it.
    """

    remembers: ClassVar[bool] = True

    @dataclass(frozen=True)
    class Config(Ordered.Config):
        """As `ordered.v1`; its values are chances of classes, unless said otherwise."""

        form: Annotated[
            Literal["dense", "events"],
            Field(description="velocity, length, offset: dense, one value each, or events, chances of classes"),
        ] = "events"

    def __init__(self, config: Config, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.hints["echo"] = Echo(sizes)
        if self.form == "events":
            self.manner = RememberingManner(sizes)
