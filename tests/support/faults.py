"""The ten faults, as sample distributions that make them, beside two that are sound; and the real command line."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from plugin_shop import GOOD, Shop

EVALUATOR = """
    from dataclasses import dataclass
    from popgen_core.contracts.evaluator import Measure, Score

    class Waves:
        scope = "piece"
        measures = (Measure("waves", "count", 0.0, 9.0, "none", "one for every piece"),)

        @dataclass(frozen=True)
        class Config:
            "No options."

        def __init__(self, config):
            pass

        def score(self, piece):
            return {"waves": Score(1.0)}
"""

GROUPER = GOOD.replace('"encoder"', '"grouper"').replace("NAME", "good.v1")

# distribution -> its module of name cards
FAULTS = {
    "raises": "raise ValueError('no\\nluck')",
    "exits": "import sys; sys.exit(0)",
    "unfinished": "def f(:",
    "asks-too-much": GOOD.replace("components()", "components(catalogue)"),
    "misspelt": GOOD.replace("def popgen_components", "def popgen_componets"),
    "from-the-future": GOOD.replace('waves")', 'waves", api=99)'),
    "thief": GOOD.replace("NAME", "cnn.v1"),
    "rival": GROUPER,
    "loud": "import os\nprint('{', flush=True)\nos.write(1, b'}')\n" + textwrap.dedent(GOOD).replace("NAME", "loud.v1"),
    "sleepy": "import time\ntime.sleep(1.05)\n" + textwrap.dedent(GOOD).replace("NAME", "sleepy.v1"),
    "lacking": "import wavelib_of_nobody",
}

# distribution -> what its line says after distribution and version
SAID = {
    "raises": "entry point raises = raises cannot be loaded: ValueError: no luck",
    "exits": "entry point exits = exits cannot be loaded: SystemExit: 0",
    "unfinished": "entry point unfinished = unfinished cannot be loaded: SyntaxError: invalid syntax (unfinished.py",
    "asks-too-much": "asks_too_much does not implement the hook popgen_components(): PluginValidationError: ",
    "misspelt": "misspelt does not implement the hook popgen_components(): PluginValidationError: unknown hook "
    "'popgen_componets'",
    "from-the-future": "hook popgen_components of from_the_future: encoder 'waves.v1' is made for plug-in API 99",
    "thief": "hook popgen_components: encoder 'cnn.v1' is also in popgen-encoders 0.1.0; thief:cnn.v1 means this one",
    "rival": "hook popgen_components: grouper 'good.v1' is also in good-one 2.5; rival:good.v1 means this one",
    "good-one": "hook popgen_components: grouper 'good.v1' is also in rival 2.5; good-one:good.v1 means this one",
    "loud": "loud prints while it loads: '{' and 1 more",
    "sleepy": "sleepy took 1.",
    "lacking": "entry point lacking = lacking cannot be loaded: ModuleNotFoundError: No module named "
    "'wavelib_of_nobody'; reinstall it with what it needs",
}
# (kind, name, distribution) of all that strangers offer and a list shows
LISTED = {
    ("grouper", "good.v1", "good-one"),
    ("grouper", "good.v1", "rival"),
    ("encoder", "cnn.v1", "thief"),
    ("encoder", "loud.v1", "loud"),
    ("encoder", "sleepy.v1", "sleepy"),
    ("evaluator", "waves.v1", "good-two"),
}


def shop_of_faults(folder: Path) -> Shop:
    """All of them at once; good-one's grouper has the name that rival's has, good-two's evaluator a name of its own."""
    shop = Shop(folder)
    for name, cards in FAULTS.items():
        shop.install(name, cards)
    shop.install("good-one", GROUPER)
    shop.install("good-two", GOOD.replace('"encoder"', '"evaluator"'), EVALUATOR)
    return shop


def environment(shop: Path, **settings: str) -> dict[str, str]:
    """That of a process which also finds the distributions in a folder."""
    path = os.pathsep.join([str(shop), os.environ.get("PYTHONPATH", "")])
    left_out = ("POPGEN_", "PYTHONUNBUFFERED")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return {**plain, "PYTHONPATH": path, **settings}


def popgen(shop: Path, *words: object, **settings: str) -> subprocess.CompletedProcess[str]:
    """`popgen WORDS` in a process of its own that finds the distributions in a folder."""
    command = [sys.executable, "-m", "popgen_cli", *map(str, words)]
    return subprocess.run(command, env=environment(shop, **settings), capture_output=True, text=True, timeout=120)
