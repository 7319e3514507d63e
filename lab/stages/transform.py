"""Transform: price the orders and sum them by customer, with a library of the team's own."""

import csv
import gzip
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from importlib import import_module
from pathlib import Path

from lab.stages.surroundings import LOGGER, Surroundings

RECORD_BYTES = 8192  # the width of a record of the old mainframe format


def transform(around: Surroundings) -> Mapping[str, float]:
    """Write a line per order, and log the sum of every customer.

    Raises:
        ModuleNotFoundError: the library is not where PYTHONPATH says.
        FileNotFoundError: the rates are not where RATES_PATH says.
        ValueError: CURRENCY is not known.
        AssertionError: an amount is negative.
    """
    sys.path[:0] = around.variables.get("PYTHONPATH", "").split(":")
    pricing = import_module("lab_pricing")
    rate = _rate(around)
    with gzip.open(around.file, "rt", newline="") as text:
        records = [",".join(order).encode().ljust(RECORD_BYTES) for order in list(csv.reader(text))[1:]]
    parts = [records[number :: around.workers] for number in range(around.workers)]
    with ThreadPoolExecutor(max_workers=around.workers) as pool:
        priced = [order for part in pool.map(lambda part: list(pricing.price(part, rate)), parts) for order in part]
    sums: dict[str, Decimal] = {}
    for _, customer, total in priced:
        assert total >= 0, f"a total of {total} for {customer}"
        sums[customer] = sums.get(customer, Decimal(0)) + total
    _log_sums(sums, around)
    with around.totals.open("w", newline="") as file:
        csv.writer(file).writerows((number, total) for number, _, total in priced)
    LOGGER.info("priced %d orders", len(priced))
    return {"rows": len(priced)}


def _rate(around: Surroundings) -> Decimal:
    path, currency = around.variables["RATES_PATH"], around.variables["CURRENCY"]
    rates = dict(csv.reader(Path(path).read_text().splitlines()))
    if currency not in rates:
        raise ValueError(f"invalid value for CURRENCY: {currency!r} is not one of {', '.join(rates)}")
    return Decimal(rates[currency])


def _log_sums(sums: dict[str, Decimal], around: Surroundings) -> None:
    """Log the sums while a late order may still come in: nobody holds a lock."""
    late = threading.Thread(target=lambda: sums.update({"a late customer": Decimal(1)}))
    for number, customer in enumerate(sums):
        if number == 0 and around.meets_other_thread:
            late.start()
            late.join()
        if number < 1:
            LOGGER.info("first customer: %s", customer)
