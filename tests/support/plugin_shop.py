"""Sample distributions, as pip would leave them in a folder: modules, metadata, one entry-point line."""

from __future__ import annotations

import textwrap
from importlib.metadata import distribution
from pathlib import Path

from popgen_core.plugins.loader import Problem, offers_of

GOOD = """
    from popgen_core.contracts.card import Card
    from popgen_core.plugins import hookimpl

    @hookimpl
    def popgen_components():
        return [Card("encoder", "NAME", "MODULE_parts:Waves", "encodes by waves")]
"""


class Shop:
    """A folder on sys.path that sample distributions are installed into, all of version 2.5."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.modules: set[str] = set()

    def install(self, name: str, cards: str, component: str = "class Waves: ...") -> None:
        """A distribution with an entry point, a module of cards and a module of components."""
        module = name.replace("-", "_")
        self.modules |= {module, f"{module}_parts"}
        code = textwrap.dedent(cards).replace("MODULE", module).replace("NAME", "waves.v1")
        (self.folder / f"{module}.py").write_text(code)
        (self.folder / f"{module}_parts.py").write_text(textwrap.dedent(component))
        self.about(name, f"[popgen]\n{name} = {module}\n")

    def about(
        self, name: str, entry_points: str, metadata: str = "Metadata-Version: 2.1\nName: {}\nVersion: 2.5\n"
    ) -> None:
        """The metadata of a distribution alone."""
        about = self.folder / f"{name.replace('-', '_')}-2.5.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(metadata.format(name))
        (about / "entry_points.txt").write_text(entry_points)

    def problem(self, name: str) -> Problem:
        """The one problem that a distribution's entry point brings, and nothing else."""
        [entry] = distribution(name).entry_points
        offers, problems = offers_of(entry)
        assert offers == []
        [problem] = problems
        assert (problem.distribution, problem.version, problem.loaded) == (name, "2.5", False)
        assert "\n" not in problem.message
        assert name.replace("-", "_") in problem.message, "the entry point is named"
        return problem
