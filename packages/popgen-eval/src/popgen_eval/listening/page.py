"""The page of a listening test: one file, that holds nothing of the key and loads nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import Any

from popgen_eval import __version__
from popgen_eval.listening.answers import COLUMNS
from popgen_eval.listening.key import Key
from popgen_eval.listening.plan import Stimulus, Trial

__all__ = ["manifest", "page"]

FORMAT = "popgen listening test 1"


def manifest(key: Key, names: dict[Stimulus, str]) -> dict[str, Any]:
    """What listeners may know: the clips' names that tell nothing, and each listener's trials without their kind."""
    listeners: dict[str, list[dict[str, str]]] = {}
    for trial in sorted(key.trials, key=lambda trial: (trial.listener, trial.order)):
        listeners.setdefault(str(trial.listener), []).append(_shown(trial, names))
    return {
        "format": FORMAT,
        "test": key.fingerprint,
        "version": f"popgen-eval {__version__}",
        "seconds": key.seconds,
        "columns": list(COLUMNS),
        "clips": sorted(names.values()),
        "listeners": listeners,
    }


def page(shown: dict[str, Any]) -> str:
    """A manifest -> the page. Its policy lets a browser run the script that stands here and play the clips beside."""
    script, style = _part("page.js"), _part("page.css")
    policy = (
        f"default-src 'none'; media-src 'self' file:; connect-src 'self'; script-src {_digest(script)}; "
        f"style-src {_digest(style)}; base-uri 'none'; form-action 'none'"
    )
    test = json.dumps(shown, separators=(",", ":")).replace("<", "\\u003c")
    filled = _part("page.html").replace("{{policy}}", policy).replace("{{style}}", style)
    return filled.replace("{{script}}", script).replace("{{test}}", test)


def _shown(trial: Trial, names: dict[Stimulus, str]) -> dict[str, str]:
    told = trial.expected if trial.kind == "attention" else ""
    return {"trial": trial.trial, "a": names[trial.left], "b": names[trial.right], "rated": trial.rated, "ask": told}


def _part(name: str) -> str:
    return (files("popgen_eval.listening") / name).read_text(encoding="utf-8")


def _digest(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
