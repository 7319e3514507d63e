"""The Data API as a signed-in user: a session that outlives expiring tokens and services that restart."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar, cast

from postgrest import APIError
from supabase import AuthError, Client, ClientOptions, SupabaseException, create_client

from cli.replay.credentials import Credentials
from cli.replay.errors import Interrupted, ReplayError
from cli.replay.http import HttpClient, Unauthorised, Unavailable

PATIENCE_SECONDS, FIRST_PATIENCE_SECONDS = 120.0, 15.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 5.0
RENEW_BEFORE_SECONDS = 60.0
PAGE_ROWS = 1000

T = TypeVar("T")
Row = dict[str, object]


class Connection:
    """Requests as one user. A request that fails for a passing reason is made again: for two minutes at most, and for
    a quarter of a minute where nobody has answered yet, for then the address may be wrong.

    Only requests that may be made twice belong here: reads, upserts, and `ingest`, which is an upsert.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        note: Callable[[str], None],
        stop: threading.Event,
        http: HttpClient | None = None,
    ) -> None:
        self._credentials = credentials
        self._note = note
        self._stop = stop
        self._http = http or HttpClient.for_url(credentials.url)
        self._client = self._new_client()
        self._renew_at = 0.0
        self._random = random.Random()
        self._answered = False
        self.email = credentials.email
        self.user_id = ""
        self.retries = 0

    def __enter__(self) -> "Connection":
        """Sign in.

        Raises:
            ReplayError: the credentials are refused, or nobody answers.
        """
        try:
            self.call(lambda _: None)
        except BaseException:
            self._http.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections to the server."""
        self._http.close()

    def rpc(self, name: str, parameters: Row | None = None) -> object:
        """The answer of a function of the database."""
        return self.call(lambda client: client.rpc(name, parameters or {}).execute().data)

    def count(self, table: str, **equal: object) -> int:
        """How many rows the caller sees whose columns have these values."""

        def request(client: Client) -> int | None:
            query = client.table(table).select("id", count="exact", head=True)  # type: ignore[arg-type]
            for column, value in equal.items():
                query = query.eq(column, value)
            return query.execute().count

        return self.call(request) or 0

    def pages(self, table: str, columns: str, *, key: str = "id", **equal: object) -> Iterator[list[Row]]:
        """All rows whose columns have these values, a thousand at a time, in the order of a unique column."""
        last: object = None
        while True:

            def request(client: Client, after: object = last) -> list[Row]:
                query = client.table(table).select(columns).order(key).limit(PAGE_ROWS)
                for column, value in equal.items():
                    query = query.eq(column, value)
                return cast(list[Row], (query if after is None else query.gt(key, after)).execute().data)

            page = self.call(request)
            if not page:  # a short page is no end: a project may allow fewer rows per request
                return
            yield page
            last = page[-1][key]

    def call(self, request: Callable[[Client], T]) -> T:
        """Make a request, again and again while the trouble is a passing one.

        Raises:
            ReplayError: the request is refused, or nobody has answered for two minutes.
            Interrupted: the user wants to stop while the request is being tried again.
        """
        began = time.monotonic()
        pause = FIRST_PAUSE_SECONDS
        signed_in_anew = False
        while True:
            try:
                self._sign_in_when_due()
                answer = request(self._client)
                self._answered = True
                return answer
            except Unauthorised as error:
                if signed_in_anew:
                    raise ReplayError(
                        f"{self._credentials.url} does not accept the token it gave ({error})."
                    ) from error
                signed_in_anew, self._renew_at = True, 0.0
            except APIError as error:
                raise ReplayError(_refusal(error)) from error
            except AuthError as error:
                raise ReplayError(
                    f"{self._credentials.email} cannot sign in at {self._credentials.url}: {error.message}."
                ) from error
            except Unavailable as error:
                pause = self._wait(error, began, pause)

    def _sign_in_when_due(self) -> None:
        if time.monotonic() < self._renew_at:
            return
        self._client = self._new_client()  # without the old token in its headers
        answer = self._client.auth.sign_in_with_password(
            {"email": self._credentials.email, "password": self._credentials.password}
        )
        self.user_id = answer.user.id if answer.user else ""
        lifetime = answer.session.expires_in if answer.session else 0
        self._renew_at = time.monotonic() + max(lifetime - RENEW_BEFORE_SECONDS, lifetime / 2)

    def _new_client(self) -> Client:
        options = ClientOptions(httpx_client=self._http, auto_refresh_token=False, persist_session=False)
        try:
            return create_client(self._credentials.url, self._credentials.key, options=options)
        except SupabaseException as error:
            raise ReplayError(
                f"{self._credentials.url!r} is not the address of a Supabase project ({error.message}): "
                "write it like https://<project>.supabase.co."
            ) from error

    def _wait(self, error: Exception, began: float, pause: float) -> float:
        waited = time.monotonic() - began
        patience_seconds = PATIENCE_SECONDS if self._answered else FIRST_PATIENCE_SECONDS
        if waited > patience_seconds:
            advice = (
                "when it does again, the same command goes on where this one stopped."
                if self._answered
                else "is the address right, and does the stack run?"
            )
            raise ReplayError(
                f"{self._credentials.url} has not answered for {waited:.0f} s ({error}): {advice}"
            ) from error
        if pause == FIRST_PAUSE_SECONDS:
            self._note(f"{self._credentials.url} does not answer ({error}); trying again for {patience_seconds:.0f} s")
        self.retries += 1
        if self._stop.wait(pause * self._random.uniform(0.5, 1.5)):
            raise Interrupted
        return min(pause * 2, LONGEST_PAUSE_SECONDS)


def _refusal(error: APIError) -> str:
    said = error.message or error.code or "it gave no reason"
    return f"The database refused the data: {said}{f' ({error.hint})' if error.hint else ''}."
