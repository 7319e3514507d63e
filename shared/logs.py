"""Logs as JSON lines: a sentence, an action, ids. Never a secret, never a whole payload."""

import json
import logging
import sys
from datetime import UTC, datetime

_logger = logging.getLogger("flexiroaster")
_MAX_VALUE_CHARACTERS = 500


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "severity": record.levelname,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        return json.dumps(line, default=str)


def start(level: str) -> None:
    """Write lines of at least ``level`` to standard error, one JSON object each. Starting twice changes nothing."""
    if not _logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_JsonLines())
        _logger.addHandler(handler)
        _logger.propagate = False
    _logger.setLevel(level.upper())


def info(message: str, *, action: str, **fields: object) -> None:
    """Something worth knowing happened."""
    _write(logging.INFO, message, action, fields)


def warning(message: str, *, action: str, **fields: object) -> None:
    """Something failed and a documented second way was taken."""
    _write(logging.WARNING, message, action, fields)


def error(message: str, *, action: str, **fields: object) -> None:
    """Something failed and somebody should look."""
    _write(logging.ERROR, message, action, fields)


def _write(level: int, message: str, action: str, fields: dict[str, object]) -> None:
    bounded = {
        name: value[:_MAX_VALUE_CHARACTERS] if isinstance(value, str) else value for name, value in fields.items()
    }
    _logger.log(level, message, extra={"fields": {"action": action, **bounded}})
