"""A generator: a loaded checkpoint that writes songs, whole or frame by frame."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from popgen_core.generate.around import Around, around
from popgen_core.generate.live import Live, Settings
from popgen_core.generate.load import Loaded, load_checkpoint
from popgen_core.generate.ranking import ranked_by
from popgen_core.generate.request import Request, RequestError
from popgen_core.generate.write import DrawnSong, Progress, draw_songs
from popgen_core.music.song import Song
from popgen_core.plugins import Catalogue

__all__ = ["Generator"]


class Generator:
    """A model in eval mode that writes songs on request, or plays on without end."""

    def __init__(self, loaded: Loaded, catalogue: Catalogue) -> None:
        self.loaded, self.catalogue = loaded, catalogue
        self.grouper = loaded.recipe.parts["grouper"].made()

    @classmethod
    def load(
        cls,
        checkpoint: Path | None,
        catalogue: Catalogue,
        force: bool = False,
        styles: Mapping[Path, float] | None = None,
    ) -> Generator:
        """A checkpoint file, a run's folder, a name that a distribution ships, or None for the installed starter;
        `styles` are adapters and how strongly each is mixed in. Raises as `load_checkpoint`."""
        return cls(load_checkpoint(checkpoint, catalogue, force, styles), catalogue)

    def songs(self, request: Request, song: Song | None = None, progress: Progress | None = None) -> list[DrawnSong]:
        """The songs of a request, `count` of them, each the best of those drawn for it; `song` is the user's own, where
        the request is about one. Raises RequestError, PlanError or DressingError, one line each."""
        if bool(request.around) != (song is not None):
            raise RequestError("a request around a song needs that song, and no other does")
        score = ranked_by(request.best_by, self.catalogue, self.grouper)
        with self.loaded.recipe.at_work():
            drawn = draw_songs(self.loaded, request, self.around(song), progress)
        tries = request.draws
        best = [max(drawn[first : first + tries], key=score) for first in range(0, len(drawn), tries)]
        return best

    def stream(self, *, meter: tuple[int, int] = (4, 4), seed: int = 0, **settings: Any) -> Live:
        """An endless song, frame by frame; `settings` are fields of `generate.live.Settings`. Raises RequestError."""
        if unknown := sorted(set(settings) - set(Settings.__dataclass_fields__)):
            raise RequestError(f"no live setting is named {', '.join(unknown)}")
        return Live(self.loaded, Settings(**settings), meter, seed)

    def around(self, song: Song | None) -> Around | None:
        """A user's song on the model's grid."""
        if song is None:
            return None
        return around(song, self.grouper, self.loaded.recipe.grid, self.loaded.model.sizes.roll)
