"""Calls of the Supabase Data API, under whatever token the caller holds."""

from collections.abc import Mapping
from typing import Any

import httpx
from postgrest import APIError, SyncPostgrestClient

from shared.config import Config
from shared.errors import DataApiError

TIMEOUT_SECONDS = 20.0


class DataApi:
    """One HTTP connection pool for all tokens of a process."""

    def __init__(self, config: Config) -> None:
        self._url = f"{config.supabase_url}/rest/v1"
        self._publishable_key = config.publishable_key
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, headers={"accept-encoding": "identity"})

    def call(self, function: str, arguments: Mapping[str, Any], *, token: str) -> Any:
        """Call a database function and return its answer.

        Raises:
            DataApiError: the call was refused (``code`` says why) or the Data API could not be reached.
        """
        client = SyncPostgrestClient(
            self._url,
            headers={"apikey": self._publishable_key, "authorization": f"Bearer {token}"},
            http_client=self._http,
            retry_enabled=False,
        )
        try:
            return client.rpc(function, dict(arguments)).execute().data
        except APIError as error:
            raise DataApiError(f"{function}: {error.message}", error.code or "") from error
        except httpx.HTTPError as error:
            raise DataApiError(f"{function}: the Data API could not be reached ({type(error).__name__})") from error
