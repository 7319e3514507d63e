"""The Data API, as whoever calls it sees it."""

from collections.abc import Mapping
from typing import Any, Protocol


class Calls(Protocol):
    """The Data API."""

    def call(self, function: str, arguments: Mapping[str, Any], *, token: str) -> Any:
        """Call a database function under a token."""
