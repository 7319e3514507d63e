"""Ends the stack's processes when the process that started them dies without a word (SIGKILL, a crash).

Run by path with `python -S -E`, so that it costs little memory. It reads lines from its standard input, a pipe whose
other end only the starting process holds: `+<process group> <signal>` when one started, `-<process group>` when one
was stopped. At the end of the input it signals what is left, waits, and kills the rest.
"""

import os
import sys
import time

GRACE_SECONDS = 5.0


def send(group: int, number: int) -> bool:
    """Signal the group; whether any process of it was left."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def end(groups: dict[int, int], *, grace_seconds: float = GRACE_SECONDS) -> None:
    """Send each group its signal, then SIGKILL to those that outlive the grace."""
    for group, number in groups.items():
        send(group, number)
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline and sum(send(group, 0) for group in groups):
        time.sleep(0.05)
    for group in groups:
        send(group, 9)


def main() -> None:
    """Follow the input until it ends."""
    groups: dict[int, int] = {}
    for line in sys.stdin:
        words = line.split()
        if len(words) == 2 and words[0].startswith("+"):
            groups[int(words[0][1:])] = int(words[1])
        elif len(words) == 1 and words[0].startswith("-"):
            groups.pop(int(words[0][1:]), None)
    end(groups)


if __name__ == "__main__":
    main()
