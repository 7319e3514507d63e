"""What processes use, read from /proc: CPU seconds and resident memory, with their children."""

import os
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in family(int(child)))]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its living children."""
    return sum(sum(map(int, _stat(member)[11:13])) for member in family(pid)) / _TICKS_PER_SECOND


def largest_resident_mb(pid: int) -> float:
    """Resident memory of the largest process among a process and its children, in MB."""
    return max(int(_stat(member)[21]) for member in family(pid)) * _PAGE_MB


def _stat(pid: int) -> list[str]:
    # The name in parentheses may hold spaces; what follows it does not.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
