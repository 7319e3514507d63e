"""One case told in a sentence."""

from lab.verdict import Verdict


def tell(verdict: Verdict) -> str:
    """What became of a fault: noticed, explained, healed, verified, and whether the data is complete.

    Like "memory_limit: noticed, explained (memory exhausted), healed in 1.4 s by scale_resources, verified; every row
    is there once".
    """
    parts = ["noticed" if verdict.detected else "not noticed"]
    cause = verdict.cause.rpartition("/")[2].replace("_", " ")
    parts.append(f"explained ({cause})" if verdict.cause_right else f"taken for something else ({cause or 'unknown'})")
    if verdict.healed:
        how = f" by {', '.join(verdict.actions)}" if verdict.actions else ""
        parts += [
            f"healed in {verdict.seconds_to_repair:.1f} s{how}",
            "verified" if verdict.verified else "not verified",
        ]
    else:
        parts.append("handed to a person" if verdict.handed_over else "not healed")
    rows = "every row is there once" if verdict.healed else "nothing was published twice"
    if verdict.rows_lost or verdict.rows_doubled:
        rows = f"{verdict.rows_lost} rows are missing and {verdict.rows_doubled} are there twice"
    return f"{verdict.fault}: {', '.join(parts)}; {rows}"
