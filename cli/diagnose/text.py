"""A diagnosis in words for a terminal."""

from functions.rca.diagnosis import Cause, Diagnosis

MOST_CHARACTERS = 160
MOST_LINES = 6
MOST_OTHERS = 2


def render(found: Diagnosis) -> str:
    """The answer, how sure it is, what to do, and on what it stands."""
    cause = found.cause
    lines = _found(found, cause) if cause else _not_found(found)
    if found.stage:
        lines.append(f"  In stage: {found.stage}")
    if cause:
        lines += _evidence(cause)
    others = [each for each in found.causes if each is not cause][:MOST_OTHERS]
    if others:
        told = ", ".join(f"{each.subcause} ({each.family}, {100 * each.confidence:.0f} %)" for each in others)
        lines.append(f"  {'Also possible' if cause else 'Considered'}: {told}")
    lines += [f"  Also seen: {factor}" for factor in found.factors]
    return "\n".join(lines)


def _found(found: Diagnosis, cause: Cause) -> list[str]:
    return [
        f"{cause.meaning[:1].upper()}{cause.meaning[1:]}",
        f"  {cause.family} / {cause.subcause}, {100 * found.confidence:.0f} % sure",
        f"  Running it again as it is {'can help' if cause.transient else 'will not help'}.",
        f"  First: {cause.first_action}",
    ]


def _not_found(found: Diagnosis) -> list[str]:
    if found.standing == "healthy":
        return ["Nothing failed, by its own last words."]
    return ["Unknown: no cause can be named.", f"  {found.missing}"]


def _evidence(cause: Cause) -> list[str]:
    lines = ["  Because:"]
    for evidence in cause.evidence[:MOST_LINES]:
        place = f"line {evidence.line}" if evidence.line else "measure"
        lines.append(f"    {place}: {_short(evidence.text)}")
        lines.append(f"      {evidence.why} (weight {evidence.weight:.1f})")
    return lines


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]} …"
