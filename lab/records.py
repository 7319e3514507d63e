"""The tables of a user, written and read through the Data API under an ordinary user's token."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import httpx
from postgrest import APIError
from supabase import Client, ClientOptions, SupabaseException, create_client

from lab.errors import LabError
from lab.fault import STAGES
from local.description import StackDescription

T = TypeVar("T")
Row = dict[str, Any]
PAGE_ROWS = 1000
PATIENCE_SECONDS = 60.0
TRIES = 3
# Extracting again only reads; a load is keyed; who publishes twice doubles.
IDEMPOTENCY = {"extract": "safe", "load": "keyed", "transform": "safe", "validate": "safe", "publish": "unsafe"}


class Records:
    """What an orchestrator and a person write, and what anybody may read. Threads may share it."""

    def __init__(self, description: StackDescription) -> None:
        options = ClientOptions(
            httpx_client=httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False),
            auto_refresh_token=False,
            persist_session=False,
        )
        self._client: Client = create_client(description.api_url, description.publishable_key, options=options)
        self._email, self._password = description.demo_email, description.demo_password
        self._lock = threading.Lock()

    def sign_in(self) -> None:
        """Sign in as the stack's demo user.

        Raises:
            LabError: the user is refused.
        """
        with self._lock:
            person: Any = {"email": self._email, "password": self._password}
            user = self._ask(lambda: self._client.auth.sign_in_with_password(person)).user
            _ = self._client.postgrest  # made now, before threads share it
        if user is None:
            raise LabError(f"{self._email} could not sign in.")
        self._user_id = user.id

    def make_workspace(self, name: str) -> str:
        """A workspace; returns its id."""
        return str(self._insert("workspaces", {"name": name, "created_by": self._user_id})["id"])

    def make_pipeline(self, workspace_id: str, name: str, config: Mapping[str, Any], policy: Mapping[str, Any]) -> str:
        """A pipeline with its stages and its healing policy; returns its id."""
        pipeline = self._insert("pipelines", {"workspace_id": workspace_id, "name": name, "config": dict(config)})
        place = {"workspace_id": workspace_id, "pipeline_id": pipeline["id"]}
        stages = [
            {
                **place,
                "name": stage,
                "order_index": number,
                "idempotency": IDEMPOTENCY[stage],
                "dependencies": list(STAGES[max(0, number - 1) : number]),
            }
            for number, stage in enumerate(STAGES)
        ]
        self._insert("pipeline_stages", stages)
        self._insert("healing_policies", {**place, **policy})
        return str(pipeline["id"])

    def config_of(self, pipeline_id: str) -> Row:
        """The configuration of a pipeline as it is now."""
        (pipeline,) = self._select("pipelines", lambda query: query.eq("id", pipeline_id))
        return cast(Row, pipeline["config"])

    def change_config(self, pipeline_id: str, config: Mapping[str, Any]) -> None:
        """Set a pipeline's configuration, as a person does."""
        change = {"config": dict(config)}
        self._ask(lambda: self._client.table("pipelines").update(change).eq("id", pipeline_id).execute())

    def ingest(self, payload: Mapping[str, Sequence[Row]]) -> None:
        """Record executions, stages, metrics and logs. Made again, it changes nothing."""
        self._ask(lambda: self._client.rpc("ingest", {"payload": dict(payload)}).execute(), tries=TRIES)

    def take_up(self, run: str) -> bool:
        """Set a waiting run to running; False where somebody else has taken it up."""
        change = {"status": "running", "started_at": datetime.now(UTC).isoformat()}

        def update() -> Any:
            query = self._client.table("executions").update(change).eq("id", run)
            return query.in_("status", ["queued", "pending"]).execute().data

        return bool(self._ask(update))

    def waiting(self, workspace_ids: Sequence[str]) -> list[Row]:
        """The runs of these workspaces that wait to be taken up."""
        statuses = ["queued", "pending"]
        return self._select(
            "executions", lambda query: query.in_("workspace_id", workspace_ids).in_("status", statuses)
        )

    def all(self, table: str, workspace_ids: Sequence[str], columns: str = "*") -> list[Row]:
        """The rows of a table in these workspaces, the oldest first."""
        return self._select(table, lambda query: query.in_("workspace_id", workspace_ids), columns)

    def _select(self, table: str, narrow: Callable[[Any], Any], columns: str = "*") -> list[Row]:
        rows: list[Row] = []
        while True:
            start = len(rows)

            def read(first: int = start) -> list[Row]:
                query = narrow(self._client.table(table).select(columns)).order("id")
                return cast(list[Row], query.range(first, first + PAGE_ROWS - 1).execute().data)

            page = self._ask(read, tries=TRIES)
            rows += page
            if len(page) < PAGE_ROWS:
                return sorted(rows, key=lambda row: str(row.get("created_at", "")))

    def _insert(self, table: str, rows: Row | list[Row]) -> Row:
        return cast(Row, self._ask(lambda: self._client.table(table).insert(rows).execute().data[0]))

    def _ask(self, request: Callable[[], T], *, tries: int = 1) -> T:
        """The answer; a request that may be made twice is made again where nobody answered."""
        try:
            return request()
        except httpx.TransportError as error:
            if tries > 1:
                return self._ask(request, tries=tries - 1)
            raise LabError(f"The Data API does not answer the laboratory: {error!r}") from error
        except (APIError, SupabaseException, httpx.HTTPError) as error:
            raise LabError(f"The Data API did not do what the laboratory asked: {error}") from error
