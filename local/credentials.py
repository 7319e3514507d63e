"""The secrets of one data folder: made once at random, kept with mode 0600, the same after a restart."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from local.description import write_private

FILE_NAME = "secrets.json"


@dataclass(frozen=True, repr=False)
class Credentials:
    """Keys and passwords of one embedded stack. None has a default."""

    database_admin_password: str
    database_password: str
    publishable_key: str
    secret_key: str
    jwt_secret: str
    webhook_secret: str
    redis_password: str
    redis_token: str
    access_key_id: str
    secret_access_key: str
    demo_email: str
    demo_password: str

    @classmethod
    def make(cls) -> "Credentials":
        """New random credentials. The webhook secret is 32 bytes, as Standard Webhooks asks (24 to 64)."""
        return cls(
            database_admin_password=secrets.token_urlsafe(24),
            database_password=secrets.token_urlsafe(24),
            publishable_key="sb_publishable_" + secrets.token_urlsafe(24),
            secret_key="sb_secret_" + secrets.token_urlsafe(24),
            jwt_secret=secrets.token_hex(32),
            webhook_secret="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
            redis_password=secrets.token_urlsafe(24),
            redis_token=secrets.token_urlsafe(32),
            access_key_id="FRKEY" + secrets.token_hex(8).upper(),
            secret_access_key=secrets.token_urlsafe(30),
            demo_email=f"demo-{secrets.token_hex(4)}@flexiroaster.example",
            demo_password=secrets.token_urlsafe(18),
        )

    @classmethod
    def load_or_make(cls, data_dir: Path) -> "Credentials":
        """The folder's credentials; new ones (all of them) when there are none or the file is damaged."""
        path = data_dir / FILE_NAME
        names = {item.name for item in fields(cls)}
        if path.exists():
            try:
                values = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                values = {}
            if isinstance(values, dict) and set(values) == names:
                return cls(**values)
        made = cls.make()
        write_private(path, json.dumps(asdict(made), indent=2) + "\n")
        return made
