"""A stack for the time of a command: in a free data folder, and stopped by Ctrl-C and SIGTERM alike."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from cli.output import Output
from local.folder import FolderInUseError, default_data_dir, first_unlocked
from local.stack import Stack


class Interrupted(KeyboardInterrupt):
    """SIGTERM was received; unwinds like Ctrl-C."""


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted


@contextmanager
def running_stack(
    output: Output,
    *,
    data_dir: Path | None = None,
    database_url: str | None = None,
    port: int = 0,
    api_port: int = 0,
) -> Iterator[Stack]:
    """Start a stack and stop it when the block ends, however it ends. While it stops, signals are not listened to.

    Without `data_dir` it is `.flexiroaster/data`, or `.flexiroaster/data-2` and so on while another run has that one.

    Raises:
        StackError: it could not be started.
    """
    previous = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with ExitStack() as held:
            while True:
                folder = data_dir if data_dir is not None else _free_folder(output)
                try:
                    stack = held.enter_context(
                        Stack(folder, database_url=database_url, port=port, api_port=api_port, log=output.say)
                    )
                except FolderInUseError:
                    # Another run took it since it was found free.
                    if data_dir is not None:
                        raise
                else:
                    break
            try:
                yield stack
            finally:
                for number in previous:
                    signal.signal(number, signal.SIG_IGN)
                output.say("Stopping")
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _free_folder(output: Output) -> Path:
    usual = default_data_dir()
    folder = first_unlocked(usual)
    if folder != usual:
        output.say(f"Another stack runs in {usual}; this one uses {folder}")
    return folder
