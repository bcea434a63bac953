"""Errors written for the person who can act: what was given, what is needed, what to do."""

__all__ = [
    "CheckpointError",
    "DatasetError",
    "MidiError",
    "OutputError",
    "PluginError",
    "PopgenError",
    "RecipeError",
    "Refused",
    "SongError",
]


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
