"""A replay's connection to a project in memory."""

import threading
from uuid import UUID

import httpx
import pytest

from cli.replay.connection import Connection
from cli.replay.credentials import Credentials
from cli.replay.http import HttpClient
from tests.unit.cli.replay.project import WORKSPACE_ID, Project


@pytest.fixture
def project() -> Project:
    return Project()


@pytest.fixture
def workspace() -> UUID:
    return UUID(WORKSPACE_ID)


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def connection(project: Project, stop: threading.Event) -> Connection:
    credentials = Credentials("http://db.example", "sb_publishable_x", "ada@flexiroaster.example", "secret")
    http = HttpClient(transport=httpx.MockTransport(project))
    return Connection(credentials, note=print, stop=stop, http=http)
