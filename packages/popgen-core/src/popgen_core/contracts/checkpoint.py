"""The contract of a shipped checkpoint: weights under a name, as a file of a pip package, with a model card beside it.

Held by `popgen_core.shipped`, which reads, verifies and makes such files, and by the conformance kit:

- The card's target is "module:function". Asked without arguments, the function returns the path of a checkpoint file
  inside the installed package: one safetensors file as `popgen train` writes it (`popgen_core.checkpoint`), its
  weights stored in 32 bits, in half precision or in 8 bits. It reads no settings, needs no network and imports no
  torch; the file is there from the installation on.
- Beside `NAME.safetensors` lies its model card `NAME.md`, in the form of Hugging Face's model cards: front matter
  between two lines `---`, then Markdown.
- The front matter holds at least `license:` (such as mit or cc-by-4.0), `library_name: popgen` and `sha256:`, the
  64 hexadecimal digits of the digest of the whole file. The file and its card change together or not at all.
- The Markdown has a section for each of SECTIONS, none of them empty: what the model is meant for, what songs it
  learned from and under which licences, what was measured of it, and what it cannot do.
- The checkpoint completes its own recipe: with the distributions that its components name installed, it loads.
  The package therefore depends on them.
- A name never changes behaviour: other weights are a new version (`starter.v2`). Users may leave the version away and
  get the newest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

__all__ = ["LIBRARY", "SECTIONS", "ShippedCheckpoint"]

LIBRARY = "popgen"  # what `library_name` says
SECTIONS = ("Intended use", "Data", "Figures", "Limits")  # headings of a model card, of any level, in any case


class ShippedCheckpoint(Protocol):
    """What the target of a `checkpoint` card is: a callable that says where its file lies."""

    def __call__(self) -> Path:
        """The path of the checkpoint file inside the installed package; its model card lies beside it."""
        ...
