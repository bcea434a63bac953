"""Where fine-tuning starts: a checkpoint's weights, its recipe, what it has heard, and under which licences."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from popgen_core.adapters.facts import facts_beside
from popgen_core.adapters.low_rank import RANK, AdapterConfig, wrap
from popgen_core.checkpoint import Card, read_checkpoint
from popgen_core.components import check_components, components_from, own_catalogue
from popgen_core.errors import CheckpointError, Refused
from popgen_core.plugins import Catalogue
from popgen_core.shipped import checkpoint_file
from popgen_core.train.folder import begun_of_run, named_start
from popgen_core.train.heard import HeardSongs, heard_songs
from popgen_core.train.states import newest_state

__all__ = ["Start", "start_for"]


@dataclass(frozen=True)
class Start:
    """A checkpoint that training goes on from: as it was `named`, its file, the sha256 of that, its card and weights,
    and the songs that it has heard. With an `adapter` its weights are held, and low ranks beside them learn. `remarks`:
    a line where one of its components has another version by now and that was let pass."""

    named: str
    file: Path
    sha256: str
    card: Card
    tensors: Mapping[str, NDArray[Any]]
    heard: HeardSongs | None = None
    adapter: AdapterConfig | None = None
    remarks: tuple[str, ...] = ()

    @classmethod
    def of(cls, named: str, catalogue: Catalogue, adapter: AdapterConfig | None = None) -> Start:
        """A checkpoint file, the last one of a run's folder, or one that is installed under a name.

        Raises CheckpointError where there is none, and for a damaged one.
        """
        file = checkpoint_file(Path(named), catalogue)
        card, tensors = read_checkpoint(file)
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        heard = heard_songs(Path(named) if Path(named).exists() else file)
        place = str(Path(named).resolve()) if Path(named).exists() else named
        return cls(place, file, sha256, card, tensors, heard, adapter)

    def checked(self, catalogue: Catalogue, *, force: bool = False) -> Start:
        """The same with its `remarks`. Raises Refused where one of the checkpoint's components is missing, or a
        stranger's has another version (unless `force`)."""
        made_with = components_from(self.card.components)
        return replace(self, remarks=check_components(made_with, catalogue, self.named, force=force))

    def catalogue(self, catalogue: Catalogue) -> Catalogue:
        """The catalogue in which a name means what it meant when the checkpoint was made."""
        return own_catalogue(components_from(self.card.components), catalogue)

    def put_into(self, model: nn.Module) -> None:
        """Give a model the weights, buffers too, and wrap it where an adapter is to learn. Raises Refused."""
        try:
            model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in self.tensors.items()})
        except RuntimeError as error:
            first = str(error).splitlines()[-1].strip()
            raise Refused(f"the weights of {self.named} do not fit its recipe: {first}") from error
        if self.adapter:
            wrap(model, self.adapter)

    def facts(self, new: Mapping[str, Any]) -> dict[str, Any]:
        """The facts of the new songs beside those of the start, and where all comes from."""
        corpus = self.card.corpus
        lineage: dict[str, Any] = {
            name: corpus[name] for name in ("dataset", "songs", "passport", "start") if name in corpus
        }
        told: dict[str, Any] = {"sha256": self.sha256, "recipe": self.recipe_name(), **lineage}
        passport = dict(new.get("passport", {}))
        passport["permissive"] = bool(passport.get("permissive")) and bool(corpus.get("passport", {}).get("permissive"))
        return {**facts_beside(new, corpus), "passport": passport, "start": told}

    def recipe_name(self) -> str:
        """What the start's recipe is called."""
        return str(tomllib.loads(self.card.recipe).get("name", ""))

    def asked(self) -> dict[str, Any]:
        """What must be the same when the run goes on."""
        ranks = {"rank": self.adapter.rank, "parts": list(self.adapter.parts)} if self.adapter else None
        return {"sha256": self.sha256, "adapter": ranks}


def start_for(
    run: Path,
    catalogue: Catalogue,
    named: str | PathLike[str] | None,
    *,
    adapter: bool = False,
    rank: int | None = None,
    resume: bool = False,
    force: bool = False,
) -> Start | None:
    """What a run starts from: the checkpoint that is `named`, or on `resume` the one that it began with; None for none.

    `adapter`, with its `rank`, learns beside it; on `resume` without a rank it is the run's own. Raises CheckpointError
    where the checkpoint is not there, RecipeError for a rank out of range, Refused where its components are others
    here (unless `force`).
    """
    asked = AdapterConfig(RANK if rank is None else rank) if adapter else None
    where = str(named) if named is not None else None
    if resume:
        return _start_of_run(run, catalogue, where, asked, keeps=rank is None)
    return Start.of(where, catalogue, asked).checked(catalogue, force=force) if where is not None else None


def _start_of_run(
    run: Path, catalogue: Catalogue, named: str | None, adapter: AdapterConfig | None, *, keeps: bool
) -> Start | None:
    """The start of a run that is gone on with, where it was `named` or where it lay; None for a run from nothing.

    An adapter that the run has stays as it is where it `keeps` it, else it is that which is asked for.
    Raises CheckpointError where it is not there any more, or is another file by now.
    """
    begun = _begun(run).get("start")
    if begun is None:
        return Start.of(named, catalogue, adapter) if named else None  # which is then told as a difference
    place = named or named_start(run)
    ranks = begun.get("adapter")
    before = AdapterConfig(ranks["rank"], tuple(ranks["parts"])) if ranks else None
    try:
        start = Start.of(place, catalogue)
    except CheckpointError as error:
        raise CheckpointError(
            f"{run} started from {place}, which cannot be read: {error.message}", hint="say where it is with --start"
        ) from error
    if start.sha256 != begun.get("sha256"):
        raise CheckpointError(
            f"{run} started from the checkpoint {str(begun.get('sha256'))[:12]}, {place} is {start.sha256[:12]}",
            hint="say where that checkpoint is with --start",
        )
    return replace(start, adapter=before if before and keeps else adapter or before)


def _begun(run: Path) -> Mapping[str, Any]:
    """What a run was begun with, by run.json or, where that is lost, by its newest state; nothing where it has none."""
    try:
        return begun_of_run(run)
    except CheckpointError:
        saved = newest_state(run)
        return saved.card.trained["begun"] if saved else {}
