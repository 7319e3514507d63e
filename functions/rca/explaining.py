"""A changed setting that explains a failure: the same words in what was changed and in what broke."""

import re
from collections.abc import Iterable, Mapping

from functions.rca.saying import Saying

_CHANGE = re.compile(
    r"(?:\b(?:changed|change|changes|diff|reduced|lowered|raised|increased|decreased|deploy\w*|previously"
    r"|override\w*|overridden|modified|updated|rollout|switched|set|was|applied|release\w*|migrated|config\w*"
    r"|settings?)\b.{0,200}"
    r"(?:->|=>|→|\bfrom\b.{1,80}\bto\b|\(was\b|\bwas\b.{1,60}\b(?:before|previously|now)\b|\bto\b \S))"
    r"|\w[\w.]{2,60}\s?[:=]?\s\S{1,60}\s(?:->|=>|→)\s\S|^\+\s{1,12}[\w.-]{2,60}\s?[:=]\s?\S",
    re.IGNORECASE,
)
_STAND_IN = re.compile(
    r"\b(?:not set|unset|missing|not found|undefined|not configured|empty)\b.{0,60}\b(?:fall(?:ing|s)? back|using"
    r"|default)|\b(?:falling back|defaulting) to\b|\busing default\b",
    re.IGNORECASE,
)
_MEMORY = frozenset(
    [
        "memory",
        "mem",
        "heap",
        "xmx",
        "batch",
        "limit",
        "limits",
        "executor",
        "workers",
        "worker",
        "parallelism",
        "partitions",
        "size",
        "concurrency",
    ]
)
_TIME = frozenset(
    ["timeout", "timeouts", "deadline", "limit", "seconds", "retries", "interval", "max_execution_time", "batch"]
)
_PLACE = frozenset(
    [
        "host",
        "hostname",
        "url",
        "endpoint",
        "port",
        "address",
        "server",
        "proxy",
        "broker",
        "brokers",
        "dsn",
        "uri",
        "region",
        "bootstrap",
        "database",
    ]
)
_ACCESS = frozenset(
    ["user", "username", "role", "secret", "key", "token", "account", "password", "credential", "credentials"]
)
_COUNT = frozenset(
    [
        "pool",
        "connections",
        "workers",
        "concurrency",
        "parallelism",
        "max",
        "size",
        "threads",
        "processes",
        "tasks",
        "rate",
        "slots",
    ]
)
WORDS: Mapping[str, frozenset[str]] = {
    "memory_exhausted": _MEMORY,
    "gpu_memory_exhausted": _MEMORY,
    "disk_full": frozenset(["disk", "volume", "storage", "tmp", "path", "ephemeral", "size"]),
    "cpu_starved": frozenset(["cpu", "cores", "limit", "workers"]),
    "time_limit_exceeded": _TIME,
    "network_timeout": _TIME | _PLACE,
    "connection_refused": _PLACE,
    "connection_lost": _PLACE | _TIME,
    "dns_failure": _PLACE,
    "upstream_unavailable": _PLACE,
    "tls_failure": _PLACE | {"tls", "ssl", "certificate", "ca"},
    "authentication_failed": _ACCESS | _PLACE,
    "permission_denied": _ACCESS,
    "pool_exhausted": _COUNT,
    "process_limit": _COUNT,
    "file_handles_exhausted": _COUNT,
    "rate_limited": _COUNT,
    "quota_exceeded": _COUNT,
    "capacity_unavailable": _COUNT | _MEMORY | {"cpu"},
}
_PARTS = re.compile(r"[a-z]+")


def explaining_line(sayings: Iterable[Saying], subcause: str, number: int) -> Saying | None:
    """A line that tells of a changed or defaulted setting with which this failure has a word in common.

    >>> change = Saying(1, "read_timeout_seconds 300 -> 3, was changed by deploy 4412", "none", 0.95)
    >>> explaining_line([change], "network_timeout", 2) is change, explaining_line([change], "dns_failure", 2)
    (True, None)
    """
    wanted = WORDS.get(subcause)
    if not wanted:
        return None
    for saying in sayings:
        told = saying.number != number and (_CHANGE.search(saying.text) or _STAND_IN.search(saying.text))
        if told and wanted & set(_PARTS.findall(_split_camel(saying.text))):
            return saying
    return None


def _split_camel(text: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text[:400]).lower()
