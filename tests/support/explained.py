"""A song made by hand and an untrained model of the tiny recipe: what the tests of explanations explain."""

from __future__ import annotations

import torch
from tiny_recipe import TINY

from popgen_core.assemble import assemble
from popgen_core.checkpoint import Card
from popgen_core.explain.explain import Asked, explain_song
from popgen_core.explain.explanation import Explanation, Source
from popgen_core.generate.load import Loaded
from popgen_core.model import Model
from popgen_core.music import Song, Track, notes_from
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe

SIXTEENTH, SOURCE = 120, Source("song.mid", "tiny.safetensors", "0" * 64, "tiny", "beats")


def loaded_of(decoder: str = "independent.v1") -> Loaded:
    """An untrained model of two layers and two heads, its weights at random and large enough that notes matter."""
    chosen = [f"decoder.name={decoder}", *(["decoder.form=dense"] if decoder.startswith("ordered") else [])]
    recipe = read_recipe("paper", catalogue(), [*TINY, "backbone.layers=2", *chosen])
    torch.manual_seed(3)
    model = Model(assemble(recipe))
    with torch.no_grad():
        for weights in model.decoder.parameters():
            weights.copy_(torch.randn_like(weights) * 0.15)
        for weights in (*model.backbone.parameters(), *model.encoder.parameters()):
            weights.mul_(2.0)
        model.decoder.heads.bias.sub_(5.0)  # of 88 cells of a group few sound
    return Loaded(model.eval(), recipe, Card("", [], [], {}), "0" * 64)


def song_of(bars: int, *, drums: bool = True, more: tuple[tuple[int, int, int, int], ...] = ()) -> Song:
    """A kick on each beat, a bass note and a chord of two on each bar line, a lead note on each second sixteenth.

    `more` are further notes of the lead.
    """
    beats, sixteenths = range(bars * 4), range(1, bars * 16, 2)
    kick = notes_from((beat * 480, 60, 36, 100) for beat in beats)
    bass = notes_from((bar * 1920, 480, 40 + bar, 90) for bar in range(bars))
    chords = notes_from((bar * 1920, 960, pitch + bar, 80) for bar in range(bars) for pitch in (60, 64))
    lead = notes_from([*((at * SIXTEENTH, SIXTEENTH, 72 + at % 5, 70) for at in sixteenths), *more])
    tracks = (Track("bass", 33, False, bass), Track("chords", 0, False, chords), Track("lead", 80, False, lead))
    return Song(480, ((Track("drums", 0, True, kick),) if drums else ()) + tracks)


def explained(song: Song, at: str, decoder: str = "independent.v1", **asked: object) -> Explanation:
    return explain_song(song, Asked(at, **{"quick": True, **asked}), loaded_of(decoder), SOURCE)  # type: ignore[arg-type]
