"""The text that a run left behind, and which stored row each line of it came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LogLine = Sequence[Any]


@dataclass(frozen=True, slots=True)
class RunText:
    """``text`` for `diagnose`; ``sources`` names, per line from 1, the table and row that it stands in."""

    text: str
    sources: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, run: Mapping[str, Any], log: Sequence[LogLine]) -> "RunText":
        """The run's log ([id, stage, level, message] each, in order), then its error message where the log does not say
        it already."""
        lines: list[str] = []
        sources: list[Mapping[str, Any]] = []
        for row_id, _, level, message in log:
            said = _with_level(level, message).splitlines() or [""]
            lines += said
            sources += [{"table": "logs", "id": row_id}] * len(said)
        error = str(run.get("error_message") or "").strip()
        if error and error[:200] not in "\n".join(lines[-2000:]):
            said = error.splitlines()
            lines += said
            sources += [{"table": "executions", "id": run.get("id")}] * len(said)
        return cls("\n".join(lines), sources)

    def source(self, line: int) -> Mapping[str, Any] | None:
        """Where a line stands; None for what is no line."""
        return self.sources[line - 1] if 1 <= line <= len(self.sources) else None


def text_of(log: Sequence[LogLine]) -> str:
    """The lines of a log as one text."""
    return "\n".join(_with_level(level, message) for _, _, level, message in log)


def _with_level(level: str | None, message: str) -> str:
    """The message with its level in front, where it is one that matters and the message does not begin with one."""
    if level in ("error", "critical", "warning") and level not in message[:60].lower():
        return f"{level.upper()} {message}"
    return message
