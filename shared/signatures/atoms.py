"""One atom of a line, what stands between spaces and separators: a word that stays, or a value that is masked."""

import re

from shared.signatures.words import (
    BEFORE_HOST,
    BEFORE_NAME,
    DOMAIN_ENDINGS,
    FAULT_ENDINGS,
    FILE_ENDINGS,
    IDENTITY_KEYS,
    MASK,
    NAMES_WITH_DIGITS,
    NOTHING,
    PACKAGE_STARTS,
)

LONGEST_ATOM = 80
SHORTEST_CONSTANT = 2

_DIGIT = re.compile(r"\d")
_COLON_ADDRESS = re.compile(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,15}(?:%\w{1,16})?")
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){3,15}")
_HOST_AND_PORT = re.compile(r"[\w.-]{1,80}:[0-9]{1,5}")
_HEX_LETTERS = re.compile(r"[a-f]{8,80}|[A-F]{8,80}")
_KEY_PARTS = re.compile(r"[._-]|(?<=[a-z])(?=[A-Z])")
_DEVICE = re.compile(r"([A-Za-z]{2,8})[\d\x00]{1,4}")
_ENDS = ".!?*,"


def mask_atom(atom: str, *, before: str = "") -> str:
    """The atom, or its mask; of ``a:b`` each part by itself. ``before`` is the word before it in the line.

    >>> [mask_atom(atom).replace(MASK, "#") for atom in ("blk_17", "ciod:", "sid:0x3", "java.io.IOException", "/tmp/x")]
    ['#', 'ciod:', 'sid:#', 'java.io.IOException', '#']
    """
    if len(atom) > LONGEST_ATOM or "\\" in atom or "://" in atom or atom.startswith("arn:"):
        return MASK
    if before == "interface" and (device := _DEVICE.fullmatch(atom)):
        return device[1] + MASK
    if ":" not in atom:
        return MASK if before in BEFORE_NAME and _is_compound(atom) else _mask_part(atom)
    bare = atom.strip(":")
    if _MAC.fullmatch(bare) or (_COLON_ADDRESS.fullmatch(bare) and _DIGIT.search(bare)):
        return MASK + ":" * (atom[-1] == ":" and atom[-2:] != "::")
    if _COLON_ADDRESS.fullmatch(atom) and _DIGIT.search(atom):
        return MASK
    if before in BEFORE_HOST and _HOST_AND_PORT.fullmatch(bare):
        return MASK
    return ":".join(map(_mask_part, atom.split(":")))


def mask_value(value: str, key: str) -> str:
    """The value of ``key=value``, or its mask: words stay, unless the key says that they are a name.

    >>> mask_value("RUNNING", "state"), mask_value("orders", "table") == mask_value("null", "x") == MASK
    ('RUNNING', True)
    """
    if value.lower() in NOTHING:
        return MASK
    if not value or value[0] == MASK:
        return value
    is_name = _KEY_PARTS.split(key)[-1].lower() in IDENTITY_KEYS or ("." in value and not value.endswith(FAULT_ENDINGS))
    return MASK if is_name else mask_atom(value)


def _mask_part(part: str) -> str:
    bare = part.strip(_ENDS)
    if not bare or bare.isalpha():
        return MASK if _HEX_LETTERS.fullmatch(bare) else part
    if MASK in bare:
        return part if bare == MASK else MASK
    end = part[len(part.rstrip(".!?")) :]
    if _DIGIT.search(bare):
        return part if bare.lower() in NAMES_WITH_DIGITS else MASK + end
    if bare[0] in "/~" or bare.startswith(("./", "../")):
        return MASK + end if len(bare) > 1 and any(map(str.isalpha, bare)) else part
    if "@" in bare or bare.count("/") > 1 or ("/" in bare and "." in bare):
        return MASK + end if any(map(str.isalpha, bare)) else part
    return MASK + end if "." in bare and _is_dotted_name(bare) else part


def _is_compound(atom: str) -> bool:
    bare = atom.strip(_ENDS)
    return "-" in bare or "_" in bare or "." in bare


def _is_dotted_name(bare: str) -> bool:
    """Whether it is a host, a file or a package; ``state.top``, settings, constants and exceptions are none."""
    parts = bare.split(".")
    first, last = parts[0], parts[-1]
    if last.endswith(FAULT_ENDINGS) or (last.isupper() and len(last) > SHORTEST_CONSTANT):
        return False
    if last in FILE_ENDINGS or last in DOMAIN_ENDINGS:
        return True
    return len(parts) > 2 and first in PACKAGE_STARTS
