"""Who talks to the Data API in these tests: people, engines, and nobody in particular."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from local.description import StackDescription
from shared import engine_token

PASSWORD = "a-flat-white-please"
RETURN = {"prefer": "return=representation"}


@dataclass(frozen=True)
class Actor:
    """One caller of the Data API. ``user_id`` and ``workspace_id`` are empty for who has none."""

    name: str
    http: httpx.Client = field(repr=False)
    user_id: str = ""
    workspace_id: str = ""

    def select(self, table: str, **equal: Any) -> httpx.Response:
        return self.http.get(f"/rest/v1/{table}", params={"select": "*", **_filters(equal)})

    def insert(self, table: str, rows: Any, *, prefer: str = "return=minimal") -> httpx.Response:
        """By default without asking for the rows back: who may not read may still be able to write."""
        return self.http.post(f"/rest/v1/{table}", json=rows, headers={"prefer": prefer})

    def update(self, table: str, changes: dict[str, Any], **equal: Any) -> httpx.Response:
        return self.http.patch(f"/rest/v1/{table}", json=changes, params=_filters(equal), headers=RETURN)

    def delete(self, table: str, **equal: Any) -> httpx.Response:
        return self.http.delete(f"/rest/v1/{table}", params=_filters(equal), headers=RETURN)

    def call(self, function: str, **arguments: Any) -> httpx.Response:
        return self.http.post(f"/rest/v1/rpc/{function}", json=arguments)

    def rows(self, table: str, **equal: Any) -> list[dict[str, Any]]:
        """The rows that the actor sees; a refusal is a failure of the test."""
        return answered(self.select(table, **equal))

    def add(self, table: str, **row: Any) -> dict[str, Any]:
        """A row that the actor inserts, as stored."""
        return answered(self.insert(table, row, prefer=RETURN["prefer"]))[0]


def answered(response: httpx.Response) -> Any:
    """What a call answered that should have gone well."""
    assert response.is_success, f"{response.request.method} {response.request.url}: {response.text[:500]}"
    return response.json()


def did(response: httpx.Response) -> bool:
    """Whether a call reached a row: False when it was refused with a 4xx or found nothing; a 5xx is nobody's answer."""
    assert response.status_code < 500, f"{response.request.method} {response.request.url}: {response.text[:500]}"
    return response.is_success and (response.status_code == 201 or bool(response.json()))


def caller(stack: StackDescription, name: str, token: str = "", **of: str) -> Actor:
    """An actor with this token, or with the publishable key alone."""
    headers = {"apikey": stack.publishable_key} | ({"authorization": f"Bearer {token}"} if token else {})
    # Plain HTTP: reading certificates would cost more than a test.
    http = httpx.Client(base_url=stack.api_url, headers=headers, timeout=60, trust_env=False, verify=False)
    return Actor(name, http, **of)


def person(stack: StackDescription, name: str) -> Actor:
    """Somebody who has just signed up, and whose own workspace is the personal one."""
    body = {"email": f"{name}.{uuid.uuid4().hex[:12]}@roastery.example", "password": PASSWORD}
    session = answered(caller(stack, name).http.post("/auth/v1/signup", json=body))
    user_id, token = session["user"]["id"], session["access_token"]
    (workspace,) = caller(stack, name, token).rows("workspaces", personal_for=user_id)
    return caller(stack, name, token, user_id=user_id, workspace_id=workspace["id"])


def engine(stack: StackDescription, name: str, workspace_id: str) -> Actor:
    """An engine at work on a workspace."""
    token = engine_token.mint(stack.jwt_secret, engine=name, workspace_id=workspace_id, now=time.time())
    return caller(stack, name, token, workspace_id=workspace_id)


def _filters(equal: dict[str, Any]) -> dict[str, str]:
    return {column: f"eq.{value}" for column, value in equal.items()}
