"""How the wake-ups worker connects to the database."""

import psycopg

APPLICATION_NAME = "flexiroaster wake-ups"
CONNECT_TIMEOUT_SECONDS = 10


async def connect(database_url: str) -> psycopg.AsyncConnection:
    """A connection in autocommit mode, never preparing statements: a job's command may be several.

    Raises:
        psycopg.OperationalError: the database cannot be reached.
    """
    return await psycopg.AsyncConnection.connect(
        database_url,
        autocommit=True,
        prepare_threshold=None,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        application_name=APPLICATION_NAME,
    )
