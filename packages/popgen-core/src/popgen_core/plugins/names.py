"""How a new plug-in is called: one word of a person becomes the names of a distribution, a module and a component."""

from __future__ import annotations

import keyword
import re
import sys
import unicodedata
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

from popgen_core.contracts.card import Kind
from popgen_core.errors import PluginError
from popgen_core.plugins.catalogue import Catalogue
from popgen_core.plugins.loader import BUILTIN

__all__ = ["Names", "names_for"]

LEGAL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")  # PEP 508
LONGEST = 40  # characters; a longer one makes lines that nobody reads
OWN = (*BUILTIN, "popgen", "popgen-cli")


@dataclass(frozen=True)
class Names:
    """`my-idea` as a distribution, `my_idea` as a module, `my-idea.v1` as a component, `MyIdeaEncoder` as a class."""

    distribution: str
    module: str
    component: str
    target: str


def names_for(kind: Kind, text: str, catalogue: Catalogue) -> Names:
    """The names of a new plug-in. Raises PluginError for one that cannot be, or that somebody has already."""
    if not LEGAL.fullmatch(text):
        raise PluginError(
            f"{text!r} is no name of a distribution: letters, digits and hyphens make one",
            hint=f"such as {_plain(text) or 'my-idea'}",
        )
    plain = re.sub(r"[-_.]+", "-", text).lower()  # as package indexes compare names
    names = Names(plain, plain.replace("-", "_"), f"{plain}.v1", _target(kind, plain))
    if why := _cannot_be(names) or _is_taken(kind, names, catalogue):
        raise PluginError(f"{text!r} cannot be the name: {why}", hint=f"such as {_another(kind, plain)}")
    return names


def _cannot_be(names: Names) -> str:
    """Why Python or people could not use a name, or ""."""
    module = names.module
    if module[0].isdigit():
        return "a Python module cannot begin with a digit"
    if keyword.iskeyword(module) or keyword.issoftkeyword(module):
        return f"{module} is a word of Python itself"
    if len(module) > LONGEST:
        return f"it has more than {LONGEST} characters"
    if module in sys.stdlib_module_names or module == "tests":
        return f"it would hide Python's own module {module}" if module != "tests" else "its tests lie in tests"
    return ""


def _is_taken(kind: Kind, names: Names, catalogue: Catalogue) -> str:
    """Who has a name already, in a sentence, or ""."""
    for offer in catalogue.offers:
        if offer.card.kind == kind and offer.card.name.rpartition(".v")[0] == names.distribution:
            return f"{offer.distribution} has {offer.card.kind} {offer.card.name}"
    if names.distribution in OWN:
        return f"{names.distribution} is a part of popgen"
    try:
        found = distribution(names.distribution)
        return f"{names.distribution} {found.version} is installed already"
    except PackageNotFoundError:
        pass
    found_module = find_spec(names.module)
    if found_module and found_module.origin:  # a folder that is no package has none
        return f"a module {names.module} is installed already ({found_module.origin})"
    return ""


def _target(kind: Kind, plain: str) -> str:
    """The class's name; of a checkpoint, whose target is a function, that of the function."""
    if kind == "checkpoint":
        return "file"
    words = plain.split("-")
    return "".join(word.capitalize() for word in (words if words[-1] == kind else [*words, kind]))


def _plain(text: str) -> str:
    """A text as a name, as far as it can be one."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def _another(kind: Kind, plain: str) -> str:
    """A name near to one that cannot be."""
    return f"my-{plain}"[:LONGEST].strip("-") if not plain.startswith("my-") else f"{plain[:30].strip('-')}-{kind}"
