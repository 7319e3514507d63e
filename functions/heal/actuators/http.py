"""HTTP as orders need it: to a checked address, with a deadline, no redirects, answers bounded."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from functions.heal.actuators.hosts import Hosts
from functions.heal.actuators.port import ActuatorError

TIMEOUT_SECONDS = 10.0
LONGEST_ANSWER = 1_000_000


class Http:
    """Requests to orchestrators."""

    def __init__(self, hosts: Hosts, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._hosts = hosts
        self._client = httpx.Client(timeout=timeout_seconds, follow_redirects=False, trust_env=False)

    def send(
        self, method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """The status and the JSON of an answer (its text, where it is none).

        Raises:
            ActuatorError: the address is refused; passing: nobody answered, or with 429 or 5xx.
        """
        place = self._hosts.place_of(url)
        parts = urlsplit(url)
        target = place.origin + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"host": place.authority, "content-type": "application/json", **(headers or {})}
        try:
            request = self._client.build_request(
                method, target, content=body, headers=sent, extensions={"sni_hostname": place.host}
            )
            status, text = self._exchange(request)
        except httpx.HTTPError as error:
            raise ActuatorError(f"{place.host} did not answer ({type(error).__name__})", is_passing=True) from error
        if status == 429 or status >= 500:
            raise ActuatorError(f"{place.host} answered {status}", is_passing=True)
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text[:1000]

    def _exchange(self, request: httpx.Request) -> tuple[int, str]:
        response = self._client.send(request, stream=True)
        try:
            content = b""
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > LONGEST_ANSWER:
                    raise ActuatorError(f"{request.headers['host']} answered more than {LONGEST_ANSWER:,} bytes")
            return response.status_code, content.decode("utf-8", errors="replace")
        finally:
            response.close()
