"""Where the services are and how to be let in. The only module that reads the environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from shared.errors import FlexiRoasterError


class ConfigError(FlexiRoasterError):
    """A setting is missing from the environment, or is not understood."""


@dataclass(frozen=True, slots=True)
class HealingSecret:
    """A secret that orders of one workspace to one host are authorised with."""

    workspace_id: str
    host: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HealingConfig:
    """Whom `heal` may send orders to. ``private_hosts`` may lie inside; without any hosts no order leaves."""

    hosts: frozenset[str]
    private_hosts: frozenset[str]
    secrets: Mapping[str, HealingSecret]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read HEALING_HOSTS and HEALING_PRIVATE_HOSTS (names, separated by commas) and HEALING_SECRETS (a JSON object,
        ``{name: {"workspace_id", "host", "secret"}}``).

        Raises:
            ConfigError: HEALING_SECRETS is something else.
        """
        try:
            secrets = {
                name: HealingSecret(**given)
                for name, given in json.loads(environment.get("HEALING_SECRETS") or "{}").items()
            }
        except (ValueError, TypeError, AttributeError) as error:
            raise ConfigError(
                'HEALING_SECRETS must be a JSON object: {name: {"workspace_id", "host", "secret"}}'
            ) from error
        hosts, private = (
            frozenset(filter(None, environment.get(name, "").lower().split(",")))
            for name in ("HEALING_HOSTS", "HEALING_PRIVATE_HOSTS")
        )
        return cls(hosts, private, secrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A function's environment. Secrets are kept out of its repr."""

    supabase_url: str
    publishable_key: str
    jwt_secret: str
    webhook_secrets: tuple[str, ...]
    redis_url: str
    redis_token: str
    bucket: str
    object_store_url: str
    access_key_id: str
    secret_access_key: str
    region: str
    log_level: str
    git_revision: str

    def __repr__(self) -> str:
        return f"Config(supabase_url={self.supabase_url!r}, redis_url={self.redis_url!r}, bucket={self.bucket!r})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the environment.

        Raises:
            ConfigError: a required variable is missing or empty; the message names every such variable.
        """
        required = (
            "SUPABASE_URL",
            "SUPABASE_PUBLISHABLE_KEY",
            "SUPABASE_JWT_SECRET",
            "WEBHOOK_SECRETS",
            "UPSTASH_REDIS_REST_URL",
            "UPSTASH_REDIS_REST_TOKEN",
            "ARTIFACTS_BUCKET",
        )
        missing = [name for name in required if not environment.get(name)]
        if missing:
            raise ConfigError(f"set {', '.join(missing)} in the function's environment")
        return cls(
            supabase_url=environment["SUPABASE_URL"].rstrip("/"),
            publishable_key=environment["SUPABASE_PUBLISHABLE_KEY"],
            jwt_secret=environment["SUPABASE_JWT_SECRET"],
            webhook_secrets=tuple(filter(None, environment["WEBHOOK_SECRETS"].split(","))),
            redis_url=environment["UPSTASH_REDIS_REST_URL"],
            redis_token=environment["UPSTASH_REDIS_REST_TOKEN"],
            bucket=environment["ARTIFACTS_BUCKET"],
            object_store_url=environment.get("ARTIFACTS_ENDPOINT_URL", ""),
            access_key_id=environment.get("AWS_ACCESS_KEY_ID", ""),
            secret_access_key=environment.get("AWS_SECRET_ACCESS_KEY", ""),
            region=environment.get("AWS_REGION", "us-east-1"),
            log_level=environment.get("LOG_LEVEL", "INFO"),
            git_revision=environment.get("GIT_REVISION", "unknown"),
        )
