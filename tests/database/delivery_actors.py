"""Who acts in the delivery tests: people and engines, each with a token and nothing but the Data API."""

import time
from typing import Any

import httpx

from shared.engine_token import mint

TABLES = {"predict": "predictions", "detect": "detections", "rca": "root_causes", "heal": "healing_plans"}
Row = dict[str, Any]
PASSWORD = "correct horse battery staple"


class Caller:
    """Anybody with a token. What a call answers is the HTTP response: refusals are looked at, not raised."""

    def __init__(self, http: httpx.Client, token: str, user_id: str = "") -> None:
        self._http = http
        self._headers = {"authorization": f"Bearer {token}"}
        self.user_id = user_id

    @classmethod
    def signed_up(cls, http: httpx.Client, email: str) -> "Caller":
        """A new user."""
        response = http.post("/auth/v1/signup", json={"email": email, "password": PASSWORD})
        assert response.is_success, response.text
        session = response.json()
        return cls(http, session["access_token"], session["user"]["id"])

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request below ``/rest/v1/``."""
        return self._http.request(method, f"/rest/v1/{path}", headers=self._headers, **options)

    def rows(self, table: str, **equal: Any) -> list[Row]:
        """The rows of a table whose columns have these values."""
        response = self.call("GET", table, params={"select": "*", **_filters(equal)})
        assert response.is_success, response.text
        return response.json()

    def insert(self, table: str, rows: Row | list[Row]) -> None:
        response = self.call("POST", table, json=rows)
        assert response.is_success, response.text

    def update(self, table: str, changes: Row, **equal: Any) -> None:
        response = self.call("PATCH", table, json=changes, params=_filters(equal))
        assert response.is_success, response.text

    def rpc(self, function: str, **arguments: Any) -> Any:
        response = self.call("POST", f"rpc/{function}", json=arguments)
        assert response.is_success, response.text
        return response.json()


class Engine(Caller):
    """An engine under a token for one workspace."""

    def __init__(self, http: httpx.Client, name: str, *, jwt_secret: str, workspace_id: str) -> None:
        super().__init__(http, mint(jwt_secret, engine=name, workspace_id=workspace_id, now=time.time()))
        self._complete = f"complete_{TABLES.get(name)}"

    def claim(self, max_events: int = 200) -> Row:
        """What there is to do."""
        return self.rpc("claim_events", max_events=max_events)

    def complete(self, claim: Row, **payload: Any) -> Row:
        """Say what became of a claim; without ``done``, that all of it is done."""
        done = [event["id"] for event in claim["events"]]
        document = {"lease": claim["lease"], "done": done, "half_lives_seconds": [3600, 86400, 604800], **payload}
        return self.rpc(self._complete, payload=document)

    def fail(self, claim: Row, error: str) -> Row:
        """Say that the first event of a claim could not be decided."""
        return self.complete(claim, done=[], failed=[{"event_id": claim["events"][0]["id"], "error": error}])


def _filters(equal: dict[str, Any]) -> dict[str, str]:
    return {column: f"eq.{value}" for column, value in equal.items()}
