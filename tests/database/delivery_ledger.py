"""The engines' private tables, seen and moved by the owner of the database, as no API can."""

from typing import Any

import psycopg


class Ledger:
    """The outbox, its queues and the wake-ups of one workspace."""

    def __init__(self, database: psycopg.Connection, workspace_id: str) -> None:
        self._database = database
        self._workspace_id = workspace_id

    def events(self, execution_id: str) -> list[tuple[str, str]]:
        """(engine, phase) of a run's events."""
        return self._all("select engine, phase from engine.events where execution_id = %s order by 1, 2", execution_id)

    def wake_ups(self) -> list[str]:
        """The engines of the wake-ups that wait to be sent to the workspace."""
        rows = self._all(
            """
            select convert_from(body, 'UTF8')::jsonb ->> 'engine'
            from net.http_request_queue
            where convert_from(body, 'UTF8')::jsonb ->> 'workspace_id' = %s
            order by 1
            """,
            self._workspace_id,
        )
        return [engine for (engine,) in rows]

    def queue(self, engine: str) -> dict[str, Any]:
        """The state of an engine's queue for the workspace's only pipeline."""
        (row,) = self._all(
            """
            select jsonb_build_object(
                'attempts', attempts,
                'wait_seconds', greatest(extract(epoch from available_at - clock_timestamp()), 0),
                'last_error', last_error
            )
            from engine.queues
            where engine = %s and workspace_id = %s
            """,
            engine,
            self._workspace_id,
        )
        return row[0]

    def awake(self, engine: str) -> dict[str, Any]:
        """Whether an engine counts as awake, and how the sweep stands with it."""
        (row,) = self._all(
            """
            select jsonb_build_object(
                'is_awake', awake_until > clock_timestamp(),
                'unanswered', unanswered,
                'sweep_wait_seconds',
                    case when sweep_at > '-infinity' then extract(epoch from sweep_at - clock_timestamp()) else 0 end
            )
            from engine.wake_ups
            where engine = %s and workspace_id = %s
            """,
            engine,
            self._workspace_id,
        )
        return row[0]

    def let_leases_expire(self) -> None:
        self._move(
            "update engine.queues set leased_until = clock_timestamp() - interval '1 ms' where workspace_id = %s"
        )

    def let_backoffs_pass(self) -> None:
        self._move("update engine.queues set available_at = '-infinity' where workspace_id = %s")

    def let_sweep_pauses_pass(self) -> None:
        self._move("update engine.wake_ups set sweep_at = '-infinity' where workspace_id = %s")

    def lose_wake_ups(self) -> None:
        """As when pg_net's worker crashes: nobody hears of what waited to be sent."""
        self._move("delete from net.http_request_queue where convert_from(body, 'UTF8') like '%%' || %s || '%%'")

    def _move(self, statement: str) -> None:
        self._database.execute(statement.encode(), [self._workspace_id])

    def _all(self, statement: str, *parameters: object) -> list[Any]:
        return self._database.execute(statement.encode(), parameters).fetchall()
