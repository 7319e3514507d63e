import base64

import pytest
from standardwebhooks import Webhook

from shared import webhook
from shared.errors import Refused

SECRET = "whsec_" + base64.b64encode(b"roasted-beans-smell-wonderful").decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"yesterdays-coffee-is-very-bitter").decode()
BODY = b'{"type": "wake_up"}'
NOW = 1_800_000_000


def signed(secret: str = SECRET, *, timestamp: int = NOW, body: bytes = BODY) -> dict[str, str]:
    signature = webhook.sign(secret, webhook_id="wake_1", timestamp=timestamp, body=body)
    return {"webhook-id": "wake_1", "webhook-timestamp": str(timestamp), "webhook-signature": signature}


def test_a_signature_of_ours_is_accepted_by_the_reference_library() -> None:
    import time

    now = int(time.time())
    assert Webhook(SECRET).verify(BODY.decode(), signed(timestamp=now)) == {"type": "wake_up"}


@pytest.mark.parametrize("secrets", [[SECRET], [OTHER_SECRET, SECRET], ["whsec_not base64!", SECRET]])
def test_any_of_the_valid_secrets_will_do(secrets: list[str]) -> None:
    webhook.verify(secrets, headers=signed(), body=BODY, now=NOW)


def test_one_of_several_signatures_will_do() -> None:
    headers = signed()
    headers["webhook-signature"] = f"v1,{base64.b64encode(b'old').decode()} {headers['webhook-signature']}"
    webhook.verify([SECRET], headers=headers, body=BODY, now=NOW)


@pytest.mark.parametrize("age", [-300, 300])
def test_a_clock_five_minutes_off_is_tolerated(age: int) -> None:
    webhook.verify([SECRET], headers=signed(), body=BODY, now=NOW + age)


@pytest.mark.parametrize(
    ("headers", "body", "now"),
    [
        pytest.param(signed(OTHER_SECRET), BODY, NOW, id="forged"),
        pytest.param(signed(), BODY + b" ", NOW, id="body changed"),
        pytest.param(signed(), BODY, NOW + 301, id="old"),
        pytest.param(signed(), BODY, NOW - 301, id="from the future"),
        pytest.param(signed() | {"webhook-timestamp": str(NOW + 1)}, BODY, NOW, id="timestamp changed"),
        pytest.param(signed() | {"webhook-timestamp": "9" * 5000}, BODY, NOW, id="timestamp absurd"),
        pytest.param(signed() | {"webhook-timestamp": "٣"}, BODY, NOW, id="timestamp not ascii"),
        pytest.param(signed() | {"webhook-id": "wake_2"}, BODY, NOW, id="id changed"),
        pytest.param(signed() | {"webhook-signature": "v1,ünïcode"}, BODY, NOW, id="signature not ascii"),
        pytest.param({}, BODY, NOW, id="unsigned"),
    ],
)
def test_anything_else_is_refused(headers: dict[str, str], body: bytes, now: float) -> None:
    with pytest.raises(Refused) as refusal:
        webhook.verify([SECRET], headers=headers, body=body, now=now)
    assert refusal.value.status == 401
