"""Error signatures: how well they group lines by their true templates, and how long they take on any text.

Run: ``python -m bench.signatures [--lines N] [--seed N]``. Targets: grouping accuracy >= 0.90 (a line counts when its
group is exactly the set of lines of its true template); a typical message <= 50 µs; 1 MB of any text <= 20 ms.
The lines are templates in the style of twelve systems, see ``bench/log_templates``, with drawn values.
"""

import argparse
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.hostile_texts import HOSTILE
from bench.log_values import VALUES
from bench.report import show
from shared.signatures import fingerprint_of

TEMPLATES = Path(__file__).parent / "log_templates"
_SLOT = re.compile(r"\{(\w+)\}")
_DIGITS = re.compile(r"\d+")

Group = Callable[[str], str]

_QUOTED = re.compile(r"'[^'\n]{0,200}'|\"[^\"\n]{0,200}\"|`[^`\n]{0,200}`")
_HEX_OR_DIGITS = re.compile(r"\b(?:0x)?[0-9a-f]{8,}\b|[0-9]+", re.IGNORECASE)


def quoted_hex_and_digits_masked(line: str) -> str:
    """What error signatures were before: quoted values, hexadecimal ids and digits go, all else stays."""
    return " ".join(_HEX_OR_DIGITS.sub("#", _QUOTED.sub("?", line)).split())


BASELINES: Mapping[str, Group] = {
    "the line itself": str,
    "first word": lambda line: line.split(maxsplit=1)[0],
    "quoted, hexadecimal and digits masked (before)": quoted_hex_and_digits_masked,
    "digits masked": lambda line: _DIGITS.sub("#", line),
    "words with a digit masked": lambda line: " ".join("#" if _DIGITS.search(word) else word for word in line.split()),
}


def drawn_lines(system: Path, lines: int, seed: int) -> list[tuple[int, str]]:
    """``(number of the template, line)`` of one system; frequent templates are many times as frequent as rare ones."""
    draw = random.Random(f"{system.stem} {seed}")
    templates = system.read_text().splitlines()
    weights = [1 / (1 + rank) for rank in range(len(templates))]
    draw.shuffle(weights)
    numbers = [*range(len(templates)), *draw.choices(range(len(templates)), weights, k=max(lines - len(templates), 0))]
    return [(number, _SLOT.sub(lambda slot: VALUES[slot[1]](draw), templates[number])) for number in numbers]


def grouping_accuracy(lines: Sequence[tuple[int, str]], group: Group) -> float:
    """The share of lines whose group is exactly the set of lines of their template (Zhu et al., ICSE-SEIP 2019)."""
    true: dict[int, set[int]] = defaultdict(set)
    found: dict[str, set[int]] = defaultdict(set)
    for index, (number, line) in enumerate(lines):
        true[number].add(index)
        found[group(line)].add(index)
    exact = {frozenset(members) for members in true.values()}
    return sum(len(members) for members in found.values() if frozenset(members) in exact) / len(lines)


def milliseconds(text: str, rounds: int) -> float:
    """The median time of one fingerprint."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        fingerprint_of(text)
        times.append(time.perf_counter() - began)
    return sorted(times)[rounds // 2] * 1e3


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lines", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    systems = {path.stem: drawn_lines(path, asked.lines, asked.seed) for path in sorted(TEMPLATES.glob("*.txt"))}
    baselines = {
        name: _mean([grouping_accuracy(lines, group) for lines in systems.values()])
        for name, group in BASELINES.items()
    }
    accuracies = {system: grouping_accuracy(lines, fingerprint_of) for system, lines in systems.items()}
    templates = sum(len({number for number, _ in lines}) for lines in systems.values())
    show(
        f"Grouping accuracy, {len(systems)} systems, {templates} templates, {asked.lines} lines each (target 0.90)",
        {
            **{system: f"{accuracy:.3f}" for system, accuracy in accuracies.items()},
            "mean": f"{_mean(list(accuracies.values())):.3f}",
            **{f"mean, baseline: {name}": f"{accuracy:.3f}" for name, accuracy in baselines.items()},
        },
    )
    typical = [line for lines in systems.values() for _, line in lines[:20]]
    show(
        "Time",
        {
            "typical message (target 0.050 ms)": f"{_mean([milliseconds(line, 15) for line in typical]):.3f} ms",
            **{f"1 MB of {name} (target 20 ms)": f"{milliseconds(text, 5):.1f} ms" for name, text in HOSTILE.items()},
        },
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    main()
