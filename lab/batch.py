"""The input of a run: a compressed file of orders, well or spoilt."""

import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

HEADER = ("order_id", "customer", "amount", "ordered_on")
GROWN, TOO_LARGE = 4 / 3, 30.0
PASSING_ROWS = 400


@dataclass(frozen=True, slots=True)
class Batch:
    """A file as the source serves it, and how many rows it holds."""

    content: bytes
    rows: int


def make_batch(random: Random, spoilt: str | None = None) -> Batch:
    """A file of some 400 orders. ``spoilt`` names what is wrong with it, None: nothing.

    >>> make_batch(Random(1)).rows, make_batch(Random(1), "empty_input").rows
    (377, 0)
    """
    count = PASSING_ROWS + random.randint(-40, 40)
    if spoilt == "control_growth":
        count = int(count * GROWN)
    elif spoilt == "memory_limit":
        count = int(PASSING_ROWS * TOO_LARGE)
    header: Sequence[str] = HEADER
    orders = [_order(random, number) for number in range(1, count + 1)]
    if spoilt == "empty_input":
        orders = []
    elif spoilt == "renamed_column":
        header = ("order_id", "customer", "total_amount", "ordered_on")
    elif spoilt == "type_change":
        orders[len(orders) // 2][2] = "twelve euros"
    elif spoilt == "null_value":
        orders[len(orders) // 2][1] = ""
    elif spoilt == "assertion":
        orders[len(orders) // 2][2] = "-7.50"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *orders])
    content = gzip.compress(text.getvalue().encode(), mtime=0)
    if spoilt == "truncated_file":
        content = content[: len(content) * 2 // 3]
    return Batch(content, len(orders))


def _order(random: Random, number: int) -> list[str]:
    amount = f"{random.randint(100, 99_999) / 100:.2f}"
    return [str(number), f"customer {random.randint(1, 90)}", amount, f"2026-11-{random.randint(1, 28):02}"]
