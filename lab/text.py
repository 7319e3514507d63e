"""The results for people."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from lab.figures import Figures
from lab.verdict import Verdict

HEADS = ("fault", "policy", "detected", "cause right", "healed", "attempts", "seconds to repair", "unsafe", "rows -/+")


def by_fault(verdicts: Sequence[Verdict]) -> str:
    """A line per fault and policy; several pipelines or seeds are counted together."""
    ordered = sorted(enumerate(verdicts), key=lambda item: (_place(verdicts, item[1]), item[0]))
    lines: list[tuple[str, ...]] = [HEADS]
    former = ""
    for (fault, policy), group in groupby((one for _, one in ordered), key=lambda one: (one.fault, one.policy)):
        lines.append(("" if fault == former else fault, policy, *_cells(list(group))))
        former = fault
    return _aligned(lines)


def comparison(figures: Sequence[Figures]) -> str:
    """A column per policy."""
    lines = [("", *(one.policy for one in figures))]
    lines += [
        ("healed without a person", *(f"{one.healed} of {one.healable}" for one in figures)),
        ("only a person can: right cause", *(f"{one.right_causes} of {one.hopeless}" for one in figures)),
        ("  handed to a person", *(f"{one.handed_over} of {one.hopeless}" for one in figures)),
        ("  retried more than once", *(str(one.retried_more_than_once) for one in figures)),
        ("attempts, of them wasted", *(f"{one.attempts}, {one.wasted}" for one in figures)),
        ("mean time to repair, of what all healed", *(_seconds(one.seconds_to_repair) for one in figures)),
        ("failure to first action, median", *(_seconds(one.seconds_to_action) for one in figures)),
        ("unsafe actions", *(str(one.unsafe) for one in figures)),
        ("changes not put back", *(str(one.unrestored) for one in figures)),
        ("rows lost, doubled", *(f"{one.rows_lost}, {one.rows_doubled}" for one in figures)),
        ("actions on healthy controls", *(f"{one.actions_on_controls} on {one.controls}" for one in figures)),
    ]
    return _aligned(lines)


def _place(verdicts: Sequence[Verdict], one: Verdict) -> tuple[int, int]:
    faults = list(dict.fromkeys(verdict.fault for verdict in verdicts))
    policies = list(dict.fromkeys(verdict.policy for verdict in verdicts))
    return faults.index(one.fault), policies.index(one.policy)


def _cells(group: Sequence[Verdict]) -> tuple[str, ...]:
    total = len(group)
    detected = _share(sum(one.detected for one in group), total)
    if group[0].is_control:
        cause = healed = "-"
    else:
        cause = _share(sum(one.cause_right for one in group), total)
        healed = _share(sum(one.healed for one in group), total)
        if not group[0].healable:
            healed = f"{healed}, person {_share(sum(one.handed_over for one in group), total)}"
    seconds = [one.seconds_to_repair for one in group if one.seconds_to_repair is not None]
    return (
        detected,
        cause,
        healed,
        str(sum(one.attempts for one in group)),
        _seconds(sum(seconds) / len(seconds) if seconds else None),
        str(sum(one.unsafe for one in group)),
        f"{sum(one.rows_lost for one in group)}/{sum(one.rows_doubled for one in group)}",
    )


def _share(count: int, total: int) -> str:
    """Words for one, a fraction for several.

    >>> _share(1, 1), _share(0, 1), _share(4, 5)
    ('yes', 'no', '4/5')
    """
    return f"{count}/{total}" if total > 1 else ("yes" if count else "no")


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.1f} s"


def _aligned(lines: Iterable[Sequence[str]]) -> str:
    rows = list(lines)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
