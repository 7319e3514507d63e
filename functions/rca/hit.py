"""Which rules fire on which lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.rca.explaining import explaining_line
from functions.rca.log import Log
from functions.rca.outcome import is_overcome
from functions.rca.rules import all_rules
from functions.rca.saying import Saying
from functions.rca.subcause import Subcause, all_subcauses

MOST_READ = 160
LEAST_WEIGHT = 0.05
OVERCOME = 0.12
SUCCEEDED = 0.12
SUCCEEDED_BUT_ERROR = 0.33
EXPLAINED = 1.8


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that speaks for a subcause, with ``odds`` (log odds times the line's weight)."""

    subcause: Subcause
    transient: bool
    odds: float
    saying: Saying
    why: str


def hits_on(log: Log, sayings: Sequence[Saying], success: int | None) -> list[Hit]:
    """What the rules say, heaviest first; ``success`` is the line by which the run had gone well, if it had.

    Of many lines those of most weight are read, and of those the last.
    """
    read = sorted(_distinct(sayings), key=lambda saying: (saying.weight, saying.number))[-MOST_READ:]
    text = "\n".join(saying.text for saying in read).lower()
    context = f"{text}\n{_frames(log)}"
    hits: list[Hit] = []
    for rule in all_rules():
        patterns = rule.patterns_for(context)
        if patterns:
            hits += [
                Hit(rule.subcause, rule.is_transient, rule.odds * saying.weight, saying, rule.why)
                for saying in read
                if rule.fires(saying.text, patterns)
            ]
    hits = [judged(hit, log, success) for hit in hits]
    hits += _explained(hits, sayings)
    return sorted(hits, key=lambda hit: -hit.odds)


def _distinct(sayings: Sequence[Saying]) -> Sequence[Saying]:
    """The last of each text, at most the weightiest of a text being lost to a quieter repetition."""
    best: dict[str, Saying] = {}
    for saying in sayings:
        known = best.get(saying.text)
        if saying.weight > LEAST_WEIGHT and (known is None or saying.weight >= known.weight):
            best[saying.text] = saying
    return list(best.values())


def _frames(log: Log) -> str:
    """The places that stack traces name, of the last lines."""
    return "\n".join(line for line in log.lines[-400:] if 'File "' in line).lower()


def judged(hit: Hit, log: Log, success: int | None) -> Hit:
    """The hit with less odds where the fault was overcome, or the run went well in spite of it."""
    weight = 1.0
    if success is not None and hit.saying.number <= success:
        weight = SUCCEEDED_BUT_ERROR if hit.saying.level == "error" else SUCCEEDED
    if (hit.transient or hit.saying.level == "warning") and is_overcome(log, hit.saying.number):
        weight = min(weight, OVERCOME)
    return Hit(hit.subcause, hit.transient, hit.odds * weight, hit.saying, hit.why)


def _explained(hits: Sequence[Hit], sayings: Sequence[Saying]) -> list[Hit]:
    """A further hit for a changed setting, where one explains the heaviest."""
    if not hits:
        return []
    heaviest = max(hits, key=lambda hit: hit.odds)
    line = explaining_line(sayings, heaviest.subcause.name, heaviest.saying.number) if heaviest.odds > 1.5 else None
    if line is None:
        return []
    changed = all_subcauses()["setting_changed"]
    why = f"a setting was changed or left out, which explains that {heaviest.why}"
    return [Hit(changed, changed.transient, heaviest.odds + EXPLAINED, line, why)]
