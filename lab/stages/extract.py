"""Extract: fetch the file of the batch from the source."""

import gzip
from collections.abc import Mapping

import httpx

from lab.stages.surroundings import LOGGER, Surroundings

PATIENCE_SECONDS = 30.0


def extract(around: Surroundings) -> Mapping[str, float]:
    """Fetch the orders and count them.

    Raises:
        httpx.HTTPError: the source cannot be reached, or refuses.
        OSError: the file cannot be written, or is no gzip.
        ValueError: it has no rows.
    """
    LOGGER.info("fetching %s/orders.csv.gz", around.source_url)
    headers = {"authorization": f"Bearer {around.token}"}
    # Of plain HTTP on this machine; without `verify` no certificates are loaded.
    with (
        httpx.Client(trust_env=False, verify=False, timeout=PATIENCE_SECONDS) as client,  # noqa: S501
        client.stream("GET", f"{around.source_url}/orders.csv.gz", headers=headers) as response,
    ):
        if response.is_error:
            said = response.read().decode()
            LOGGER.error("the source answered %d: %s", response.status_code, said)
            response.raise_for_status()
        with around.file.open("wb") as file:
            for piece in response.iter_bytes():
                file.write(piece)
    with gzip.open(around.file, "rt") as text:
        rows = sum(1 for _ in text) - 1
    if rows < 1:
        raise ValueError(f"empty input: {around.file.name} has no rows")
    LOGGER.info("fetched %d rows", rows)
    return {"rows": rows}
