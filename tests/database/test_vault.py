"""Where there is a Supabase Vault, the webhook secret lies in it and nowhere else."""

from collections.abc import Iterator

import psycopg
import pytest

from local.stack import Stack

SECRET = "whsec_cm9hc3RlZC1iZWFucy1zbWVsbC13b25kZXJmdWw="

# The parts of Supabase Vault that are used, with its names and signatures, and the text left as it is.
VAULT = """
create schema vault;
create table vault.secrets (id uuid default gen_random_uuid(), name text unique, description text, secret text);
create view vault.decrypted_secrets as select *, secret as decrypted_secret from vault.secrets;
create function vault.create_secret(
    new_secret text, new_name text default null, new_description text default '', new_key_id uuid default null
) returns uuid language sql as $$
    insert into vault.secrets (secret, name, description) values ($1, $2, $3) returning id
$$;
"""


@pytest.fixture
def vault(stack: Stack) -> Iterator[psycopg.Connection]:
    """The database with a vault, until the test has ended."""
    with psycopg.connect(stack.description.database_url) as connection:
        connection.execute(VAULT)
        connection.execute("delete from engine.secrets")
        yield connection
        connection.rollback()


def test_the_secret_goes_to_the_vault_and_is_read_from_it(vault: psycopg.Connection) -> None:
    for _ in range(2):
        vault.execute("select engine.configure('http://127.0.0.1:1', %s)", [SECRET])
    assert vault.execute("select engine.webhook_secret()").fetchone() == (SECRET,)
    assert vault.execute("select count(*) from vault.secrets").fetchone() == (1,)
    assert vault.execute("select count(*) from engine.secrets").fetchone() == (0,)


def test_a_secret_that_is_none_is_refused(vault: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="must be whsec_ followed by"):
        vault.execute("select engine.configure('http://127.0.0.1:1', 'hunter2')")
