"""Judge the diagnosis: families on written texts, lines on pairs of CI logs, speed. ``python -m bench.diagnosis``.

The texts are those of `bench/diagnosis_texts`; the pairs are the development data's, where they are there.
"""

import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from bench.diagnosis_texts.reading import Text, all_texts, buried
from bench.report import show
from functions.rca.diagnose import diagnose
from functions.rca.diagnosis import Diagnosis

PAIRS = Path(__file__).parents[2] / "shared" / "data" / "cidiff"
BINS = 10
Judged = tuple[Text, Diagnosis]


def main() -> None:
    """Print figures beside targets."""
    judged = [(text, diagnose(text.text)) for text in all_texts()]
    for half in ("development", "validation"):
        show(f"Families, {half} half", _figures([one for one in judged if one[0].half == half]))
    for kind in ("second_look", "third_look", "fourth_look", "fifth_look"):
        show(f"Families, {kind}", _figures([one for one in judged if one[0].kind == kind]))
    pairs = [folder for folder in sorted(PAIRS.glob("*")) if folder.is_dir()] if PAIRS.is_dir() else []
    if pairs:
        show(
            f"Lines that matter, {len(pairs)} pairs, macro F1",
            {
                "with the passing log (target 0.75)": f"{statistics.mean(_pair(one, True) for one in pairs):.3f}",
                "without (target 0.50)": f"{statistics.mean(_pair(one, False) for one in pairs):.3f}",
            },
        )
    show("Speed", dict(_speed()))


def _figures(judged: Sequence[Judged]) -> dict[str, str]:
    adversarial = [one for one in judged if one[0].kind == "adversarial"]
    healthy = [found for text, found in judged if text.kind == "healthy"]
    none = [found for text, found in judged if text.family is None]
    right = [(text, found.cause) for text, found in judged if found.cause and found.cause.family == text.family]
    figures = {
        "texts": str(len(judged)),
        "macro F1 (target 0.85)": f"{macro_f1(judged):.3f}",
        "transient right, of right families (0.85)": _share(cause.transient == text.transient for text, cause in right),
        "calibration error, of causes found (0.08)": f"{calibration_error(judged):.3f}",
    }
    if adversarial:
        figures["adversarial macro F1 (0.75)"] = f"{macro_f1(adversarial):.3f}"
    if healthy:
        figures["healthy with a cause (0.03)"] = _share(found.cause is not None for found in healthy)
    if none:
        figures["healthy or not enough said, with a cause"] = _share(found.cause is not None for found in none)
    return figures


def macro_f1(judged: Sequence[Judged]) -> float:
    """Mean over the families of F1; an answer of no family is no answer for one."""
    hits, said, true = Counter[str](), Counter[str](), Counter[str]()
    for text, found in judged:
        family = found.cause.family if found.cause else None
        said.update([family] if family else [])
        true.update([text.family] if text.family else [])
        hits.update([family] if family and family == text.family else [])
    return statistics.mean(2 * hits[family] / (said[family] + true[family]) for family in true)


def calibration_error(judged: Sequence[Judged]) -> float:
    """Mean distance of confidence and share of right families in ten bins of confidence, by their sizes."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for text, found in judged:
        if found.cause:
            place = min(int(found.confidence * BINS), BINS - 1)
            bins.setdefault(place, []).append((found.confidence, found.cause.family == text.family))
    count = sum(map(len, bins.values()))
    return sum(abs(sum(p for p, _ in one) - sum(right for _, right in one)) for one in bins.values()) / max(count, 1)


def _pair(folder: Path, with_passing: bool) -> float:
    fail, passing = ((folder / f"{name}.log").read_bytes().decode("utf-8", "replace") for name in ("fail", "pass"))
    said = set(diagnose(fail, passing_log=passing if with_passing else None).lines)
    true: set[int] = set()
    for line in (folder / "groundtruth").read_text().splitlines():
        mark, _, place = line.partition(" ")
        if mark == "E":
            begin, _, end = place.partition("-")
            true.update(range(int(begin), int(end or begin) + 1))
    return 2 * len(said & true) / (len(said) + len(true))


def _speed() -> Iterable[tuple[str, str]]:
    failure = "Traceback (most recent call last):\nOSError: [Errno 28] No space left on device"
    texts = {
        "50,000 lines (target 400 ms)": buried(failure, 49_998),
        "one line of 1 MB (50 ms)": "connection timeout error " * 40_000,
        "200 KB of one token": "error " * 34_000,
        "10,000 exceptions": "\n".join(f"Fault{n}Error: part {n * 7} is broken" for n in range(10_000)),
    }
    for name, text in texts.items():
        seconds = []
        for _ in range(5):
            began = time.process_time()
            diagnose(text)
            seconds.append(time.process_time() - began)
        yield name, f"{statistics.median(seconds) * 1e3:.0f} ms of processor time"
    yield "peak memory of this process (200 MB)", f"{getrusage(RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"


def _share(values: Iterable[bool]) -> str:
    known = list(values)
    return f"{sum(known) / len(known):.3f} of {len(known)}" if known else "none"


if __name__ == "__main__":
    main()
