"""A short fingerprint of an error message, the same for the same failure on another day, host or row."""

import hashlib
import re

MAX_CHARACTERS = 1000
_QUOTED = re.compile(r"'[^'\n]{0,200}'|\"[^\"\n]{0,200}\"|`[^`\n]{0,200}`")
_VARYING = re.compile(r"\b(?:0x)?[0-9a-f]{8,}\b|[0-9]+", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def normalise(message: str) -> str:
    """The message without quoted values, numbers and hexadecimal ids, of its first 1,000 characters.

    >>> normalise("worker 17: cannot read 'orders-2024.csv' at 0x7ffd3a10")
    'worker #: cannot read ? at #'
    """
    cut = _QUOTED.sub("?", message[:MAX_CHARACTERS])
    return _SPACES.sub(" ", _VARYING.sub("#", cut)).strip()


def signature(message: str | None) -> str:
    """Twelve hexadecimal digits; empty where there is no message.

    >>> signature("disk 3 is full") == signature("disk 14 is full") != signature("disk 3 is gone")
    True
    >>> signature(None)
    ''
    """
    if not message or not message.strip():
        return ""
    return hashlib.sha256(normalise(message).encode("utf-8", "replace")).hexdigest()[:12]
