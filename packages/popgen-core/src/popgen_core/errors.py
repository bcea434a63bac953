"""Errors written for the person who can act: what was given, what is needed, what to do."""

from importlib.util import find_spec

__all__ = [
    "PARTS",
    "CheckpointError",
    "DatasetError",
    "MidiError",
    "NotInstalled",
    "OutputError",
    "PluginError",
    "PopgenError",
    "RecipeError",
    "Refused",
    "SongError",
    "from_wheels",
    "lacking",
    "need",
]

PARTS = {  # the part of popgen that brings a module which popgen imports; tests/house holds it against pyproject.toml
    "popgen_core": "popgen-core",
    "numpy": "popgen-core",
    "symusic": "popgen-core",
    "pluggy": "popgen-core",
    "pydantic": "popgen-core",
    "tomli_w": "popgen-core",
    "filelock": "popgen-core",
    "torch": "popgen-core[torch]",
    "safetensors": "popgen-core[torch]",
    "matplotlib": "popgen-core[plot]",
    "tensorboard": "popgen-core[tensorboard]",
    "fluidsynth": "popgen-core[audio]",
    "soundfile": "popgen-core[audio]",
    "distributed": "popgen-core[dask]",
    "dask": "popgen-core[dask]",
    "fsspec": "popgen-core[dask]",
    "popgen_encoders": "popgen-encoders",
    "popgen_eval": "popgen-eval",
    "scipy": "popgen-eval",
    "popgen_cli": "popgen-cli",
    "typer": "popgen-cli",
    "rich": "popgen-cli",
}


class PopgenError(Exception):
    """One line about what went wrong and, as `hint`, one about what to do; `exit_code` is the command's.

    Exit codes: 1 failed, 2 wrong use, 4 refused (a lock, a mismatch).
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class SongError(PopgenError):
    """A song that cannot be what it claims to be: negative times, pitches out of MIDI's range."""


class MidiError(PopgenError):
    """Bytes that are no MIDI file, or one that popgen declines to read; `reason` is a short code for reports."""

    def __init__(self, message: str, *, reason: str = "not-midi", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class RecipeError(PopgenError):
    """A recipe with unknown keys, values out of range, or parts that do not fit each other."""

    exit_code = 2


class PluginError(PopgenError):
    """A plug-in that does not exist, is claimed by two distributions, or cannot be imported."""

    exit_code = 2


class NotInstalled(PluginError):
    """Something that a part of popgen, or a plug-in, would bring is not installed here; nothing else is wrong."""

    exit_code = 1


class DatasetError(PopgenError):
    """A folder that is no dataset, holds no songs, or was changed since it was written."""


class CheckpointError(PopgenError):
    """A checkpoint that is missing, damaged or of another kind."""


class OutputError(PopgenError):
    """A place that cannot be written to: it exists already, is read-only, or is a file."""

    exit_code = 2


class Refused(PopgenError):
    """A lock held by another process, or a mismatch that only --force may pass."""

    exit_code = 4


def from_wheels(*parts: str) -> str:
    """How to get parts of popgen: by its own wheels, for on a public index a stranger may own their names."""
    return f"install {' and '.join(dict.fromkeys(parts))} from popgen's wheels"


def lacking(*modules: str) -> NotInstalled:
    """The error for modules that are not here: which, and the parts of popgen that bring them."""
    parts = [PARTS[root] for module in modules if (root := module.split(".")[0]) in PARTS]
    hint = (
        from_wheels(*parts) if parts else "no part of popgen brings it: look at what the plug-in that asks for it needs"
    )
    are = "which are" if len(modules) > 1 else "which is"
    return NotInstalled(f"this needs {' and '.join(modules)}, {are} not installed", hint=hint)


def need(*modules: str) -> None:
    """Raise NotInstalled, before any work, for those modules that are not here; imports none of them."""
    if missing := [module for module in modules if find_spec(module) is None]:
        raise lacking(*missing)
