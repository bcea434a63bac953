"""The example plug-ins, installed into a fresh environment as strangers would: found, tested, trained with, judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from environments import Environment, Wheelhouse, wheelhouse  # noqa: F401   a fixture

from popgen_core.music import song_from_midi

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/pyproject.toml"))
COMBO = ["drums", "bass", "piano", "guitar", "horns"]
PARTS = ("grouper.name=combo.v1", "encoder.name=pitch-conv.v1", "backbone.name=gru.v1")
SMALL = (
    "controls.known=['groups', 'density']",
    "train.group_weights={horns = 2.0}",
    "width=32",
    "encoder.patterns=8",
    "backbone.layers=1",
    "backbone.window=64",
    "train.window=64",
    "train.epochs=1",
    "train.songs=all",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(wheelhouse: Wheelhouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:  # noqa: F811
    """popgen with all four examples, in an environment of its own."""
    published = Wheelhouse(tmp_path_factory.mktemp("published"))  # beside the shared one, which others read meanwhile
    for example in EXAMPLES:
        published.build(example)
    environment = Environment(tmp_path_factory.mktemp("strangers") / "env", wheelhouse)
    environment.install("popgen-cli[all]", "pytest", *published.folder.glob("*.whl"))
    yield environment
    environment.remove()


def done(shop: Environment, *words: object, cwd: Path | None = None) -> str:
    """A command that must succeed -> what it printed."""
    ended = shop.run(*words, cwd=cwd)
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
    return ended.stdout


def test_all_four_are_listed_without_a_problem(shop: Environment) -> None:
    told = json.loads(done(shop, "popgen", "plugins", "list", "--json"))
    strangers = {(row["kind"], row["name"], row["distribution"]) for row in told["components"]}
    assert strangers >= {
        ("encoder", "pitch-conv.v1", "popgen-pitch-conv"),
        ("evaluator", "rests.v1", "popgen-rests"),
        ("grouper", "combo.v1", "popgen-jazz-combo"),
        ("backbone", "gru.v1", "popgen-gru"),
    }
    assert told["problems"] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_each_passes_its_own_tests_where_it_is_installed(shop: Environment, example: Path) -> None:
    tests = example / "tests"
    done(shop, "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", tests, tests)


def test_a_model_of_three_strangers_writes_for_the_combo_and_the_fourth_judges(
    shop: Environment, tmp_path: Path
) -> None:
    done(shop, "popgen", "songwriter", "write", "-o", "songs", "--count", "4", "--seed", "1", cwd=tmp_path)
    done(shop, "popgen", "prepare", "songs", "-o", "dataset", "--grouper", "combo.v1", cwd=tmp_path)
    changes = [word for change in (*PARTS, *SMALL) for word in ("--set", change)]
    done(shop, "popgen", "train", "dataset", "-o", "run", "--recipe", "demo", *changes, cwd=tmp_path)
    told = json.loads((tmp_path / "run" / "run.json").read_text())
    assert told["groups"] == COMBO
    assert told["group_weights"] == {group: 1.6667 if group == "horns" else 0.8333 for group in COMBO}, (
        "2 and 1 of mean 1"
    )
    done(shop, "popgen", "generate", "run", "-o", "written", "--bars", "16", cwd=tmp_path)
    [written] = (tmp_path / "written").glob("*.mid")
    names = [track.name for track in song_from_midi(written.read_bytes()).tracks]
    assert names == [group for group in COMBO if group in names]
    assert len(names) >= 3
    done(shop, "popgen", "eval", "songs", "--also", "rests.v1", "--json", "report.json", cwd=tmp_path)
    summary = json.loads((tmp_path / "report.json").read_text())["summary"]
    assert 0 < summary["lead_rest_bars"]["mean"] < 1
    assert summary["lead_phrase"]["mean"] > 1
