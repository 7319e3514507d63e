"""The template of one line."""

import re

from shared.signatures.accounts import mask_accounts
from shared.signatures.atoms import mask_atom, mask_value
from shared.signatures.codes import shield_codes, unshield_codes
from shared.signatures.quotes import mask_quoted
from shared.signatures.runs import join_runs
from shared.signatures.words import MASK, SHOWN

LONGEST_LINE = 2_000

_ADDRESS = re.compile(r"[A-Za-z][\w+.-]{0,30}://[^\s,;)\]}\"'<>|]*")
_SEPARATORS = re.compile(r"([=,;()\[\]{}<>\"]+|\.{2,})")
_TRAILING = ",.:;!?"


def line_template(line: str) -> str:
    """The line with one placeholder for each run of values; of its first 2,000 characters.

    >>> line_template("worker-17: 3 of 5 blocks blk_1 blk_22 of 10.0.3.4:9000 lost after 1.5 s")
    '<*> of <*> blocks <*> of <*> lost after <*>'
    >>> line_template("GET /v1/runs/9 gave HTTP 503, exit code 1")
    'GET <*> gave HTTP 503, exit code 1'
    """
    masked: list[str] = []
    before = ""
    for chunk in mask_quoted(_mask_addresses(shield_codes(line[:LONGEST_LINE]))).split():
        if not (chunk.isalpha() or (chunk[-1] in _TRAILING and chunk[:-1].isalpha())):
            masked.append(_mask_chunk(chunk, before))
            before = ""
            continue
        masked.append(chunk)
        before = chunk.lower()
    return unshield_codes(join_runs(mask_accounts(" ".join(masked)))).replace(MASK, SHOWN)


def _mask_addresses(line: str) -> str:
    return _ADDRESS.sub(MASK, line) if "://" in line else line


def _mask_chunk(chunk: str, before: str) -> str:
    """A chunk without spaces: its atoms one by one, a value after ``=`` with its key."""
    pieces = _SEPARATORS.split(chunk)
    if len(pieces) == 1:
        return mask_atom(chunk, before=before)
    key = ""
    for index in range(0, len(pieces), 2):
        atom = pieces[index]
        if key and atom:
            pieces[index] = mask_value(atom, key)
        elif atom:
            pieces[index] = mask_atom(atom, before=before)
        key = atom if index + 1 < len(pieces) and pieces[index + 1] == "=" else ""
    return "".join(pieces)
