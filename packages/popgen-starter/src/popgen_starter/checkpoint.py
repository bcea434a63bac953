"""starter.v1: where its weights lie in this package; their model card, starter.v1.md, lies beside them."""

from pathlib import Path

__all__ = ["file"]


def file() -> Path:
    """The whole path of the checkpoint, a file that comes with the package."""
    return Path(__file__).with_name("starter.v1.safetensors").resolve()
