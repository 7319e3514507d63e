"""The canonical executions file: a history of runs, read as a stream. Described in `docs/history-format.md`."""

from cli.history.order import in_start_order
from cli.history.reader import read_history
from cli.history.row import HistoryError, HistoryRow
from cli.history.writer import write_history

__all__ = ["HistoryError", "HistoryRow", "in_start_order", "read_history", "write_history"]
