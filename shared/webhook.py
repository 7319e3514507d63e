"""Standard Webhooks (standardwebhooks.com): who woke us, and when."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from shared.errors import Refused

TOLERANCE_SECONDS = 300


def sign(secret: str, *, webhook_id: str, timestamp: int, body: bytes) -> str:
    """The ``webhook-signature`` of a body: ``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``.

    ``secret`` is ``whsec_`` followed by the key in base64.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = b".".join((webhook_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def verify(secrets: Sequence[str], *, headers: Mapping[str, str], body: bytes, now: float) -> None:
    """Accept a request signed with any of the secrets within five minutes of ``now`` (epoch seconds).

    Several secrets are valid at a time so that one can be replaced without downtime.

    Raises:
        Refused: 401, when a header is missing or malformed, the time is too far off, or no signature fits.
    """
    webhook_id = headers.get("webhook-id", "")
    claimed_timestamp = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "").split()
    if not webhook_id or not signatures or not claimed_timestamp.isascii() or not claimed_timestamp.isdigit():
        raise _refused("send webhook-id, webhook-timestamp (epoch seconds) and webhook-signature")
    timestamp = int(claimed_timestamp[:18])
    if abs(now - timestamp) > TOLERANCE_SECONDS:
        raise _refused(f"webhook-timestamp is {abs(now - timestamp):.0f} s off; {TOLERANCE_SECONDS} s are allowed")
    for secret in secrets:
        try:
            expected = sign(secret, webhook_id=webhook_id, timestamp=timestamp, body=body).encode()
        except binascii.Error:
            continue
        if any(hmac.compare_digest(expected, signature.encode()) for signature in signatures):
            return
    raise _refused("webhook-signature does not fit the body: sign id.timestamp.body with the shared secret")


def _refused(detail: str) -> Refused:
    return Refused(401, "Signature refused", detail)
