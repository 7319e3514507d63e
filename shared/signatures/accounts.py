"""Who it was and where, when only the words around say that a word is a name."""

import re

from shared.signatures.words import MASK

_NAME = rf"[^\s{MASK}]{{1,64}}"
_NOT_A_NAME = r"(?!(?:unknown|not|is|was|has|locked|disabled|expired|denied|exists|missing|error|limit)\b)"
_ACCOUNT = re.compile(
    rf"\b(?:[Ii]nvalid|[Uu]nknown|[Ii]llegal)\suser\s{_NAME}"
    rf"|\b[Uu]ser\s{_NOT_A_NAME}{_NAME}(?=\s(?:from|by|on|at|in)\s|\s\[|[.,;:]?$)"
    rf"|\bfor\s{_NAME}(?=\sfrom\s{MASK})"
    rf"|\b(?:on|from|at)\s(?:host|node|machine|worker|pod|executor)\s{_NOT_A_NAME}{_NAME}"
    # The common log format of web servers.
    rf"|^{MASK}\s-\s{_NAME}(?=\s\[{MASK})"
)
_SIGNS = ("user ", "User ", "for ", f"{MASK} - ", " host ", " node ", " machine ", " worker ", " pod ", " executor ")


def mask_accounts(line: str) -> str:
    """A masked line with masks for the names of people, accounts and machines.

    >>> mask_accounts(f"password of user alice from {MASK} refused").replace(MASK, "#")
    'password of user # from # refused'
    """
    return _ACCOUNT.sub(_unnamed, line) if any(map(line.__contains__, _SIGNS)) else line


def _unnamed(match: re.Match[str]) -> str:
    return f"{match.group().rpartition(' ')[0]} {MASK}"
