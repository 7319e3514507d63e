"""What a header means: which cell becomes which field, and how to say that one is wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import repeat
from pathlib import Path
from typing import Self

from cli.history import cells, moments
from cli.history.context import context_numbers
from cli.history.row import METRIC_PREFIX, HistoryError, HistoryRow

Converter = Callable[[str], object]
NumberedCells = tuple[int, list[str]]

# In the order of HistoryRow's fields, up to `metrics`.
CONVERTERS: Mapping[str, Converter] = {
    "execution_id": cells.required_text,
    "pipeline": cells.pipeline_name,
    "owner": cells.optional_text,
    "queued_at": moments.optional_moment,
    "started_at": moments.required_moment,
    "completed_at": moments.optional_moment,
    "status": cells.final_status,
    "trigger_type": cells.optional_text,
    "attempt": cells.attempt_number,
    "error_message": cells.optional_text,
    "cpu_percent": cells.magnitude,
    "memory_mb": cells.magnitude,
    "data_volume_mb": cells.magnitude,
    "requested_cpus": cells.magnitude,
    "requested_seconds": cells.magnitude,
    "context": context_numbers,
    "is_anomaly": cells.truth,
}
REQUIRED = ("execution_id", "pipeline", "started_at", "status")
SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file. ``fields`` has a position (None: not in this file) for each converter."""

    path: Path
    header: tuple[str, ...]
    fields: tuple[tuple[int | None, Converter], ...]
    metrics: tuple[tuple[int, str], ...]

    @classmethod
    def of_header(cls, path: Path, names: Sequence[str]) -> Self:
        """Read the header (line 1).

        Raises:
            HistoryError: a column is unknown, doubled or missing.
        """
        header = tuple(name.strip() for name in names)
        _check(path, header)
        position = {name: place for place, name in enumerate(header)}
        return cls(
            path=path,
            header=header,
            fields=tuple((position.get(name), converter) for name, converter in CONVERTERS.items()),
            metrics=tuple(
                (place, name[len(METRIC_PREFIX) :])
                for name, place in position.items()
                if name.startswith(METRIC_PREFIX)
            ),
        )

    def rows(self, numbered: Sequence[NumberedCells]) -> Iterator[HistoryRow]:
        """The rows of some lines. Read column by column, which takes half the time of row by row.

        Raises:
            HistoryError: a line has too many or too few cells, or one cannot be read. The rows before it come first.
        """
        try:
            rows = self._converted([texts for _, texts in numbered])
        except ValueError:
            for line, texts in numbered:
                yield self._row(line, texts)
        else:
            yield from rows

    def _converted(self, lines: Sequence[Sequence[str]]) -> list[HistoryRow]:
        columns = list(zip(*lines, strict=True))
        if len(columns) != len(self.header):
            raise ValueError
        fields = (
            repeat(convert("")) if position is None else map(convert, columns[position])
            for position, convert in self.fields
        )
        return list(map(HistoryRow, *fields, self._measured(columns)))

    def _measured(self, columns: Sequence[Sequence[str]]) -> Iterable[dict[str, float]]:
        if not self.metrics:
            return repeat({})
        names = [name for _, name in self.metrics]
        measured = zip(*(map(cells.measure, columns[position]) for position, _ in self.metrics), strict=True)
        return (
            {name: value for name, value in zip(names, values, strict=True) if value is not None} for values in measured
        )

    def _row(self, line: int, texts: list[str]) -> HistoryRow:
        if len(texts) != len(self.header):
            raise self.error(
                line,
                f"has {len(texts)} cells where the header has {len(self.header)}: "
                "put quotes around a cell that holds commas or line breaks.",
            )
        try:
            return self._converted([texts])[0]
        except ValueError:
            raise self._wrong_cell(line, texts) from None

    def error(self, line: int, problem: str, column: str = "") -> HistoryError:
        """An error that names the file, the line and the column."""
        place = f"{self.path}, line {line}"
        return HistoryError(f"{place}, column {column}: {problem}" if column else f"{place} {problem}")

    def _wrong_cell(self, line: int, texts: Sequence[str]) -> HistoryError:
        measures = [(position, cells.measure) for position, _ in self.metrics]
        for position, convert in (*self.fields, *measures):
            if position is None:
                continue
            try:
                convert(texts[position])
            except ValueError as error:
                shown = texts[position]
                shown = repr(shown if len(shown) <= SHOWN_CHARACTERS else shown[: SHOWN_CHARACTERS - 1] + "…")
                end = "" if str(error).endswith("?") else "."
                return self.error(line, f"{shown} {error}{end}", column=self.header[position])
        raise AssertionError("a row was refused though each of its cells can be read")


def _check(path: Path, header: tuple[str, ...]) -> None:
    place = f"{path}, line 1"
    if len(header) <= 1:
        separator = next(
            (name for sign, name in ((";", "semicolons"), ("\t", "tabs")) if sign in "".join(header)), None
        )
        if separator:
            raise HistoryError(f"{place}: the columns are separated by {separator}: separate them by commas.")
    missing = [name for name in REQUIRED if name not in header]
    for name in header:
        if name in CONVERTERS or (name.startswith(METRIC_PREFIX) and len(name) > len(METRIC_PREFIX)):
            continue
        close = get_close_matches(
            name.lower(), [*missing, *(known for known in CONVERTERS if known not in header)], n=1
        )
        hint = f"did you mean {close[0]!r}?" if close else f"numbers measured in the run go into {METRIC_PREFIX}<name>."
        raise HistoryError(f"{place}: there is no column {name[:SHOWN_CHARACTERS]!r} in a history; {hint}")
    doubled = next((name for position, name in enumerate(header) if name in header[:position]), None)
    if doubled:
        raise HistoryError(f"{place}: column {doubled!r} is there twice: keep one of them.")
    if missing:
        raise HistoryError(f"{place}: column {missing[0]!r} is missing: every history needs {', '.join(REQUIRED)}.")
