"""The signature of a failure: its template and a short fingerprint."""

import hashlib
from dataclasses import dataclass

from shared.signatures.template import template_of

FINGERPRINT_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Signature:
    """What a failure is known by. ``fingerprint``: 12 hexadecimal digits, or empty for a failure that says nothing."""

    fingerprint: str
    template: str


def signature_of(text: str | None) -> Signature:
    """The signature of an error message, a log or a stack trace.

    >>> signature_of("disk 3 is full") == signature_of("disk 14 is full") != signature_of("disk 3 is gone")
    True
    """
    template = template_of(text)
    if not template:
        return Signature("", "")
    return Signature(hashlib.sha256(template.encode("utf-8", "replace")).hexdigest()[:FINGERPRINT_DIGITS], template)


def fingerprint_of(text: str | None) -> str:
    """The fingerprint alone.

    >>> len(fingerprint_of("disk 3 is full")), fingerprint_of(None)
    (12, '')
    """
    return signature_of(text).fingerprint
