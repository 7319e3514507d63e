"""An HTTP client that tells passing trouble from a refusal."""

import ipaddress
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

TIMEOUT_SECONDS = 60.0
PASSING_STATUSES = frozenset({408, 425, 429, *range(500, 600)})


class Unavailable(Exception):
    """Nobody answers now, or with an answer that may be another one soon."""


class Unauthorised(Exception):
    """The server does not accept the token."""


class HttpClient(httpx.Client):
    """An httpx client whose `send` raises `Unavailable` or `Unauthorised`, past the retries of any library above it."""

    @classmethod
    def for_url(cls, url: str) -> Self:
        """A client with a timeout of a minute. A proxy of the environment is used, but not to reach this machine."""
        return cls(timeout=TIMEOUT_SECONDS, trust_env=not _is_loopback(url))

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request and read its answer.

        Raises:
            Unavailable: no connection, a timeout, or a status of 5xx, 408, 425 or 429.
            Unauthorised: the Data API answers 401.
        """
        try:
            response = super().send(request, **options)
        except httpx.TransportError as error:
            raise Unavailable(str(error) or type(error).__name__) from error
        if response.status_code in PASSING_STATUSES:
            raise Unavailable(f"HTTP {response.status_code}{_said(response)}")
        if response.status_code == httpx.codes.UNAUTHORIZED and "/rest/v1/" in request.url.path:
            raise Unauthorised(f"HTTP {response.status_code}{_said(response)}")
        return response


def _said(response: httpx.Response) -> str:
    try:
        message = response.json()["message"]
    except (ValueError, KeyError, TypeError):
        return ""
    return f": {message}"[:200]


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
