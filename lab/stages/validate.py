"""Validate: what was loaded is what was priced."""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from lab.stages.surroundings import LOGGER, Surroundings

COUNT = "select count(*) from {staging} where idempotency_key = %s"


def validate(around: Surroundings) -> Mapping[str, float]:
    """Compare the number of rows in the table with that of the priced orders.

    Raises:
        ValueError: they differ.
    """
    staging = sql.Identifier("lab", f"staging_{around.table}")
    key = around.key.rpartition(":")[0] + ":load"
    with psycopg.connect(around.database_url, connect_timeout=10) as connection:
        counted = connection.execute(sql.SQL(COUNT).format(staging=staging), [key]).fetchone()
    loaded = 0 if counted is None else counted[0]
    with around.totals.open() as file:
        priced = sum(1 for _ in file)
    if loaded != priced:
        raise ValueError(f"data quality check failed: {loaded} rows were loaded and {priced} priced")
    LOGGER.info("%d rows are as they should be", priced)
    return {"rows": priced}
