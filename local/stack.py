"""The embedded stack: starts every part, describes it, and stops every part."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from local import object_store
from local.credentials import Credentials
from local.description import FILE_NAME, StackDescription
from local.errors import StackError
from local.folder import FolderLock
from local.leftovers import end_leftovers
from local.parts import PORTS, Parts, describe
from local.ports import PortReservation
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
        ports = {name: self._reserve(name) for name in PORTS}
        description = describe(
            self.data_dir, ports=ports, credentials=credentials, database_url=self._given_database_url
        )
        parts = Parts(
            data_dir=self.data_dir,
            ports=ports,
            credentials=credentials,
            description=description,
            supervisor=self._supervisor,
            migrations_dir=self._migrations_dir,
            log=self._log,
        )
        with ThreadPoolExecutor(max_workers=4) as pool:
            others = [
                pool.submit(start) for start in (parts.start_redis, parts.start_object_store, parts.start_functions)
            ]
            try:
                parts.start_database(pool)
                for other in others:
                    other.result()
            except BaseException:
                self._supervisor.close(STOP_ORDER)
                raise
        self._description = description
        self._publish()
        parts.sign_up_demo_user()

    def _reserve(self, name: str) -> int:
        port, option = self._given_ports.get(name, (0, ""))
        reservation = PortReservation(port, option=option)
        self._held.callback(reservation.release)
        return reservation.port

    def _publish(self) -> None:
        self._description = replace(self.description, processes=self._supervisor.pids())
        self._description.write(self.data_dir)
