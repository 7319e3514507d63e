"""The embedded stack: starts every part, describes it, and stops every part."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from local import data_api, functions, hosted, migrations, object_store, redis
from local.credentials import Credentials
from local.description import FILE_NAME, StackDescription
from local.errors import StackError
from local.folder import FolderLock, end_leftovers
from local.health import worker_connected
from local.ports import HOST, PortReservation
from local.postgres import EmbeddedPostgres
from local.process import ManagedProcess
from local.supervisor import Supervisor

MIGRATIONS = Path(__file__).parent.parent / "supabase" / "migrations"
STOP_ORDER = ("functions", "wake-ups", "data-api", "redis-rest", "redis", "object-store", "postgres")


def _say_nothing(_: str) -> None:
    return


class Stack:
    """A running stack as a context manager: everything is up inside the block, and nothing is left after it.

    Two stacks never share a data folder; what is in it (cluster, secrets) is used again by the next one.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        database_url: str | None = None,
        port: int = 0,
        api_port: int = 0,
        migrations_dir: Path = MIGRATIONS,
        log: Callable[[str], None] = _say_nothing,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self._given_database_url = database_url
        self._given_ports = {"functions": (port, "--port"), "data-api": (api_port, "--api-port")}
        self._migrations_dir = migrations_dir
        self._log = log
        self._supervisor = Supervisor()
        self._held = ExitStack()
        self._ports: dict[str, int] = {}
        self._description: StackDescription | None = None

    @property
    def description(self) -> StackDescription:
        """Addresses, keys and process ids as they are now.

        Raises:
            StackError: the stack is not up.
        """
        if self._description is None:
            raise StackError("The stack is not up: use it inside its `with` block.")
        return self._description

    def __enter__(self) -> Self:
        """Start everything.

        Raises:
            StackError: something is missing or failed; nothing is left running.
        """
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop everything."""
        self.close()

    def close(self) -> None:
        """Stop every process in order; safe to repeat, and at any moment of the start."""
        self._supervisor.close(STOP_ORDER)
        if self._description is not None:
            (self.data_dir / FILE_NAME).unlink(missing_ok=True)
            self._description = None
        self._held.close()

    def start(self, name: str) -> None:
        """Start a stopped process again, on its old port, and wait until it answers."""
        self._supervisor.start(name)
        if name == "object-store":
            object_store.make_bucket(self.description.object_store_url)
        self._publish()

    def stop(self, name: str) -> None:
        """Stop one process as at the end of the stack."""
        self._supervisor.stop(name)
        self._publish()

    def kill(self, name: str) -> None:
        """Kill one process and its children with SIGKILL."""
        self._supervisor.kill(name)
        self._publish()

    def restart(self, name: str) -> None:
        """Stop and start one process."""
        self.stop(name)
        self.start(name)

    def dead(self) -> list[str]:
        """The names of the processes that do not run."""
        return self._supervisor.dead()

    def log_tail(self, name: str) -> str:
        """The end of a process's log."""
        return self._supervisor.log_tail(name)

    def _start(self) -> None:
        self._held.enter_context(FolderLock(self.data_dir))
        for name in end_leftovers(self.data_dir):
            self._log(f"Ended {name}, left over from a stack that crashed in {self.data_dir}")
        credentials = Credentials.load_or_make(self.data_dir)
        for name in ("postgres", "data-api", "redis", "redis-rest", "object-store", "functions"):
            port, option = self._given_ports.get(name, (0, ""))
            reservation = PortReservation(port, option=option)
            self._held.callback(reservation.release)
            self._ports[name] = reservation.port
        description = self._describe(credentials)
        with ThreadPoolExecutor(max_workers=4) as pool:
            others = [
                pool.submit(self._start_redis, credentials),
                pool.submit(self._start_object_store),
                pool.submit(self._supervisor.launch, self._functions(description)),
            ]
            try:
                self._start_database(description, credentials, pool)
                for other in others:
                    other.result()
            except BaseException:
                self._supervisor.close(STOP_ORDER)
                raise
        self._description = description
        self._publish()
        data_api.sign_up(
            description.api_url,
            publishable_key=description.publishable_key,
            email=description.demo_email,
            password=description.demo_password,
        )

    def _start_redis(self, credentials: Credentials) -> None:
        password = credentials.redis_password
        self._supervisor.launch(redis.prepare(self.data_dir, port=self._ports["redis"], password=password))
        self._supervisor.launch(
            redis.prepare_rest(
                self.data_dir,
                port=self._ports["redis-rest"],
                redis_url=f"redis://:{password}@{HOST}:{self._ports['redis']}/0",
                token=credentials.redis_token,
            )
        )

    def _start_object_store(self) -> None:
        self._supervisor.launch(object_store.prepare(self.data_dir, port=self._ports["object-store"]))
        object_store.make_bucket(f"http://{HOST}:{self._ports['object-store']}")

    def _start_database(self, description: StackDescription, credentials: Credentials, pool: Executor) -> None:
        url = description.database_url
        if description.embedded_postgres:
            postgres = EmbeddedPostgres(
                self.data_dir, port=self._ports["postgres"], admin_password=credentials.database_admin_password
            )
            self._supervisor.launch(postgres.prepare())
            platform = hosted.install(postgres.admin_url, owner_password=credentials.database_password)
        else:
            platform = hosted.install(url)
        self._log(f"Database ready; stand-ins for: {', '.join(sorted(platform.stand_ins)) or 'nothing'}")
        worker = pool.submit(self._launch_wake_ups, url) if platform.stand_ins else None
        self._supervisor.launch(
            data_api.prepare(self.data_dir, port=self._ports["data-api"], database_url=url, credentials=credentials)
        )
        hosted.open_auth(url)
        applied = migrations.apply(url, self._migrations_dir)
        hosted.open_roles(url)
        if applied:
            self._log(f"Applied {len(applied)} migrations")
            self._supervisor.stop("data-api")
            self._supervisor.start("data-api")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "select engine.configure(functions_url => %s, webhook_secret => %s)",
                [description.functions_url, description.webhook_secret],
            )
        if worker is not None:
            worker.result()

    def _launch_wake_ups(self, url: str) -> None:
        process = ManagedProcess(
            name="wake-ups",
            command=[sys.executable, "-P", "-m", "local.wakeups"],
            environment={"DATABASE_URL": url},
            log_path=self.data_dir / "logs" / "wake-ups.log",
            ready=lambda: worker_connected(url),
            cwd=self.data_dir,
            stop_seconds=3,
        )
        self._supervisor.launch(process)

    def _functions(self, description: StackDescription) -> ManagedProcess:
        return functions.prepare(
            self.data_dir, port=self._ports["functions"], environment=functions.environment(description)
        )

    def _describe(self, credentials: Credentials) -> StackDescription:
        own = f"postgres://postgres:{credentials.database_password}@{HOST}:{self._ports['postgres']}/postgres"
        gateway_url = f"http://{HOST}:{self._ports['functions']}"
        return StackDescription(
            pid=os.getpid(),
            data_dir=str(self.data_dir),
            database_url=self._given_database_url or own,
            api_url=f"http://{HOST}:{self._ports['data-api']}",
            publishable_key=credentials.publishable_key,
            gateway_url=gateway_url,
            functions_url=f"{gateway_url}/functions/v1",
            redis_url=f"http://{HOST}:{self._ports['redis-rest']}",
            redis_token=credentials.redis_token,
            object_store_url=f"http://{HOST}:{self._ports['object-store']}",
            bucket=object_store.BUCKET,
            access_key_id=credentials.access_key_id,
            secret_access_key=credentials.secret_access_key,
            webhook_secret=credentials.webhook_secret,
            jwt_secret=credentials.jwt_secret,
            demo_email=credentials.demo_email,
            demo_password=credentials.demo_password,
            embedded_postgres=self._given_database_url is None,
            processes={},
        )

    def _publish(self) -> None:
        self._description = replace(self.description, processes=self._supervisor.pids())
        self._description.write(self.data_dir)
