"""Starts each part of a stack, knowing every address from the beginning."""

import os
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import psycopg

from local import data_api, functions, hosted, migrations, object_store, redis
from local.credentials import Credentials
from local.description import StackDescription
from local.health import worker_connected
from local.ports import HOST
from local.postgres import EmbeddedPostgres
from local.process import ManagedProcess
from local.supervisor import Supervisor

PORTS = ("postgres", "data-api", "redis", "redis-rest", "object-store", "functions")


def describe(
    data_dir: Path, *, ports: Mapping[str, int], credentials: Credentials, database_url: str | None
) -> StackDescription:
    """What the stack will offer once it is up; without `database_url` the database is the embedded one."""
    urls = {name: f"http://{HOST}:{port}" for name, port in ports.items()}
    own = f"postgres://postgres:{credentials.database_password}@{HOST}:{ports['postgres']}/postgres"
    return StackDescription(
        pid=os.getpid(),
        data_dir=str(data_dir),
        database_url=database_url or own,
        api_url=urls["data-api"],
        publishable_key=credentials.publishable_key,
        gateway_url=urls["functions"],
        functions_url=f"{urls['functions']}/functions/v1",
        redis_url=urls["redis-rest"],
        redis_token=credentials.redis_token,
        object_store_url=urls["object-store"],
        bucket=object_store.BUCKET,
        access_key_id=credentials.access_key_id,
        secret_access_key=credentials.secret_access_key,
        webhook_secret=credentials.webhook_secret,
        jwt_secret=credentials.jwt_secret,
        demo_email=credentials.demo_email,
        demo_password=credentials.demo_password,
        embedded_postgres=database_url is None,
        processes={},
    )


@dataclass(frozen=True)
class Parts:
    """The parts of one stack."""

    data_dir: Path
    ports: Mapping[str, int]
    credentials: Credentials
    description: StackDescription
    supervisor: Supervisor
    migrations_dir: Path
    log: Callable[[str], None]

    def start_redis(self) -> None:
        """Start Redis, then its REST front."""
        password = self.credentials.redis_password
        self.supervisor.launch(redis.prepare(self.data_dir, port=self.ports["redis"], password=password))
        self.supervisor.launch(
            redis.prepare_rest(
                self.data_dir,
                port=self.ports["redis-rest"],
                redis_url=f"redis://:{password}@{HOST}:{self.ports['redis']}/0",
                token=self.credentials.redis_token,
            )
        )

    def start_object_store(self) -> None:
        """Start the object store and make its bucket."""
        self.supervisor.launch(object_store.prepare(self.data_dir, port=self.ports["object-store"]))
        object_store.make_bucket(self.description.object_store_url)

    def start_functions(self) -> None:
        """Start the functions. They look for nothing before their first request, so any moment will do."""
        environment = functions.environment(self.description)
        self.supervisor.launch(functions.prepare(self.data_dir, port=self.ports["functions"], environment=environment))

    def start_database(self, pool: Executor) -> None:
        """Start what the database consists of: server, platform, Data API, migrations, wake-ups worker.

        The Data API is started twice on a new database: it makes the schema `auth` that migrations refer to, and learns
        of tables only when it starts.
        """
        url = self.description.database_url
        platform = self._start_server()
        self.log(f"Database ready; stand-ins for: {', '.join(sorted(platform.stand_ins)) or 'nothing'}")
        worker = pool.submit(self._start_wake_ups) if platform.stand_ins else None
        self.supervisor.launch(
            data_api.prepare(self.data_dir, port=self.ports["data-api"], database_url=url, credentials=self.credentials)
        )
        hosted.open_auth(url)
        applied = migrations.apply(url, self.migrations_dir)
        hosted.open_roles(url)
        if applied:
            self.log(f"Applied {len(applied)} migrations")
            self.supervisor.stop("data-api")
            self.supervisor.start("data-api")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "select engine.configure(functions_url => %s, webhook_secret => %s)",
                [self.description.functions_url, self.description.webhook_secret],
            )
        if worker is not None:
            worker.result()

    def sign_up_demo_user(self) -> None:
        """Make sure that the demo user exists."""
        data_api.sign_up(
            self.description.api_url,
            publishable_key=self.description.publishable_key,
            email=self.description.demo_email,
            password=self.description.demo_password,
        )

    def _start_server(self) -> hosted.Platform:
        if not self.description.embedded_postgres:
            return hosted.install(self.description.database_url)
        postgres = EmbeddedPostgres(
            self.data_dir, port=self.ports["postgres"], admin_password=self.credentials.database_admin_password
        )
        self.supervisor.launch(postgres.prepare())
        return hosted.install(postgres.admin_url, owner_password=self.credentials.database_password)

    def _start_wake_ups(self) -> None:
        url = self.description.database_url
        self.supervisor.launch(
            ManagedProcess(
                name="wake-ups",
                command=[sys.executable, "-P", "-m", "local.wakeups"],
                environment={"DATABASE_URL": url},
                log_path=self.data_dir / "logs" / "wake-ups.log",
                ready=lambda: worker_connected(url),
                cwd=self.data_dir,
                stop_seconds=3,
            )
        )
