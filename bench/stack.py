"""A stack of its own for a benchmark."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from supabase import Client, ClientOptions, create_client

from local.description import StackDescription
from local.stack import Stack


@contextmanager
def temporary_stack() -> Iterator[Stack]:
    """A fresh embedded stack that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="flexiroaster-bench-") as folder, Stack(Path(folder)) as stack:
        yield stack


def signed_in(description: StackDescription) -> Client:
    """A supabase-py client of the stack's demo user."""
    options = ClientOptions(httpx_client=httpx.Client(timeout=60), auto_refresh_token=False, persist_session=False)
    client = create_client(description.api_url, description.publishable_key, options=options)
    client.auth.sign_in_with_password({"email": description.demo_email, "password": description.demo_password})
    return client
