"""What a user's song is for: one way alone, and never without the song."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from popgen_core.generate.asking import asked_request
from popgen_core.generate.request import RequestError
from popgen_core.music import song_to_midi
from popgen_core.songwriter import write_song


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.mid"
    path.write_bytes(song_to_midi(write_song(4)))
    return path


@pytest.mark.parametrize(
    ("way", "asked", "around"),
    [
        ("prompt", {}, "prompt"),
        ("source", {"keep": ("drums",)}, "keep"),
        ("source", {"bars_at": (1, 2), "groups": ("bass",)}, "bars"),
    ],
)
def test_each_way_is_known_by_what_is_said(mine: Path, way: str, asked: dict[str, Any], around: str) -> None:
    places = {"prompt": None, "source": None, way: mine}
    request, song = asked_request(places["prompt"], places["source"], asked)
    assert request.around == around
    assert len(request.source) == 64
    assert song is not None


@pytest.mark.parametrize("asked", [{"keep": ("drums",)}, {"bars_at": (1, 2)}])
def test_what_is_to_stay_needs_a_song_that_it_stays_in(mine: Path, asked: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="say one"):
        asked_request(None, None, asked)
    with pytest.raises(RequestError, match="say one"):
        asked_request(mine, None, asked)
    with pytest.raises(RequestError, match="say one"):
        asked_request(mine, mine, {})


def test_nothing_said_is_a_song_of_popgen_s_own() -> None:
    request, song = asked_request(None, None, {"bars": 4})
    assert (request.around, request.source, song) == ("", "", None)


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(RequestError, match="knows no loudness"):
        asked_request(None, None, {"loudness": 3})
