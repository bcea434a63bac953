"""What a licence is called, and whether music under it may go into weights that are given away."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["UNKNOWN_NAME", "licence_of_text", "permissive", "qualifies"]

UNKNOWN_NAME = "unknown"

# Spellings after `_plain`: small letters, one hyphen between words, no "the", "licence" or "version".
PERMISSIVE = re.compile(
    r"""mit(-0)? | expat | x11 | isc | zlib | bsl-1\.0 | 0bsd | wtfpl | unlicense
    | bsd-[0123](-clause)? | [0123]-clause-bsd | (new|modified|simplified)-bsd
    | apache-2(\.0)? | artistic-[12](\.0)?
    | cc0(-1\.0)? | cc-zero | pdm(-1\.0)? | public-domain | cc-pddc
    | (cc|creative-commons)-(by|attribution)(-[1-4]\.[05])?""",
    re.VERBOSE,
)
BETWEEN_PARTS = re.compile(r"\s*(?:/|,(?!\s*version)|;|\||&|\s(?:or|and|with)\s)\s*")
REMARK = re.compile(r"\(([^()]*)\)")
HARMLESS = re.compile(
    r"(older|newer|earlier|later|revision|version|of|in|from|the|same|this|repo|repository|history|file|text|see"
    r"|licence|license|universal|international|unported|dedication|\s|\d|\.)*"
)
FILLER = re.compile(r"\b(the|licen[cs]ed?|version|v(?=\d)|clauses|universal|international|unported|dedication)\b")
RESTRICTED = re.compile(
    r"\bnon-?\s?commercial(ly)?\b|\bnot\s(be\s)?(for|used?\sfor)\scommercial|\b(personal|private|educational|research)\suse\sonly\b"
    r"|\bcommons clause\b|\bno derivatives\b"
)


def permissive(name: str) -> bool:
    """Whether every part of a licence's name asks for no more than credit: no copyleft, no NC, no ND, no unknown.

    "CC-BY-4.0 / CC0" is; "MIT or GPL-2.0" is not, whichever one may choose; Artistic-1.0 counts as permissive.
    A remark in brackets is passed over only when it speaks of revisions and the like.
    """
    return qualifies(name, ("permissive",))


def qualifies(name: str, wanted: Sequence[str]) -> bool:
    """Whether every part of a licence's name is among `wanted`: "permissive" or names such as "GPL-2.0".

    "GPL-2.0+" and "GPL-2.0-or-later" may be used as GPL-2.0 and so count as it. Nothing qualifies an unknown licence.
    """
    names = {_plain(one) for one in wanted} - {UNKNOWN_NAME}
    parts = _parts(name)
    return bool(parts) and all(
        part in names or ("permissive" in names and bool(PERMISSIVE.fullmatch(part))) for part in parts
    )


def _parts(name: str) -> list[str]:
    """The licences that a name speaks of, each in its plain spelling."""
    remarks = [remark for remark in REMARK.findall(name.lower()) if not HARMLESS.fullmatch(remark)]
    parts = [*BETWEEN_PARTS.split(REMARK.sub(" ", name.lower())), *remarks]
    return [plain for part in parts if (plain := _plain(part))]


def _plain(name: str) -> str:
    words = FILLER.sub(" ", name.lower().replace(",", " "))
    plain = re.sub(r"[\s_-]+", "-", words).strip("-. ")
    return re.sub(r"(\+|-or-later|-or-newer|-only)$", "", plain)


# What stands in the text of a licence, after `_flat`: small letters, single spaces, no markup.
FULL_TEXTS = (
    ("MIT", r"permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("Apache-2.0", r"apache license,? version 2\.0"),
    ("BSD-3-Clause", r"redistribution and use in source and binary forms.{0,2000}neither the names? "),
    ("BSD-2-Clause", r"redistribution and use in source and binary forms(?!.{0,2000}neither the names? )"),
    ("ISC", r"permission to use, copy, modify, and(/or)? distribute this (software|work|music) for any purpose with"),
    ("Artistic-2.0", r"artistic license 2\.0"),
    ("Artistic-1.0", r"artistic license(?! 2\.0).{0,400}artistic control"),
    ("Unlicense", r"free and unencumbered (software|work|music)? ?released into the public domain"),
    ("CC0-1.0", r"cc0 1\.0 universal|creativecommons\.org/publicdomain/zero/1\.0"),
    ("public domain", r"creativecommons\.org/publicdomain/mark/1\.0"),
    ("MPL-2.0", r"mozilla public license,? (version|v\.) ?2\.0"),
    ("GFDL", r"gnu free documentation license"),
)
NAMES_OTHERS = {"MPL-2.0", "GFDL"}  # their texts speak of GNU's licences too
MOST_NAMES = 6  # of one text
NAMED = (
    r"(?<!not )\b(?:licensed|released|distributed|available|provided|published) (?:only )?(?:under|as) "
    r"(?:the )?(?:terms of )?(?:the )?"
)
STATEMENTS = (
    ("MIT", NAMED + r"mit\b"),
    ("Apache-2.0", NAMED + r"apache[ -](?:license )?2"),
    ("CC0-1.0", NAMED + r"(?:creative commons )?cc-?0\b"),
    ("Unlicense", NAMED + r"unlicense\b"),
    ("public domain", r"(?<!not )\b(?:dedicated|released|placed|put) (?:in)?to the public domain(?! by the)"),
)
CREATIVE_COMMONS = (
    r"creativecommons\.org/licenses/(by(?:-nc)?(?:-sa|-nd)?)/([1-4]\.[05])",
    r"\bcc[ -](by(?:-nc)?(?:-sa|-nd)?)[ -]([1-4]\.[05])",
    r"\battribution"
    r"((?:[ -](?:noncommercial|non-commercial|sharealike|share alike|noderivatives|noderivs|no derivatives))*)"
    r" ([1-4]\.[05])\b",
)
SHORT = {"noncommercial": "-nc", "non-commercial": "-nc", "share": "-sa", "noder": "-nd", "no der": "-nd"}
GNU = (
    r"\bgnu (affero |lesser |library )?general public license[\s,;]*"
    r"(?:as published by the free software foundation[\s,;]*)?"
)
GNU_VERSION = (
    GNU + r"(?:either )?(?:\(?[al]?gpl\)?[\s,]*)?(?:version |v)(\d(?:\.\d)?)(.{0,60}or \(?at your option\)? any later)?"
)
GNU_SHORT = {"affero ": "AGPL", "lesser ": "LGPL", "library ": "LGPL", "": "GPL"}
SPDX = r"spdx-license-identifier:\s*([a-z0-9.+ ()-]{2,80}?)(?=\s*(?:$|\n|\*|#))"


def licence_of_text(text: str) -> str:
    """The name of the licence that a text is or states, in SPDX's spelling where it has one, else "unknown".

    A text that states several names them all, parted by " / "; one that adds a restriction to them says so as well.
    """
    if spdx := re.search(SPDX, text.lower(), flags=re.MULTILINE):
        at = spdx.start(1)
        return text[at : at + len(spdx.group(1))].strip()
    flat = _flat(text)
    found = [name for name, pattern in FULL_TEXTS if re.search(pattern, flat)]
    if NAMES_OTHERS.isdisjoint(found):
        found += _gnu(flat)
    found += _creative_commons(flat)
    found = list(dict.fromkeys(found)) or [name for name, pattern in STATEMENTS if re.search(pattern, flat)][:1]
    if not found:
        return UNKNOWN_NAME
    if RESTRICTED.search(flat) and permissive(" / ".join(found)):
        found.append("with a restriction of use")
    return " / ".join(found if len(found) <= MOST_NAMES else [*found[:MOST_NAMES], "others"])


def _flat(text: str) -> str:
    return " ".join(re.sub(r"[*#_=>“”\"'’`|]+", " ", text.lower()).split())


def _gnu(flat: str) -> list[str]:
    """The licence of GNU's that a text names first: their texts name each other further down."""
    found = re.search(GNU_VERSION, flat) or re.search(GNU, flat)
    if not found:
        return []
    short = GNU_SHORT[found.group(1) or ""]
    if len(found.groups()) == 1:
        return [short]
    number = found.group(2) if "." in found.group(2) else f"{found.group(2)}.0"
    return [f"{short}-{number}{'-or-later' if found.group(3) else ''}"]


def _creative_commons(flat: str) -> list[str]:
    """Every Creative Commons licence that a text names by address, short name or title."""
    found = []
    for pattern in CREATIVE_COMMONS:
        for kind, number in re.findall(pattern, flat):
            short = kind if kind.startswith("by") else "by" + _short(kind)
            found.append(f"CC-{short.upper()}-{number}")
    return found


def _short(words: str) -> str:
    """ " noncommercial-sharealike" as "-nc-sa"."""
    return "".join(dict.fromkeys(code for word, code in SHORT.items() if word in words))
