"""Where a replay goes: whose account at which address, into which workspace."""

from pathlib import Path
from uuid import UUID

import click

from cli.replay.connection import Connection
from cli.replay.credentials import Credentials
from cli.replay.errors import ReplayError
from local.description import StackDescription
from local.folder import default_data_dir, running_stack


def credentials(
    url: str | None, key: str | None, email: str | None, password: str | None, *, data_dir: Path | None
) -> Credentials:
    """Those that were given; without any, the demo user of the stack that runs in the data folder.

    Raises:
        click.UsageError: some were given, but not all four.
        StackError: no stack runs in the data folder.
    """
    given = {"--url": url, "--key": key, "--email": email, "--password": password}
    missing = [option for option, value in given.items() if not value]
    if url and key and email and password:
        return Credentials(url=url, key=key, email=email, password=password)
    if len(missing) < len(given):
        raise click.UsageError(f"{' and '.join(missing)} must be given too, or none of {', '.join(given)}.")
    return stack_credentials(running_stack(data_dir or default_data_dir()))


def stack_credentials(description: StackDescription) -> Credentials:
    """The demo user of a running stack."""
    return Credentials(
        url=description.api_url,
        key=description.publishable_key,
        email=description.demo_email,
        password=description.demo_password,
    )


def workspace(connection: Connection, wanted: UUID | None = None) -> UUID:
    """The wanted workspace, or the personal one of the signed-in user.

    Raises:
        ReplayError: the user is no member of it, or has none.
    """
    if wanted is not None:
        if not connection.count("workspaces", id=str(wanted)):
            raise ReplayError(
                f"{connection.email} is no member of workspace {wanted}: ask one of its admins to add you."
            )
        return wanted
    for page in connection.pages("workspaces", "id", personal_for=connection.user_id):
        return UUID(str(page[0]["id"]))
    raise ReplayError(f"{connection.email} has no personal workspace: name one with --workspace.")
