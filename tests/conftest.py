"""The one stack that the database, integration and end-to-end tests share."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.cluster_folder import remove
from local.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A whole embedded stack, started by the first test that asks for it. A test that breaks a part mends it."""
    data_dir = Path(tempfile.mkdtemp(prefix="flexiroaster-tests-"))
    try:
        with Stack(data_dir, log=print) as running:
            yield running
    finally:
        remove(data_dir)
