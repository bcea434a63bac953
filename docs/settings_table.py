"""Settings as a table: of each its name, what it may be, what it is unless told, and what it means, with its unit."""

from __future__ import annotations

import tomli_w

from popgen_core.plugins.options import Option, options_of

__all__ = ["settings_table"]

HEAD = "| setting | may be | default | what it is |\n|---|---|---|---|\n"


def settings_table(config: type) -> str:
    """The settings of a Config dataclass as a table of Markdown, or a line that there are none."""
    rows = [_row(option) for option in options_of(config)]
    return HEAD + "\n".join(rows) + "\n" if rows else "No settings.\n"


def _row(option: Option) -> str:
    may_be = ", ".join(part for part in (option.type, option.range) if part)
    cells = (f"`{option.name}`", may_be, _default(option), option.description)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(option: Option) -> str:
    """The default as a recipe says it."""
    if option.needed:
        return "needed"
    return f"`{tomli_w.dumps({'_': option.default}).partition(' = ')[2].strip()}`"
