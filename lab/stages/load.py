"""Load: bring the file's rows into the staging table, once per idempotency key."""

import csv
import gzip
from collections.abc import Mapping

import psycopg
from psycopg import sql

from lab.stages.surroundings import LOGGER, Surroundings

MAKE = "create temporary table incoming (like {staging} including defaults) on commit drop"
COPY = "copy incoming ({columns}) from stdin (format csv, null '')"
KEEP = """
insert into {staging} (idempotency_key, order_id, customer, amount, ordered_on)
select %s, order_id, customer, amount, ordered_on
from incoming
on conflict do nothing
"""


def load(around: Surroundings) -> Mapping[str, float]:
    """Copy the rows; rows that are there under this key already are left as they are.

    Raises:
        psycopg.Error: the database refuses the connection or the rows.
    """
    staging = sql.Identifier("lab", f"staging_{around.table}")
    with psycopg.connect(around.database_url, connect_timeout=10) as connection, connection.cursor() as cursor:
        LOGGER.info("connected to the database")
        with gzip.open(around.file, "rt", newline="") as text:
            columns = next(csv.reader([text.readline()]))
            cursor.execute(sql.SQL(MAKE).format(staging=staging))
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            with cursor.copy(sql.SQL(COPY).format(columns=names)) as copy:
                while piece := text.read(65_536):
                    copy.write(piece)
        cursor.execute(sql.SQL(KEEP).format(staging=staging), [around.key])
        rows = cursor.rowcount
    LOGGER.info("loaded %d rows", rows)
    return {"rows": rows}
