"""What callers may send, validated with sizes bounded."""

from typing import Literal, TypeVar
from uuid import UUID

import flask
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import Refused

MAX_BODY_BYTES = 1_000_000


class WakeUp(BaseModel):
    """A wake-up of ours: which engine, which workspace, and nothing else."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["wake_up"]
    engine: str = Field(max_length=50)
    workspace_id: UUID


class DatabaseRecord(BaseModel):
    """The row of a Supabase Database Webhook, of which only the workspace is believed."""

    model_config = ConfigDict(extra="ignore")

    workspace_id: UUID


class DatabaseWebhook(BaseModel):
    """A Supabase Database Webhook: trusted as a wake-up only; the row is read again."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["INSERT", "UPDATE", "DELETE"]
    table: str = Field(max_length=100)
    record: DatabaseRecord | None = None
    old_record: DatabaseRecord | None = None

    @property
    def workspace_id(self) -> UUID | None:
        """The workspace of the row, before or after."""
        record = self.record or self.old_record
        return record.workspace_id if record else None


def body_of(request: flask.Request, *, at_most: int = MAX_BODY_BYTES) -> bytes:
    """The bytes of a request.

    Raises:
        Refused: 413 when there are more than ``at_most``, whatever its headers say.
    """
    if (request.content_length or 0) <= at_most:
        body: bytes = request.stream.read(at_most + 1)
        if len(body) <= at_most:
            return body
    raise Refused(413, "Too large", f"send at most {at_most:,} bytes")


def token_of(request: flask.Request, *, otherwise: str = "") -> str:
    """The caller's token; ``otherwise`` is a second way in, to be named where there is none.

    Raises:
        Refused: 401 without a bearer token.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(401, "Who are you?", f"send Authorization: Bearer with your Supabase token{otherwise}")
    return token


M = TypeVar("M", bound=BaseModel)


def parse(model: type[M], body: bytes) -> M:
    """Read a JSON body.

    Raises:
        Refused: 422 naming every field at fault and what it should be; 400 when it is not JSON.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        faults = [
            {"field": ".".join(map(str, fault["loc"])) or "body", "message": fault["msg"]}
            for fault in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        status = 400 if any(fault["type"] == "json_invalid" for fault in error.errors()) else 422
        detail = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults[:3])
        raise Refused(status, "Invalid request", detail, faults[:20]) from error


def workspace_of(body: bytes, *, engine: str) -> str:
    """The workspace that a signed wake-up of either form is about.

    Raises:
        Refused: the body is neither form, is for another engine, or names no workspace.
    """
    if b'"wake_up"' in body:
        wake_up = parse(WakeUp, body)
        if wake_up.engine != engine:
            raise Refused(422, "Invalid request", f"engine: this is {engine}, not {wake_up.engine}")
        return str(wake_up.workspace_id)
    webhook = parse(DatabaseWebhook, body)
    if webhook.workspace_id is None:
        raise Refused(422, "Invalid request", "record: send the row, with its workspace_id")
    return str(webhook.workspace_id)
