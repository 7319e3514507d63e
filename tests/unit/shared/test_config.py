import pytest

from shared.config import Config, ConfigError

ENVIRONMENT = {
    "SUPABASE_URL": "http://127.0.0.1:1/",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_x",
    "SUPABASE_JWT_SECRET": "jwt-secret",
    "WEBHOOK_SECRETS": "whsec_b2xk,whsec_bmV3",
    "UPSTASH_REDIS_REST_URL": "http://127.0.0.1:2",
    "UPSTASH_REDIS_REST_TOKEN": "redis-token",
    "ARTIFACTS_BUCKET": "artifacts",
}


def test_two_webhook_secrets_are_valid_at_a_time() -> None:
    assert Config.from_environment(ENVIRONMENT).webhook_secrets == ("whsec_b2xk", "whsec_bmV3")


def test_every_missing_variable_is_named() -> None:
    with pytest.raises(ConfigError, match="set SUPABASE_URL, ARTIFACTS_BUCKET in"):
        Config.from_environment(ENVIRONMENT | {"SUPABASE_URL": "", "ARTIFACTS_BUCKET": ""})


def test_no_secret_is_shown() -> None:
    shown = repr(Config.from_environment(ENVIRONMENT))
    assert not any(secret in shown for secret in ("jwt-secret", "redis-token", "whsec_b2xk", "sb_publishable_x"))
