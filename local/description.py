"""What a running stack offers: addresses, keys and process ids, as kept in `stack.json`."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Self

from local.errors import StackError

FILE_NAME = "stack.json"


@dataclass(frozen=True)
class StackDescription:
    """Everything a client needs to talk to one running stack. `database_url` is the database owner's."""

    pid: int
    data_dir: str
    database_url: str = field(repr=False)
    api_url: str
    publishable_key: str
    gateway_url: str
    functions_url: str
    redis_url: str
    redis_token: str = field(repr=False)
    object_store_url: str
    bucket: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    demo_email: str
    demo_password: str = field(repr=False)
    embedded_postgres: bool
    processes: Mapping[str, int]

    def to_json(self) -> str:
        """The description as indented JSON, ending with a newline."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            StackError: it is not JSON, or a field is missing.
        """
        try:
            values = json.loads(text)
            return cls(**{item.name: values[item.name] for item in fields(cls)})
        except (ValueError, TypeError, KeyError) as error:
            raise StackError(
                f"The stack's description is not readable ({error!r}): run `flexiroaster up` again."
            ) from error

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read `stack.json`; `path` is the file or the data folder that holds it.

        Raises:
            StackError: no stack runs there.
        """
        file = path / FILE_NAME if path.is_dir() else path
        try:
            return cls.from_json(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StackError(f"No stack runs in {path}: start one with `flexiroaster up`.") from None

    def write(self, data_dir: Path) -> None:
        """Write `stack.json` so that only its owner can read it, whole or not at all."""
        write_private(data_dir / FILE_NAME, self.to_json())


def write_private(path: Path, text: str) -> None:
    """Write a file with mode 0600, replacing what was there in one step."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
