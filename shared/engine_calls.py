"""The Data API as one engine sees it in one workspace."""

from collections.abc import Callable, Mapping
from typing import Any

from shared import engine_token
from shared.calls import Calls


class EngineCalls:
    """Calls under a token of the engine's own. Each call mints one: work may outlive a token."""

    def __init__(
        self, calls: Calls, *, jwt_secret: str, engine: str, workspace_id: str, now: Callable[[], float]
    ) -> None:
        self._calls = calls
        self._jwt_secret = jwt_secret
        self._engine = engine
        self._workspace_id = workspace_id
        self._now = now

    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Call a database function and return its answer.

        Raises:
            DataApiError: it was refused, or the Data API could not be reached.
        """
        token = engine_token.mint(
            self._jwt_secret, engine=self._engine, workspace_id=self._workspace_id, now=self._now()
        )
        return self._calls.call(function, arguments, token=token)
